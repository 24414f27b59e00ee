package optimizers

import "staleness/nets/vec"

// StalenessAware is asynchronous SGD whose step for each gradient is divided by its staleness:
//
//	alpha_l = alpha_0/tau_l, and alpha_0 if tau_l = 0
//	x <- x - 1/c sum_l alpha_l g_l, over c gradients of whomever
//
// c is the consistency's: softsync with gather = M/n is the paper's n-softsync, async c = 1.
// Displacement per gradient: rate/max(tau, 1), under softsync divided by c.
//
// Zhang, Gupta, Lian & Liu 2016, Staleness-aware Async-SGD for Distributed Deep Learning, IJCAI,
// arXiv 1511.05950.
type StalenessAware struct {
	Rate float64 `doc:"step size of a fresh gradient (alpha_0)" in:"(0,1e30]"`
}

func stalenessAware[F vec.Float](c StalenessAware) Strategy[F] {
	// x <- x - 1/c sum_l alpha_l g_l, with alpha_l = alpha_0/tau_l
	return asgd[F](ASGD{Rate: c.Rate, Serving: Serving{ServerRate: 1, Weight: Inverse{}}})
}

// Facts implements Factual.
func (StalenessAware) Facts() Facts {
	return Facts{Staleness: "divides by tau, 0 as by 1", Up: "a gradient", Down: "x"}
}

func init() {
	Register("staleness-aware", "asynchronous SGD with its rate divided by staleness", "Zhang et al. 2016, arXiv 1511.05950",
		StalenessAware{.1}, stalenessAware[float32], stalenessAware[float64])
}
