package optimizers

import "staleness/nets/vec"

// Proximal is the key of methods whose local steps may be pulled towards the model received (Li et
// al. 2020, FedProx, arXiv 1812.06127).
type Proximal struct {
	Prox float64 `doc:"pull of each local step towards the model received (gamma rho); 0: none" in:"[0,1]" later:"0.0"`
}

// changeWorker sends by how much a window of local steps has changed the model. The steps may be
// pulled towards what was received, gradient first, and have a rate of their own: the schedule is
// then the server's.
type changeWorker[F vec.Float] struct {
	localSteps[F]
	prox  F
	fixed bool
}

var _ Planner = (*changeWorker[float32])(nil)

// newChange makes that worker, or the one that does the same faster.
func newChange[F vec.Float](e Env[F], local RuleConfig, window int, prox float64, fixed bool) Worker[F] {
	if prox == 0 && !fixed {
		return &downpourWorker[F]{newLocalSteps(e, local, window), Exchange}
	}
	return &changeWorker[F]{newLocalSteps(e, local, window), F(prox), fixed}
}

func (w *changeWorker[F]) Step(g []F, sched float64) Action {
	if w.fixed {
		sched = 1
	}
	if w.prox != 0 {
		vec.Lerp(w.x, w.prox, w.start()) // x <- x + gamma rho (x_s - x)
	}
	if !w.step(g, sched) { // x <- x - gamma g
		return Compute
	}
	vec.Sub(g, w.x, w.start()) // x_new - x_s
	return Exchange
}

// outer is the server whose pushes are changes of models: its optimizer takes them for negative
// gradients (Reddi et al. 2021, arXiv 2003.00295).
type outer[F vec.Float] struct {
	broadcast[F]
	rule    Rule[F]
	follows bool // the schedule is its
}

var _ Uniform = (*outer[float32])(nil)

func newOuter[F vec.Float](c RuleConfig, follows bool) func(Env[F]) Server[F] {
	return func(e Env[F]) Server[F] { return &outer[F]{newBroadcast(e), NewRule[F](c, len(e.X0)), follows} }
}

func (s *outer[F]) Apply(m Message[F]) Verdict {
	vec.Scale(m.Vec, -1)
	sched := 1.
	if s.follows {
		sched = m.Sched
	}
	s.rule.Step(s.x, m.Vec, sched) // x <- Outer(x, -Delta)
	return Applied
}
