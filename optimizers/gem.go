package optimizers

import "staleness/nets/vec"

// GEM scales each coordinate of an update so that, together with what the others have moved the
// center since this worker read it, it has the energy that momentum SGD alone would have:
//
//	Delta <- -eta g(s)
//	m     <- mu m + Delta
//	theta <- pull
//	pi    <- (kappa |m| - |theta - s|) / (|Delta| + epsilon), element by element
//	commit pi Delta, s <- theta
//
// The own commit is not in s (pull, then commit), so mean staleness is M.
//
// Without a ceiling on pi a negative one reverses the update, and a few workers on a quadratic
// diverge; the default is the released code's.
//
// Hermans & Louppe 2018, Gradient Energy Matching for Distributed Asynchronous Gradient Descent,
// arXiv 1805.08469.
type GEM struct {
	Rate     float64 `doc:"step size (eta; published: .01)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum of the proxy (mu; published: .9)" in:"[0,1)"`
	Kappa    float64 `doc:"energy relative to the proxy's (kappa; published: 1)" in:"(0,1e30]"`
	Epsilon  float64 `doc:"avoids division by zero (epsilon; published: 1e-16, released code: 1e-12)" in:"(0,1e30]"`
	Ceiling  float64 `doc:"clamp pi to [0, ceiling], as the released code does (5); 0: leave it, as the paper writes" in:"[0,1e30]"`
}

type gemWorker[F vec.Float] struct {
	GEM
	s     []F // where the gradient is taken: the center as last pulled
	m     []F // proxy
	delta []F // own update
	asked bool
}

func (w *gemWorker[F]) Point() []F { return w.s }

func (w *gemWorker[F]) Step(g []F, sched float64) Action {
	w.asked = true
	eta, mu := F(w.Rate*sched), F(w.Momentum)
	for i, g_i := range g {
		w.delta[i] = -F(eta * g_i)         // Delta <- -eta g(s)
		w.m[i] = F(mu*w.m[i]) + w.delta[i] // m <- mu m + Delta
	}
	return Pull | Wait
}

func (w *gemWorker[F]) Receive(theta []F) Action {
	if !w.asked { // at birth, or an interrupt
		copy(w.s, theta)
		return Compute
	}
	w.asked = false
	kappa, epsilon := F(w.Kappa), F(w.Epsilon)
	for i, t := range theta {
		// pi <- (kappa |m| - |theta - s|) / (|Delta| + epsilon)
		pi := (F(kappa*abs(w.m[i])) - abs(t-w.s[i])) / (abs(w.delta[i]) + epsilon)
		if w.Ceiling > 0 {
			pi = min(max(pi, 0), F(w.Ceiling))
		}
		theta[i] = pi * w.delta[i] // commit pi Delta
		w.s[i] = t                 // s <- theta
	}
	return Push
}

func gem[F vec.Float](c GEM) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			d := len(e.X0)
			return &gemWorker[F]{GEM: c, s: vec.Clone(e.X0), m: make([]F, d), delta: make([]F, d)}
		},
		Server:      newAdder[F], // x <- x + pi Delta
		Combine:     Sum,
		Elementwise: true,
		Trails:      true,
	}
}

// Facts implements Factual.
func (GEM) Facts() Facts {
	return Facts{
		Staleness: "gives each coordinate the energy that the others did not",
		Momentum:  "of the proxy, at the worker", Up: "a step, scaled by coordinate", Down: "x",
	}
}

func init() {
	Register("gem", "gradient energy matching", "Hermans & Louppe 2018, arXiv 1805.08469",
		GEM{Rate: .01, Momentum: .9, Kappa: 1, Epsilon: 1e-16, Ceiling: 5}, gem[float32], gem[float64])
}
