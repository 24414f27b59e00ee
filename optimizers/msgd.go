package optimizers

import "staleness/nets/vec"

// MSGD is sequential SGD with Nesterov's momentum, the baseline of the EASGD paper:
//
//	v <- delta v - eta g(x + delta v);  x <- x + v
//
// The center is x; the gradient is taken at the look-ahead x + delta v. The local optimizer
// nesterov has the same points but calls the look-ahead x.
//
// Zhang, Choromanska & LeCun 2015, arXiv 1412.6651; Sutskever, Martens, Dahl & Hinton 2013, ICML.
type MSGD struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (delta; published: .99)" in:"[0,1)"`
}

func msgd[F vec.Float](c MSGD) Strategy[F] {
	s := mdownpour[F](MDOWNPOUR(c)) // v <- delta v - eta g(x + delta v);  x <- x + v
	s.MaxWorkers = 1
	return s
}

// Facts implements Factual.
func (MSGD) Facts() Facts {
	return Facts{Momentum: "Nesterov's, one at the server", Up: "a gradient", Down: "x, where the momentum leads it"}
}

func init() {
	Register("msgd", "sequential, with Nesterov's momentum", "Zhang et al. 2015, arXiv 1412.6651; Sutskever et al. 2013",
		MSGD{Rate: .01, Momentum: .99}, msgd[float32], msgd[float64])
}
