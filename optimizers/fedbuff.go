package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// FedBuff applies the mean of K changes, each weighted by its staleness, and nobody waits:
//
//	Delta_i = x_i - x_read after H local steps
//	x <- x + eta_g 1/K sum_i s(tau_i) Delta_i,  s(tau) = 1/sqrt(1 + tau)
//
// With an outer optimizer, such as momentum or adam, the server gives it the negative of that sum
// for a gradient; a schedule then acts on its steps, and not on the local ones. A version is K
// pushes, so with M workers always busy mean staleness is (M - 1)/K. Displacement per gradient:
// eta_g rate s(tau)/K.
//
// Nguyen et al. 2022, Federated Learning with Buffered Asynchronous Aggregation, AISTATS, arXiv
// 2106.06639.
type FedBuff struct {
	Buffer       int        `doc:"changes in one update (K; published: 10)" in:"[1,1000000]"`
	Window       int        `doc:"local steps (H)" in:"[1,1000000]"`
	MaxStaleness int        `doc:"refuse what is staler; 0: take all" in:"[0,1000000000]"`
	Outer        RuleConfig `doc:"the server's optimizer, to which the negative mean change is a gradient; none: x moves by the mean"`
	Local        RuleConfig `doc:"the worker's own optimizer"`
	Proximal
	Serving
}

var _ params.Validator = FedBuff{}

// Validate wants a local optimizer.
func (c FedBuff) Validate() error { return needLocal(c.Local) }

func fedBuff[F vec.Float](c FedBuff) Strategy[F] {
	s := Strategy[F]{
		Worker:      func(e Env[F]) Worker[F] { return newChange(e, c.Local, c.Window, c.Prox, c.Outer != nil) },
		Server:      newAdder[F], // x <- x + eta_g 1/K sum_i s(tau_i) Delta_i
		Consistency: Softsync(c.Buffer),
		Combine:     Mean,
		Weight:      c.weigh(),
		Elementwise: true,
		Jobs:        jobsOf(c.Local),
	}
	if c.Outer != nil {
		s.Server = newOuter[F](c.Outer, true)
	}
	if c.MaxStaleness > 0 {
		s.Consistency.Limit = c.MaxStaleness + 1
	}
	return s
}

// Facts implements Factual.
func (FedBuff) Facts() Facts {
	return Facts{Staleness: "by `weight`, polynomial by default; may refuse", Up: "the sum of a window's steps", Down: "x"}
}

func init() {
	Register("fedbuff", "the mean of a buffer of weighted changes, nobody waits", "Nguyen et al. 2022, arXiv 2106.06639",
		FedBuff{Buffer: 10, Window: 10, Local: PlainSGD{Rate: .1}, Serving: Serving{1, Polynomial{.5}}}, fedBuff[float32], fedBuff[float64])
}
