package optimizers

import "staleness/nets/vec"

// Hogwild is asynchronous SGD on a vector that all workers read and write without locks:
//
//	x_v <- x_v - gamma g_v  for each coordinate v
//
// A read is no instant: while a worker reads, others write, and its gradient is taken at a point
// that x never was. That is the server's to say (shards in one queue, each read and written when
// its own part of a message is served), not the method's, whose updates are those of asgd. Adding
// is atomic, and no update is overwritten. Displacement per gradient: rate.
//
// Recht, Re, Wright & Niu 2011, Hogwild!: A Lock-Free Approach to Parallelizing Stochastic Gradient
// Descent, NIPS, arXiv 1106.5730.
type Hogwild struct {
	Rate float64 `doc:"step size (gamma; published: times a factor of about 0.9 each epoch)" in:"(0,1e30]"`
}

func hogwild[F vec.Float](c Hogwild) Strategy[F] {
	return asgd[F](ASGD{Rate: c.Rate, Serving: plainServing}) // x_v <- x_v - gamma g_v
}

// Facts implements Factual.
func (Hogwild) Facts() Facts { return Facts{Up: "a gradient", Down: "x"} }

func init() {
	Register("hogwild", "asynchronous SGD without locks", "Recht et al. 2011, arXiv 1106.5730",
		Hogwild{.1}, hogwild[float32], hogwild[float64])
}
