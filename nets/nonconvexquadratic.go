package nets

import (
	"math"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// NonconvexQuadratic is a finite sum of quadratics whose mean may have negative eigenvalues,
//
//	f_i(x) = 1/2 x.A_i x - b_i x_1,  A_i = nu_i/4 T + c I,  b_i = nu_i/4 (-1 + s eta_i),
//
// T = tridiag(-1, 2, -1), nu_i = 1 + s xi_i, xi and eta standard normal: s multiplies the matrix. c
// moves the smallest eigenvalue of the mean to mu. Where that is below 0, f falls without bound,
// slowly at first, and what counts is the gradient.
//
// With a probability p the oracle is that of the lower bounds: a sample shows the coordinates
// beyond the last one that is not 0 with probability p, then times 1/p, and else as 0.
//
// After Szlendak, Tyurin & Richtárik 2021 and Tyurin & Richtárik 2022 and 2023, as we read them.
type NonconvexQuadratic struct {
	Common
	Dim         int     `doc:"number of variables" in:"[1,10000000]"`
	Mu          float64 `doc:"the smallest eigenvalue of the mean (lambda)" in:"[-1e30,1e30]"`
	Spread      float64 `doc:"how far the samples' matrices differ (s): standard deviation of their factors" in:"[0,1e6]"`
	Probability float64 `doc:"that a sample shows what lies beyond the last coordinate that is not 0 (p)" in:"(0,1]"`
	Samples     int     `doc:"number of samples N" in:"[1,10000000]"`
}

func init() {
	Register("nonconvex-quadratic", "a finite sum of tridiagonal quadratics: smallest eigenvalue given, of either sign; multiplicative noise",
		"Szlendak, Tyurin & Richtárik 2021, arXiv 2110.03300; Tyurin & Richtárik 2023, arXiv 2305.12387",
		NonconvexQuadratic{Common{Batch: 1, Sampling: "replacement", Precision: "float64"}, 100, -.01, .5, 1, 1000},
		newNonconvexQuadratic[float32], newNonconvexQuadratic[float64])
}

// Validate implements params.Validator.
func (c NonconvexQuadratic) Validate() error {
	if seen := float64(c.Samples) * c.Probability; c.Probability < 1 && seen < 100 {
		return params.Errorf("samples", "= %d with probability = %v: about %.3g of them show anything, which is far from the mean; give more", c.Samples, c.Probability, seen)
	}
	return nil
}

// Idle implements params.Idler.
func (c NonconvexQuadratic) Idle() map[string]string {
	if c.Spread > 0 || c.Probability < 1 {
		return nil
	}
	return map[string]string{"sampling": "without spread all samples are the same"}
}

type nonconvexQuadratic[F vec.Float] struct {
	dim           int
	nu, b         []float64 // of each sample
	meanNu, meanB float64
	c             float64
	mu, l         float64
	p             float64
	key           stream.Key
}

// boundedQuadratic is one that has a minimum.
type boundedQuadratic[F vec.Float] struct {
	*nonconvexQuadratic[F]
	x []F
	f float64
}

var (
	_ Problem[float32]   = (*nonconvexQuadratic[float32])(nil)
	_ Evaluator[float32] = (*nonconvexQuadratic[float32])(nil)
	_ Smooth             = (*nonconvexQuadratic[float32])(nil)
	_ Noisy              = (*nonconvexQuadratic[float32])(nil)
	_ Sized              = (*nonconvexQuadratic[float32])(nil)
	_ Solved[float32]    = (*boundedQuadratic[float32])(nil)
)

func newNonconvexQuadratic[F vec.Float](c NonconvexQuadratic, e Env) (Problem[F], error) {
	p := &nonconvexQuadratic[F]{dim: c.Dim, nu: make([]float64, c.Samples), b: make([]float64, c.Samples), p: c.Probability, key: stream.NewKey(e.Seed, "problem: nonconvex quadratic")}
	for i := range p.nu {
		r := p.key.At(0, uint64(i))
		p.nu[i] = 1 + float64(c.Spread*vec.NormQuantile(r.Float64()))
		p.b[i] = p.nu[i] / 4 * (float64(c.Spread*vec.NormQuantile(r.Float64())) - 1)
		p.meanNu += p.nu[i]
		p.meanB += p.b[i]
	}
	p.meanNu /= float64(c.Samples)
	p.meanB /= float64(c.Samples)
	// T/4 has the eigenvalues sin^2(j pi / (2 (dim+1))).
	low, high := p.meanNu*sinSquared(1, c.Dim+1), p.meanNu*sinSquared(c.Dim, c.Dim+1)
	low, high = min(low, high), max(low, high)
	p.c = c.Mu - low
	p.mu = c.Mu
	p.l = max(high+p.c, -c.Mu)
	if c.Mu <= 0 {
		return p, nil
	}
	return p.bounded(), nil
}

// bounded solves A x = b for the mean, which is positive definite, by elimination.
func (p *nonconvexQuadratic[F]) bounded() *boundedQuadratic[F] {
	off, diagonal := -p.meanNu/4, float64(p.meanNu/2)+p.c
	ratio, x := make([]float64, p.dim), make([]float64, p.dim)
	pivot, right := diagonal, p.meanB
	for j := range x {
		if j > 0 {
			ratio[j] = off / pivot
			pivot = diagonal - float64(ratio[j]*off)
			right = -float64(ratio[j] * right)
		}
		x[j] = right / pivot
	}
	for j := p.dim - 2; j >= 0; j-- {
		x[j] -= float64(ratio[j+1] * x[j+1])
	}
	q := &boundedQuadratic[F]{nonconvexQuadratic: p, x: make([]F, p.dim), f: -p.meanB * x[0] / 2}
	for j, v := range x {
		q.x[j] = F(v)
	}
	return q
}

// Minimum implements Solved.
func (p *boundedQuadratic[F]) Minimum() (x []F, f float64) { return p.x, p.f }

// Value implements Solved.
func (p *boundedQuadratic[F]) Value(_ *Workspace[F], x []F) float64 {
	return p.value(x, p.meanNu, p.meanB)
}

func (p *nonconvexQuadratic[F]) Dim() int                   { return p.dim }
func (p *nonconvexQuadratic[F]) Len() int                   { return len(p.nu) }
func (p *nonconvexQuadratic[F]) Curvature() (mu, l float64) { return p.mu, p.l }
func (p *nonconvexQuadratic[F]) Noisy() bool                { return p.p < 1 }
func (p *nonconvexQuadratic[F]) Classifies() bool           { return false }

// Init is that of the papers.
func (p *nonconvexQuadratic[F]) Init(x []F, _ *rand.Rand) {
	clear(x)
	x[0] = F(math.Sqrt(float64(p.dim)))
}

// value is 1/2 x.(nu/4 T + c) x - b x_1.
func (p *nonconvexQuadratic[F]) value(x []F, nu, b float64) float64 {
	tee, square, last := 0., 0., 0. // x.Tx = x_1^2 + sum (x_j - x_j-1)^2 + x_d^2
	for _, v := range x {
		d := float64(v) - last
		tee += float64(d * d)
		last = float64(v)
		square += float64(last * last)
	}
	tee += float64(last * last)
	return float64((float64(nu/4*tee)+float64(p.c*square))/2) - float64(b*float64(x[0]))
}

// Grad implements Problem.
func (p *nonconvexQuadratic[F]) Grad(_ *Workspace[F], grad, x []F, batch []int) (loss float64) {
	nu, b, shownNu, shownB := 0., 0., 0., 0.
	for _, i := range batch {
		nu += p.nu[i]
		b += p.b[i]
		if p.p < 1 {
			if r := p.key.At(1, uint64(i)); r.Float64() < p.p {
				shownNu += p.nu[i]
				shownB += p.b[i]
			}
		}
	}
	n := float64(len(batch))
	nu, b = nu/n, b/n
	p.product(grad, x, F(nu/4), F(p.c), F(b))
	if p.p < 1 {
		p.hide(grad, x, shownNu/(n*p.p), shownB/(n*p.p))
	}
	return p.value(x, nu, b)
}

// product is (nu4 T + c) x - b e_1.
func (p *nonconvexQuadratic[F]) product(grad, x []F, nu4, c, b F) {
	for j, v := range x {
		around := F(2 * v)
		if j > 0 {
			around -= x[j-1]
		}
		if j+1 < len(x) {
			around -= x[j+1]
		}
		grad[j] = F(nu4*around) + F(c*v)
	}
	grad[0] -= b
}

// hide puts what the samples show in place of the coordinates beyond the last one that is not 0, of
// which only the next has a derivative.
func (p *nonconvexQuadratic[F]) hide(grad, x []F, nu, b float64) {
	next := len(x)
	for next > 0 && x[next-1] == 0 {
		next--
	}
	switch {
	case next == len(x):
	case next == 0:
		grad[0] = F(-b)
	default:
		grad[next] = F(-nu / 4 * float64(x[next-1]))
	}
}

// PartLen counts the mean of all as one sample, so that an evaluation takes no longer than it must.
func (p *nonconvexQuadratic[F]) PartLen(part Part) int {
	if part == Train {
		return 1
	}
	return 0
}

// Evaluate gives f itself.
func (p *nonconvexQuadratic[F]) Evaluate(_ *Workspace[F], x []F, part Part, lo, hi int) Sums {
	if part != Train || lo >= hi {
		return Sums{}
	}
	return Sums{Samples: 1, Loss: p.value(x, p.meanNu, p.meanB)}
}

// Held implements Sized.
func (p *nonconvexQuadratic[F]) Held() int64 { return 16*int64(len(p.nu)) + 24*int64(p.dim) }

// Scratch implements Sized: there is none.
func (p *nonconvexQuadratic[F]) Scratch(int) int64 { return 0 }
