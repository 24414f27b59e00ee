package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// Single is sgd under the name that users of Distributed Keras know (class SingleTrainer): one
// worker, any local optimizer.
type Single SGD

var _ params.Validator = Single{}

// Validate wants an optimizer.
func (c Single) Validate() error { return needLocal(c.Local) }

func single[F vec.Float](c Single) Strategy[F] { return sgd[F](SGD(c)) }

// Facts implements Factual.
func (Single) Facts() Facts {
	return Facts{Up: "a gradient", Down: "x"}
}

func init() {
	Register("single", "sgd under its name in Distributed Keras (class SingleTrainer)", "dist-keras 2018", Single{PlainSGD{Rate: .1}}, single[float32], single[float64])
}
