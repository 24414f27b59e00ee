package nets

import (
	"math/rand/v2"

	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// network is a chain of layers from features to one score per class, with the mean cross-entropy of
// softmax as its loss, plus l2/2 |weights|^2.
type network[F vec.Float] struct {
	dataset[F]
	layers []Transform[F]
	first  []int // of each layer's parameters; one more: their number
	rows   []int // sum of the outputs and keeps of the layers before; one more: of all
	widest int   // the longest row that a layer gives
	l2     float64
	key    stream.Key // of what the last Drawing layer draws
	noisy  bool       // there is one
}

var (
	_ Problem[float32]     = (*network[float32])(nil)
	_ Evaluator[float32]   = (*network[float32])(nil)
	_ Predictor[float32]   = (*network[float32])(nil)
	_ Regularized[float32] = (*network[float32])(nil)
	_ Stepper[float32]     = (*network[float32])(nil)
	_ Noisy                = (*network[float32])(nil)
	_ Named                = (*network[float32])(nil)
	_ Shaped               = (*network[float32])(nil)
	_ labelled             = (*network[float32])(nil)
)

func newNetwork[F vec.Float](d dataset[F], l2 float64, layers ...Transform[F]) *network[F] {
	p := &network[F]{dataset: d, layers: layers, l2: l2, first: []int{0}, rows: []int{0}}
	for i, l := range layers {
		p.first = append(p.first, p.first[i]+l.Params())
		p.rows = append(p.rows, p.rows[i]+l.Outputs()+l.Keeps())
		p.widest = max(p.widest, l.Outputs())
		if d, ok := l.(Drawing); ok {
			p.noisy, p.key = true, d.Draws()
		}
	}
	return p
}

func (p *network[F]) Dim() int         { return p.first[len(p.layers)] }
func (p *network[F]) Classes() int     { return len(p.train().Classes) }
func (p *network[F]) Classifies() bool { return true }
func (p *network[F]) Noisy() bool      { return p.noisy }

// piece is what belongs to layer i of a vector as long as x.
func (p *network[F]) piece(x []F, i int) []F { return x[p.first[i]:p.first[i+1]:p.first[i+1]] }

func (p *network[F]) Init(x []F, r *rand.Rand) {
	for i, l := range p.layers {
		l.Init(p.piece(x, i), r)
	}
}

// Penalty implements Regularized.
func (p *network[F]) Penalty(x []F) float64 {
	if p.l2 == 0 {
		return 0
	}
	sum := 0.
	for i, l := range p.layers {
		sum += vec.SumSq(p.piece(x, i)[:l.Weights()])
	}
	return float64(p.l2 / 2 * sum)
}

// forward runs the layers on in and returns all their outputs, and what they keep, layer after
// layer.
func (p *network[F]) forward(c Call[F], x, in []F) (outs []F) {
	outs = c.WS.Vec(c.N * p.rows[len(p.layers)])
	for i, l := range p.layers {
		out, keep := p.out(outs, c.N, i)
		l.Forward(c, p.piece(x, i), in, out, keep)
		in = out
	}
	return outs
}

// out is the output of layer i, and what it keeps, within what forward returned for n samples.
func (p *network[F]) out(outs []F, n, i int) (out, keep []F) {
	both := outs[n*p.rows[i] : n*p.rows[i+1]]
	size := n * p.layers[i].Outputs()
	return both[:size:size], both[size:]
}

func (p *network[F]) Grad(ws *Workspace[F], grad, x []F, batch []int) (loss float64) {
	return p.descend(ws, x, use[F]{grad: grad}, batch)
}

// Step implements Stepper.
func (p *network[F]) Step(ws *Workspace[F], dst, x, base []F, rate F, batch []int) (loss float64) {
	return p.descend(ws, x, use[F]{dst: dst, base: base, rate: rate}, batch)
}

// A use is what is made of the gradient g at x: it is written to grad or, where that is nil, a step
// as a Stepper's.
type use[F vec.Float] struct {
	grad, dst, base []F
	rate            F
}

// of is the use of g's elements lo to hi.
func (u use[F]) of(lo, hi int) use[F] {
	for _, v := range []*[]F{&u.grad, &u.dst, &u.base} {
		if *v != nil {
			*v = (*v)[lo:hi:hi]
		}
	}
	return u
}

// step makes a step of g; x is the same piece of the parameters.
func (u use[F]) step(x, g []F) {
	if u.base == nil {
		vec.AxpyTo(u.dst, -u.rate, g, x)
	} else {
		vec.AxpySub(u.dst, -u.rate, g, x, u.base)
	}
}

// A stepping layer can make the step within the product that would make the gradient.
type stepping[F vec.Float] interface {
	// fuses says whether step, for n samples, has the bits of backward and a step after it, and is
	// the faster.
	fuses(n int) bool
	// step is backward, and u.step once w has been used.
	step(c Call[F], w []F, u use[F], in, out, keep, dout, din []F)
}

// descend makes use of the gradient, layer by layer from the last.
func (p *network[F]) descend(ws *Workspace[F], x []F, whole use[F], batch []int) (loss float64) {
	ws.Reset()
	n := len(batch)
	in := p.samples(ws, batch)
	c := Call[F]{WS: ws, N: n, Training: true}
	if p.noisy {
		c.Draw = drawOf(p.key, batch)
	}
	outs := p.forward(c, x, in)
	last := len(p.layers) - 1
	dout, din := ws.Vec(n*p.widest), ws.Vec(n*p.widest)
	classes := p.Classes()
	scores, _ := p.out(outs, n, last)
	labels := ws.Ints(n)
	for j, i := range batch {
		labels[j] = p.train().Labels[i]
	}
	loss = vec.SoftmaxXent(vec.NewMat(dout, n, classes), vec.NewMat(scores, n, classes), labels, 1/F(n)) / float64(n)
	if p.l2 > 0 {
		loss += p.Penalty(x)
	}
	for i := last; i >= 0; i-- {
		l, w, u := p.layers[i], p.piece(x, i), whole.of(p.first[i], p.first[i+1])
		out, keep := p.out(outs, n, i)
		below, d := in, []F(nil)
		if i > 0 {
			below, _ = p.out(outs, n, i-1)
			d = din[:n*l.Inputs()]
		}
		if s, ok := l.(stepping[F]); ok && u.grad == nil && p.l2 == 0 && s.fuses(n) {
			s.step(c, w, u, below, out, keep, dout[:n*l.Outputs()], d)
		} else {
			g := u.grad
			if g == nil {
				g = ws.Vec(len(w))
			}
			l.Backward(c, w, g, below, out, keep, dout[:n*l.Outputs()], d)
			if p.l2 > 0 {
				vec.Axpy(g[:l.Weights()], F(p.l2), w[:l.Weights()])
			}
			if u.grad == nil {
				u.step(w, g)
			}
		}
		dout, din = din, dout
	}
	return loss
}

// scores runs samples lo to hi of a part, at most block of them, through the net.
func (p *network[F]) scores(ws *Workspace[F], x []F, s *data.Set[F], lo, hi int) []F {
	ws.Reset()
	outs := p.forward(Call[F]{WS: ws, N: hi - lo}, x, s.Rows(p.room(ws, s, hi-lo), lo, hi))
	last, _ := p.out(outs, hi-lo, len(p.layers)-1)
	return last
}

func (p *network[F]) Evaluate(ws *Workspace[F], x []F, part Part, lo, hi int) Sums {
	sums := Sums{Samples: hi - lo}
	set, classes := p.parts[part], p.Classes()
	for ; lo < hi; lo += block {
		to := min(lo+block, hi)
		scores := vec.NewMat(p.scores(ws, x, set, lo, to), to-lo, classes)
		labels := set.Labels[lo:to]
		for j, label := range labels {
			if vec.ArgMax(scores.Row(j)) == label {
				sums.Correct++
			}
		}
		sums.Loss += vec.SoftmaxXent(scores, scores, labels, 1)
	}
	return sums
}

// Predict implements Predictor.
func (p *network[F]) Predict(ws *Workspace[F], dst []F, x []F, part Part, lo, hi int) {
	set, classes := p.parts[part], p.Classes()
	for at := lo; at < hi; at += block {
		to := min(at+block, hi)
		scores := vec.NewMat(p.scores(ws, x, set, at, to), to-at, classes)
		vec.Softmax(vec.NewMat(dst[(at-lo)*classes:], to-at, classes), scores)
	}
}
