package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// DCASGD adds to a stale gradient a first-order guess of what it would be at the present center,
// with lambda g g for the Hessian:
//
//	x <- x - eta (g + lambda_t g g (x - w_bak(i)))
//
// where w_bak(i) is what worker i was sent. The adaptive form (DC-ASGD-a) has
//
//	MS       <- m MS + (1 - m) g g
//	lambda_t  = lambda_0 / sqrt(MS + epsilon), element by element
//
// the constant one (DC-ASGD-c) lambda_t = lambda_0.
//
// Zheng et al. 2017, Asynchronous Stochastic Gradient Descent with Delay Compensation, ICML, arXiv
// 1609.08326.
type DCASGD struct {
	Rate    float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Lambda  float64 `doc:"strength of the compensation (lambda_0; published for CIFAR-10, adaptive: 2; MXNet, constant: .04)" in:"[0,1e30]"`
	Form    string  `doc:"constant: DC-ASGD-c; adaptive: DC-ASGD-a" in:"constant|adaptive"`
	Decay   float64 `doc:"of the mean square (m; published: .95)" in:"[0,1)" when:"form=adaptive"`
	Epsilon float64 `doc:"under the root (epsilon; published: 1e-7)" in:"(0,1e30]" when:"form=adaptive"`
	Shared  bool    `doc:"one mean square for all workers instead of one for each" when:"form=adaptive"`
}

type dcasgdServer[F vec.Float] struct {
	DCASGD
	remembering[F]       // w_bak(i)
	ms             [][]F // MS: of each worker, or one
}

var _ Recaller[float32] = (*dcasgdServer[float32])(nil)

func (s *dcasgdServer[F]) Apply(m Message[F]) Verdict {
	lambda := F(s.Lambda)
	wBak := s.xRead[m.From]
	var ms []F
	switch {
	case s.Form != "adaptive":
	case s.Shared:
		ms = s.ms[0]
	default:
		ms = s.ms[m.From]
	}
	eta, decay, rest := F(s.Rate*m.Sched), F(s.Decay), F(1-s.Decay)
	for i, g := range m.Vec {
		gg := F(g * g)
		if ms != nil {
			ms[i] = F(decay*ms[i]) + F(rest*gg) // MS <- m MS + (1 - m) g g
			// lambda_t = lambda_0 / sqrt(MS + epsilon)
			lambda = F(s.Lambda / math.Sqrt(float64(ms[i])+s.Epsilon))
		}
		// x <- x - eta (g + lambda_t g g (x - w_bak(i)))
		s.x[i] -= F(eta * (g + F(F(lambda*gg)*(s.x[i]-wBak[i]))))
	}
	return Applied
}

func dcasgd[F vec.Float](c DCASGD) Strategy[F] {
	jobs := Fresh
	if c.Form == "adaptive" && !c.Shared { // a mean square for each worker
		jobs = Tied
	}
	return Strategy[F]{
		Jobs:   jobs,
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			s := &dcasgdServer[F]{DCASGD: c, remembering: newRemembering(e)}
			switch {
			case c.Form != "adaptive":
			case c.Shared:
				s.ms = vectors[F](1, d)
			default:
				s.ms = vectors[F](e.Workers, d)
			}
			return s
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (DCASGD) Facts() Facts {
	return Facts{Staleness: "compensates by what the worker was sent", Up: "a gradient", Down: "x"}
}

func init() {
	Register("dc-asgd", "delay-compensated asynchronous SGD", "Zheng et al. 2017, arXiv 1609.08326",
		DCASGD{Rate: .1, Lambda: .04, Form: "constant", Decay: .95, Epsilon: 1e-7}, dcasgd[float32], dcasgd[float64])
}
