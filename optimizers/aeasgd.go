package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// AEASGD is asynchronous elastic averaging SGD (Zhang, Choromanska & LeCun 2015, arXiv 1412.6651,
// algorithm 1). Every worker keeps a variable x_i of its own, tied to the center c by a spring.
// Clock t, from 0:
//
//	x <- x_i
//	if w | t:  x_i <- x_i - alpha (x - c);  c <- c + alpha (x - c)
//	x_i <- x_i - eta g(x)
//	t <- t + 1
//
// As published c is fetched and the difference sent back in two messages, between which others may
// move c; exchange = "atomic" does both in one. Published: beta = M alpha = 0.9, w in {1, 4, 16,
// 64}. With two messages, as with an atomic exchange, a worker's own last move is newer than what
// it read: mean staleness M. Stable for equal workers taking turns on x^2/2 iff 0 <= alpha <= (4 -
// 2 eta)/(4 - eta).
type AEASGD struct {
	Elastic
	Window   int        `doc:"local steps between exchanges (tau in the paper)" in:"[1,1000000]"`
	Exchange string     `doc:"two-message: fetch c, then send the difference, as published; atomic: in one" in:"two-message|atomic"`
	Local    RuleConfig `doc:"the worker's own optimizer; the paper: sgd"`
	Variant  string     `doc:"paper: as published; dist-keras: as Distributed Keras trains, with alpha = rho learning_rate" in:"paper|dist-keras"`
}

var _ params.Validator = AEASGD{}

// Validate wants beta or alpha, and an optimizer.
func (c AEASGD) Validate() error {
	if err := needLocal(c.Local); err != nil {
		return err
	}
	return c.Elastic.Validate()
}

type aeasgdWorker[F vec.Float] struct {
	elastic[F]
	rule Rule[F]
}

var (
	_ Planner         = (*aeasgdWorker[float32])(nil)
	_ Holder[float32] = (*aeasgdWorker[float32])(nil)
)

func (w *aeasgdWorker[F]) Point() []F { return w.copy() }

func (w *aeasgdWorker[F]) Step(g []F, sched float64) Action {
	w.rule.Step(w.x, g, sched) // x_i <- x_i - eta g(x)
	return w.next(g)
}

func aeasgd[F vec.Float](c AEASGD) Strategy[F] {
	return elasticServer(Strategy[F]{Worker: func(e Env[F]) Worker[F] {
		if c.Variant == "dist-keras" {
			return &distKerasAEASGD[F]{distKerasElastic[F]{newElastic(e, c.Elastic, c.Window, c.Exchange)}, NewRule[F](c.Local, len(e.X0))}
		}
		return &aeasgdWorker[F]{newElastic(e, c.Elastic, c.Window, c.Exchange), NewRule[F](c.Local, len(e.X0))}
	}}, c.Elastic, c.Exchange)
}

// Facts implements Factual.
func (AEASGD) Facts() Facts {
	return Facts{Up: "alpha (x_i - x)", Down: "x"}
}

func init() {
	Register("aeasgd", "asynchronous elastic averaging", "Zhang, Choromanska & LeCun 2015, arXiv 1412.6651, algorithm 1",
		AEASGD{published, 10, "two-message", PlainSGD{Rate: .1}, "paper"}, aeasgd[float32], aeasgd[float64])
}
