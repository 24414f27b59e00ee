package extending

import (
	"math/rand/v2"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Rosenbrock is the chained valley (Rosenbrock 1960): f(x) = sum_i 100 (x_{i+1} - x_i^2)^2 + (1 -
// x_i)^2, without noise.
type Rosenbrock struct {
	nets.Common
	Dim int `doc:"number of variables" in:"[2,1000000]"`
}

// Idle says which keys mean nothing, and why: given, they are refused.
func (Rosenbrock) Idle() map[string]string {
	return map[string]string{"sampling": "there is one sample"}
}

type rosenbrock[F vec.Float] struct{ dim int }

func (p rosenbrock[F]) Dim() int                 { return p.dim }
func (p rosenbrock[F]) Len() int                 { return 1 }
func (p rosenbrock[F]) Init(x []F, _ *rand.Rand) { vec.Fill(x, -1) }

// Grad implements nets.Problem. Conversions such as F(x*y) keep machines from fusing the product
// into a sum.
func (p rosenbrock[F]) Grad(_ *nets.Workspace[F], grad, x []F, _ []int) (loss float64) {
	clear(grad)
	for i := range p.dim - 1 {
		a, b := x[i+1]-F(x[i]*x[i]), 1-x[i]
		loss += float64(100*float64(a)*float64(a)) + float64(float64(b)*float64(b))
		grad[i] -= F(400*a*x[i]) + F(2*b)
		grad[i+1] += F(200 * a)
	}
	return loss
}

// PartLen and the rest implement nets.Evaluator: f itself, as one training sample.
func (p rosenbrock[F]) PartLen(part nets.Part) int { return map[nets.Part]int{nets.Train: 1}[part] }
func (p rosenbrock[F]) Classifies() bool           { return false }
func (p rosenbrock[F]) Evaluate(ws *nets.Workspace[F], x []F, _ nets.Part, lo, hi int) nets.Sums {
	if lo >= hi {
		return nets.Sums{}
	}
	ws.Reset()
	return nets.Sums{Samples: 1, Loss: p.Grad(ws, ws.Vec(p.dim), x, nil)}
}

// Minimum and Value implement nets.Solved, so that suboptimality and growth are recorded.
func (p rosenbrock[F]) Minimum() ([]F, float64) {
	x := make([]F, p.dim)
	vec.Fill(x, 1)
	return x, 0
}
func (p rosenbrock[F]) Value(ws *nets.Workspace[F], x []F) float64 {
	return p.Evaluate(ws, x, nets.Train, 0, 1).Loss
}

func newRosenbrock[F vec.Float](c Rosenbrock, _ nets.Env) (nets.Problem[F], error) {
	return rosenbrock[F]{c.Dim}, nil
}

func init() {
	common := nets.Common{Batch: data.BatchSize(1), Sampling: "replacement", Precision: "float64"}
	nets.Register("rosenbrock", "the chained valley", "Rosenbrock 1960", Rosenbrock{common, 2}, newRosenbrock[float32], newRosenbrock[float64])
}
