package extending

import (
	"math"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// SignSGD is asynchronous sign descent (Bernstein et al. 2018): x <- x - rate sign(g).
type SignSGD struct {
	Rate float64 `doc:"step size of every coordinate (delta)" in:"(0,1e30]"`
}

type signServer[F vec.Float] struct {
	x    []F
	rate float64
}

func (s *signServer[F]) Center() []F        { return s.x }
func (s *signServer[F]) Reply(d []F, _ int) { copy(d, s.x) }
func (s *signServer[F]) Apply(m optimizers.Message[F]) optimizers.Verdict {
	for i, g := range m.Vec {
		if g != 0 {
			s.x[i] -= F(math.Copysign(s.rate*m.Sched, float64(g)))
		}
	}
	return optimizers.Applied
}

func signSGD[F vec.Float](c SignSGD) optimizers.Strategy[F] {
	server := func(e optimizers.Env[F]) optimizers.Server[F] { return &signServer[F]{vec.Clone(e.X0), c.Rate} }
	return optimizers.Strategy[F]{Worker: optimizers.Gradients[F], Server: server, Combine: optimizers.Mean, Elementwise: true}
}

func init() {
	optimizers.Register("sign-sgd", "asynchronous sign descent", "Bernstein et al. 2018, arXiv 1802.04434", SignSGD{Rate: .01}, signSGD[float32], signSGD[float64])
}
