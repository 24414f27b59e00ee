package delay_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/sim/delay"
	"staleness/sim/delay/delaytest"
)

// compositions are tables of keys that any law may have beside its own.
var compositions = []map[string]any{
	{"noise": map[string]any{"law": "lognormal", "cv": .3}},
	{"worker": map[string]any{"law": "uniform", "spread": .5}},
	{"scale": 2.5}, {"shift": "3ms"}, {"shift": "-2ms"}, {"min": "8ms"}, {"max": "12ms"},
	{"correlation": .7}, {"common": .4}, {"correlation": -.5, "common": 1.},
	{"noise": map[string]any{"law": "gamma", "correlation": .6, "min": .5}, "worker": "exponential", "scale": 1.5, "shift": "1ms", "min": "2ms", "max": "90ms"},
}

// Each law keeps what laws promise with each key beside its own, or refuses it.
func TestEveryComposition(t *testing.T) {
	refused := 0
	for _, name := range delay.Laws().Names() {
		for _, beside := range compositions {
			table := maps.Clone(defaults(name))
			maps.Copy(table, beside)
			if _, err := delay.Laws().Decode("law", table); err != nil {
				if own := name == "shifted-exponential" && beside["shift"] != nil; !own && !strings.Contains(err.Error(), "cannot act on") {
					t.Errorf("%v: %v", table, err)
				}
				refused++
				continue
			}
			delaytest.Composed(t, table)
		}
	}
	// five laws that invert nothing, and a shift that is not below 0
	if most := 5*3 + 3; refused > most {
		t.Errorf("%d of the compositions are refused, more than %d", refused, most)
	}
}

// draws are successive durations of a worker, in s, as the engine draws them.
func draws(l delay.Law, seed uint64, worker uint64, n int) []float64 {
	x := make([]float64, n)
	d := delaytest.NewDrawer(l, stream.NewKey(seed, "compute"), worker)
	for k := range x {
		x[k] = d.Next(0).Seconds()
	}
	return x
}

func pearson(x, y []float64) float64 {
	n := float64(len(x))
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
		xy += (x[i] - mx) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

// scores turns durations into the normal scores of their law.
func scores(l delay.Distribution, x []float64) []float64 {
	z := make([]float64, len(x))
	for i := range x {
		z[i] = vec.NormQuantile(l.CDF(x[i] * 1e9))
	}
	return z
}

// Scores have the correlation of an AR(1) process and the share in common, at every lag, and the
// law of the durations is what it is without.
func TestCorrelation(t *testing.T) {
	n := 40_000
	for _, base := range []map[string]any{
		{"law": "exponential", "mean": "10ms"}, {"law": "gamma", "mean": "10ms", "cv": .3}, {"law": "lognormal", "mean": "10ms"},
		{"law": "weibull", "mean": "10ms"}, {"law": "uniform", "mean": "10ms"}, {"law": "cvb", "mean": "10ms"},
	} {
		plain := law(t, base).(delay.Distribution)
		table := maps.Clone(base)
		table["correlation"], table["common"] = .7, .4
		l := law(t, table)
		x, y := draws(l, 5, 0, n), draws(l, 5, 1, n)
		z, w := scores(plain, x), scores(plain, y)
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"lag 1", pearson(z[1:], z[:n-1]), .7}, {"lag 3", pearson(z[3:], z[:n-3]), .343},
			{"two workers", pearson(z, w), .4}, {"two workers at lag 2", pearson(z[2:], w[:n-2]), .4 * .49},
		} {
			if math.Abs(c.got-c.want) > .03 { // four standard errors of correlated samples
				t.Errorf("%v: %s: correlation %v, want %v", table, c.what, c.got, c.want)
			}
		}
		// every 20th draw is nearly independent: .7^20 = .0008
		var thin []float64
		for i := 0; i < n; i += 20 {
			thin = append(thin, x[i]*1e9)
		}
		if d := kolmogorov(thin, plain.CDF); d > 1.95 { // on the level .001
			t.Errorf("%v: the law of a draw has changed: Kolmogorov-Smirnov %v", table, d)
		}
	}
	// all workers alike
	l := law(t, map[string]any{"law": "exponential", "mean": "10ms", "common": 1.})
	if !slices.Equal(draws(l, 5, 0, 50), draws(l, 5, 1, 50)) {
		t.Error("with everything in common, two workers differ")
	}
	// without correlation, draws are those of the law
	l = law(t, map[string]any{"law": "exponential", "mean": "10ms", "correlation": 1e-9})
	for i, x := range draws(law(t, map[string]any{"law": "exponential", "mean": "10ms"}), 5, 0, 100) {
		if y := draws(l, 5, 0, 100)[i]; math.Abs(x-y) > 1e-6*x {
			t.Errorf("draw %d is %v, and %v with a correlation of nearly 0", i, x, y)
		}
	}
}

