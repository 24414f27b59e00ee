package optimizers

import "staleness/nets/vec"

// Adagrad is, per coordinate, s <- s + g^2, x <- x - rate g/(sqrt(s) + epsilon).
type Adagrad struct {
	Rate    float64 `doc:"step size (gamma)" in:"(0,1e30]"`
	Epsilon float64 `doc:"added to the root" in:"(0,1e30]"`
	Decay
}

func (Adagrad) LocalOptimizer() {}

type adagrad[F vec.Float] struct {
	Adagrad
	s []F
}

var _ Outward[float32] = (*adagrad[float32])(nil)

func newAdagrad[F vec.Float](c Adagrad, dim int) Rule[F] { return &adagrad[F]{c, make([]F, dim)} }

func (r *adagrad[F]) Step(x, g []F, sched float64) {
	shrink(r.Decay, x, r.Rate*sched)
	r.StepTo(x, x, g, sched)
}

// StepTo implements Outward.
func (r *adagrad[F]) StepTo(dst, x, g []F, sched float64) {
	// s <- s + g^2;  x <- x - rate g/(sqrt(s) + epsilon)
	vec.AdagradTo(dst, x, r.s, g, F(r.Rate*sched), F(r.Epsilon))
}

func (r *adagrad[F]) Memory() [][]F { return [][]F{r.s} }
func (r *adagrad[F]) Reset()        { clear(r.s) }

func init() {
	RegisterRule("adagrad", "rates that fall with the sum of squared gradients, per coordinate", "Duchi, Hazan & Singer 2011",
		Adagrad{Rate: .01, Epsilon: 1e-7}, newAdagrad[float32], newAdagrad[float64])
}
