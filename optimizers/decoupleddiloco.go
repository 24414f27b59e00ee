package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// DecoupledDiLoCo is DiLoCo whose learners do not wait for all others: the outer step is made of
// the first Q windows of different learners. A learner that has the newest center waits for that
// step; one that comes later, with a change from an older center, is in the next, and goes on at
// once:
//
//	Delta = sum_i w_i (x_read,i - x_i)/sum_i w_i,  w_i = c_tok c_tok/c_steps
//	x <- Outer(x, Delta)
//
// c_tok and c_steps are the samples and steps of a push; here every window has as many, so all
// weights are one. A quorum of all is diloco. Displacement per gradient: inner rate times outer
// rate/(1 - mu)/Q.
//
// After arXiv 2604.21428, of which we read a third party's card; in one fragment.
type DecoupledDiLoCo struct {
	Quorum int        `doc:"learners that make an outer step (Q)" in:"[1,1000000]"`
	Window int        `doc:"inner steps (H)" in:"[1,1000000]"`
	Outer  RuleConfig `doc:"the outer optimizer"`
	Local  RuleConfig `doc:"the inner optimizer"`
}

var _ params.Validator = DecoupledDiLoCo{}

// Validate wants both optimizers.
func (c DecoupledDiLoCo) Validate() error {
	return DiLoCo{c.Window, c.Outer, c.Local, ByServer()}.Validate()
}

func decoupledDiLoCo[F vec.Float](c DecoupledDiLoCo) Strategy[F] {
	s := diloco[F](DiLoCo{c.Window, c.Outer, c.Local, ByServer()})
	s.Consistency = KAsync(c.Quorum)
	return s
}

// Facts implements Factual.
func (DecoupledDiLoCo) Facts() Facts { return Facts{Up: "x_i - x_read after a window", Down: "x"} }

func init() {
	Register("decoupled-diloco", "diloco with the first learners of a quorum", "arXiv 2604.21428",
		DecoupledDiLoCo{2, 10, publishedOuter, Adam{Rate: 4e-4, Beta1: .9, Beta2: .999, Epsilon: 1e-8}}, decoupledDiLoCo[float32], decoupledDiLoCo[float64])
}
