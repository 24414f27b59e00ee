package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// AdaptiveRevision is Adagrad that knows what has come between a gradient's read and its update,
// and revises by it the steps that were taken. Of each coordinate the server keeps G, the sum of
// its gradients, and z = z' = 1; a worker reads x and G, and sends G back with its gradient:
//
//	b     = G - G_read
//	z    <- z + g (g + 2 b);  z' <- max(z', z)
//	x    <- x - eta g + (eta_old - eta) b,  eta_old and eta being alpha/sqrt(z') before and after
//	G    <- G + g
//
// Without delay it is Adagrad; gradients that were read at one version come to one step of it on
// their sum. Displacement per gradient: at most about alpha, and less and less, as of Adagrad.
//
// McMahan & Streeter 2014, Delay-Tolerant Algorithms for Asynchronous Distributed Online Learning,
// NIPS.
type AdaptiveRevision struct {
	Rate float64 `doc:"step size (alpha)" in:"(0,1e30]"`
}

var _ Particular = AdaptiveRevision{}

// Refuses implements Particular.
func (AdaptiveRevision) Refuses(p Parts) error {
	if p.Clip.Push > 0 {
		return params.Errorf("clip.push", "bounds the norm of the whole push, and half of this one is G, not a gradient: take clip.gradient")
	}
	return nil
}

// revisionWorker sends G back as it was read.
type revisionWorker[F vec.Float] struct{ x, read []F }

func (w *revisionWorker[F]) Point() []F { return w.x }

func (w *revisionWorker[F]) Step(g []F, _ float64) Action {
	copy(g[len(g):2*len(g)], w.read)
	return Exchange
}

func (w *revisionWorker[F]) Receive(v []F) Action {
	d := len(v) / 2
	w.x, w.read = append(w.x[:0], v[:d]...), append(w.read[:0], v[d:]...)
	return Compute
}

type revisionServer[F vec.Float] struct {
	center[F]
	alpha       float64
	sum, z, max []F // G, z, z'
}

func (s *revisionServer[F]) Apply(m Message[F]) Verdict {
	alpha, d := s.alpha*m.Sched, len(s.x)
	read := m.Vec[d:]
	for i, g := range m.Vec[:d] {
		b := s.sum[i] - read[i] // b = G - G_read
		old := F(alpha / math.Sqrt(float64(s.max[i])))
		s.z[i] += F(g * (g + F(2*b)))    // z <- z + g (g + 2 b)
		s.max[i] = max(s.max[i], s.z[i]) // z' <- max(z', z)
		eta := F(alpha / math.Sqrt(float64(s.max[i])))
		s.x[i] += F((old-eta)*b) - F(eta*g) // x <- x - eta g + (eta_old - eta) b
		s.sum[i] += g                       // G <- G + g
	}
	return Applied
}

func (s *revisionServer[F]) Reply(dst []F, _ int) {
	n := copy(dst, s.x)
	copy(dst[n:], s.sum)
}

func adaptiveRevision[F vec.Float](c AdaptiveRevision) Strategy[F] {
	return Strategy[F]{
		Worker: func(Env[F]) Worker[F] { return &revisionWorker[F]{} },
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			s := &revisionServer[F]{center: newCenter(e), alpha: c.Rate, sum: make([]F, d), z: make([]F, d), max: make([]F, d)}
			vec.Fill(s.z, 1)
			vec.Fill(s.max, 1)
			return s
		},
		Width:       2,
		Elementwise: true,
	}
}

// Facts implements Factual.
func (AdaptiveRevision) Facts() Facts {
	return Facts{Staleness: "revises steps by the gradients since the read", Up: "a gradient, and G as it was read", Down: "x and G"}
}

func init() {
	Register("adaptive-revision", "Adagrad whose steps are revised by what came between read and update", "McMahan & Streeter 2014, NIPS",
		AdaptiveRevision{Rate: .1}, adaptiveRevision[float32], adaptiveRevision[float64])
}
