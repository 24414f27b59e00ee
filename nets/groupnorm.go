package nets

import (
	"fmt"
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// GroupNormLayer gives each group of planes of a sample mean 0 and variance 1, then each plane a
// gain and a bias (Wu & He 2018). One group is layer norm. It depends on no other sample, so that
// nothing of it has to travel between workers, as batch norm's statistics must. Of plain features
// each is a plane.
type GroupNormLayer struct {
	Groups     int        `doc:"groups of planes side by side, each normalized by itself; 1: layer norm" in:"[1,4096]"`
	Activation Activation `doc:"what follows" in:"relu|none"`
}

func init() {
	RegisterLayer("group-norm", "mean 0 and variance 1 for each group of planes of a sample, then a gain and a bias for each plane", "Wu & He 2018, arXiv 1803.08494; one group: Ba, Kiros & Hinton 2016, arXiv 1607.06450",
		GroupNormLayer{1, None}, groupNormLayer[float32], groupNormLayer[float64])
}

// planesOf is how many planes a shape has, and how many numbers are in one.
func planesOf(s data.Shape) (n, each int) {
	if s.Channels == 1 && s.Rows == 1 {
		return s.Cols, 1
	}
	return s.Channels, s.Rows * s.Cols
}

// Shape implements Layer.
func (l GroupNormLayer) Shape(from data.Shape) (data.Shape, error) {
	if n, _ := planesOf(from); n%l.Groups != 0 {
		return from, fmt.Errorf("%d planes cannot be shared out to %d groups alike", n, l.Groups)
	}
	return from, nil
}

func groupNormLayer[F vec.Float](c GroupNormLayer, p Place) Transform[F] {
	n, each := planesOf(p.From)
	return &groupNorm[F]{groups: c.Groups, planes: n, each: each, relu: c.Activation == ReLU}
}

// normEpsilon is added to a variance.
const normEpsilon = 1e-5

type groupNorm[F vec.Float] struct {
	groups, planes, each int
	relu                 bool
}

func (l *groupNorm[F]) size() int           { return l.planes * l.each }
func (l *groupNorm[F]) Inputs() int         { return l.size() }
func (l *groupNorm[F]) Outputs() int        { return l.size() }
func (l *groupNorm[F]) Params() int         { return 2 * l.planes }
func (l *groupNorm[F]) Weights() int        { return 0 } // l2 does not pull gains to 0
func (l *groupNorm[F]) Scratch(int) float64 { return 4 * float64(l.size()) }
func (l *groupNorm[F]) Keeps() int          { return l.size() + l.groups }

// Parameters implements Shaped.
func (l *groupNorm[F]) Parameters() []Parameter {
	return []Parameter{{Name: "gain", Shape: []int{l.planes}}, {Name: "bias", Shape: []int{l.planes}, Offset: l.planes}}
}

// Init implements Transform.
func (l *groupNorm[F]) Init(w []F, _ *rand.Rand) {
	vec.Fill(w[:l.planes], 1)
	clear(w[l.planes:])
}

// spread repeats the number of each plane for each of its pixels.
func (l *groupNorm[F]) spread(ws *Workspace[F], w []F) []F {
	all := ws.Vec(l.size())
	for k, v := range w {
		vec.Fill(all[k*l.each:(k+1)*l.each], v)
	}
	return all
}

// group is the columns of group k in the rows of n samples.
func (l *groupNorm[F]) group(rows []F, n, k int) vec.Mat[F] {
	cols := l.size() / l.groups
	return vec.Mat[F]{Data: rows[k*cols:], Rows: n, Cols: cols, Stride: l.size()}
}

// Forward implements Transform.
func (l *groupNorm[F]) Forward(c Call[F], w, in, out, keep []F) {
	gain, bias := l.spread(c.WS, w[:l.planes]), l.spread(c.WS, w[l.planes:])
	unit, s, cols := keep[:c.N*l.size()], keep[c.N*l.size():], l.size()/l.groups
	for k := range l.groups {
		lo, hi := k*cols, (k+1)*cols
		vec.LayerNorm(l.group(out, c.N, k), l.group(unit, c.N, k), s[k*c.N:(k+1)*c.N], l.group(in, c.N, k), gain[lo:hi], bias[lo:hi], normEpsilon)
	}
	if l.relu {
		for i, v := range out[:c.N*l.size()] {
			out[i] = max(v, 0)
		}
	}
}

// Backward implements Transform.
func (l *groupNorm[F]) Backward(c Call[F], w, gw, _, out, keep, dout, din []F) {
	dout = dout[:c.N*l.size()]
	if l.relu {
		vec.ReLUGrad(dout, out[:len(dout)])
	}
	gain := l.spread(c.WS, w[:l.planes])
	dgain, dbias := c.WS.Vec(l.size()), c.WS.Vec(l.size())
	unit, s, cols := keep[:c.N*l.size()], keep[c.N*l.size():], l.size()/l.groups
	for k := range l.groups {
		lo, hi := k*cols, (k+1)*cols
		vec.LayerNormGrad(dgain[lo:hi], dbias[lo:hi], l.group(dout, c.N, k), l.group(unit, c.N, k), s[k*c.N:(k+1)*c.N], gain[lo:hi])
	}
	for k := range l.planes {
		lo, hi := k*l.each, (k+1)*l.each
		gw[k], gw[l.planes+k] = F(vec.Sum(dgain[lo:hi])), F(vec.Sum(dbias[lo:hi]))
	}
	if din != nil {
		copy(din, dout)
	}
}
