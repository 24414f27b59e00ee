package fit

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/sim/delay"
)

// drawn are times of a law, in seconds.
func drawn(t *testing.T, table map[string]any, seed uint64, n int) []float64 {
	t.Helper()
	s, err := delay.Laws().Decode("law", table)
	if err != nil {
		t.Fatal(err)
	}
	l := s.(delay.Spec).ForWorker(0, 0)
	key := stream.NewKey(seed, "test of fits")
	xs := make([]float64, n)
	for i := range xs {
		r := key.At(0, uint64(i))
		xs[i] = l.Draw(&r).Seconds()
	}
	return xs
}

// What a law was drawn with is found again within three standard errors, which are those of theory,
// and the law is the best one for its own times.
func TestParametersAreRecovered(t *testing.T) {
	const n = 10000
	root := math.Sqrt(n)
	for _, c := range []struct {
		name   string
		mean   float64
		key    string
		value  float64
		errors []float64 // of theory: mean, value
	}{
		{"exponential", .01, "", 0, []float64{.01 / root}},
		{"half-normal", 2, "", 0, []float64{2 / math.Sqrt2 / root}},
		{"lognormal", .5, "cv", .3, []float64{.5 * math.Sqrt(s2(.3)+s2(.3)*s2(.3)/2) / root, (1 + .09) / .6 * s2(.3) * math.Sqrt2 / root}},
		{"gamma", 3e-6, "cv", .5, []float64{3e-6 * .5 / root, .5 * math.Pow(4, -1.5) / math.Sqrt(trigamma(4)-.25) / root}},
		{"weibull", 40, "shape", .7, []float64{math.NaN(), .7 * math.Sqrt(6) / math.Pi / root}},
	} {
		table := map[string]any{"law": c.name, "mean": Seconds(c.mean)}
		if c.key != "" {
			table[c.key] = c.value
		}
		laws, _ := Rank(drawn(t, table, 1, n))
		// a law with one parameter more may be a little better by chance
		if i := slices.IndexFunc(laws, func(l Law) bool { return l.Name == c.name }); i < 0 || laws[i].AIC > laws[0].AIC+5 {
			t.Errorf("%s is number %d, the best law is %s", c.name, i+1, laws[0].Name)
		}
		l, err := Fit(c.name, drawn(t, table, 1, n))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{c.mean, c.value}[:len(l.Parameters)] {
			p := l.Parameters[i]
			if !(math.Abs(p.Value-want) < 3*p.Error) {
				t.Errorf("%s: %s is %g, found %g ± %g", c.name, p.Key, want, p.Value, p.Error)
			}
			if e := c.errors[i]; !math.IsNaN(e) && math.Abs(p.Error-e) > .05*e {
				t.Errorf("%s: the standard error of %s is %g, by theory %g", c.name, p.Key, p.Error, e)
			}
		}
	}
}

func s2(cv float64) float64 { return math.Log1p(cv * cv) }

// trigamma of a whole number.
func trigamma(k int) float64 {
	s := math.Pi * math.Pi / 6
	for i := 1; i < k; i++ {
		s -= 1 / float64(i*i)
	}
	return s
}

// What is a bound of a law is found by its exact law: n(least - shift)/tail is exponential of mean
// 1, as are n(1 - largest/end)·2·spread-wise what lacks at the ends of a uniform law and n alpha
// ln(least/bound) of Pareto's. Over many samples their means are 1.
func TestBoundsAreRecovered(t *testing.T) {
	const n, samples = 200, 400
	for _, c := range []struct {
		name string
		key  string
		x    float64
		lack func(l Law) float64 // an exponential variable of mean 1
	}{
		{"shifted-exponential", "cv", .25, func(l Law) float64 {
			return n * (l.Parameters[0].Value*(1-l.Parameters[1].Value) - .75) / .25
		}},
		{"uniform", "spread", .5, func(l Law) float64 {
			m, r := l.Parameters[0].Value, l.Parameters[1].Value
			return n * (1.5 - m*(1+r))
		}},
		{"pareto", "alpha", 3, func(l Law) float64 {
			m, a := l.Parameters[0].Value, l.Parameters[1].Value
			return n * 3 * math.Log(m*(a-1)/a/(2./3))
		}},
	} {
		sum, square := 0.0, 0.0
		for seed := range uint64(samples) {
			l, err := Fit(c.name, drawn(t, map[string]any{"law": c.name, "mean": "1s", c.key: c.x}, seed, n))
			if err != nil {
				t.Fatal(err)
			}
			x := c.lack(l)
			if x < -1e-3 {
				t.Fatalf("%s: %g, beyond the bound", c.name, x)
			}
			sum, square = sum+x/samples, square+x*x/samples
		}
		// of n times, not of infinitely many: exact to 1/n
		if math.Abs(sum-1) > 3/math.Sqrt(samples)+2./n || math.Abs(square-2) > 3*math.Sqrt(20/float64(samples))+.1 {
			t.Errorf("%s: what lacks has mean %g and mean square %g, want 1 and 2", c.name, sum, square)
		}
	}
}

