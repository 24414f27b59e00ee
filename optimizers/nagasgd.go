package optimizers

import "staleness/nets/vec"

// NAGASGD is asynchronous SGD with one Nesterov momentum at the server, which all gradients enter:
//
//	v <- gamma v + g;  x <- x - eta v;  sends x - eta gamma v
//
// It is what dana is compared with: the look-ahead is by one push, while M - 1 come before the
// gradient does. With one worker it is Nesterov's method. Displacement per gradient: rate/(1 -
// gamma), in the long run.
//
// Hakimi, Barkai, Gabel & Schuster 2019, Taming Momentum in a Distributed Asynchronous Environment,
// arXiv 1907.11612.
type NAGASGD struct {
	Rate     float64 `doc:"step size (eta; published: .1 for ResNet-20 on CIFAR-10)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma; published: .9)" in:"[0,1)"`
}

func nagASGD[F vec.Float](c NAGASGD) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		// v <- gamma v + g;  x <- x - eta v;  sends x - eta gamma v
		Server:      func(e Env[F]) Server[F] { return &nagServer[F]{newMomenta(e, 1, c.Rate, c.Momentum)} },
		Combine:     Mean,
		Elementwise: true,
	}
}

// Facts implements Factual.
func (NAGASGD) Facts() Facts {
	return Facts{Momentum: "Nesterov's, one at the server", Up: "a gradient", Down: "x, where the momentum leads it"}
}

func init() {
	Register("nag-asgd", "asynchronous SGD with one Nesterov momentum", "Hakimi et al. 2019, arXiv 1907.11612",
		NAGASGD{Rate: .1, Momentum: .9}, nagASGD[float32], nagASGD[float64])
}
