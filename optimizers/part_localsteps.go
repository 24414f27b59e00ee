package optimizers

import "staleness/nets/vec"

// localSteps is embedded by workers that take window steps of an optimizer of their own between
// exchanges. Those that borrow compute at the loan first: the first step leads out of it. If the
// steps are taken for them, they move to where the message will be, and need no model of their own.
type localSteps[F vec.Float] struct {
	rule   Rule[F]
	dim    int
	x      []F  // own model (x_i); nil until there is one
	base   []F  // what was received
	lent   []F  `state:"-"` // what was borrowed, instead of base
	fresh  bool // x_i is what was borrowed
	inRoom bool // x is the driver's memory
	t      int  // steps since
	window int
}

func newLocalSteps[F vec.Float](e Env[F], c RuleConfig, window int) localSteps[F] {
	return localSteps[F]{rule: NewRule[F](c, len(e.X0)), dim: len(e.X0), window: window}
}

func (w *localSteps[F]) Horizon() int { return w.window - w.t }

func (w *localSteps[F]) Point() []F {
	if w.fresh {
		return w.lent
	}
	return w.x
}

func (w *localSteps[F]) Receive(v []F) Action {
	w.leave()
	w.x, w.base = append(w.x[:0], v...), append(w.base[:0], v...)
	w.lent, w.fresh, w.t = nil, false, 0
	return Compute
}

// borrow is Receive for workers that implement Borrower.
func (w *localSteps[F]) borrow(v []F) {
	w.leave()
	w.lent, w.fresh, w.t = v, true, 0
}

// leave gives up memory that is the driver's.
func (w *localSteps[F]) leave() {
	if w.inRoom {
		w.x, w.inRoom = nil, false
	}
}

// start is what was received.
func (w *localSteps[F]) start() []F {
	if w.lent != nil {
		return w.lent
	}
	return w.base
}

// model is memory for x_i.
func (w *localSteps[F]) model() []F {
	if w.x == nil {
		w.x = make([]F, w.dim)
	}
	return w.x
}

// step takes one local step and reports whether the window is full.
func (w *localSteps[F]) step(g []F, sched float64) (full bool) {
	if w.fresh {
		stepTo(w.rule, w.model(), w.lent, g, sched) // x_i <- x_read - eta g(x_read)
	} else {
		w.rule.Step(w.x, g, sched) // x_i <- x_i - eta g(x_i)
	}
	return w.stepped()
}

// stepped counts a step and reports whether the window is full.
func (w *localSteps[F]) stepped() (full bool) {
	w.fresh = false
	w.t++
	if full = w.t == w.window; full {
		w.leave()
	}
	return full
}

// move is the next step as a Move, if it is plain. The last one of a window leads into the message;
// those before, if they come from a loan, to its room.
func (w *localSteps[F]) move(room []F, sched float64) (m Move[F], last, ok bool) {
	m.Rate, ok = plainRate(w.rule, sched)
	m.From = w.Point()
	if last = w.t+1 == w.window; !ok || last {
		return m, last, ok
	}
	if room != nil && (w.fresh || w.inRoom) {
		w.x, w.inRoom = room[:w.dim], true
	}
	m.To = w.model()
	return m, last, ok
}

// moveOff is move where what is sent is how far the window has led from what was received.
func (w *localSteps[F]) moveOff(room []F, sched float64) (m Move[F], ok bool) {
	m, last, ok := w.move(room, sched)
	if last {
		m.Base, m.Returns = w.start(), true
	}
	return m, ok
}
