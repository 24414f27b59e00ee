package nets

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// ResidualLayer adds what it takes to what its layers make of it: y = relu(f(x) + x). Where they
// make the planes smaller or more, x gives every n-th of its pixels, and 0 for the planes that it
// has not (option A of He et al. 2016, without parameters).
type ResidualLayer struct {
	Layers []Layer `doc:"what x is added to: tables as of the problem's layers" len:"[1,16]"`
}

func init() {
	RegisterLayer("residual", "a skip connection around layers: relu(f(x) + x)", "He, Zhang, Ren & Sun 2016, arXiv 1512.03385",
		ResidualLayer{[]Layer{ConvLayer{3, 8, 1, ReLU}}}, residualLayer[float32], residualLayer[float64])
}

// Shape implements Layer.
func (l ResidualLayer) Shape(from data.Shape) (to data.Shape, err error) {
	to = from
	for i, c := range l.Layers {
		if _, draws := c.(DropoutLayer); draws {
			return to, errors.New("dropout stands beside a residual layer, not in it")
		}
		if to, err = c.Shape(to); err != nil {
			return to, fmt.Errorf("layers[%d]: %w", i, err)
		}
	}
	if by := shortcut(from, to); by == 0 {
		return to, fmt.Errorf("its layers turn %v into %v, to which what they take cannot be added: as many planes or more, of every n-th pixel", from, to)
	}
	return to, nil
}

// shortcut is how far apart the pixels are that are added; 0: they cannot be.
func shortcut(from, to data.Shape) int {
	if to.Rows < 1 || to.Channels < from.Channels {
		return 0
	}
	by := (from.Rows + to.Rows - 1) / to.Rows
	if s := strided(from, by); s.Rows != to.Rows || s.Cols != to.Cols {
		return 0
	}
	return by
}

func residualLayer[F vec.Float](c ResidualLayer, p Place) Transform[F] {
	r := &residual[F]{in: p.From.Size(), first: []int{0}}
	shape := p.From
	for i, c := range c.Layers {
		to, err := c.Shape(shape)
		if err != nil {
			panic(fmt.Sprintf("nets: a residual layer whose Shape was refused: %v", err))
		}
		l, err := newLayer[F](c, Place{From: shape, Index: p.Index, Seed: p.Seed}, to)
		if err != nil {
			panic("nets: " + err.Error())
		}
		r.layers, r.first = append(r.layers, l), append(r.first, r.first[i]+l.Params())
		r.keeps += l.Outputs() + l.Keeps()
		r.widest = max(r.widest, l.Inputs(), l.Outputs())
		shape = to
	}
	r.out = shape.Size()
	by := shortcut(p.From, shape)
	to := strided(p.From, by)
	r.skip = &stride[F]{bare[F]{p.From.Size(), to.Size()}, p.From, to, by}
	return r
}

type residual[F vec.Float] struct {
	layers  []Transform[F]
	first   []int // of each one's parameters; one more: their number
	in, out int
	keeps   int
	widest  int
	skip    *stride[F] // of x, whose planes are the first ones of y
}

func (l *residual[F]) Inputs() int  { return l.in }
func (l *residual[F]) Outputs() int { return l.out }
func (l *residual[F]) Params() int  { return l.first[len(l.layers)] }
func (l *residual[F]) Keeps() int   { return l.keeps }

// Weights implements Transform: those of all layers come first, and then what is none.
func (l *residual[F]) Weights() (n int) {
	for _, t := range l.layers {
		n += t.Weights()
	}
	return n
}

// pieces calls f with each layer's part of the vector whose layers follow each other, and where its
// two pieces stand in the one whose weights come first.
func (l *residual[F]) pieces(f func(t Transform[F], lo, weights, rest int)) {
	weights, rest := 0, l.Weights()
	for i, t := range l.layers {
		f(t, l.first[i], weights, rest)
		weights += t.Weights()
		rest += t.Params() - t.Weights()
	}
}

// sorted writes w, whose weights come first, to dst layer by layer.
func (l *residual[F]) sorted(dst, w []F) {
	l.pieces(func(t Transform[F], lo, weights, rest int) {
		n := copy(dst[lo:lo+t.Weights()], w[weights:])
		copy(dst[lo+n:lo+t.Params()], w[rest:])
	})
}

