package delay_test

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"staleness/internal/stream"
	"staleness/sim/delay"
	"staleness/sim/delay/delaytest"
)

//go:generate go test . -run Golden -missing

var (
	rewrite = flag.Bool("rewrite", false, "rewrite the golden draws")
	missing = flag.Bool("missing", false, "write the golden draws of laws that have none")
)

func TestLaws(t *testing.T)   { delaytest.Laws(t) }
func TestCounts(t *testing.T) { delaytest.Counts(t) }

// Shapes other than the defaults.
func TestLawShapes(t *testing.T) {
	for _, c := range []struct {
		law   string
		table map[string]any
	}{
		{"uniform", map[string]any{"spread": 1.0}},
		{"shifted-exponential", map[string]any{"cv": 0.1}},
		{"gamma", map[string]any{"cv": 0.0}},
		{"gamma", map[string]any{"cv": 1.0}},
		{"gamma", map[string]any{"cv": 3.0}},
		{"lognormal", map[string]any{"cv": 0.1}},
		{"lognormal", map[string]any{"cv": 1.5}},
		{"pareto", map[string]any{"alpha": 1.5}},
		{"pareto", map[string]any{"alpha": 8.0}},
		{"weibull", map[string]any{"shape": 0.5}},
		{"weibull", map[string]any{"shape": 4.0}},
		{"straggler", map[string]any{"persistent": true, "probability": 0.5}},
		{"cvb", map[string]any{"machine_cv": 0.0}},
		{"heterogeneous", map[string]any{"power": 1.0}},
	} {
		t.Run(fmt.Sprint(c.law, c.table), func(t *testing.T) { delaytest.Law(t, c.law, c.table) })
	}
}

// defaults is a law of 10 ms with its defaults, and values for what has none.
func defaults(name string) map[string]any { return delaytest.Example(name) }

func law(t testing.TB, table map[string]any) delay.Law {
	t.Helper()
	s, err := delay.Laws().Decode("law", table)
	if err != nil {
		t.Fatal(err)
	}
	return s.(delay.Spec).ForWorker(0, stream.NewKey(1, "machine"))
}

// kolmogorov is sqrt(n) times the largest distance of an empirical distribution from cdf.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	slices.Sort(x)
	n := float64(len(x))
	var d float64
	for i, v := range x {
		f := cdf(v)
		d = max(d, f-float64(i)/n, float64(i+1)/n-f)
	}
	return d * math.Sqrt(n)
}

// Every continuous law follows its closed form: Kolmogorov-Smirnov at 1e5 draws, on the level 1e-5,
// with gonum as oracle.
func TestDistributions(t *testing.T) {
	const n, mean, limit = 100_000, 0.01, 2.47
	draw := func(table map[string]any) []float64 {
		table["mean"] = "10ms"
		l := law(t, table)
		x := make([]float64, n)
		key := stream.NewKey(11, "compute")
		r := new(stream.Rand)
		for i := range x {
			*r = key.At(0, uint64(i)) // addressed as the engine does
			x[i] = l.Draw(r).Seconds()
		}
		return x
	}
	gamma := func(cv float64) func(float64) float64 {
		return distuv.Gamma{Alpha: 1 / (cv * cv), Beta: 1 / (mean * cv * cv)}.CDF
	}
	lognormal := func(cv float64) func(float64) float64 {
		s2 := math.Log(1 + cv*cv)
		return distuv.LogNormal{Mu: math.Log(mean) - s2/2, Sigma: math.Sqrt(s2)}.CDF
	}
	weibull := func(k float64) func(float64) float64 {
		return distuv.Weibull{K: k, Lambda: mean / math.Gamma(1+1/k)}.CDF
	}
	for _, c := range []struct {
		table map[string]any
		cdf   func(float64) float64
	}{
		{map[string]any{"law": "uniform", "spread": 0.3}, distuv.Uniform{Min: 0.7 * mean, Max: 1.3 * mean}.CDF},
		{map[string]any{"law": "exponential"}, distuv.Exponential{Rate: 1 / mean}.CDF},
		{map[string]any{"law": "shifted-exponential", "shift": "4ms"}, func(x float64) float64 { return distuv.Exponential{Rate: 1 / 0.006}.CDF(x - 0.004) }},
		{map[string]any{"law": "shifted-exponential", "cv": 0.25}, func(x float64) float64 { return distuv.Exponential{Rate: 1 / 0.0025}.CDF(x - 0.0075) }},
		{map[string]any{"law": "gamma", "cv": 0.2}, gamma(0.2)},
		{map[string]any{"law": "gamma", "cv": 1.0}, gamma(1)},
		{map[string]any{"law": "gamma", "cv": 1.5}, gamma(1.5)},
		{map[string]any{"law": "lognormal", "cv": 0.2}, lognormal(0.2)},
		{map[string]any{"law": "lognormal", "cv": 2.0}, lognormal(2)},
		{map[string]any{"law": "pareto", "alpha": 1.5}, distuv.Pareto{Xm: mean * 0.5 / 1.5, Alpha: 1.5}.CDF},
		{map[string]any{"law": "pareto", "alpha": 3.0}, distuv.Pareto{Xm: mean * 2 / 3, Alpha: 3}.CDF},
		{map[string]any{"law": "weibull", "shape": 0.7}, weibull(0.7)},
		{map[string]any{"law": "weibull", "shape": 3.0}, weibull(3)},
		{map[string]any{"law": "half-normal"}, func(x float64) float64 {
			return 2*distuv.Normal{Mu: 0, Sigma: mean * math.Sqrt(math.Pi/2)}.CDF(x) - 1
		}},
	} {
		if d := kolmogorov(draw(c.table), c.cdf); d > limit {
			t.Errorf("%v: Kolmogorov-Smirnov %.2f, limit %.2f", c.table, d, limit)
		}
	}
	// The test itself tells laws of one mean and cv apart.
	if d := kolmogorov(draw(map[string]any{"law": "gamma", "cv": 0.2}), lognormal(0.2)); d < limit {
		t.Errorf("a gamma law passes for a lognormal one: %.2f", d)
	}
}

