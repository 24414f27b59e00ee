package nets

import (
	"math"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// PhaseRetrieval looks for a vector of which only the sizes of its projections are known,
//
//	f(x) = 1/N sum 1/4 ((a_i.x)^2 - (a_i.z)^2)^2,
//
// with a_i and z standard normal, z over the root of the dimension. It is not convex: its minimum,
// 0, is attained at z and at -z, 0 is a maximum, and there are saddles between them.
type PhaseRetrieval struct {
	Common
	Dim     int `doc:"number of variables" in:"[1,100000]"`
	Samples int `doc:"number of projections N; some times dim, for z to be the only one" in:"[1,10000000]"`
}

func init() {
	Register("phase-retrieval", "f(x) = 1/N sum 1/4 ((a.x)^2 - (a.z)^2)^2 with normal a and z: not convex, minima known", "Candès, Li & Soltanolkotabi 2015, arXiv 1407.1065",
		PhaseRetrieval{Common{Batch: 32, Sampling: "reshuffle", Precision: "float64"}, 20, 400}, newPhaseRetrieval[float32], newPhaseRetrieval[float64])
}

// Validate implements params.Validator.
func (c PhaseRetrieval) Validate() error {
	if int64(c.Dim)*int64(c.Samples) > 1<<30 {
		return params.Errorf("samples", "%d samples of %d variables are more than the %d numbers held in memory", c.Samples, c.Dim, 1<<30)
	}
	return nil
}

type phaseRetrieval[F vec.Float] struct {
	dim   int
	a     []F       // row by row
	sizes []float64 // (a_i.z)^2
}

var (
	_ Problem[float32]   = (*phaseRetrieval[float32])(nil)
	_ Evaluator[float32] = (*phaseRetrieval[float32])(nil)
	_ Solved[float32]    = (*phaseRetrieval[float32])(nil)
	_ Sized              = (*phaseRetrieval[float32])(nil)
)

func newPhaseRetrieval[F vec.Float](c PhaseRetrieval, e Env) (Problem[F], error) {
	if bytes := int64(c.Dim) * int64(c.Samples) * sizeof[F](); e.Memory > 0 && bytes > e.Memory {
		return nil, params.Errorf("samples", "the projections take %d bytes, and %d may be used for data; allow more by -memory", bytes, e.Memory)
	}
	p := &phaseRetrieval[F]{dim: c.Dim, a: make([]F, c.Dim*c.Samples), sizes: make([]float64, c.Samples)}
	key := stream.NewKey(e.Seed, "problem: phase retrieval")
	z, r := make([]F, c.Dim), key.At(0, 0)
	for j := range z {
		z[j] = F(vec.NormQuantile(r.Float64()) / math.Sqrt(float64(c.Dim)))
	}
	for i := range p.sizes {
		row, r := p.row(i), key.At(1, uint64(i))
		for j := range row {
			row[j] = F(vec.NormQuantile(r.Float64()))
		}
		s := vec.Dot(row, z)
		p.sizes[i] = s * s
	}
	return p, nil
}

func (p *phaseRetrieval[F]) row(i int) []F { return p.a[i*p.dim : (i+1)*p.dim] }

func (p *phaseRetrieval[F]) Dim() int         { return p.dim }
func (p *phaseRetrieval[F]) Len() int         { return len(p.sizes) }
func (p *phaseRetrieval[F]) Classifies() bool { return false }

// Init starts anywhere in a cube around 0 about as large as z: 0 itself is stationary.
func (p *phaseRetrieval[F]) Init(x []F, r *rand.Rand) {
	side := 1 / math.Sqrt(float64(p.dim))
	for j := range x {
		u := float64(r.Float64()) // rounded
		x[j] = F(side * float64(2*(u-.5)))
	}
}

// Grad implements Problem.
func (p *phaseRetrieval[F]) Grad(_ *Workspace[F], grad, x []F, batch []int) (loss float64) {
	clear(grad)
	over := 1 / float64(len(batch))
	for _, i := range batch {
		row := p.row(i)
		s := vec.Dot(row, x)
		off := float64(s*s) - p.sizes[i]
		loss += float64(off * off / 4)
		vec.Axpy(grad, F(off*s*over), row)
	}
	return float64(loss * over)
}

// PartLen implements Evaluator.
func (p *phaseRetrieval[F]) PartLen(part Part) int {
	if part == Train {
		return len(p.sizes)
	}
	return 0
}

// Evaluate implements Evaluator.
func (p *phaseRetrieval[F]) Evaluate(_ *Workspace[F], x []F, _ Part, lo, hi int) Sums {
	sums := Sums{Samples: hi - lo}
	for i := lo; i < hi; i++ {
		s := vec.Dot(p.row(i), x)
		off := float64(s*s) - p.sizes[i]
		sums.Loss += float64(off * off / 4)
	}
	return sums
}

// Minimum implements Solved: there are two minimizers, so that there is not the one.
func (p *phaseRetrieval[F]) Minimum() (x []F, f float64) { return nil, 0 }

// Value implements Solved.
func (p *phaseRetrieval[F]) Value(ws *Workspace[F], x []F) float64 {
	return p.Evaluate(ws, x, Train, 0, p.Len()).Loss / float64(p.Len())
}

// Held implements Sized.
func (p *phaseRetrieval[F]) Held() int64 {
	return int64(len(p.a))*sizeof[F]() + 8*int64(len(p.sizes))
}

// Scratch implements Sized: there is none.
func (p *phaseRetrieval[F]) Scratch(int) int64 { return 0 }
