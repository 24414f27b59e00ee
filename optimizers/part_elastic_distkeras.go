package optimizers

import "staleness/nets/vec"

// distKerasElastic is the exchange of variant = "dist-keras", of the classes AEASGDWorker and
// EAMSGDWorker of Distributed Keras. It differs from the paper's in two ways: the gradient is taken
// where the exchange has left x_i, not where x_i was before; and steps are counted from 1, so that
// w - 1 of them come before the first exchange. (At w = 1 the first one, which moves nothing, is
// skipped.)
//
// Its moving rate is alpha = rho * learning_rate, 5 * .1 by default, whatever M is: give alpha, not
// beta.
type distKerasElastic[F vec.Float] struct{ elastic[F] }

func (w *distKerasElastic[F]) Receive(c []F) Action {
	born := w.born
	a := w.elastic.Receive(c)
	if !born && w.window > 1 {
		w.t = 1
	}
	return a
}

type distKerasAEASGD[F vec.Float] struct {
	distKerasElastic[F]
	rule Rule[F]
}

var (
	_ Planner         = (*distKerasAEASGD[float32])(nil)
	_ Holder[float32] = (*distKerasAEASGD[float32])(nil)
)

func (w *distKerasAEASGD[F]) Point() []F { return w.x }

func (w *distKerasAEASGD[F]) Step(g []F, sched float64) Action {
	w.rule.Step(w.x, g, sched) // x_i <- x_i - eta g(x_i)
	return w.next(g)
}

// distKerasEAMSGD keeps r = -v of the paper, but still looks ahead by adding it:
//
//	r <- delta r + eta g(x_i + delta r);  x_i <- x_i - r
//
// so that the gradient is taken where the momentum has come from. Its eta is learning_rate times
// the rate of the optimizer that Keras was given: it takes a step of that optimizer and scales it
// once more.
type distKerasEAMSGD[F vec.Float] struct {
	distKerasElastic[F]
	rate     float64
	momentum F
	v        []F // -r
	ahead    []F // x_i + delta r
}

var (
	_ Planner         = (*distKerasEAMSGD[float32])(nil)
	_ Holder[float32] = (*distKerasEAMSGD[float32])(nil)
)

func (w *distKerasEAMSGD[F]) Point() []F {
	vec.AxpyTo(w.ahead, -w.momentum, w.v, w.x) // x_i + delta r
	return w.ahead
}

func (w *distKerasEAMSGD[F]) Step(g []F, sched float64) Action {
	// r <- delta r + eta g(x_i + delta r);  x_i <- x_i - r
	vec.Momentum(w.x, w.v, g, w.momentum, F(w.rate*sched))
	return w.next(g)
}