// Means of CVB machines, and slow workers, follow their laws over the workers.
func TestWorkers(t *testing.T) {
	const n = 20_000
	key := stream.NewKey(5, "machine")
	x := make([]float64, n)
	for i := range x {
		x[i] = delay.CVB{Mean: 10 * time.Millisecond, MachineCV: 0.6, CV: 0.1}.ForWorker(i, key).Mean()
	}
	if d := kolmogorov(x, distuv.Gamma{Alpha: 1 / 0.36, Beta: 1 / (0.01 * 0.36)}.CDF); d > 2.47 {
		t.Errorf("machine means: Kolmogorov-Smirnov %.2f", d)
	}
	slow := 0
	for i := range n {
		if (delay.Straggler{Mean: time.Second, Probability: 0.2, Slowdown: 10, Persistent: true}).ForWorker(i, key).Mean() > 1 {
			slow++
		}
	}
	if z := (float64(slow) - 0.2*n) / math.Sqrt(n*0.2*0.8); math.Abs(z) > 5 {
		t.Errorf("%d of %d workers are slow", slow, n)
	}
	for i, want := range []time.Duration{4 * time.Millisecond, 5656854, 6928203, 8 * time.Millisecond} {
		r := key.At(0, 0)
		if d := (delay.Heterogeneous{Mean: 4 * time.Millisecond, Power: 0.5}).ForWorker(i, key).Draw(&r); d != want {
			t.Errorf("worker %d takes %v, want %v", i, d, want)
		}
	}
}

// Staleness laws against their probabilities: chi-square over all values that are expected 10 times
// at least.
func TestCountDistributions(t *testing.T) {
	const n = 100_000
	for _, c := range []struct {
		spec delay.CountSpec
		p    func(k int) float64
	}{
		{delay.ConstantCount{Tau: 3}, func(k int) float64 { return map[bool]float64{true: 1}[k == 3] }},
		{delay.UniformCount{Lo: 2, Hi: 7}, func(k int) float64 { return map[bool]float64{true: 1. / 6}[k >= 2 && k <= 7] }},
		{delay.GeometricCount{P: 0.25}, func(k int) float64 { return 0.25 * math.Pow(0.75, float64(k)) }},
		{delay.GeometricCount{P: 1}, func(k int) float64 { return map[bool]float64{true: 1}[k == 0] }},
		{delay.PoissonCount{Mean: 0.3}, func(k int) float64 { return distuv.Poisson{Lambda: 0.3}.Prob(float64(k)) }},
		{delay.PoissonCount{Mean: 7}, func(k int) float64 { return distuv.Poisson{Lambda: 7}.Prob(float64(k)) }},
		{delay.PoissonCount{Mean: 200}, func(k int) float64 { return distuv.Poisson{Lambda: 200}.Prob(float64(k)) }},
		{delay.PoissonCount{}, func(k int) float64 { return map[bool]float64{true: 1}[k == 0] }},
		{delay.EmpiricalCount{Weights: []float64{0, 3, 0, 1}}, func(k int) float64 { return map[int]float64{1: 0.75, 3: 0.25}[k] }},
		{delay.TwoPointCount{Lo: 1, Hi: 9, P: 0.1}, func(k int) float64 { return map[int]float64{1: 0.9, 9: 0.1}[k] }},
	} {
		law := c.spec.Counts()
		seen := map[int]int{}
		r := stream.NewKey(13, "tau").At(0, 0)
		for range n {
			seen[law.DrawCount(&r)]++
		}
		var x, cells, rest, restWant float64
		rest, restWant = n, n
		for k := range 1000 {
			if want := n * c.p(k); want >= 10 {
				d := float64(seen[k]) - want
				x += d * d / want
				rest -= float64(seen[k])
				restWant -= want
				cells++
			} else if want == 0 && seen[k] > 0 {
				t.Errorf("%+v: %d, which is impossible", c.spec, k)
			}
		}
		if z := (x - cells) / math.Sqrt(2*cells); z > 6 {
			t.Errorf("%+v: chi-square %.1f over %.0f values", c.spec, x, cells)
		}
		if math.Abs(rest-restWant) > 6*math.Sqrt(max(restWant, 0)+1) {
			t.Errorf("%+v: %.0f draws in the tail, want %.1f", c.spec, rest, restWant)
		}
	}
}

