package delay_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"staleness/sim/delay"
)

// In every law that says so, distribution function, density and inverse are of one law: the
// function at Tail(u) is 1-u, and the density is its derivative.
func TestDistributionsAgree(t *testing.T) {
	inverses, distributions := 0, 0
	check := func(table map[string]any) {
		l := law(t, table)
		inv, ok := delay.AsInverse(l)
		if !ok {
			return
		}
		inverses++
		last := math.Inf(1)
		d, closed := l.(delay.Distribution)
		if closed {
			distributions++
		}
		for _, u := range []float64{1e-15, 1e-6, 1e-3, .1, .4, .5, .6, .9, .99, .999} {
			x := inv.Tail(u)
			if x > last || x < 0 {
				t.Errorf("%v: Tail(%v) = %v after %v", table, u, x, last)
			}
			last = x
			if !closed {
				continue
			}
			if p := d.CDF(x); math.Abs(1-p-u) > 1e-8*u+4e-16 {
				t.Errorf("%v: CDF(Tail(%v)) = %v", table, u, p)
			}
			h := 1e-5 * x
			slope := (d.CDF(x+h) - d.CDF(x-h)) / (2 * h)
			if density := math.Exp(d.LogDensity(x)); u > 1e-4 && math.Abs(slope-density) > 1e-5*density {
				t.Errorf("%v: the density at %v is %v, the slope %v", table, x, density, slope)
			}
		}
		if !closed {
			return
		}
		if d.CDF(-1) != 0 || !math.IsInf(d.LogDensity(-1), -1) {
			t.Errorf("%v: there is something below 0", table)
		}
	}
	for _, name := range delay.Laws().Names() {
		check(defaults(name))
	}
	for _, table := range []map[string]any{
		{"law": "gamma", "cv": 1.}, {"law": "gamma", "cv": .01}, {"law": "gamma", "cv": 3.}, {"law": "gamma", "cv": .5},
		{"law": "weibull", "shape": 3.}, {"law": "pareto", "alpha": 1.2}, {"law": "lognormal", "cv": 2.}, {"law": "uniform", "spread": 1.},
	} {
		table["mean"] = "10ms"
		check(table)
	}
	if inverses < 15 || distributions < 14 {
		t.Errorf("only %d inverses and %d distributions", inverses, distributions)
	}
}

// The inverse of gamma is gonum's, and beyond its reach that of its expansions.
func TestGammaInverse(t *testing.T) {
	for _, cv := range []float64{.02, .1, .3, 1, 2, 10} {
		a := 1 / (cv * cv)
		inv, _ := delay.AsInverse(law(t, map[string]any{"law": "gamma", "mean": "1h", "cv": cv}))
		for _, u := range []float64{1e-12, 1e-4, .05, .3, .5, .77, .95, .9999} {
			got, want := inv.Tail(u)/3600e9, mathext.GammaIncRegCompInv(a, u)/a
			if math.Abs(got-want) > 3e-8*want {
				t.Errorf("cv %v: Tail(%v) = %v, gonum says %v", cv, u, got, want)
			}
		}
	}
	for _, cv := range []float64{1e-6, 1e-3, 100} { // mean and spread by a fine sum
		inv, _ := delay.AsInverse(law(t, map[string]any{"law": "gamma", "mean": "1h", "cv": cv}))
		var mean, square float64
		const n = 20000
		for i := range n {
			x := inv.Tail((float64(i)+.5)/n) / 3600e9
			mean += x / n
			square += (x - 1) * (x - 1) / n
		}
		if got := math.Sqrt(square); cv < 1 && (math.Abs(mean-1) > 1e-3*cv || math.Abs(got-cv) > 2e-3*cv) || cv > 1 && mean > 1 {
			t.Errorf("cv %v: mean %v, cv %v", cv, mean, got)
		}
	}
}
