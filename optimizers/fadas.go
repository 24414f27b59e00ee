package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// FADAS is FedBuff whose server steps by AMSGrad along the mean of K changes, with a rate that
// falls with the largest staleness among them:
//
//	Delta = 1/K sum_i Delta_i
//	m <- beta1 m + (1 - beta1) Delta;  v <- beta2 v + (1 - beta2) Delta^2;  u <- max(u, v)
//	x <- x + eta_t m/(sqrt(u) + epsilon)
//	eta_t = eta if tau_max <= tau_c, else min(eta, 1/tau_max) (paper) or eta/tau_max (code)
//
// A schedule acts on eta, not on the local steps. Displacement per gradient: that of AMSGrad.
//
// Wang, Wang & Chen 2024, FADAS: Towards Federated Adaptive Asynchronous Optimization, ICML, arXiv
// 2407.18365.
type FADAS struct {
	Buffer  int        `doc:"changes in one update (K)" in:"[1,1000000]"`
	Window  int        `doc:"local steps (H)" in:"[1,1000000]"`
	Delay   int        `doc:"the largest staleness at full rate (tau_c)" in:"[0,1000000000]"`
	Beyond  string     `doc:"rate beyond it: paper, min(eta, 1/tau_max); code, eta/tau_max; same, eta (FADAS without delay adaptation)" in:"paper|code|same"`
	Rate    float64    `doc:"step size of the server (eta)" in:"(0,1e30]"`
	Beta1   float64    `doc:"decay of the first moment" in:"[0,1)"`
	Beta2   float64    `doc:"decay of the second moment" in:"[0,1)"`
	Epsilon float64    `doc:"added to the root" in:"(0,1e30]"`
	Local   RuleConfig `doc:"the worker's own optimizer"`
	Proximal
}

var (
	_ params.Validator = FADAS{}
	_ params.Idler     = FADAS{}
)

// Validate wants a local optimizer.
func (c FADAS) Validate() error { return needLocal(c.Local) }

// Idle says when there is nothing beyond.
func (c FADAS) Idle() map[string]string {
	if c.Beyond == "same" {
		return map[string]string{"delay": "beyond = \"same\" goes by no delay"}
	}
	return nil
}

type fadasServer[F vec.Float] struct {
	outer[F]
	FADAS
}

var _ Uniform = (*fadasServer[float32])(nil)

func (s *fadasServer[F]) Apply(m Message[F]) Verdict {
	m.Sched *= s.factor(m.Tau) // eta_t/eta
	return s.outer.Apply(m)
}

// factor is eta_t/eta.
func (s *fadasServer[F]) factor(tau int) float64 {
	switch {
	case tau <= s.Delay || s.Beyond == "same":
		return 1
	case s.Beyond == "code":
		return 1 / float64(tau)
	}
	return min(1, 1/float64(tau)/s.Rate)
}

func fadas[F vec.Float](c FADAS) Strategy[F] {
	rule := AMSGrad{Rate: c.Rate, Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon}
	s := fedBuff[F](FedBuff{Buffer: c.Buffer, Window: c.Window, Local: c.Local, Proximal: c.Proximal, Outer: rule, Serving: plainServing})
	s.Server = func(e Env[F]) Server[F] {
		return &fadasServer[F]{outer[F]{newBroadcast(e), NewRule[F](rule, len(e.X0)), true}, c}
	}
	return s
}

// Facts implements Factual.
func (FADAS) Facts() Facts {
	return Facts{
		Staleness: "a smaller rate beyond `delay`",
		Up:        "the sum of a window's steps", Down: "x", Scales: []string{"delay"},
	}
}

func init() {
	Register("fadas", "AMSGrad on a buffer of changes, slower beyond a delay", "Wang, Wang & Chen 2024, arXiv 2407.18365",
		FADAS{Buffer: 5, Window: 10, Delay: 1, Beyond: "paper", Rate: .01, Beta1: .9, Beta2: .99, Epsilon: 1e-8, Local: PlainSGD{Rate: .1}},
		fadas[float32], fadas[float64])
}
