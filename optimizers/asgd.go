package optimizers

import "staleness/nets/vec"

// ASGD is asynchronous SGD: each gradient is taken at what its worker last read, and applied when
// it comes,
//
//	x <- x - rate g(x_{k-tau}).
//
// Under softsync, ssp, k-async and bounded it is the method of those papers; with several shards,
// each read and written at its own instant, it is Hogwild! (Recht et al. 2011, arXiv 1106.5730).
// Displacement per gradient: rate.
type ASGD struct {
	Rate  float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Order string  `doc:"commit-pull: a worker reads after its own gradient is applied; pull-commit: before (Mishchenko et al. 2022)" in:"commit-pull|pull-commit"`
	Serving
}

func asgd[F vec.Float](c ASGD) Strategy[F] {
	s := Strategy[F]{
		Worker:      newGradients[F](Exchange),
		Server:      newDescent[F](PlainSGD{Rate: c.Rate}), // x <- x - rate g(x_{k-tau})
		Combine:     Mean,
		Weight:      c.weigh(),
		Elementwise: true,
		Jobs:        Fresh,
	}
	if c.Order == "pull-commit" {
		s.Worker, s.Trails = newGradients[F](Exchange|ReadOld), true
	} else if s.Weight == nil {
		s.Serial = PlainSGD{Rate: c.Rate}
	}
	return s
}

// Facts implements Factual.
func (ASGD) Facts() Facts {
	return Facts{Staleness: "by `weight`, if given", Up: "a gradient", Down: "x"}
}

func init() {
	Register("asgd", "asynchronous SGD", "Tsitsiklis, Bertsekas & Athans 1986; Recht et al. 2011, arXiv 1106.5730",
		ASGD{.1, "commit-pull", plainServing}, asgd[float32], asgd[float64])
}
