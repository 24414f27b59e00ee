package optimizers_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// says fails if a page of the manual does not say what a test has found.
func says(t *testing.T, page, words string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(b)), " "), words) {
		t.Errorf("docs/%s does not say %q", page, words)
	}
}

// elasticRadius is the spectral radius of a turn of all workers of round-robin AEASGD with a window
// of 1 on x²/2: each turn is x_i <- x_i - alpha (x_i - c) - eta x_i, c <- c + alpha (x_i - c).
func elasticRadius(t *testing.T, workers int, eta, alpha float64) (radius float64) {
	t.Helper()
	n := workers + 1 // c is the last
	turn := mat.NewDense(n, n, nil)
	for i := range n {
		turn.Set(i, i, 1)
	}
	for i := range workers {
		step := mat.NewDense(n, n, nil)
		for j := range n {
			step.Set(j, j, 1)
		}
		step.Set(i, i, 1-alpha-eta)
		step.Set(i, n-1, alpha)
		step.Set(n-1, i, alpha)
		step.Set(n-1, n-1, 1-alpha)
		var next mat.Dense
		next.Mul(step, turn)
		turn = &next
	}
	var e mat.Eigen
	if !e.Factorize(turn, mat.EigenNone) {
		t.Fatal("no eigenvalues")
	}
	for _, v := range e.Values(nil) {
		radius = max(radius, cmplx.Abs(v))
	}
	return radius
}

// elasticLimit is the largest alpha up to which a round robin is stable.
func elasticLimit(t *testing.T, workers int, eta float64) float64 {
	lo, hi := .01, 3.
	for hi-lo > 1e-9 {
		if alpha := (lo + hi) / 2; elasticRadius(t, workers, eta, alpha) < 1 {
			lo = alpha
		} else {
			hi = alpha
		}
	}
	return lo
}

// The bound on alpha that aeasgd.md states is always sufficient, and necessary for an odd number of
// workers.
func TestElasticBound(t *testing.T) {
	for workers := 1; workers <= 8; workers++ {
		for _, eta := range []float64{.1, .5, 1, 1.5, 1.9} {
			bound := (4 - 2*eta) / (4 - eta)
			for k := 1; k < 40; k++ {
				if alpha := bound * float64(k) / 40; elasticRadius(t, workers, eta, alpha) >= 1 {
					t.Errorf("%d workers, eta = %g: alpha = %g is below %g and unstable", workers, eta, alpha, bound)
				}
			}
			if limit := elasticLimit(t, workers, eta); workers%2 == 1 && math.Abs(limit-bound) > 1e-6 || workers%2 == 0 && limit < bound*(1+1e-5) {
				t.Errorf("%d workers, eta = %g: stable up to %.6f, the bound is %.6f", workers, eta, limit, bound)
			}
		}
	}
	says(t, "methods/aeasgd.md", fmt.Sprintf("two workers at eta = 1 are stable up to 1/sqrt(2) = %.4f, where the bound is %.4f", elasticLimit(t, 2, 1), 2./3))

	// The code does what the matrix says, on both sides of the limit of two workers.
	for alpha, stable := range map[float64]bool{.70: true, .715: false} {
		m := o.AEASGD{Elastic: o.Elastic{Alpha: alpha}, Window: 1, Exchange: "two-message", Local: o.PlainSGD{Rate: 1}, Variant: "paper"}
		xs := trace(t, m, optimizertest.Setup[float64]{Grad: func(g, x []float64, worker, k, _, _ int) float64 {
			g[0] = x[0]
			if k == 0 {
				g[0] = .3 * float64(worker+1) // or all would be 0 after the first step
			}
			return 0
		}}, 4000)
		if last := math.Abs(xs[len(xs)-1]); (last < 1e-3) != stable {
			t.Errorf("alpha = %g: the center ends at %g", alpha, last)
		}
	}
}

// Where gem.md says that the rule without a clamp reverses itself, it does.
func TestGEMReverses(t *testing.T) {
	m := o.GEM{Rate: .1, Momentum: .9, Kappa: 1, Epsilon: 1e-16}
	xs := trace(t, m, optimizertest.Setup[float64]{Workers: 4}, 400)
	says(t, "methods/gem.md", fmt.Sprintf("at %.4f after 50 commits, is at %.0f after 400", xs[49], xs[399]))
}

