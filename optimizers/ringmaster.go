package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// Ringmaster is asynchronous SGD that ignores gradients of delay R and more. If delta < R, then
//
//	plain       x <- x - gamma g
//	normalized  m <- beta m + (1 - beta) g;  x <- x - gamma m/|m|
//
// With stops a worker whose gradient can only be ignored is interrupted and starts again at x. R =
// 1 takes fresh gradients only, a large R is asgd. An agnostic run needs to know neither noise nor
// smoothness: at update k, from 1, it has the rate gamma/(k + 1)^(3/4), 1 - beta = 1/sqrt(k), and R
// = max(1, floor(sqrt(k))). Displacement per gradient: rate (normalized: of each that is applied).
//
// Maranjyan, Tyurin & Richtarik 2025, Ringmaster ASGD, arXiv 2501.16168; normalized: the Euclidean
// form of Ringmaster LMO, arXiv 2605.18174, after the released code, as we read it.
type Ringmaster struct {
	Rate     float64 `doc:"step size (gamma; theory of plain: min(1/(2 R L), epsilon/(4 L sigma^2)))" in:"(0,1e30]"`
	Limit    int     `doc:"first delay that is ignored (R; theory: max(1, ceil(sigma^2/epsilon)))" in:"[1,1000000000]" when:"!agnostic"`
	Stops    bool    `doc:"interrupt workers whose delay has reached the limit" when:"!agnostic"`
	Form     string  `doc:"plain: along the gradient; normalized: so far along a mean of them" in:"plain|normalized" later:"plain"`
	Momentum float64 `doc:"weight of the mean before in the next (beta; published: .95)" in:"[0,1)" when:"form=normalized,!agnostic" later:"0.95"`
	Agnostic bool    `doc:"rate, momentum and limit follow the number of the update" when:"form=normalized" later:"false"`
}

var _ params.Validator = Ringmaster{}

// Validate refuses what only the other form can do.
func (c Ringmaster) Validate() error {
	if c.Agnostic && c.Form != "normalized" {
		return params.Errorf("agnostic", "the theory is of normalized steps: take form = \"normalized\"")
	}
	return nil
}

type normalizedServer[F vec.Float] struct {
	Ringmaster
	broadcast[F]
	m []F
	k int // of the next update
}

var _ Uniform = (*normalizedServer[float32])(nil)

func (s *normalizedServer[F]) Apply(m Message[F]) Verdict {
	rate, beta := s.Rate*m.Sched, s.Momentum
	if s.Agnostic {
		root := math.Sqrt(float64(s.k))
		if m.Tau >= max(1, int(root)) { // delta < R_k
			return Dropped
		}
		rate, beta = rate/vec.Pow(float64(s.k+1), .75), 1-1/root
	}
	s.k++
	vec.Lerp(s.m, F(1-beta), m.Vec) // m <- beta m + (1 - beta) g
	if norm := math.Sqrt(vec.SumSq(s.m)); norm > 0 {
		vec.Axpy(s.x, -F(rate/norm), s.m) // x <- x - gamma m/|m|
	}
	return Applied
}

func ringmaster[F vec.Float](c Ringmaster) Strategy[F] {
	if c.Form == "normalized" {
		s := Strategy[F]{
			Worker: newGradients[F](Exchange),
			Server: func(e Env[F]) Server[F] {
				return &normalizedServer[F]{c, newBroadcast(e), make([]F, len(e.X0)), 1}
			},
		}
		if !c.Agnostic {
			s.Consistency = Bounded(c.Limit, c.Stops)
		}
		return s
	}
	s := asgd[F](ASGD{Rate: c.Rate, Serving: plainServing}) // x <- x - gamma g if delta < R
	s.Consistency = Bounded(c.Limit, c.Stops)
	return s
}

// Facts implements Factual.
func (Ringmaster) Facts() Facts {
	return Facts{
		Staleness: "refuses what is staler than a limit",
		Momentum:  "at the server, if `form = \"normalized\"`", Up: "a gradient", Down: "x",
	}
}

func init() {
	Register("ringmaster", "asynchronous SGD that ignores gradients beyond a delay", "Maranjyan et al. 2025, arXiv 2501.16168",
		Ringmaster{Rate: .1, Limit: 4, Form: "plain", Momentum: .95}, ringmaster[float32], ringmaster[float64])
}