func TestEmpirical(t *testing.T) {
	l := law(t, map[string]any{"law": "empirical", "mean": "10ms", "times": []any{1.0, 4.0, 0.0, 3.0}})
	if cv := l.CV(); math.Abs(cv-math.Sqrt(2.5)/2) > 1e-15 {
		t.Errorf("cv %v", cv)
	}
	for i, want := range []time.Duration{20e6, 15e6, 5e6, 0} {
		r := stream.Starting(uint64(i) << 62)
		if d := l.Draw(&r); d != want {
			t.Errorf("quarter %d: %v, want %v", i, d, want)
		}
	}
}

// Coupled laws rise together: at the same address the longer of two exponentials is the longer
// lognormal.
func TestCoupled(t *testing.T) {
	a := law(t, map[string]any{"law": "exponential", "mean": "10ms"})
	for _, name := range []string{"lognormal", "pareto", "weibull", "uniform", "half-normal", "shifted-exponential"} {
		b := law(t, map[string]any{"law": name, "mean": "10ms"})
		key := stream.NewKey(1, "compute")
		type pair struct{ a, b time.Duration }
		var all []pair
		for i := range uint64(1000) {
			r, q := key.At(0, i), key.At(0, i)
			all = append(all, pair{a.Draw(&r), b.Draw(&q)})
		}
		slices.SortFunc(all, func(x, y pair) int { return int(x.a - y.a) })
		if !slices.IsSortedFunc(all, func(x, y pair) int { return int(x.b - y.b) }) {
			t.Errorf("%s is not coupled to exponential", name)
		}
	}
}

func TestSaturation(t *testing.T) {
	r := stream.Starting(0) // u = 2^-53
	if d := law(t, map[string]any{"law": "pareto", "alpha": 1.01, "mean": "1000000h"}).Draw(&r); d != math.MaxInt64 {
		t.Errorf("%v", d)
	}
	r = stream.Starting(0)
	l := delay.Scaled(delay.Exponential{Mean: time.Hour}.ForWorker(0, 0), 1e9)
	if d := l.Draw(&r); d != math.MaxInt64 {
		t.Errorf("%v", d)
	}
	if l := delay.Scaled(l, 1); l.Mean() != 3600e9 || l.CV() != 1 {
		t.Errorf("mean %v, cv %v", l.Mean(), l.CV())
	}
	r = stream.Starting(1 << 63)
	if d := delay.Scaled(delay.Constant{Mean: 10}.ForWorker(0, 0), 0.26).Draw(&r); d != 3 {
		t.Errorf("10 ns scaled by 0.26 is %d ns", d)
	}
}

