package extending

import (
	"math"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// Lion is Chen et al. 2023, arXiv 2302.06675: the sign of a mean of gradients.
type Lion struct {
	Rate  float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Beta1 float64 `doc:"weight of m in the step" in:"[0,1)"`
	Beta2 float64 `doc:"weight of m in the next m" in:"[0,1)"`
}

func (Lion) LocalOptimizer() {}

type lion[F vec.Float] struct {
	Lion
	m []F
}

func (r *lion[F]) Step(x, g []F, sched float64) {
	eta, b1, b2 := r.Rate*sched, F(r.Beta1), F(r.Beta2)
	for i, gi := range g {
		if c := F(b1*r.m[i]) + F((1-b1)*gi); c != 0 {
			x[i] -= F(math.Copysign(eta, float64(c)))
		}
		r.m[i] = F(b2*r.m[i]) + F((1-b2)*gi)
	}
}

func (r *lion[F]) Memory() [][]F { return [][]F{r.m} }
func (r *lion[F]) Reset()        { clear(r.m) }

func newLion[F vec.Float](c Lion, dim int) optimizers.Rule[F] { return &lion[F]{c, make([]F, dim)} }

func init() {
	optimizers.RegisterRule("lion", "the sign of a mean of gradients", "Chen et al. 2023, arXiv 2302.06675",
		Lion{Rate: 1e-3, Beta1: .9, Beta2: .99}, newLion[float32], newLion[float64])
}