// back is the inverse of sorted.
func (l *residual[F]) back(w, from []F) {
	l.pieces(func(t Transform[F], lo, weights, rest int) {
		n := copy(w[weights:weights+t.Weights()], from[lo:])
		copy(w[rest:rest+t.Params()-n], from[lo+n:])
	})
}

// Parameters implements Shaped.
func (l *residual[F]) Parameters() []Parameter {
	var first, last []Parameter
	number := 0
	l.pieces(func(t Transform[F], _, weights, rest int) {
		number++
		own := []Parameter{{Name: "weight", Shape: []int{t.Weights()}}, {Name: "bias", Shape: []int{t.Params() - t.Weights()}, Offset: t.Weights()}}
		if s, ok := t.(Shaped); ok {
			own = s.Parameters()
		}
		for _, q := range own {
			q.Name = fmt.Sprintf("%d.%s", number, q.Name)
			switch {
			case q.Size() == 0:
			case q.Offset < t.Weights():
				q.Offset += weights
				first = append(first, q)
			default:
				q.Offset += rest - t.Weights()
				last = append(last, q)
			}
		}
	})
	return append(first, last...)
}

// Init implements Transform.
func (l *residual[F]) Init(w []F, r *rand.Rand) {
	all := make([]F, l.Params())
	for i, t := range l.layers {
		t.Init(all[l.first[i]:l.first[i+1]], r)
	}
	l.back(w, all)
}

// Scratch implements Transform.
func (l *residual[F]) Scratch(n int) float64 {
	all := float64(2*n*l.widest + 3*l.Params())
	for _, t := range l.layers {
		all += 2 * t.Scratch(n)
	}
	return all
}

// kept is the output of layer i, and what it keeps, in what the whole keeps.
func (l *residual[F]) kept(keep []F, n, i int) (out, its []F) {
	at := 0
	for _, t := range l.layers[:i] {
		at += n * (t.Outputs() + t.Keeps())
	}
	t := l.layers[i]
	mid := at + n*t.Outputs()
	return keep[at:mid:mid], keep[mid : mid+n*t.Keeps()]
}

// Forward implements Transform.
func (l *residual[F]) Forward(c Call[F], w, in, out, keep []F) {
	x, all := in, c.WS.Vec(l.Params())
	l.sorted(all, w)
	for i, t := range l.layers {
		y, its := l.kept(keep, c.N, i)
		t.Forward(c, all[l.first[i]:l.first[i+1]], x, y, its)
		x = y
	}
	out = out[:c.N*l.out]
	copy(out, x)
	l.skip.each(c.N, func(from, to int) { out[l.lands(to)] += in[from] })
	for i, v := range out {
		out[i] = max(v, 0)
	}
}

// lands is where a number of the shortcut is in the output, whose samples may have more planes.
func (l *residual[F]) lands(at int) int {
	return at/l.skip.out*l.out + at%l.skip.out
}

// Backward implements Transform.
func (l *residual[F]) Backward(c Call[F], w, gw, in, out, keep, dout, din []F) {
	dout = dout[:c.N*l.out]
	vec.ReLUGrad(dout, out[:len(dout)])
	d, below := c.WS.Vec(c.N*l.widest), c.WS.Vec(c.N*l.widest)
	all, grads := c.WS.Vec(l.Params()), c.WS.Vec(l.Params())
	l.sorted(all, w)
	copy(d, dout) // a layer may destroy what it is given
	for i := len(l.layers) - 1; i >= 0; i-- {
		t := l.layers[i]
		y, its := l.kept(keep, c.N, i)
		x, dx := in, din
		if i > 0 {
			x, _ = l.kept(keep, c.N, i-1)
			dx = below[:c.N*t.Inputs()]
		}
		t.Backward(c, all[l.first[i]:l.first[i+1]], grads[l.first[i]:l.first[i+1]], x, y, its, d[:c.N*t.Outputs()], dx)
		d, below = below, d
	}
	l.back(gw, grads)
	if din != nil {
		l.skip.each(c.N, func(from, to int) { din[from] += dout[l.lands(to)] })
	}
}
