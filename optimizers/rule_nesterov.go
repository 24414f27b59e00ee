package optimizers

import "staleness/nets/vec"

// Nesterov is v <- momentum v - rate g, x <- x + momentum v - rate g: Nesterov's momentum in the
// form whose variable is the point where gradients are taken (Bengio et al. 2013, arXiv 1212.0901;
// Keras).
type Nesterov struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (delta)" in:"[0,1)"`
	Decay
}

func (Nesterov) LocalOptimizer() {}

type nesterov[F vec.Float] struct {
	Nesterov
	v []F
}

var _ Outward[float32] = (*nesterov[float32])(nil)

func newNesterov[F vec.Float](c Nesterov, dim int) Rule[F] { return &nesterov[F]{c, make([]F, dim)} }

func (r *nesterov[F]) Step(x, g []F, sched float64) {
	shrink(r.Decay, x, r.Rate*sched)
	r.StepTo(x, x, g, sched)
}

// StepTo implements Outward.
func (r *nesterov[F]) StepTo(dst, x, g []F, sched float64) {
	// v <- momentum v - rate g;  x <- x + momentum v - rate g
	vec.NesterovTo(dst, x, r.v, g, F(r.Momentum), F(r.Rate*sched))
}

func (r *nesterov[F]) Memory() [][]F { return [][]F{r.v} }
func (r *nesterov[F]) Reset()        { clear(r.v) }

func init() {
	RegisterRule("nesterov", "Nesterov's momentum", "Nesterov 1983; Bengio et al. 2013, arXiv 1212.0901", Nesterov{Rate: .1, Momentum: .9},
		newNesterov[float32], newNesterov[float64])
}