// Keys act in their order, and each moves no draw but by what it does.
func TestOrderOfComposition(t *testing.T) {
	base := map[string]any{"law": "exponential", "mean": "10ms"}
	noise := map[string]any{"law": "uniform", "spread": .5}
	with := func(keys ...any) []float64 {
		table := maps.Clone(base)
		for i := 0; i < len(keys); i += 2 {
			table[keys[i].(string)] = keys[i+1]
		}
		s, err := delay.Laws().Decode("law", table)
		if err != nil {
			t.Fatal(err)
		}
		return draws(s.(delay.Spec).ForWorker(3, stream.NewKey(1, "machine")), 2, 3, 200)
	}
	plain, noisy, slow := with(), with("noise", noise), with("worker", noise)
	all := with("noise", noise, "worker", noise, "scale", 2., "shift", "5ms", "min", "11ms", "max", "60ms")
	cut := 0
	for i := range all {
		want := noisy[i]*(slow[i]/plain[i])*2 + .005
		if want < .011 || want > .06 {
			cut++
		}
		if want = min(max(want, .011), .06); math.Abs(all[i]-want) > 1e-4*want {
			t.Fatalf("draw %d: %v, want %v", i, all[i], want)
		}
		if r := noisy[i] / plain[i]; r < .5-1e-4 || r > 1.5+1e-4 || math.Abs(slow[i]/plain[i]-slow[0]/plain[0]) > 1e-4 {
			t.Fatalf("draw %d: %v, noisy %v, slow %v", i, plain[i], noisy[i], slow[i])
		}
	}
	if cut < 10 || cut > 150 {
		t.Errorf("%d of %d are cut off", cut, len(all))
	}
}

// The example of the manual: sqrt(i) (1 + |N(0, .05)|) seconds.
func TestHeterogeneousWithNoise(t *testing.T) {
	s, err := delay.Laws().Decode("law", map[string]any{"law": "heterogeneous", "power": .5, "mean": "1s",
		"noise": map[string]any{"law": "half-normal", "mean": .0399, "shift": 1.}})
	if err != nil {
		t.Fatal(err)
	}
	for worker := range 4 {
		x := draws(s.(delay.Spec).ForWorker(worker, 0), 1, uint64(worker), 2000)
		root := math.Sqrt(float64(worker + 1))
		if least := slices.Min(x); least < root || least > root*1.001 {
			t.Errorf("worker %d: the least is %v, want little above %v", worker, least, root)
		}
		var mean float64
		for _, v := range x {
			mean += v / 2000 / root
		}
		if math.Abs(mean-1.0399) > .003 {
			t.Errorf("worker %d: mean %v times %v", worker, mean, root)
		}
	}
}

