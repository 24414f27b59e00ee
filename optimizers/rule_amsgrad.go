package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// AMSGrad is, per coordinate, m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, u <-
// max(u, v) and x <- x - rate m/(sqrt(u) + epsilon): Adam whose steps never grow again, without its
// correction for the start.
type AMSGrad struct {
	Rate    float64 `doc:"step size (alpha)" in:"(0,1e30]"`
	Beta1   float64 `doc:"decay of the first moment" in:"[0,1)"`
	Beta2   float64 `doc:"decay of the second moment" in:"[0,1)"`
	Epsilon float64 `doc:"added to the root" in:"(0,1e30]"`
	Decay
}

func (AMSGrad) LocalOptimizer() {}

type amsGrad[F vec.Float] struct {
	AMSGrad
	m, v, u []F
}

func newAMSGrad[F vec.Float](c AMSGrad, dim int) Rule[F] {
	return &amsGrad[F]{c, make([]F, dim), make([]F, dim), make([]F, dim)}
}

func (r *amsGrad[F]) Step(x, g []F, sched float64) {
	shrink(r.Decay, x, r.Rate*sched)
	b1, b2, rate, epsilon := F(r.Beta1), F(r.Beta2), F(r.Rate*sched), F(r.Epsilon)
	for i, gi := range g {
		r.m[i] = F(b1*r.m[i]) + F((1-b1)*gi)
		r.v[i] = F(b2*r.v[i]) + F((1-b2)*F(gi*gi))
		r.u[i] = max(r.u[i], r.v[i])
		x[i] -= F(rate * r.m[i] / (F(math.Sqrt(float64(r.u[i]))) + epsilon))
	}
}

func (r *amsGrad[F]) Memory() [][]F { return [][]F{r.m, r.v, r.u} }
func (r *amsGrad[F]) Reset()        { clear(r.m); clear(r.v); clear(r.u) }

func init() {
	RegisterRule("amsgrad", "Adam by the largest second moment so far", "Reddi, Kale & Kumar 2018, arXiv 1904.09237",
		AMSGrad{Rate: .001, Beta1: .9, Beta2: .99, Epsilon: 1e-8}, newAMSGrad[float32], newAMSGrad[float64])
}
