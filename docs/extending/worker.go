package extending

import (
	"math"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// EFSign is sign descent with error feedback (Karimireddy, Rebjock, Stich & Jaggi 2019, arXiv
// 1901.09847): what the sign leaves out of a step is added to the worker's next one.
type EFSign struct {
	Rate float64 `doc:"step size (gamma)" in:"(0,1e30]"`
}

type efWorker[F vec.Float] struct {
	x, e []F
	rate float64
}

func (w *efWorker[F]) Point() []F { return w.x }

// Step turns the gradient into the message, in its place.
func (w *efWorker[F]) Step(g []F, sched float64) optimizers.Action {
	rate, norm := F(w.rate*sched), 0.
	for i := range g {
		g[i] = F(rate*g[i]) + w.e[i] // p <- gamma g + e
		norm += math.Abs(float64(g[i]))
	}
	scale := norm / float64(len(g))
	for i, p := range g {
		g[i] = 0
		if p != 0 {
			g[i] = F(math.Copysign(scale, float64(p))) // delta <- |p|_1/d sign(p)
		}
		w.e[i] = p - g[i] // e <- p - delta
	}
	return optimizers.Exchange // push, pull, and wait for the reply
}

// Receive goes on from the center. v is lent, so it is copied.
func (w *efWorker[F]) Receive(v []F) optimizers.Action {
	w.x = append(w.x[:0], v...)
	return optimizers.Compute
}

type efServer[F vec.Float] struct{ x []F }

func (s *efServer[F]) Center() []F        { return s.x }
func (s *efServer[F]) Reply(d []F, _ int) { copy(d, s.x) }
func (s *efServer[F]) Uniform()           {} // everybody is sent the center
func (s *efServer[F]) Apply(m optimizers.Message[F]) optimizers.Verdict {
	vec.Sub(s.x, s.x, m.Vec) // x <- x - delta
	return optimizers.Applied
}

// Optional interfaces are asserted: a changed signature must not make a method slower in silence.
var _ optimizers.Uniform = (*efServer[float32])(nil)

func efSign[F vec.Float](c EFSign) optimizers.Strategy[F] {
	return optimizers.Strategy[F]{
		Worker: func(e optimizers.Env[F]) optimizers.Worker[F] {
			return &efWorker[F]{x: vec.Clone(e.X0), e: make([]F, len(e.X0)), rate: c.Rate}
		},
		Server:      func(e optimizers.Env[F]) optimizers.Server[F] { return &efServer[F]{vec.Clone(e.X0)} },
		Combine:     optimizers.Mean,
		Elementwise: true, // the server is
		Keeps:       true, // e outlives a push
	}
}

func init() {
	optimizers.Register("ef-sign", "sign descent with error feedback", "Karimireddy et al. 2019, arXiv 1901.09847",
		EFSign{Rate: .1}, efSign[float32], efSign[float64])
}