// With a window of 1 the variant of Distributed Keras is the paper's form: the zero that the
// original pushes first is left out.
func TestDownpourVariantOfOne(t *testing.T) {
	m := o.Default[o.Downpour]()
	m.Local = plain
	want := trace(t, m, optimizertest.Setup[float64]{}, commits)
	m.Variant = "dist-keras"
	same(t, "w = 1", trace(t, m, optimizertest.Setup[float64]{}, commits), want)
}

// Momentum is v <- delta v - eta_t g, x <- x + v: when the rate falls, what v holds goes on at the
// old one. Methods whose paper writes v <- gamma v + g, x <- x - eta_t v slow down at once.
func TestMomentumUnderSchedule(t *testing.T) {
	const delta = .9
	sched := []float64{1, 1, .1, .1, 0, 0}
	var keras, torch []float64
	x, v, y, u := 1., 0., 1., 0.
	for k, s := range sched {
		g := float64(k + 1)
		v = delta*v - eta*s*g
		x += v
		keras = append(keras, x)
		u = delta*u + g
		y -= eta * s * u
		torch = append(torch, y)
	}
	dana, gap := o.Default[o.DANA](), o.Default[o.GapAware]()
	dana.Rate, dana.Momentum, dana.Form = eta, delta, "zero"
	gap.Rate, gap.Momentum = eta, delta
	for _, c := range []struct {
		method o.Method
		want   []float64
	}{
		{o.SGD{Local: o.HeavyBall{Rate: eta, Momentum: delta}}, keras},
		{o.MSGD{Rate: eta, Momentum: delta}, keras},
		{o.MDOWNPOUR{Rate: eta, Momentum: delta}, keras},
		{dana, torch}, {gap, torch},
	} {
		s, err := o.New[float64](c.method)
		if err != nil {
			t.Fatal(err)
		}
		server := s.Server(o.Env[float64]{Workers: 1, ID: -1, X0: []float64{1}})
		server.Reply(make([]float64, 1), 0)
		var got []float64
		for k, sched := range sched {
			server.Apply(o.Message[float64]{Vec: []float64{float64(k + 1)}, N: 1, Sched: sched})
			got = append(got, server.Center()[0])
			server.Reply(make([]float64, 1), 0) // it is not stale
		}
		same(t, fmt.Sprintf("%T", c.method), got, c.want)
	}
}

// The table of what becomes of merged pushes is what the strategies declare.
func TestCombineTable(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("\n| method | merged pushes are |\n|---|---|\n")
	words := map[o.Combine]string{o.Alone: "never merged: each is applied by itself", o.Mean: "averaged", o.Sum: "added"}
	entry := func(label string, table map[string]any) {
		spec, err := o.Decode("strategy", table)
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.New[float64](spec.Method)
		if err != nil {
			t.Fatal(err)
		}
		what := words[s.Combine]
		switch {
		case s.Silent:
			what = "there are none"
		case s.MaxWorkers == 1:
			return
		}
		fmt.Fprintf(&rows, "| %s | %s |\n", label, what)
	}
	variants := map[string][]struct {
		label string
		keys  map[string]any
	}{
		"sync":     {{"`reduce = \"sum\"`", map[string]any{"reduce": "sum"}}},
		"aeasgd":   {{"`exchange = \"atomic\"`", map[string]any{"exchange": "atomic"}}},
		"eamsgd":   {{"`exchange = \"atomic\"`", map[string]any{"exchange": "atomic"}}},
		"dana":     {{"`form = \"slim\"`", map[string]any{"form": "slim"}}, {"`form = \"dc\"`", map[string]any{"form": "dc"}}},
		"downpour": {{"`form = \"distbelief\"`", map[string]any{"form": "distbelief"}}},
		"fedasync": {{"`delta = true`", map[string]any{"delta": true}}},
	}
	for _, d := range o.Strategies().Describe() {
		link := fmt.Sprintf("[%s](%s.md)", d.Name, d.Name)
		entry(link, map[string]any{"kind": d.Name})
		for _, v := range variants[d.Name] {
			v.keys["kind"] = d.Name
			entry(link+", "+v.label, v.keys)
		}
	}
	between(t, filepath.Join("..", "docs", "methods", "README.md"), "merged", rows.String())
}
