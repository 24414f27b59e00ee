package nets_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"staleness/nets"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// descend is the point after so many steps of gradient descent on all samples.
func descend(p nets.Problem[float64], rate float64, steps int) []float64 {
	x, g, all := make([]float64, p.Dim()), make([]float64, p.Dim()), make([]int, p.Len())
	for i := range all {
		all[i] = i
	}
	p.Init(x, rand.New(rand.NewPCG(1, 2)))
	var ws nets.Workspace[float64]
	for range steps {
		p.Grad(&ws, g, x, all)
		vec.Axpy(x, -rate, g)
	}
	return x
}

// Descent finds one of the two vectors, and its opposite is the other.
func TestPhaseRetrievalHasTwoMinima(t *testing.T) {
	p := build[float64](t, map[string]any{"kind": "phase-retrieval", "dim": int64(4), "samples": int64(60)})
	x := descend(p, .1, 1500)
	s := p.(nets.Solved[float64])
	_, least := s.Minimum()
	if f := s.Value(nil, x); !(f-least < 1e-20) {
		t.Errorf("descent ends at %v, the minimum is %v", f, least)
	}
	vec.Scale(x, -1)
	if f := s.Value(nil, x); !(f-least < 1e-20) {
		t.Errorf("the opposite has %v, the minimum is %v", f, least)
	}
	if vec.SumSq(x) < .1 {
		t.Errorf("the minimizer is %v", x)
	}
}

// The smallest eigenvalue of the mean is mu, along its eigenvector, for either sign.
func TestNonconvexQuadraticHasItsEigenvalue(t *testing.T) {
	const d = 12
	for _, mu := range []float64{-.3, 0, .02} {
		p := build[float64](t, map[string]any{"kind": "nonconvex-quadratic", "dim": int64(d), "mu": mu, "samples": int64(30)})
		at := func(scale float64) float64 { // f along the eigenvector of T's smallest eigenvalue
			x := make([]float64, d)
			for j := range x {
				x[j] = scale * math.Sin(float64(j+1)*math.Pi/(d+1))
			}
			return p.(nets.Evaluator[float64]).Evaluate(nil, x, nets.Train, 0, 1).Loss
		}
		if bend := (at(1) + at(-1) - 2*at(0)) / ((d + 1) / 2.); math.Abs(bend-mu) > 1e-12 {
			t.Errorf("mu = %v: the curvature is %v", mu, bend)
		}
		if s, ok := p.(nets.Solved[float64]); ok != (mu > 0) {
			t.Errorf("mu = %v: has a minimum: %v", mu, ok)
		} else if ok {
			_, f := s.Minimum()
			if got := s.Value(nil, descend(p, .5, 3000)); math.Abs(got-f) > 1e-12 {
				t.Errorf("descent ends at %v, the minimum is %v", got, f)
			}
		}
	}
}

// A sample shows the next coordinate with the probability given, and is right in the mean.
func TestHiddenCoordinates(t *testing.T) {
	const n = 2000
	p := build[float64](t, map[string]any{"kind": "nonconvex-quadratic", "dim": int64(5), "samples": int64(n), "probability": .25, "spread": 0.})
	x, g := make([]float64, 5), make([]float64, 5)
	p.Init(x, nil)
	shown, sum := 0, 0.
	for i := range n {
		p.Grad(nil, g, x, []int{i})
		if g[1] != 0 {
			shown++
		}
		sum += g[1]
		if g[2] != 0 || g[3] != 0 || g[4] != 0 {
			t.Fatalf("sample %d shows %v", i, g)
		}
	}
	want := -math.Sqrt(5) / 4
	if share := float64(shown) / n; math.Abs(share-.25) > .04 || math.Abs(sum/n/want-1) > .16 {
		t.Errorf("shown %v of the time, mean %v, want %v", share, sum/n, want)
	}
	_, err := nets.Decode("problem", map[string]any{"kind": "nonconvex-quadratic", "samples": int64(50), "probability": .25})
	if err == nil || !strings.Contains(err.Error(), "about 12.5 of them") {
		t.Errorf("too few samples: %v", err)
	}
}

// The regularizer's curvature is that of its second derivative, 2 at 0 and -1/2 at 1.
func TestNonconvexRegularizer(t *testing.T) {
	bend := func(at, lambda float64) float64 {
		p := build[float64](t, map[string]any{"kind": "nonconvex-logistic", "data": netstest.Data, "lambda": lambda}).(nets.Regularized[float64])
		const h = 1e-4
		f := func(v float64) float64 { return p.Penalty([]float64{v, 0, 0, 0, 0, 0, 0}) }
		return (f(at+h) + f(at-h) - 2*f(at)) / (h * h)
	}
	if a, b := bend(0, 3), bend(1, 3); math.Abs(a-6) > 1e-4 || math.Abs(b+1.5) > 1e-4 {
		t.Errorf("second derivatives %v and %v, want 6 and -1.5", a, b)
	}
}

// The data of Mishchenko et al.: one large eigenvalue, the others alike, and nearly no noise.
func TestLinearRegressionIsTheNotebooks(t *testing.T) {
	const d = 20
	p := build[float64](t, map[string]any{"kind": "least-squares", "data": map[string]any{"kind": "linear-regression", "samples": int64(2000), "features": int64(d)}})
	mu, l := p.(nets.Smooth).Curvature()
	if small := 1. / (12 * d); math.Abs(l-.25) > .02 || mu < .7*small || mu > small {
		t.Errorf("curvature %v to %v, want about %v to 1/4", mu, l, small)
	}
	if _, f := p.(nets.Solved[float64]).Minimum(); math.Abs(f/(1e-10/2)-1) > .1 {
		t.Errorf("the minimum is %v, want half the noise's variance, 5e-11", f)
	}
}
