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
	Prox   float64    `doc:"pull of each step towards the model received (gamma rho; released run: .01)" in:"[0,1]"`
	Delta  bool       `doc:"add the weighted change of the model instead of moving towards it"`
	Local  RuleConfig `doc:"the worker's own optimizer (released run: sgd, rate .1)"`
}

var _ params.Validator = FedAsync{}

// Validate wants a local optimizer.
func (c FedAsync) Validate() error { return needLocal(c.Local) }

type fedAsyncWorker[F vec.Float] struct {
	localSteps[F]
	prox  F
	delta bool
}

var _ Planner = (*fedAsyncWorker[float32])(nil)

func (w *fedAsyncWorker[F]) Step(g []F, _ float64) Action {
	if w.prox != 0 {
		vec.Lerp(w.x, w.prox, w.start()) // x <- x + gamma rho (x_s - x)
	}
	if !w.step(g, 1) { // x <- x - gamma g
		return Compute
	}
	if w.delta {
		vec.Sub(g, w.x, w.start()) // x_new - x_s
	} else {
		copy(g, w.x)
	}
	return Exchange
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

func fedAsync[F vec.Float](c FedAsync) Strategy[F] {
	if c.Weight == nil {
		c.Weight = NoWeight{}
	}
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			return &fedAsyncWorker[F]{newLocalSteps(e, c.Local, c.Window), F(c.Prox), c.Delta}
		},
		Server:      func(e Env[F]) Server[F] { return &fedAsyncServer[F]{c, newBroadcast(e)} },
		Elementwise: true,
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
