package optimizers

import "staleness/nets/vec"

// Adam is, per coordinate, m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2 and, both
// corrected for their start from zero, x <- x - rate m/(sqrt(v) + epsilon). With decay it is AdamW.
type Adam struct {
	Rate    float64 `doc:"step size (alpha)" in:"(0,1e30]"`
	Beta1   float64 `doc:"decay of the first moment" in:"[0,1)"`
	Beta2   float64 `doc:"decay of the second moment" in:"[0,1)"`
	Epsilon float64 `doc:"added to the root" in:"(0,1e30]"`
	Decay
}

func (Adam) LocalOptimizer() {}

type adam[F vec.Float] struct {
	Adam
	m, v   []F
	b1, b2 float64 // beta1^t, beta2^t
}

var _ Outward[float32] = (*adam[float32])(nil)

func newAdam[F vec.Float](c Adam, dim int) Rule[F] {
	return &adam[F]{c, make([]F, dim), make([]F, dim), 1, 1}
}

func (r *adam[F]) Step(x, g []F, sched float64) { r.StepTo(x, x, g, sched) }

// StepTo implements Outward.
func (r *adam[F]) StepTo(dst, x, g []F, sched float64) {
	r.b1 = float64(r.b1 * r.Beta1)
	r.b2 = float64(r.b2 * r.Beta2)
	// m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2
	// x <- x - rate (m/(1 - beta1^t)/(sqrt(v/(1 - beta2^t)) + epsilon) + decay x)
	vec.AdamTo(dst, x, r.m, r.v, g, vec.AdamStep[F]{
		Rate: F(r.Rate * sched), Beta1: F(r.Beta1), Beta2: F(r.Beta2), Eps: F(r.Epsilon), Decay: F(r.Decay.Decay),
		MeanScale: F(1 / (1 - r.b1)), VarScale: F(1 / (1 - r.b2)),
	})
}

func (r *adam[F]) Memory() [][]F { return [][]F{r.m, r.v} }
func (r *adam[F]) Reset()        { clear(r.m); clear(r.v); r.b1, r.b2 = 1, 1 }

func init() {
	RegisterRule("adam", "running moments of the gradient; AdamW with decay", "Kingma & Ba 2015, arXiv 1412.6980; Loshchilov & Hutter 2019, arXiv 1711.05101",
		Adam{Rate: .001, Beta1: .9, Beta2: .999, Epsilon: 1e-8}, newAdam[float32], newAdam[float64])
}
