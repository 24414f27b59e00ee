package extending

import (
	"math/rand/v2"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Gain multiplies each number by a weight of its own and adds a bias.
type Gain struct {
	Start float64 `doc:"the weights at the start" in:"[-1e6,1e6]"`
}

// Shape implements nets.Layer: it takes anything, and leaves its shape.
func (Gain) Shape(from data.Shape) (data.Shape, error) { return from, nil }

type gain[F vec.Float] struct {
	n     int
	start F
}

func (l gain[F]) Inputs() int         { return l.n }
func (l gain[F]) Outputs() int        { return l.n }
func (l gain[F]) Params() int         { return 2 * l.n }
func (l gain[F]) Weights() int        { return l.n } // the first ones; biases behind them
func (l gain[F]) Scratch(int) float64 { return 0 }
func (l gain[F]) Keeps() int          { return 0 }
func (l gain[F]) Init(w []F, _ *rand.Rand) {
	vec.Fill(w[:l.n], l.start)
	clear(w[l.n:])
}

// Forward and Backward take the rows of c.N samples, one behind the other.
func (l gain[F]) Forward(c nets.Call[F], w, in, out, _ []F) {
	for i := range c.N * l.n {
		j := i % l.n
		out[i] = F(w[j]*in[i]) + w[l.n+j]
	}
}

func (l gain[F]) Backward(c nets.Call[F], w, gw, in, _, _, dout, din []F) {
	clear(gw)
	for i := range c.N * l.n {
		j := i % l.n
		gw[j] += F(dout[i] * in[i])
		gw[l.n+j] += dout[i]
		if din != nil {
			din[i] = w[j] * dout[i]
		}
	}
}

func newGain[F vec.Float](c Gain, p nets.Place) nets.Transform[F] {
	return gain[F]{p.From.Size(), F(c.Start)}
}

func init() {
	nets.RegisterLayer("gain", "a weight and a bias for each number", "", Gain{1}, newGain[float32], newGain[float64])
}