// What is written out is the same law again, and what cannot be says why.
func TestCompositionIsConfigured(t *testing.T) {
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"law": "constant", "mean": "1s", "correlation": .5}, `law.correlation: cannot act on "constant"`},
		{map[string]any{"law": "mixture", "of": []any{"1s", "2s"}, "common": .5}, `law.common: cannot act on "mixture"`},
		{map[string]any{"law": "exponential", "mean": "1s", "correlation": 1.}, "law.correlation = 1.0: is outside (-1,1)"},
		{map[string]any{"law": "exponential", "mean": "1s", "noise": map[string]any{"law": "gamma", "mean": "1s"}}, `law.noise.mean = "1s": want a number`},
		{map[string]any{"law": "exponential", "mean": "1s", "noise": map[string]any{"law": "gamma", "mean": -2.}}, `law.noise.mean = -2.0: is outside (0,)`},
		{map[string]any{"law": "exponential", "mean": "1s", "noise": map[string]any{"law": "gama"}}, `did you mean "gamma"?`},
		{map[string]any{"law": "exponential", "mean": "1s", "noise": true}, "law.noise: want a law of factors"},
		{map[string]any{"law": "exponential", "mean": "1s", "noise": map[string]any{"law": "speed", "of": 1., "pieces": []any{[]any{"0s", 1.}}}}, "law.noise: is a law of factors"},
		{map[string]any{"law": "exponential", "mean": "1s", "worker": map[string]any{"law": "gamma", "correlation": .5}}, "law.worker: is drawn once"},
		{map[string]any{"law": "exponential", "mean": "1s", "min": "2s", "max": "1s"}, `law.min = "2s": is above max`},
		{map[string]any{"law": "exponential", "mean": "1s", "scal": 2.}, `did you mean "scale"?`},
		{map[string]any{"law": "mixture", "of": []any{"1s"}, "weights": []any{1., 2.}}, "law.weights: 2 weights for 1 laws"},
		{map[string]any{"law": "mixture", "of": []any{"1s", map[string]any{"law": "gamma"}}}, "law.of[1].mean: is missing"},
		{map[string]any{"law": "markov", "of": map[string]any{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", 1.}}}, "states": []any{map[string]any{"scale": 1., "stay": "1s"}}}, "law.of: goes by model time itself"},
		{map[string]any{"law": "speed", "of": "1s", "pieces": []any{[]any{"1s", 1.}}}, "law.pieces[0]: begins at 1s"},
		{map[string]any{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", 1.}, []any{"0s", 2.}}}, "law.pieces[1]: begins at 0s, not after"},
		{map[string]any{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", -1.}}}, "a speed is a number from 0"},
		{map[string]any{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", 1.}, []any{"2s", 1.}}, "period": "2s"}, "law.period: is 2s, but the last speed holds from 2s on"},
		{map[string]any{"law": "speed", "of": "1s"}, "give pieces or file"},
		{map[string]any{"law": "empirical", "times": []any{1.}}, "law.mean: is missing"},
		{map[string]any{"law": "empirical", "times": []any{1.}, "mean": "1s", "unit": "ms"}, "law.unit = \"ms\": means nothing here"},
	} {
		_, err := delay.Laws().Decode("law", c.table)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v; want %s", c.table, err, c.want)
		}
	}
	written := map[string]any{"law": "lognormal", "mean": "10ms", "cv": .5, "scale": 2., "correlation": .25,
		"noise": map[string]any{"law": "mixture", "of": []any{1., map[string]any{"law": "exponential", "shift": .125}}, "min": .5}}
	s, err := delay.Laws().Decode("law", written)
	if err != nil {
		t.Fatal(err)
	}
	again := delay.Laws().EncodeApplying(s)
	want := "map[correlation:0.25 cv:0.5 law:lognormal mean:10ms noise:map[law:mixture min:0.5 of:[map[law:constant mean:1] map[law:exponential mean:1 shift:0.125]]] scale:2]"
	if got := fmt.Sprint(again); got != want {
		t.Errorf("written as\n%s, want\n%s", got, want)
	}
}

// The mean is right where something is cut off too, and the longest duration is no overflow.
func TestMomentsOfCompositions(t *testing.T) {
	for _, beside := range []map[string]any{{"max": "15ms"}, {"min": "5ms"}, {"shift": "-4ms"}, {"min": "4ms", "max": "20ms", "noise": map[string]any{"law": "uniform"}}} {
		table := map[string]any{"law": "exponential", "mean": "10ms"}
		maps.Copy(table, beside)
		l := law(t, table)
		x := draws(l, 3, 0, 40_000)
		var mean, square float64
		for _, v := range x {
			mean += v / float64(len(x))
			square += v * v / float64(len(x))
		}
		cv := math.Sqrt(square/(mean*mean) - 1)
		if math.Abs(mean-l.Mean()) > .02*mean || math.Abs(cv-l.CV()) > .03*cv {
			t.Errorf("%v: mean %v, cv %v; it says %v, %v", table, mean, cv, l.Mean(), l.CV())
		}
	}
	l := law(t, map[string]any{"law": "pareto", "alpha": 1.01, "mean": "2000000h", "scale": 1e9, "noise": map[string]any{"law": "constant", "mean": 1e6}})
	r := stream.Starting(0)
	if d := l.Draw(&r); d != time.Duration(math.MaxInt64) {
		t.Errorf("the longest duration is %v", d)
	}
}
