package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// FedAsync mixes the model that a worker returns into the center, the less the staler it is. From
// the x_s it was sent a worker takes H proximal steps, gradient first,
//
//	g at x;  x <- x + gamma rho (x_s - x);  x <- x - gamma g
//
// and the server does
//
//	alpha_k = alpha s(tau);  x <- (1 - alpha_k) x + alpha_k x_new.
//
// Moving towards a model that started from a stale x_s also pulls back by alpha_k (x_s - x); delta
// = true adds alpha_k (x_new - x_s) instead. A schedule acts on alpha, as in the released run;
// gamma stays.
//
// Xie, Koyejo & Gupta 2019, Asynchronous Federated Optimization, arXiv 1903.03934.
type FedAsync struct {
	Alpha  float64    `doc:"mixing rate (alpha; released run: .8)" in:"(0,1]"`
	Weight Weight     `doc:"s(staleness): polynomial (a = .5), hinge (a = 10, b = 4), none"`
	Window int        `doc:"local steps (H)" in:"[1,1000000]"`
	Outer  RuleConfig `doc:"the server's optimizer, to which the negative of what x would move by is a gradient; none: x moves by it"`
	Prox   float64    `doc:"pull of each step towards the model received (gamma rho; released run: .01)" in:"[0,1]"`
	Delta  bool       `doc:"add the weighted change of the model instead of moving towards it"`
	Local  RuleConfig `doc:"the worker's own optimizer (released run: sgd, rate .1)"`
}

var _ params.Validator = FedAsync{}

// Validate wants a local optimizer.
func (c FedAsync) Validate() error { return needLocal(c.Local) }

// fedAsyncWorker sends its model.
type fedAsyncWorker[F vec.Float] struct{ changeWorker[F] }

var _ Planner = (*fedAsyncWorker[float32])(nil)

func (w *fedAsyncWorker[F]) Step(g []F, sched float64) Action {
	a := w.changeWorker.Step(g, sched)
	if a != Compute {
		copy(g, w.x) // x_new
	}
	return a
}

type fedAsyncServer[F vec.Float] struct {
	FedAsync
	broadcast[F]
}

var _ Versioner[float32] = (*fedAsyncServer[float32])(nil)

func (s *fedAsyncServer[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *fedAsyncServer[F]) ApplyTo(next []F, m Message[F]) Verdict {
	alpha := F(s.Alpha * m.Sched * s.Weight.Of(m.Tau)) // alpha_k = alpha s(tau)
	if s.Delta {
		vec.AxpyTo(next, alpha, m.Vec, s.x) // x <- x + alpha_k (x_new - x_s)
	} else {
		vec.LerpTo(next, s.x, alpha, m.Vec) // x <- (1 - alpha_k) x + alpha_k x_new
	}
	s.x = next
	return Applied
}

// outerFedAsync is that server with an optimizer of its own.
type outerFedAsync[F vec.Float] struct {
	outer[F]
	FedAsync
}

var _ Uniform = (*outerFedAsync[float32])(nil)

func (s *outerFedAsync[F]) Apply(m Message[F]) Verdict {
	if !s.Delta {
		vec.Sub(m.Vec, m.Vec, s.x) // x_new - x
	}
	vec.Scale(m.Vec, F(s.Alpha*m.Sched*s.Weight.Of(m.Tau))) // times alpha_k
	return s.outer.Apply(m)
}

func fedAsync[F vec.Float](c FedAsync) Strategy[F] {
	if c.Weight == nil {
		c.Weight = NoWeight{}
	}
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			w := changeWorker[F]{newLocalSteps(e, c.Local, c.Window), F(c.Prox), true}
			if c.Delta {
				return &w
			}
			return &fedAsyncWorker[F]{w}
		},
		Server: func(e Env[F]) Server[F] {
			if c.Outer != nil {
				return &outerFedAsync[F]{outer[F]{newBroadcast(e), NewRule[F](c.Outer, len(e.X0)), false}, c}
			}
			return &fedAsyncServer[F]{c, newBroadcast(e)}
		},
		Elementwise: true,
		Jobs:        jobsOf(c.Local),
	}
}

// Facts implements Factual.
func (FedAsync) Facts() Facts {
	return Facts{Staleness: "by `weight`, polynomial by default", Up: "x_i after a window", Down: "x"}
}

func init() {
	Register("fedasync", "models mixed into the center, the less the staler", "Xie et al. 2019, arXiv 1903.03934",
		FedAsync{Alpha: .8, Weight: Polynomial{.5}, Window: 10, Prox: .01, Local: PlainSGD{Rate: .1}}, fedAsync[float32], fedAsync[float64])
}
