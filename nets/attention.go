package nets

import (
	"math"

	"staleness/nets/vec"
)

// attendRows is how many tokens attention computes at once: of a token only those before it count,
// of a piece those before its last one are computed.
const attendRows = 32

// A headView is one head of one window: queries, keys and values, and the weights of tokens on
// those before them, with zeros beyond.
type headView[F vec.Float] struct {
	q, k, v, weights, out vec.Mat[F]
}

// head views window i and head h within what belongs to c.N windows.
func (t *transformer[F]) headOf(qkv, weights, out []F, i, h int) headView[F] {
	c, w := t.c.Context, t.c.Width
	size := w / t.c.Heads
	at := func(part int) vec.Mat[F] {
		return vec.Mat[F]{Data: qkv[i*c*3*w+part*w+h*size:], Rows: c, Cols: size, Stride: 3 * w}
	}
	return headView[F]{at(0), at(1), at(2), vec.NewMat(weights[(i*t.c.Heads+h)*c*c:], c, c),
		vec.Mat[F]{Data: out[i*c*w+h*size:], Rows: c, Cols: size, Stride: w}}
}

// cutMat is rows lo to hi of a matrix, and its first cols columns.
func cutMat[F vec.Float](m vec.Mat[F], lo, hi, cols int) vec.Mat[F] {
	return vec.Mat[F]{Data: m.Data[lo*m.Stride:], Rows: hi - lo, Cols: cols, Stride: m.Stride}
}

// attentionScratch bounds what MulNT takes of the workspace for a piece of a head.
func (t *transformer[F]) attentionScratch() int {
	size := t.c.Width / t.c.Heads
	return attendRows * (vec.MaxChain + size + t.c.Context)
}

// attend is causal attention: of each head, softmax(Q Kᵀ/sqrt(size)) V over the tokens up to one's
// own (Vaswani et al. 2017).
func (t *transformer[F]) attend(c Call[F], k blockKeep[F]) {
	free := c.WS.mark()
	scratch := c.WS.Vec(t.attentionScratch())
	size := t.c.Width / t.c.Heads
	alpha := F(1 / math.Sqrt(float64(size)))
	for i := range c.N {
		for h := range t.c.Heads {
			v := t.headOf(k.qkv, k.weights, k.mixed, i, h)
			for lo := 0; lo < t.c.Context; lo += attendRows {
				hi := min(lo+attendRows, t.c.Context)
				weights := cutMat(v.weights, lo, hi, hi)
				vec.MulNT(weights, alpha, cutMat(v.q, lo, hi, size), cutMat(v.k, 0, hi, size), false, scratch)
				for r := range weights.Rows {
					row := v.weights.Row(lo + r)
					seen := vec.NewMat(row, 1, lo+r+1)
					vec.Softmax(seen, seen)
					clear(row[lo+r+1:])
				}
				vec.MulNN(cutMat(v.out, lo, hi, size), 1, weights, cutMat(v.v, 0, hi, size), false)
			}
		}
	}
	c.WS.release(free)
}

// attendBack takes the gradient dmixed by what attend gives back to queries, keys and values.
func (t *transformer[F]) attendBack(c Call[F], k blockKeep[F], dqkv, dmixed []F) {
	free := c.WS.mark()
	scratch := c.WS.Vec(t.attentionScratch())
	context, size := t.c.Context, t.c.Width/t.c.Heads
	alpha := F(1 / math.Sqrt(float64(size)))
	piece := c.WS.Vec(attendRows * context)
	clear(dqkv)
	for i := range c.N {
		for h := range t.c.Heads {
			v := t.headOf(k.qkv, k.weights, k.mixed, i, h)
			d := t.headOf(dqkv, k.weights, dmixed, i, h)
			for lo := 0; lo < context; lo += attendRows {
				hi := min(lo+attendRows, context)
				weights, dout := cutMat(v.weights, lo, hi, hi), cutMat(d.out, lo, hi, size)
				dweights := vec.NewMat(piece, hi-lo, hi)
				vec.MulTN(cutMat(d.v, 0, hi, size), 1, weights, dout, true)
				vec.MulNT(dweights, 1, dout, cutMat(v.v, 0, hi, size), false, scratch)
				for r := range dweights.Rows {
					seen := lo + r + 1
					vec.SoftmaxGrad(dweights.Row(r)[:seen], weights.Row(r)[:seen])
					clear(dweights.Row(r)[seen:])
				}
				vec.MulNN(cutMat(d.q, lo, hi, size), alpha, dweights, cutMat(v.k, 0, hi, size), false)
				vec.MulTN(cutMat(d.k, 0, hi, size), alpha, dweights, cutMat(v.q, lo, hi, size), true)
			}
		}
	}
	c.WS.release(free)
}
