package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// SGD is sequential: one worker, x <- x - rate g(x) or one step of any other local optimizer, no
// staleness. It is what every distributed method is compared with.
//
// The center is the optimizer's variable. The worker's own steps are the server's: there is nothing
// to exchange.
type SGD struct {
	Local RuleConfig `doc:"the optimizer"`
}

func sgd[F vec.Float](c SGD) Strategy[F] {
	return Strategy[F]{
		Worker:      newGradients[F](Exchange),
		Server:      newDescent[F](c.Local), // x <- x - rate g(x)
		Elementwise: true,
		Jobs:        Fresh,
		MaxWorkers:  1,
		Serial:      c.Local,
	}
}

var _ params.Validator = SGD{}

// Validate wants an optimizer.
func (c SGD) Validate() error { return needLocal(c.Local) }

// needLocal refuses a method without its local optimizer.
func needLocal(c RuleConfig) error {
	if c == nil {
		return params.Errorf("local", "is missing: the method takes steps of a local optimizer")
	}
	return nil
}

// Facts implements Factual.
func (SGD) Facts() Facts {
	return Facts{Up: "a gradient", Down: "x"}
}

func init() {
	Register("sgd", "sequential: one worker, any local optimizer", "Robbins & Monro 1951", SGD{PlainSGD{Rate: .1}}, sgd[float32], sgd[float64])
}