func TestConfiguration(t *testing.T) {
	for _, c := range []struct {
		table any
		want  string
	}{
		{map[string]any{"law": "gama", "mean": "10ms"}, `law.law: unknown delay law "gama"; did you mean "gamma"?`},
		{map[string]any{"mean": "10ms"}, "law.law: is missing"},
		{map[string]any{"law": "gamma"}, "law.mean: is missing"},
		{map[string]any{"law": "gamma", "mean": "10ms", "shape": 2.0}, "unknown key"},
		{map[string]any{"law": "gamma", "mean": "10 parsec"}, "unit"},
		{map[string]any{"law": "gamma", "mean": "0s"}, "outside (0,)"},
		{map[string]any{"law": "gamma", "mean": "10ms", "cv": -0.2}, "outside"},
		{map[string]any{"law": "gamma", "mean": "10ms", "cv": math.NaN()}, "not a number"},
		{map[string]any{"law": "pareto", "mean": "10ms", "alpha": 1.0}, "no mean up to 1"},
		{map[string]any{"law": "shifted-exponential", "mean": "10ms", "shift": "11ms"}, "law.shift = \"11ms\": is above the mean"},
		{map[string]any{"law": "shifted-exponential", "mean": "10ms", "shift": "1ms", "cv": 0.5}, "give one of them"},
		{map[string]any{"law": "empirical", "mean": "10ms", "times": []any{0.0}}, "law.times: are all 0"},
		{map[string]any{"law": "empirical", "mean": "10ms", "times": []any{}}, "0 elements"},
	} {
		_, err := delay.Laws().Decode("law", c.table.(map[string]any))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v; want %s", c.table, err, c.want)
		}
	}
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"law": "constant"}, "staleness.tau: is missing"},
		{map[string]any{"law": "constant", "tau": int64(-1)}, "outside"},
		{map[string]any{"law": "constant", "tau": 1.5}, "whole number"},
		{map[string]any{"law": "uniform", "lo": int64(5), "hi": int64(4)}, "staleness.lo = 5: is above hi"},
		{map[string]any{"law": "two-point", "lo": int64(5), "hi": int64(4), "p": 0.5}, "staleness.lo = 5: is above hi"},
		{map[string]any{"law": "empirical", "weights": []any{0.0, 0.0}}, "all 0"},
		{map[string]any{"law": "empirical", "weights": []any{}}, "0 elements"},
		{map[string]any{"law": "empirical", "weights": []any{1.0, -1.0}}, "staleness.weights[1]"},
		{map[string]any{"law": "geometric", "p": 0.0}, "outside"},
	} {
		_, err := delay.CountLaws().Decode("staleness", c.table)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v; want %s", c.table, err, c.want)
		}
	}
}

// The draws of each law are in every record made with it. They never change.
func TestGolden(t *testing.T) {
	golden := func(name, got string) {
		file := filepath.Join("testdata", name+".golden")
		_, err := os.Stat(file)
		if *rewrite || *missing && errors.Is(err, fs.ErrNotExist) {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v; for a new law: make generate", err)
		} else if string(want) != got {
			t.Errorf("%s draws\n%swant\n%s", name, got, want)
		}
	}
	key, machine := stream.NewKey(1, "compute"), stream.NewKey(1, "machine")
	for _, name := range delay.Laws().Names() {
		s, err := delay.Laws().Decode("law", defaults(name))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for worker := range 3 {
			l := s.(delay.Spec).ForWorker(worker, machine)
			h := fnv.New64a()
			for k := range uint64(10_000) {
				r := key.At(uint64(worker), k)
				d := l.Draw(&r)
				fmt.Fprintln(h, int64(d))
				if k < 4 {
					fmt.Fprintf(&b, "worker %d computation %d: %d ns\n", worker, k, d)
				}
			}
			fmt.Fprintf(&b, "worker %d, 10000 of them: %x\n", worker, h.Sum64())
		}
		golden("law-"+name, b.String())
	}
	given := map[string]delay.CountSpec{
		"uniform": delay.UniformCount{Lo: 1, Hi: 12}, "geometric": delay.GeometricCount{P: 0.1}, "poisson": delay.PoissonCount{Mean: 5},
		"empirical": delay.EmpiricalCount{Weights: []float64{1, 2, 3, 2}}, "two-point": delay.TwoPointCount{Hi: 10, P: 0.2},
		"constant": delay.ConstantCount{Tau: 4},
	}
	for _, name := range delay.CountLaws().Names() {
		s := given[name]
		if s == nil {
			c, err := delay.CountLaws().Decode("staleness", delay.CountLaws().Example(name))
			if err != nil {
				t.Fatal(err)
			}
			s = c.(delay.CountSpec)
		}
		l := s.Counts()
		var b strings.Builder
		for k := range uint64(40) {
			r := key.At(0, k)
			fmt.Fprintf(&b, "%d ", l.DrawCount(&r))
		}
		golden("count-"+name, b.String()+"\n")
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, name := range delay.Laws().Names() {
		b.Run(name, func(b *testing.B) {
			l := law(b, defaults(name))
			key := stream.NewKey(1, "compute")
			r := new(stream.Rand)
			k := uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				k++
				*r = key.At(7, k)
				l.Draw(r)
			}
		})
	}
}
