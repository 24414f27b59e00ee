package optimizers

import "staleness/nets/vec"

// EAMSGD is asynchronous elastic averaging with Nesterov momentum (Zhang, Choromanska & LeCun 2015,
// arXiv 1412.6651, algorithm 2): AEASGD whose local step is
//
//	v_i <- delta v_i - eta g(x + delta v_i);  x_i <- x_i + v_i,
//
// x being x_i before the elastic move. The move does not enter v_i. Published: delta = 0.99. With
// delta = 0 it is AEASGD.
type EAMSGD struct {
	Elastic
	Window   int     `doc:"local steps between exchanges (tau in the paper)" in:"[1,1000000]"`
	Exchange string  `doc:"two-message: fetch c, then send the difference, as published; atomic: in one" in:"two-message|atomic"`
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (delta)" in:"[0,1)"`
	Variant  string  `doc:"paper: as published; dist-keras: as Distributed Keras trains, with alpha = rho learning_rate" in:"paper|dist-keras"`
}

type eamsgdWorker[F vec.Float] struct {
	elastic[F]
	rate     float64
	momentum F
	v        []F // v_i
	ahead    []F // x + delta v_i
}

var (
	_ Planner         = (*eamsgdWorker[float32])(nil)
	_ Holder[float32] = (*eamsgdWorker[float32])(nil)
)

func (w *eamsgdWorker[F]) Point() []F {
	vec.AxpyTo(w.ahead, w.momentum, w.v, w.copy()) // x + delta v_i
	return w.ahead
}

func (w *eamsgdWorker[F]) Step(g []F, sched float64) Action {
	// v_i <- delta v_i - eta g(x + delta v_i);  x_i <- x_i + v_i
	vec.Momentum(w.x, w.v, g, w.momentum, F(w.rate*sched))
	return w.next(g)
}

func eamsgd[F vec.Float](c EAMSGD) Strategy[F] {
	return elasticServer(Strategy[F]{Worker: func(e Env[F]) Worker[F] {
		d := len(e.X0)
		if c.Variant == "dist-keras" {
			return &distKerasEAMSGD[F]{distKerasElastic[F]{newElastic(e, c.Elastic, c.Window, c.Exchange)}, c.Rate, F(c.Momentum), make([]F, d), make([]F, d)}
		}
		return &eamsgdWorker[F]{newElastic(e, c.Elastic, c.Window, c.Exchange), c.Rate, F(c.Momentum), make([]F, d), make([]F, d)}
	}}, c.Elastic, c.Exchange)
}

// Facts implements Factual.
func (EAMSGD) Facts() Facts {
	return Facts{Momentum: "Nesterov's, at the worker", Up: "alpha (x_i - x)", Down: "x"}
}

func init() {
	Register("eamsgd", "asynchronous elastic averaging with Nesterov momentum", "Zhang, Choromanska & LeCun 2015, arXiv 1412.6651, algorithm 2",
		EAMSGD{published, 10, "two-message", .01, .99, "paper"}, eamsgd[float32], eamsgd[float64])
}
