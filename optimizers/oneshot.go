package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// OneShot trains M models that never communicate and evaluates the average of their weights: what a
// single averaging at the end would give, at any time.
//
//	x = 1/M sum_i x_i
//
// Zinkevich, Weimer, Li & Smola 2010, Parallelized Stochastic Gradient Descent, NIPS.
type OneShot struct {
	Local RuleConfig `doc:"each worker's optimizer"`
}

var _ params.Validator = OneShot{}

// Validate wants a local optimizer.
func (c OneShot) Validate() error { return needLocal(c.Local) }

func oneShot[F vec.Float](c OneShot) Strategy[F] {
	s := ensemble[F](Ensemble{"mean", c.Local})
	s.Models = func(_ []F, points [][]F) [][]F { return [][]F{meanOf(points)} } // x = 1/M sum_i x_i
	return s
}

// Facts implements Factual.
func (OneShot) Facts() Facts {
	return Facts{Up: "x_i, once, at the end", Down: "nothing"}
}

func init() {
	Register("one-shot", "models that never communicate; their average", "Zinkevich et al. 2010, NIPS",
		OneShot{PlainSGD{Rate: .1}}, oneShot[float32], oneShot[float64])
}
