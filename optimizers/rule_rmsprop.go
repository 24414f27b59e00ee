package optimizers

import "staleness/nets/vec"

// RMSProp is, per coordinate, s <- rho s + (1 - rho) g^2, x <- x - rate g/(sqrt(s) + epsilon).
type RMSProp struct {
	Rate    float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Rho     float64 `doc:"decay of the mean square" in:"[0,1)"`
	Epsilon float64 `doc:"added to the root" in:"(0,1e30]"`
	Decay
}

func (RMSProp) LocalOptimizer() {}

type rmsProp[F vec.Float] struct {
	RMSProp
	s []F
}

var _ Outward[float32] = (*rmsProp[float32])(nil)

func newRMSProp[F vec.Float](c RMSProp, dim int) Rule[F] { return &rmsProp[F]{c, make([]F, dim)} }

func (r *rmsProp[F]) Step(x, g []F, sched float64) {
	shrink(r.Decay, x, r.Rate*sched)
	r.StepTo(x, x, g, sched)
}

// StepTo implements Outward.
func (r *rmsProp[F]) StepTo(dst, x, g []F, sched float64) {
	// s <- rho s + (1 - rho) g^2;  x <- x - rate g/(sqrt(s) + epsilon)
	vec.RMSPropTo(dst, x, r.s, g, F(r.Rate*sched), F(r.Rho), F(r.Epsilon))
}

func (r *rmsProp[F]) Memory() [][]F { return [][]F{r.s} }
func (r *rmsProp[F]) Reset()        { clear(r.s) }

func init() {
	RegisterRule("rmsprop", "rates divided by a running root mean square, per coordinate", "Tieleman & Hinton 2012, lecture 6.5; defaults of Keras",
		RMSProp{Rate: .001, Rho: .9, Epsilon: 1e-7}, newRMSProp[float32], newRMSProp[float64])
}
