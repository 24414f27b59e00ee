package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// EASGD is synchronous elastic averaging SGD (Zhang, Choromanska & LeCun 2015, arXiv 1412.6651,
// section 2). From the values of time t, every w steps,
//
//	x_i <- x_i - eta g_i(x_i) - alpha (x_i - c)
//	c   <- c + alpha sum_i (x_i - c) = (1 - beta) c + beta mean_i x_i
//
// and x_i <- x_i - eta g_i(x_i) in between. It is AEASGD in rounds: all workers fetch the same c,
// and their differences make one update. Published: beta = 0.9.
type EASGD struct {
	Elastic
	Window int        `doc:"local steps between exchanges" in:"[1,1000000]"`
	Local  RuleConfig `doc:"the worker's own optimizer; the paper: sgd"`
}

var _ params.Validator = EASGD{}

// Validate wants beta or alpha, and an optimizer.
func (c EASGD) Validate() error {
	if err := needLocal(c.Local); err != nil {
		return err
	}
	return c.Elastic.Validate()
}

func easgd[F vec.Float](c EASGD) Strategy[F] {
	s := aeasgd[F](AEASGD{c.Elastic, c.Window, "two-message", c.Local, "paper"})
	s.Consistency = BSP()
	return s
}

// Facts implements Factual.
func (EASGD) Facts() Facts {
	return Facts{Up: "alpha (x_i - x)", Down: "x"}
}

func init() {
	Register("easgd", "synchronous elastic averaging", "Zhang, Choromanska & LeCun 2015, arXiv 1412.6651",
		EASGD{published, 1, PlainSGD{Rate: .1}}, easgd[float32], easgd[float64])
}
