package optimizers

import "staleness/nets/vec"

// MultiASGD is asynchronous SGD with a Nesterov momentum for each worker, which its gradients
// alone enter:
//
//	v_i <- gamma v_i + g;  x <- x - eta v_i;  sends x - eta gamma v_i
//
// It is what dana is compared with, which sends the point where all v_j lead. With one worker it is
// nag-asgd. Displacement per gradient: rate/(1 - gamma), in the long run.
//
// Hakimi, Barkai, Gabel & Schuster 2019, Taming Momentum in a Distributed Asynchronous Environment,
// arXiv 1907.11612.
type MultiASGD struct {
	Rate     float64 `doc:"step size (eta; published: .1 for ResNet-20 on CIFAR-10)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma; published: .9)" in:"[0,1)"`
}

func multiASGD[F vec.Float](c MultiASGD) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		// v_i <- gamma v_i + g;  x <- x - eta v_i;  sends x - eta gamma v_i
		Server:      func(e Env[F]) Server[F] { return &nagServer[F]{newMomenta(e, e.Workers, c.Rate, c.Momentum)} },
		Elementwise: true,
	}
}

// Facts implements Factual.
func (MultiASGD) Facts() Facts {
	return Facts{Momentum: "Nesterov's, one for each worker, at the server", Up: "a gradient", Down: "x, where the worker's own momentum leads it"}
}

func init() {
	Register("multi-asgd", "asynchronous SGD with a Nesterov momentum for each worker", "Hakimi et al. 2019, arXiv 1907.11612",
		MultiASGD{Rate: .1, Momentum: .9}, multiASGD[float32], multiASGD[float64])
}
