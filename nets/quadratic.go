package nets

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Quadratic is f(x) = 1/2 sum_j lambda_j x_j^2, on which theory is checked. Sample i has the loss
// f(x) + noise xi_i.x with xi_i standard normal, drawn by (seed, i): unbiased gradient noise of a
// stated size. The minimum is 0, at 0.
type Quadratic struct {
	Common
	Curvature Spectrum  `doc:"the eigenvalues lambda: a list, or a table with kind (equal, linear, geometric, power, tridiagonal), dim, mu and l"`
	Noise     float64   `doc:"standard deviation of the gradient noise of a sample, per coordinate" in:"[0,1e30]"`
	Samples   int       `doc:"number of samples N, which defines an epoch where there is noise" in:"[1,2147483647]"`
	Start     []float64 `doc:"the initial point; one number is every coordinate's" in:"[-1e30,1e30]" len:"[1,10000000]"`
}

func init() {
	Register("quadratic", "f(x) = 1/2 sum lambda_j x_j^2 with normal gradient noise", "",
		Quadratic{Common: Common{Batch: 1, Sampling: "replacement", Precision: "float64"}, Curvature: Spectrum{list: []float64{1}}, Samples: 1 << 20, Start: []float64{1}},
		newQuadratic[float32], newQuadratic[float64])
}

// Idle implements params.Idler.
func (q Quadratic) Idle() map[string]string {
	if q.Noise > 0 {
		return nil
	}
	return map[string]string{"sampling": "without noise all samples are the same"}
}

// Validate implements params.Validator.
func (q Quadratic) Validate() error {
	if n := len(q.Start); n > 1 && n != len(q.Curvature.Values()) {
		return params.Errorf("start", "has %d coordinates, curvature %d; give one or as many", n, len(q.Curvature.Values()))
	}
	if q.Batch == 0 && q.Noise > 0 && q.Samples > 1<<20 {
		return params.Errorf("batch", "a full batch of %d samples is not drawn at every gradient; set samples, or noise = 0", q.Samples)
	}
	return nil
}

type quadratic[F vec.Float] struct {
	lambda, start []F
	mu, l         float64
	noise         F
	n             int
	key           stream.Key
}

var (
	_ Problem[float32]   = (*quadratic[float32])(nil)
	_ Evaluator[float32] = (*quadratic[float32])(nil)
	_ Solved[float32]    = (*quadratic[float32])(nil)
	_ Smooth             = (*quadratic[float32])(nil)
	_ Noisy              = (*quadratic[float32])(nil)
	_ Shaped             = (*quadratic[float32])(nil)
)

func newQuadratic[F vec.Float](c Quadratic, e Env) (Problem[F], error) {
	values := c.Curvature.Values()
	p := &quadratic[F]{lambda: make([]F, len(values)), start: make([]F, len(values)), noise: F(c.Noise), n: c.Samples, key: stream.NewKey(e.Seed, "problem: noise")}
	p.mu, p.l = math.Inf(1), 0
	for j, v := range values {
		p.lambda[j], p.start[j] = F(v), F(c.Start[j%len(c.Start)])
		p.mu, p.l = min(p.mu, float64(p.lambda[j])), max(p.l, float64(p.lambda[j]))
	}
	return p, nil
}

func (p *quadratic[F]) Dim() int                             { return len(p.lambda) }
func (p *quadratic[F]) Len() int                             { return p.n }
func (p *quadratic[F]) Init(x []F, _ *rand.Rand)             { copy(x, p.start) }
func (p *quadratic[F]) Curvature() (mu, l float64)           { return p.mu, p.l }
func (p *quadratic[F]) Minimum() (x []F, f float64)          { return make([]F, len(p.lambda)), 0 }
func (p *quadratic[F]) Noisy() bool                          { return p.noise != 0 }
func (p *quadratic[F]) Classifies() bool                     { return false }
func (p *quadratic[F]) Value(_ *Workspace[F], x []F) float64 { return p.value(x) }

// PartLen counts the expectation as one sample: noise has mean 0.
func (p *quadratic[F]) PartLen(part Part) int {
	if part == Train {
		return 1
	}
	return 0
}

// Evaluate gives f itself.
func (p *quadratic[F]) Evaluate(_ *Workspace[F], x []F, part Part, lo, hi int) Sums {
	if part != Train || lo >= hi {
		return Sums{}
	}
	return Sums{Samples: 1, Loss: p.value(x)}
}

func (p *quadratic[F]) value(x []F) float64 {
	sum := 0.
	for j, v := range x {
		sum += float64(float64(p.lambda[j]) * float64(v) * float64(v))
	}
	return float64(sum / 2)
}

