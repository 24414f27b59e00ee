package optimizers

import "staleness/nets/vec"

// Adamax is Adam with the infinity norm: per coordinate, m <- beta1 m + (1 - beta1) g, u <-
// max(beta2 u, |g|), x <- x - rate m/((1 - beta1^t) (u + epsilon)).
type Adamax struct {
	Rate    float64 `doc:"step size (alpha)" in:"(0,1e30]"`
	Beta1   float64 `doc:"decay of the first moment" in:"[0,1)"`
	Beta2   float64 `doc:"decay of the norm" in:"[0,1)"`
	Epsilon float64 `doc:"added to the norm" in:"(0,1e30]"`
	Decay
}

func (Adamax) LocalOptimizer() {}

type adamax[F vec.Float] struct {
	Adamax
	m, u []F
	b1   float64 // beta1^t
}

func newAdamax[F vec.Float](c Adamax, dim int) Rule[F] {
	return &adamax[F]{c, make([]F, dim), make([]F, dim), 1}
}

func (r *adamax[F]) Step(x, g []F, sched float64) {
	eta := r.Rate * sched
	shrink(r.Decay, x, eta)
	r.b1 = float64(r.b1 * r.Beta1)
	step, eps := F(eta/(1-r.b1)), F(r.Epsilon)
	b1, c1, b2 := F(r.Beta1), F(1-r.Beta1), F(r.Beta2)
	for i, gi := range g {
		r.m[i] = F(b1*r.m[i]) + F(c1*gi)        // m <- beta1 m + (1 - beta1) g
		r.u[i] = max(b2*r.u[i], gi, -gi)        // u <- max(beta2 u, |g|)
		x[i] -= F(step*r.m[i]) / (r.u[i] + eps) // x <- x - rate m/((1 - beta1^t) (u + epsilon))
	}
}

func (r *adamax[F]) Memory() [][]F { return [][]F{r.m, r.u} }
func (r *adamax[F]) Reset()        { clear(r.m); clear(r.u); r.b1 = 1 }

func init() {
	RegisterRule("adamax", "Adam with the infinity norm", "Kingma & Ba 2015, arXiv 1412.6980, section 7.1; defaults of Keras",
		Adamax{Rate: .002, Beta1: .9, Beta2: .999, Epsilon: 1e-7}, newAdamax[float32], newAdamax[float64])
}
