package nets

import (
	"math"
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// An Activation is the function behind a layer's sums.
type Activation string

const (
	None Activation = "none"
	ReLU Activation = "relu"
	Tanh Activation = "tanh"
)

// biased adds the biases to every row of y, then applies the activation.
func biased[F vec.Float](a Activation, y vec.Mat[F], bias []F) {
	switch a {
	case ReLU:
		vec.BiasReLU(y, bias)
	case Tanh:
		vec.BiasTanh(y, bias)
	default:
		vec.AddBias(y, bias)
	}
}

// unactivated turns the derivative by the activation's result y into that by its argument.
func unactivated[F vec.Float](a Activation, d, y []F) {
	switch a {
	case ReLU:
		vec.ReLUGrad(d, y)
	case Tanh:
		vec.TanhGrad(d, y)
	}
}

// DenseLayer is fully connected.
type DenseLayer struct {
	Width      int        `doc:"numbers that it gives" in:"[1,65536]" required:""`
	Activation Activation `doc:"what follows" in:"relu|tanh|none"`
}

func init() {
	RegisterLayer("dense", "fully connected", "", DenseLayer{Activation: ReLU}, denseLayer[float32], denseLayer[float64])
}

// Shape implements Layer.
func (l DenseLayer) Shape(from data.Shape) (data.Shape, error) {
	return data.Flat(l.Width), checkSize(l.Width, from.Size()*l.Width)
}

func denseLayer[F vec.Float](c DenseLayer, p Place) Transform[F] {
	return &dense[F]{in: p.From.Size(), out: c.Width, act: c.Activation}
}

// dense is out = act(in W + b), W being in x out, row by row, before the out biases.
type dense[F vec.Float] struct {
	in, out int
	act     Activation
	zero    bool // start at 0 instead of at random
}

var (
	_ Transform[float32] = (*dense[float32])(nil)
	_ stepping[float32]  = (*dense[float32])(nil)
)

func (l *dense[F]) Inputs() int  { return l.in }
func (l *dense[F]) Outputs() int { return l.out }
func (l *dense[F]) Params() int  { return (l.in + 1) * l.out }
func (l *dense[F]) Weights() int { return l.in * l.out }

func (l *dense[F]) Init(w []F, r *rand.Rand) {
	clear(w)
	if !l.zero {
		initUniform(w[:l.Weights()], l.in, l.out, l.act, r)
	}
}

// initUniform draws weights uniformly from +-sqrt(6/in) before ReLU (He, Zhang, Ren and Sun 2015,
// arXiv 1502.01852) and from +-sqrt(6/(in+out)) before others (Glorot and Bengio 2010). Uniform,
// because a uniform draw has the same bits everywhere.
func initUniform[F vec.Float](w []F, in, out int, act Activation, r *rand.Rand) {
	limit := math.Sqrt(6 / float64(in+out))
	if act == ReLU {
		limit = math.Sqrt(6 / float64(in))
	}
	uniform(w, limit, r)
}

// uniform draws numbers from -limit to limit.
func uniform[F vec.Float](w []F, limit float64, r *rand.Rand) {
	for i := range w {
		k := int64(r.Uint64()>>11) - 1<<52 // from -2^52 to 2^52
		w[i] = F(limit * 0x1p-52 * float64(k))
	}
}

func (l *dense[F]) Keeps() int { return 0 }

func (l *dense[F]) Forward(c Call[F], w, in, out, _ []F) {
	y := vec.NewMat(out, c.N, l.out)
	vec.MulNN(y, 1, vec.NewMat(in, c.N, l.in), vec.NewMat(w, l.in, l.out), false)
	biased(l.act, y, w[l.Weights():])
}

func (l *dense[F]) Backward(c Call[F], w, gw, in, out, _, dout, din []F) {
	d := l.below(c, w, gw[l.Weights():], out, dout, din)
	x, g := vec.NewMat(in, c.N, l.in), vec.NewMat(gw, l.in, l.out)
	if l.narrow() {
		vec.Transpose(g, l.across(c, x, d))
	} else {
		vec.MulTN(g, 1, x, d, false)
	}
}

// narrow says whether the rows of W are shorter than a vector. Its derivative is then better
// computed the other way round, with the same chains, and transposed.
func (l *dense[F]) narrow() bool { return l.out < 16 && l.in >= 16 }

// across is the derivative by Wᵀ.
func (l *dense[F]) across(c Call[F], x, d vec.Mat[F]) vec.Mat[F] {
	t := vec.NewMat(c.WS.Vec(l.Weights()), l.out, l.in)
	vec.MulTN(t, 1, d, x, false)
	return t
}

// fuses implements stepping.
func (l *dense[F]) fuses(n int) bool { return n <= vec.MaxChain || l.narrow() }

// step implements stepping.
func (l *dense[F]) step(c Call[F], w []F, u use[F], in, out, _, dout, din []F) {
	bias := c.WS.Vec(l.out)
	d := l.below(c, w, bias, out, dout, din)
	n := l.Weights()
	u.of(n, n+l.out).step(w[n:], bias)
	x := vec.NewMat(in, c.N, l.in)
	if l.narrow() {
		l.stepAcross(c, w, u, l.across(c, x, d))
		return
	}
	mat := func(v []F) (m vec.Mat[F]) {
		if v != nil {
			m = vec.NewMat(v, l.in, l.out)
		}
		return m
	}
	vec.StepTN(mat(u.dst), mat(w), mat(u.base), -u.rate, x, d)
}

// stepRows is how many rows of the weights stepAcross makes a step of at once.
const stepRows = 128

// stepAcross makes the step of the weights out of their derivative, transposed, some rows at a
// time, which stay in the cache.
func (l *dense[F]) stepAcross(c Call[F], w []F, u use[F], t vec.Mat[F]) {
	g := c.WS.Vec(stepRows * l.out)
	for lo := 0; lo < l.in; lo += stepRows {
		hi := min(lo+stepRows, l.in)
		some := vec.NewMat(g, hi-lo, l.out)
		vec.Transpose(some, vec.Mat[F]{Data: t.Data[lo:], Rows: l.out, Cols: hi - lo, Stride: l.in})
		u.of(lo*l.out, hi*l.out).step(w[lo*l.out:hi*l.out], some.Data)
	}
}

// below turns dout into the derivative by the sums, which it returns, and writes that by the biases
// to bias and, unless nil, that by in to din.
func (l *dense[F]) below(c Call[F], w, bias, out, dout, din []F) vec.Mat[F] {
	d := vec.NewMat(dout, c.N, l.out)
	if l.act == ReLU {
		vec.ReLUGradColSums(bias, d, vec.NewMat(out, c.N, l.out))
	} else {
		unactivated(l.act, dout, out)
		vec.ColSums(bias, d)
	}
	if din != nil {
		m := vec.NewMat(w, l.in, l.out)
		vec.MulNT(vec.NewMat(din, c.N, l.in), 1, d, m, false, c.WS.Vec(vec.ScratchNT(d, m)))
	}
	return d
}
