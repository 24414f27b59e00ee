package optimizers

import "staleness/nets/vec"

// Ringmaster is asynchronous SGD that ignores gradients of delay R and more:
//
//	x <- x - gamma g if delta < R
//
// With stops a worker whose gradient can only be ignored is interrupted and starts again at x. R =
// 1 takes fresh gradients only, a large R is asgd. Displacement per gradient: rate.
//
// Maranjyan, Tyurin & Richtarik 2025, Ringmaster ASGD, arXiv 2501.16168.
type Ringmaster struct {
	Rate  float64 `doc:"step size (gamma; theory: min(1/(2 R L), epsilon/(4 L sigma^2)))" in:"(0,1e30]"`
	Limit int     `doc:"first delay that is ignored (R; theory: max(1, ceil(sigma^2/epsilon)))" in:"[1,1000000000]"`
	Stops bool    `doc:"interrupt workers whose delay has reached the limit"`
}

func ringmaster[F vec.Float](c Ringmaster) Strategy[F] {
	s := asgd[F](ASGD{Rate: c.Rate, Serving: plainServing}) // x <- x - gamma g if delta < R
	s.Consistency = Bounded(c.Limit, c.Stops)
	return s
}

// Facts implements Factual.
func (Ringmaster) Facts() Facts {
	return Facts{Staleness: "refuses what is staler than a limit", Up: "a gradient", Down: "x"}
}

func init() {
	Register("ringmaster", "asynchronous SGD that ignores gradients beyond a delay", "Maranjyan et al. 2025, arXiv 2501.16168",
		Ringmaster{.1, 4, false}, ringmaster[float32], ringmaster[float64])
}
