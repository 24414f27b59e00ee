package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// GapAware divides each coordinate of a stale gradient by how many typical steps the center has
// moved there since it was read:
//
//	RA <- rho RA + (1 - rho) v^2, v the momentum as it stands (without momentum: g)
//	C   = eta_max (sqrt(RA/(1 - rho^t)) + epsilon)
//	g  <- g / (1 + |x - x_read|/C)
//	v  <- gamma v + g;  x <- x - eta v
//
// element by element; eta_max is the largest rate so far. A fresh gradient is not divided.
//
// Barkai, Hakimi & Schuster 2020, Gap-Aware Mitigation of Gradient Staleness, ICLR, arXiv
// 1909.10802.
type GapAware struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma; published: .9)" in:"[0,1)"`
	Shared   bool    `doc:"one momentum at the server instead of one for each worker"`
	Average  float64 `doc:"of the running mean square of steps (rho; released code: .999)" in:"[0,1)"`
	Epsilon  float64 `doc:"added to its root (epsilon; released code: 1e-8)" in:"(0,1e30]"`
}

type gapAwareServer[F vec.Float] struct {
	GapAware
	remembering[F]
	v      [][]F // of each worker, or one
	ra     []F   // RA
	etaMax float64
	rhoT   float64 // rho^t
}

var _ Recaller[float32] = (*gapAwareServer[float32])(nil)

func (s *gapAwareServer[F]) Apply(m Message[F]) Verdict {
	v, xRead := s.v[0], s.xRead[m.From]
	if !s.Shared {
		v = s.v[m.From]
	}
	eta, gamma := s.Rate*m.Sched, F(s.Momentum)
	s.etaMax = max(s.etaMax, eta)
	s.rhoT = float64(s.rhoT * s.Average)
	rho, rest, correction := F(s.Average), F(1-s.Average), 1-s.rhoT
	for i, g := range m.Vec {
		step := v[i]
		if gamma == 0 {
			step = g
		}
		s.ra[i] = F(rho*s.ra[i]) + F(rest*F(step*step)) // RA <- rho RA + (1 - rho) v^2
		if gap := abs(s.x[i] - xRead[i]); gap > 0 {
			// C = eta_max (sqrt(RA/(1 - rho^t)) + epsilon)
			c := s.etaMax * (math.Sqrt(float64(s.ra[i])/correction) + s.Epsilon)
			g /= 1 + gap/F(c) // g <- g / (1 + |x - x_read|/C)
		}
		v[i] = F(gamma*v[i]) + g   // v <- gamma v + g
		s.x[i] -= F(F(eta) * v[i]) // x <- x - eta v
	}
	return Applied
}

func gapAware[F vec.Float](c GapAware) Strategy[F] {
	jobs := Tied // a momentum for each worker
	if c.Shared {
		jobs = Fresh
	}
	return Strategy[F]{
		Jobs:   jobs,
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			d, n := len(e.X0), e.Workers
			if c.Shared {
				n = 1
			}
			return &gapAwareServer[F]{GapAware: c, remembering: newRemembering(e), v: vectors[F](n, d), ra: make([]F, d), rhoT: 1}
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (GapAware) Facts() Facts {
	return Facts{
		Staleness: "divides each coordinate by how many steps the center moved there",
		Momentum:  "one for each worker, at the server (`shared`: one)", Up: "a gradient", Down: "x",
	}
}

func init() {
	Register("gap-aware", "gradients divided by how far the center moved since they were read", "Barkai et al. 2020, arXiv 1909.10802",
		GapAware{Rate: .1, Momentum: .9, Average: .999, Epsilon: 1e-8}, gapAware[float32], gapAware[float64])
}
