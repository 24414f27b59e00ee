package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// Ensemble trains M models that never communicate. What it is worth is the mean of their
// predictions, or their vote.
//
// Members start at the same point and differ by the data they see. There are no pushes, so no
// updates and no staleness: stop by time, gradients or epochs.
//
// Class EnsembleTrainer of Distributed Keras; Hansen & Salamon 1990, Neural Network Ensembles, IEEE
// PAMI 12(10).
type Ensemble struct {
	Combine string     `doc:"how a class is predicted: mean: the likeliest by the mean of probabilities; vote: the one that most members find likeliest, ties by the mean" in:"mean|vote"`
	Local   RuleConfig `doc:"each member's optimizer"`
}

var _ params.Validator = Ensemble{}

// Validate wants a local optimizer.
func (c Ensemble) Validate() error { return needLocal(c.Local) }

// hermit is a worker that trains alone.
type hermit[F vec.Float] struct {
	rule Rule[F]
	x    []F
}

func newHermit[F vec.Float](c RuleConfig) func(Env[F]) Worker[F] {
	return func(e Env[F]) Worker[F] { return &hermit[F]{NewRule[F](c, len(e.X0)), vec.Clone(e.X0)} }
}

func (w *hermit[F]) Point() []F { return w.x }

func (w *hermit[F]) Step(g []F, sched float64) Action {
	w.rule.Step(w.x, g, sched) // x_i <- x_i - eta g(x_i)
	return Compute
}

func (w *hermit[F]) Receive(v []F) Action {
	copy(w.x, v)
	return Compute
}

func ensemble[F vec.Float](c Ensemble) Strategy[F] {
	return Strategy[F]{
		Worker: newHermit[F](c.Local),
		Server: newAdder[F], // is never asked to
		Silent: true,
		Models: func(_ []F, points [][]F) [][]F { return points },
		Vote:   c.Combine == "vote",
	}
}

// Facts implements Factual.
func (Ensemble) Facts() Facts {
	return Facts{Up: "nothing", Down: "nothing"}
}

func init() {
	Register("ensemble", "models that never communicate; the mean of their predictions, or their vote (class EnsembleTrainer of Distributed Keras)", "Hansen & Salamon 1990",
		Ensemble{"mean", PlainSGD{Rate: .1}}, ensemble[float32], ensemble[float64])
}
