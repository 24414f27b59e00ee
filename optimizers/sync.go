package optimizers

import "staleness/nets/vec"

// Sync is synchronous minibatch SGD: in each round every worker sends one gradient at x_k and
//
//	x <- x - rate (1/M) sum_i g_i(x_k).
//
// Staleness is 0. Under k-sync or backup (Chen et al. 2016, arXiv 1604.00981) the first k make the
// round and the mean is over them. Displacement per gradient: rate/M, with reduce = "sum" rate.
type Sync struct {
	Rate   float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Reduce string  `doc:"what the round's gradients become" in:"mean|sum"`
	Reduction
}

func syncSGD[F vec.Float](c Sync) Strategy[F] {
	s := Strategy[F]{
		Worker:      newGradients[F](Exchange),
		Server:      newDescent[F](PlainSGD{Rate: c.Rate}), // x <- x - rate (1/M) sum_i g_i(x_k)
		Consistency: BSP(),
		Also:        func(c Consistency) bool { return c.Gather > 0 && c.Limit == 1 },
		Combine:     Mean,
		Elementwise: true,
		Ring:        c.ring(),
		Jobs:        Fresh,
		Serial:      PlainSGD{Rate: c.Rate},
	}
	if c.Reduce == "sum" {
		s.Combine = Sum
	}
	return s
}

// Facts implements Factual.
func (Sync) Facts() Facts {
	return Facts{Up: "a gradient", Down: "x"}
}

func init() {
	Register("sync", "synchronous minibatch SGD; with k-sync or backup workers, Chen et al. 2016", "Chen et al. 2016, arXiv 1604.00981",
		Sync{.1, "mean", ByServer()}, syncSGD[float32], syncSGD[float64])
}