func (p *quadratic[F]) Grad(_ *Workspace[F], grad, x []F, batch []int) (loss float64) {
	for j, v := range x {
		grad[j] = p.lambda[j] * v
	}
	loss = p.value(x)
	if p.noise == 0 || len(batch) == 0 {
		return loss
	}
	scale, sum := p.noise/F(len(batch)), 0.
	for _, i := range batch {
		r := p.key.At(uint64(i), 0)
		for j, v := range x {
			xi := F(scale * F(vec.NormQuantile(r.Float64())))
			grad[j] += xi
			sum += float64(float64(xi) * float64(v))
		}
	}
	return loss + sum
}

// A Spectrum is a list of eigenvalues, given or by a law.
type Spectrum struct {
	list []float64
	law  *spectrumLaw
}

type spectrumLaw struct {
	Kind string  `doc:"the law" in:"equal|linear|geometric|power|tridiagonal" required:""`
	Dim  int     `doc:"number of eigenvalues" in:"[1,10000000]" required:""`
	Mu   float64 `doc:"the smallest" in:"[0,1e30]" when:"kind=linear|geometric"`
	L    float64 `doc:"the largest (tridiagonal: their bound)" in:"(0,1e30]"`
}

// FromParam decodes a list of eigenvalues, or a table that names a law:
//
//	equal        all L
//	linear       from mu to L in equal steps
//	geometric    from mu to L in equal ratios (mu above 0)
//	power        L / j, j = 1 ... dim
//	tridiagonal  L sin^2(j pi / (2 (dim+1))), those of Nesterov's worst case
func (s *Spectrum) FromParam(value any) error {
	switch v := value.(type) {
	case map[string]any:
		law := spectrumLaw{Mu: .01, L: 1}
		if err := params.Decode("", v, &law); err != nil {
			return err
		}
		if (law.Kind == "linear" || law.Kind == "geometric") && law.Mu > law.L || law.Kind == "geometric" && law.Mu == 0 {
			return params.Errorf("mu", "= %v does not fit l = %v; want 0 < mu <= l", law.Mu, law.L)
		}
		*s = Spectrum{law: &law}
		return nil
	case string:
		return fmt.Errorf("want %s, such as {kind = \"geometric\", dim = 100, mu = 0.01, l = 1.0}", s.Wants())
	}
	box := struct {
		Curvature []float64 `doc:"eigenvalues" in:"[0,1e30]" len:"[1,10000000]"`
	}{}
	if err := params.Decode("", map[string]any{"curvature": value}, &box); err != nil {
		var e *params.Error
		if errors.As(err, &e) { // the path below curvature alone
			inner := *e
			inner.Path = strings.TrimPrefix(e.Path, "curvature")
			return &inner
		}
		return err
	}
	*s = Spectrum{list: box.Curvature}
	return nil
}

// ToParam is the inverse of FromParam.
func (s Spectrum) ToParam() any {
	if s.law != nil {
		return params.EncodeApplying(*s.law)
	}
	list := make([]any, len(s.list))
	for i, v := range s.list {
		list[i] = v
	}
	return list
}

// Wants says how it is written.
func (Spectrum) Wants() string { return "a list of eigenvalues or a table with kind and dim" }

// Values are the eigenvalues.
func (s Spectrum) Values() []float64 {
	if s.law == nil {
		return s.list
	}
	n := s.law.Dim
	v := make([]float64, n)
	for j := range v {
		t := 0. // from 0 to 1
		if n > 1 {
			t = float64(j) / float64(n-1)
		}
		switch s.law.Kind {
		case "equal":
			v[j] = s.law.L
		case "linear":
			v[j] = s.law.Mu + float64(t*(s.law.L-s.law.Mu))
		case "geometric":
			v[j] = s.law.Mu * vec.Pow(s.law.L/s.law.Mu, t)
		case "power":
			v[j] = s.law.L / float64(j+1)
		case "tridiagonal":
			v[j] = s.law.L * sinSquared(j+1, n+1)
		}
	}
	return v
}

// sinSquared is sin^2(j pi / (2 n)) for 0 <= j <= n, by the series of the sine up to pi/4 and its
// complement beyond, so that it has the same bits everywhere.
func sinSquared(j, n int) float64 {
	if 2*j > n {
		return 1 - sinSquared(n-j, n)
	}
	x := math.Pi * float64(j) / float64(2*n)
	term, sum := x, x
	for k := 3.; k < 24; k += 2 {
		term = float64(term * (-x * x / (k * (k - 1))))
		sum += term
	}
	return sum * sum
}
