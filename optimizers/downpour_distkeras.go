package optimizers

import "staleness/nets/vec"

// distKerasDownpour is the worker of variant = "dist-keras", the class DOWNPOURWorker of
// Distributed Keras. It counts steps from 1 and looks whether w divides the count before a step,
// not after: its first push holds w - 1 steps, every later one w. (With w = 1 it pushes a zero
// before the first step, which here, like every exchange at t = 0, is skipped.)
type distKerasDownpour[F vec.Float] struct {
	downpourWorker[F]
	begun bool
}

var (
	_ Borrower[float32] = (*distKerasDownpour[float32])(nil)
	_ Mover[float32]    = (*distKerasDownpour[float32])(nil)
	_ Planner           = (*distKerasDownpour[float32])(nil)
)

func (w *distKerasDownpour[F]) Receive(v []F) Action {
	a := w.downpourWorker.Receive(v)
	w.begin()
	return a
}

func (w *distKerasDownpour[F]) Borrow(v []F) {
	w.downpourWorker.Borrow(v)
	w.begin()
}

func (w *distKerasDownpour[F]) begin() {
	if !w.begun && w.window > 1 {
		w.t = 1
	}
	w.begun = true
}
