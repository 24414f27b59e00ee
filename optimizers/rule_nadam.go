package optimizers

import "staleness/nets/vec"

// Nadam is Adam with Nesterov's momentum, whose momentum rises towards beta1: mu_t = beta1 (1 -
// 0.96^(0.004 t)/2). Per coordinate, with P_t the product of mu_1 ... mu_t,
//
//	m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2
//	x <- x - rate ((1 - mu_t) g/(1 - P_t) + mu_{t+1} m/(1 - P_{t+1}))/(sqrt(v/(1 - beta2^t)) + epsilon).
type Nadam struct {
	Rate    float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Beta1   float64 `doc:"decay of the first moment" in:"[0,1)"`
	Beta2   float64 `doc:"decay of the second moment" in:"[0,1)"`
	Epsilon float64 `doc:"added to the root" in:"(0,1e30]"`
	Decay
}

func (Nadam) LocalOptimizer() {}

type nadam[F vec.Float] struct {
	Nadam
	m, v []F
	t    int
	p    float64 // P_t
	b2   float64 // beta2^t
}

func newNadam[F vec.Float](c Nadam, dim int) Rule[F] {
	return &nadam[F]{c, make([]F, dim), make([]F, dim), 0, 1, 1}
}

// mu is the momentum of step t.
func (r *nadam[F]) mu(t int) float64 {
	return r.Beta1 * (1 - float64(vec.Pow(.96, .004*float64(t))/2))
}

func (r *nadam[F]) Step(x, g []F, sched float64) {
	eta := r.Rate * sched
	shrink(r.Decay, x, eta)
	r.t++
	now, next := float64(r.mu(r.t)), float64(r.mu(r.t+1))
	r.p = float64(r.p * now) // P_t
	r.b2 = float64(r.b2 * r.Beta2)
	ofG, ofM := F((1-now)/(1-r.p)), F(next/(1-float64(r.p*next)))
	step, fix, eps := F(eta), F(1/(1-r.b2)), F(r.Epsilon)
	b1, c1, b2, c2 := F(r.Beta1), F(1-r.Beta1), F(r.Beta2), F(1-r.Beta2)
	for i, gi := range g {
		r.m[i] = F(b1*r.m[i]) + F(c1*gi)       // m <- beta1 m + (1 - beta1) g
		r.v[i] = F(b2*r.v[i]) + F(c2*F(gi*gi)) // v <- beta2 v + (1 - beta2) g^2
		// x <- x - rate ((1 - mu_t) g/(1 - P_t) + mu_{t+1} m/(1 - P_{t+1}))/(sqrt(v/(1 - beta2^t))
		// + epsilon)
		x[i] -= F(step*(F(ofG*gi)+F(ofM*r.m[i]))) / (root(F(fix*r.v[i])) + eps)
	}
}

func (r *nadam[F]) Memory() [][]F { return [][]F{r.m, r.v} }
func (r *nadam[F]) Reset()        { clear(r.m); clear(r.v); r.t, r.p, r.b2 = 0, 1, 1 }

func init() {
	RegisterRule("nadam", "Adam with Nesterov's momentum", "Dozat 2016, ICLR workshop; defaults of Keras",
		Nadam{Rate: .002, Beta1: .9, Beta2: .999, Epsilon: 1e-7}, newNadam[float32], newNadam[float64])
}
