package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// Adadelta is, per coordinate,
//
//	a <- rho a + (1 - rho) g^2;  u = g sqrt(b + epsilon)/sqrt(a + epsilon);  b <- rho b + (1 - rho) u^2;  x <- x - rate u.
type Adadelta struct {
	Rate    float64 `doc:"factor on the step; the paper: 1" in:"(0,1e30]"`
	Rho     float64 `doc:"decay of the mean squares" in:"[0,1)"`
	Epsilon float64 `doc:"added under the roots" in:"(0,1e30]"`
	Decay
}

func (Adadelta) LocalOptimizer() {}

type adadelta[F vec.Float] struct {
	Adadelta
	a, b []F
}

func newAdadelta[F vec.Float](c Adadelta, dim int) Rule[F] {
	return &adadelta[F]{c, make([]F, dim), make([]F, dim)}
}

func (r *adadelta[F]) Step(x, g []F, sched float64) {
	eta := r.Rate * sched
	shrink(r.Decay, x, eta)
	step, eps, rho, rest := F(eta), F(r.Epsilon), F(r.Rho), F(1-r.Rho)
	for i, gi := range g {
		r.a[i] = F(rho*r.a[i]) + F(rest*F(gi*gi))     // a <- rho a + (1 - rho) g^2
		u := gi * root(r.b[i]+eps) / root(r.a[i]+eps) // u = g sqrt(b + epsilon)/sqrt(a + epsilon)
		r.b[i] = F(rho*r.b[i]) + F(rest*F(u*u))       // b <- rho b + (1 - rho) u^2
		x[i] -= F(step * u)                           // x <- x - rate u
	}
}

func (r *adadelta[F]) Memory() [][]F { return [][]F{r.a, r.b} }
func (r *adadelta[F]) Reset()        { clear(r.a); clear(r.b) }

// root rounds once at either precision.
func root[F vec.Float](x F) F { return F(math.Sqrt(float64(x))) }

func init() {
	RegisterRule("adadelta", "steps in the units of x, from running mean squares", "Zeiler 2012, arXiv 1212.5701; defaults of Keras",
		Adadelta{Rate: 1, Rho: .95, Epsilon: 1e-7}, newAdadelta[float32], newAdadelta[float64])
}
