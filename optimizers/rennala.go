package optimizers

import "staleness/nets/vec"

// Rennala gathers B gradients of whomever at the present point and ignores all others:
//
//	x_{k+1} = x_k - gamma 1/B sum of the first B gradients taken at x_k
//
// Staleness is 0; what asynchrony costs is the work that is ignored. Displacement per gradient:
// rate/B.
//
// Tyurin & Richtarik 2023, Optimal Time Complexities of Parallel Stochastic Optimization Methods
// Under a Fixed Computation Model, NeurIPS, arXiv 2305.12387.
type Rennala struct {
	Rate  float64 `doc:"step size (gamma; theory: min(1/L, epsilon B/(2 L sigma^2)))" in:"(0,1e30]"`
	Batch int     `doc:"gradients in a step (B; theory: max(1, ceil(sigma^2/epsilon)))" in:"[1,1000000000]"`
	Late  string  `doc:"workers at an old point finish and are ignored, or abort at once" in:"finish|abort"`
}

func rennala[F vec.Float](c Rennala) Strategy[F] {
	// x_{k+1} = x_k - gamma 1/B sum of the first B gradients taken at x_k
	s := asgd[F](ASGD{Rate: c.Rate, Serving: plainServing})
	s.Serial = nil
	s.Consistency = KBatchSync(c.Batch, c.Late == "abort")
	return s
}

// Facts implements Factual.
func (Rennala) Facts() Facts {
	return Facts{Staleness: "takes fresh gradients alone", Up: "a gradient", Down: "x"}
}

func init() {
	Register("rennala", "fresh gradients in batches, from whomever", "Tyurin & Richtarik 2023, arXiv 2305.12387",
		Rennala{.1, 4, "finish"}, rennala[float32], rennala[float64])
}
