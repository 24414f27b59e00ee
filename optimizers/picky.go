package optimizers

import "staleness/nets/vec"

// Picky is asynchronous SGD that ignores gradients taken too far from where the center is now:
//
//	x <- x - eta g  if |x - x_read| <= threshold
//
// However long it took, a gradient is taken if the center has not moved away. A large threshold is
// asgd; with 0 a gradient is taken only if the center is where it was. Displacement per gradient:
// rate.
//
// Cohen, Daniely, Drori, Koren & Schain 2021, Asynchronous Stochastic Optimization Robust to
// Arbitrary Delays, NeurIPS, arXiv 2106.11879.
type Picky struct {
	Rate      float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Threshold float64 `doc:"Euclidean distance from the read beyond which a gradient is ignored (theory: epsilon/(2 beta), beta the smoothness)" in:"[0,1e30]"`
}

type pickyServer[F vec.Float] struct {
	Picky
	remembering[F]
}

var _ Recaller[float32] = (*pickyServer[float32])(nil)

func (s *pickyServer[F]) Apply(m Message[F]) Verdict {
	if !(vec.DistSq(s.x, s.xRead[m.From]) <= float64(s.Threshold*s.Threshold)) {
		return Dropped // |x - x_read| > threshold
	}
	vec.Axpy(s.x, -F(s.Rate*m.Sched), m.Vec) // x <- x - eta g
	return Applied
}

func picky[F vec.Float](c Picky) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] { return &pickyServer[F]{c, newRemembering(e)} },
		Serial: PlainSGD{Rate: c.Rate},
	}
}

// Facts implements Factual.
func (Picky) Facts() Facts {
	return Facts{Staleness: "refuses a gradient if the center has moved far since its read", Up: "a gradient", Down: "x"}
}

func init() {
	Register("picky", "asynchronous SGD that ignores gradients of far away points", "Cohen et al. 2021, arXiv 2106.11879",
		Picky{Rate: .1, Threshold: 1}, picky[float32], picky[float64])
}
