package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// AGN is accumulated gradient normalisation: every w local steps a worker sends the mean of its
// steps, not their sum, so that a long window makes for a better direction instead of a longer
// step.
//
//	Delta = (x_i - x_read)/w;  x <- x + Delta;  x_i <- x
//
// With plain SGD Delta is -eta times the mean of the gradients along the window. The local
// optimizer keeps its memory through exchanges. Displacement per gradient: rate/w.
//
// Hermans, Spanakis & Moeckel 2017, Accumulated Gradient Normalization, ACML, arXiv 1710.02368. It
// is the class ADAG of Distributed Keras; for the ADAG of the thesis see ADAG.
type AGN struct {
	Window int        `doc:"local steps between exchanges (w; published: 10 to 40)" in:"[1,1000000]"`
	Local  RuleConfig `doc:"the worker's own optimizer (released code: adam, rate .001)"`
	Serving
}

var _ params.Validator = AGN{}

// Validate wants a local optimizer.
func (c AGN) Validate() error { return needLocal(c.Local) }

type agnWorker[F vec.Float] struct{ localSteps[F] }

var (
	_ Borrower[float32] = (*agnWorker[float32])(nil)
	_ Mover[float32]    = (*agnWorker[float32])(nil)
	_ Planner           = (*agnWorker[float32])(nil)
)

func newAGNWorker[F vec.Float](c RuleConfig, window int) func(Env[F]) Worker[F] {
	return func(e Env[F]) Worker[F] { return &agnWorker[F]{newLocalSteps(e, c, window)} }
}

func (w *agnWorker[F]) Step(g []F, sched float64) Action {
	if !w.step(g, sched) { // x_i <- x_i - eta g(x_i)
		return Compute
	}
	vec.Sub(g, w.x, w.start())
	return w.normalise(g)
}

// Move implements Mover.
func (w *agnWorker[F]) Move(room []F, sched float64) (Move[F], bool) { return w.moveOff(room, sched) }

// Moved implements Mover.
func (w *agnWorker[F]) Moved(buf []F, _ float64) Action {
	if !w.stepped() {
		return Compute
	}
	return w.normalise(buf)
}

// normalise makes Delta of what a window has moved.
func (w *agnWorker[F]) normalise(moved []F) Action {
	vec.Scale(moved, 1/F(w.window)) // Delta = (x_i - x_read)/w
	return Exchange
}

// Borrow implements Borrower.
func (w *agnWorker[F]) Borrow(v []F) { w.borrow(v) }

func agn[F vec.Float](c AGN) Strategy[F] {
	return Strategy[F]{
		Worker:      newAGNWorker[F](c.Local, c.Window),
		Server:      newAdder[F], // x <- x + Delta
		Combine:     Mean,
		Weight:      c.weigh(),
		Elementwise: true,
		Jobs:        jobsOf(c.Local),
	}
}

// Facts implements Factual.
func (AGN) Facts() Facts {
	return Facts{Staleness: "by `weight`, if given", Up: "the mean of a window's steps", Down: "x"}
}

func init() {
	Register("agn", "windows of local steps, pushed as their mean (class ADAG of Distributed Keras)", "Hermans et al. 2017, arXiv 1710.02368",
		AGN{Window: 10, Local: PlainSGD{Rate: .1}, Serving: plainServing}, agn[float32], agn[float64])
}