// correlatedSeries are times with scores of a correlation, as the key correlation makes them.
func correlatedSeries(l delay.Inverse, r float64, seed uint64, workers, n int) (s Sample) {
	key := stream.NewKey(seed, "test of correlation")
	for w := range workers {
		z := 0.0
		xs := make([]float64, n)
		for k := range xs {
			rand := key.At(uint64(w), uint64(k))
			e := vec.NormQuantile(rand.Float64())
			if z = r*z + math.Sqrt(1-r*r)*e; k == 0 {
				z = e
			}
			xs[k] = l.Tail(vec.NormCDF(-z)) / 1e9
		}
		s.Workers = append(s.Workers, Series{fmt.Sprint(w), xs})
	}
	return s
}

// A correlation of .7 is found again within .02, of one worker and of many, of laws with light and
// with heavy tails; and none is found where there is none.
func TestCorrelationIsRecovered(t *testing.T) {
	for _, table := range []map[string]any{
		{"law": "gamma", "mean": "10ms", "cv": .2}, {"law": "lognormal", "mean": "10ms", "cv": 1.},
	} {
		s, err := delay.Laws().Decode("law", table)
		if err != nil {
			t.Fatal(err)
		}
		inverse, _ := delay.AsInverse(s.(delay.Spec).ForWorker(0, 0))
		for _, workers := range []int{1, 10} {
			for _, r := range []float64{.7, 0} {
				m, err := Of(correlatedSeries(inverse, r, 3, workers, 12000/workers))
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(m.Correlation-r) > .02 || m.Common != 0 || m.Worker > .05 {
					t.Errorf("%v, %d workers: %g is found as %g, common %g, workers' cv %g", table, workers, r, m.Correlation, m.Common, m.Worker)
				}
			}
		}
	}
}

// A law whose greatest likelihood cannot be written down is searched for: with the same result
// where it can be.
func TestSearch(t *testing.T) {
	for name, table := range map[string]map[string]any{
		"gamma":   {"law": "gamma", "mean": "10ms", "cv": .3},
		"weibull": {"law": "weibull", "mean": "10ms", "shape": 2.},
	} {
		d := newData(drawn(t, table, 5, 500))
		exact, err := d.fit(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := d.model(name)
		if err != nil {
			t.Fatal(err)
		}
		found, err := m.search()
		if err != nil {
			t.Fatal(err)
		}
		if mean, x := exact.Parameters[0].Value/d.unit, exact.Parameters[1].Value; math.Abs(found[0]-mean) > 1e-4*mean || math.Abs(found[1]-x) > 1e-4*x {
			t.Errorf("%s: found %v, exactly %g and %g", name, found, mean, x)
		}
	}
}

// Workers that stop earlier end the comparison of iterations: what the others do later is of fewer.
func TestIteration(t *testing.T) {
	s := Sample{}
	for w, n := range []int{100, 40, 400} {
		xs := make([]float64, n)
		for k := range xs {
			xs[k] = float64(1 + w)
		}
		s.Workers = append(s.Workers, Series{fmt.Sprint(w), xs})
	}
	if got, want := Describe(s).Iteration, math.Sqrt(2./3)/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("cv in one iteration %g, want %g", got, want)
	}
}
