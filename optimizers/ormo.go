package optimizers

import "staleness/nets/vec"

// OrMo is momentum in the order in which gradients were begun, whatever the order in which they
// arrive. With M workers the version j that a gradient was read at belongs to group G(j) =
// ceil(j/M); a group is one step of the momentum:
//
//	when the server's own version enters a new group:  u <- beta u;  w <- w - u
//	on g of d groups before:  u <- u + beta^d eta g;  w <- w - (1 - beta^{d+1})/(1 - beta) eta g
//
// so that after every arrival w is what synchronous momentum in the order of groups would have made
// of the gradients that are there. beta = 0 is asgd. OrMo-DA takes smaller steps for large delays.
// Displacement per gradient: rate/(1 - beta), in the long run.
//
// Shi, Yang & Li 2024, Ordered Momentum for Asynchronous SGD, NeurIPS, arXiv 2407.19234.
type OrMo struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (beta)" in:"[0,1)"`
	Form     string  `doc:"plain: OrMo; da: OrMo-DA, whose step for a delay tau is eta M/max(M, tau)" in:"plain|da"`
}

type ormoServer[F vec.Float] struct {
	OrMo
	broadcast[F]     // w
	u            []F // in units of steps
	k, workers   int // version, M
}

var _ Uniform = (*ormoServer[float32])(nil)

// group is G(j).
func (s *ormoServer[F]) group(j int) int { return (j + s.workers - 1) / s.workers }

func (s *ormoServer[F]) Apply(m Message[F]) Verdict {
	beta, eta := s.Momentum, s.Rate*m.Sched
	if s.Form == "da" {
		eta = float64(eta * delayFactor(m.Tau, s.workers))
	}
	now := s.group(s.k)
	if s.k > 0 && now > s.group(s.k-1) {
		vec.Scale(s.u, F(beta)) // u <- beta u
		vec.Sub(s.x, s.x, s.u)  // w <- w - u
	}
	late := vec.Pow(beta, float64(now-s.group(s.k-m.Tau))) // beta^d
	vec.Axpy(s.u, F(float64(late*eta)), m.Vec)             // u <- u + beta^d eta g
	// w <- w - (1 - beta^{d+1})/(1 - beta) eta g
	vec.Axpy(s.x, -F((1-float64(late*beta))/(1-beta)*eta), m.Vec)
	s.k++
	return Applied
}

func ormo[F vec.Float](c OrMo) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			return &ormoServer[F]{OrMo: c, broadcast: newBroadcast(e), u: make([]F, len(e.X0)), workers: e.Workers}
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (OrMo) Facts() Facts {
	return Facts{
		Staleness: "enters the momentum where its gradient was begun; `form = \"da\"` also takes smaller steps beyond M",
		Momentum:  "one at the server, in the order of reads", Up: "a gradient", Down: "w",
	}
}

func init() {
	Register("ormo", "momentum in the order in which gradients were begun", "Shi, Yang & Li 2024, arXiv 2407.19234",
		OrMo{Rate: .1, Momentum: .9, Form: "plain"}, ormo[float32], ormo[float64])
}
