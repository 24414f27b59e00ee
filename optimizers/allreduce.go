package optimizers

import "staleness/nets/vec"

// AllReduce is synchronous minibatch SGD without a server: in each round the workers form the mean
// of their gradients by a ring all-reduce, and each steps by
//
//	x <- x - rate (1/M) sum_i g_i(x)
//
// It is sync with reduce_cost = "ring": the same bits, and the time of the ring.
//
// Patarasuk & Yuan 2009, Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations, J.
// Parallel Distrib. Comput. 69.
type AllReduce struct {
	Rate float64 `doc:"step size (eta)" in:"(0,1e30]"`
}

func allReduce[F vec.Float](c AllReduce) Strategy[F] {
	s := syncSGD[F](Sync{Rate: c.Rate, Reduce: "mean", Reduction: Reduction{"ring"}})
	s.Also = nil // a ring is closed by all
	return s
}

// Facts implements Factual.
func (AllReduce) Facts() Facts {
	return Facts{Up: "a gradient, by pieces along the ring", Down: "their mean, likewise"}
}

func init() {
	Register("allreduce", "synchronous minibatch SGD by a ring all-reduce, without a server", "Patarasuk & Yuan 2009, J. Parallel Distrib. Comput. 69",
		AllReduce{.1}, allReduce[float32], allReduce[float64])
}
