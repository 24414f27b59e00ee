package plots

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"staleness/sim/record"
)

var inf, nan = math.Inf(1), math.NaN()

func loss(t *testing.T) quantity {
	t.Helper()
	q, err := lookup("y", "train_loss", evaluated)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Two seeds on different grids: y = x and y = 3x. The median at any x is 2x; row by row it would be
// something else.
func TestSeedsMeetOnACommonGrid(t *testing.T) {
	a := curve{x: []float64{0, 1, 2, 3, 4}, y: []float64{0, 1, 2, 3, 4}}
	b := curve{x: []float64{0, 2.5, 3.5}, y: []float64{0, 7.5, 10.5}}
	p := pool([]curve{a, b}, loss(t), false, "min-max")
	if want := []float64{0, 1, 2, 2.5, 3, 3.5}; !slices.Equal(p.x, want) {
		t.Fatalf("grid %v, want %v: up to where the first one ends", p.x, want)
	}
	for i, x := range p.x {
		if math.Abs(p.mid[i]-2*x) > 1e-12 || math.Abs(p.lo[i]-x) > 1e-12 || math.Abs(p.hi[i]-3*x) > 1e-12 {
			t.Errorf("at %v: %v [%v, %v]", x, p.mid[i], p.lo[i], p.hi[i])
		}
	}
}

// A diverged seed is not dropped: it counts as infinite after its end, and the survivors do not
// pass for the whole.
func TestDivergedSeedsCountAsWorst(t *testing.T) {
	long := func(y float64) curve { return curve{x: []float64{0, 1, 2}, y: []float64{5, y, y}} }
	gone := curve{x: []float64{0, 1}, y: []float64{5, 100}, diverged: true}
	p := pool([]curve{long(1), gone, long(2)}, loss(t), false, "min-max")
	if !slices.Equal(p.mid, []float64{5, 2, 2}) || !slices.Equal(p.hi, []float64{5, 100, inf}) {
		t.Errorf("one of three: %v, up to %v", p.mid, p.hi)
	}
	p = pool([]curve{long(1), gone, gone}, loss(t), false, "quartiles")
	if !slices.Equal(p.mid, []float64{5, 100, inf}) {
		t.Errorf("two of three: %v", p.mid)
	}
	if acc, _ := lookup("y", "test_accuracy", evaluated); acc.bad() != -inf {
		t.Error("a diverged run has the best of all accuracies")
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		band        string
		ys          []float64
		mid, lo, hi float64
	}{
		{"min-max", []float64{3, 1, 2}, 2, 1, 3},
		{"min-max", []float64{4, 1, 3, 2}, 2.5, 1, 4},
		{"quartiles", []float64{5, 1, 3, 2, 4}, 3, 2, 4},
		{"quartiles", []float64{1, 2, 3, 4}, 2.5, 1.75, 3.25},
		{"min-max", []float64{inf, 1}, inf, 1, inf},
		{"min-max", []float64{-inf, 1}, -inf, -inf, 1},
		{"quartiles", []float64{inf, inf, inf}, inf, inf, inf},
		{"quartiles", []float64{7}, 7, 7, 7},
	} {
		mid, lo, hi := spread(slices.Clone(c.ys), c.band)
		if mid != c.mid || lo != c.lo || hi != c.hi {
			t.Errorf("%s of %v: %v [%v, %v], want %v [%v, %v]", c.band, c.ys, mid, lo, hi, c.mid, c.lo, c.hi)
		}
	}
	if m, _, _ := spread(nil, "min-max"); !math.IsNaN(m) {
		t.Errorf("the median of nothing is %v", m)
	}
}

// Type 7 of Hyndman and Fan by its definition, on values of which some are infinite.
func TestQuantile(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		xs := make([]float64, 1+r.IntN(9))
		for i := range xs {
			if xs[i] = r.NormFloat64(); r.IntN(5) == 0 {
				xs[i] = inf * float64(1-2*r.IntN(2))
			}
		}
		slices.Sort(xs)
		p := []float64{0, .1, .25, .5, .75, .9, 1, r.Float64()}[r.IntN(8)]
		h := p * float64(len(xs)-1)
		below := int(h)
		want := xs[below]
		if t := h - float64(below); t > 0 && !math.IsInf(want, 0) {
			want += t * (xs[below+1] - want)
		}
		if got := Quantile(xs, p); got != want && !(math.Abs(got-want) < 1e-15*10) {
			t.Fatalf("quantile %v of %v: %v, want %v", p, xs, got, want)
		}
	}
	if q := Quantile([]float64{-1.6e308, 1.6e308}, .25); math.Abs(q/-.8e308-1) > 1e-15 {
		t.Errorf("a quarter of the way between large numbers is %v", q)
	}
	if !math.IsNaN(Quantile(nil, .5)) {
		t.Error("nothing has a median")
	}
}

func TestCurveOf(t *testing.T) {
	q := loss(t)
	x, _ := lookup("x", "time", evaluated)
	r := &Run{read: true}
	for i, l := range []float64{3, nan, 2, 1, inf} {
		e := row([]float64{0, 1, 2, 2, 3}[i])
		e.TrainLoss = l
		r.evals = append(r.evals, e)
	}
	c, missing, err := curveOf(r, x, q, false)
	if err != nil || missing != "" || !slices.Equal(c.x, []float64{0, 2}) || !slices.Equal(c.y, []float64{3, 1}) {
		t.Errorf("%+v %q %v: want (0, 3) and, of two evaluations at 2, the later one", c, missing, err)
	}
	r.Summary.Status = record.Diverged
	c, _, _ = curveOf(r, x, q, false)
	if !slices.Equal(c.x, []float64{0, 1, 2, 3}) || !slices.Equal(c.y, []float64{3, inf, 1, inf}) {
		t.Errorf("%+v: what is not finite in a diverged run is infinitely bad", c)
	}
}

func TestManyPointsAreThinned(t *testing.T) {
	var c curve
	for i := range 5000 {
		c.x, c.y = append(c.x, float64(i+1)), append(c.y, float64(i+1))
	}
	for _, log := range []bool{false, true} {
		xs := grid([]curve{c, {x: c.x[:3000], y: c.y[:3000]}}, log)
		if n := len(xs); n > most || n < most/2 || xs[n-1] != 3000 || !slices.IsSorted(xs) {
			t.Errorf("log %v: %d points, last %v", log, len(xs), xs[len(xs)-1])
		}
		for _, x := range xs {
			if x != math.Trunc(x) {
				t.Fatalf("log %v: nothing was evaluated at %v", log, x)
			}
		}
	}
}

// The first evaluation that meets the target counts, whatever comes after; nothing is interpolated.
func TestReach(t *testing.T) {
	g := Goal{"test_accuracy", 0.5, "gradients"}
	metric, cost, err := g.quantities()
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{read: true}
	for i, a := range []float64{0.1, 0.4, 0.6, 0.3} {
		e := row(float64(i))
		e.TestAccuracy = a
		r.evals = append(r.evals, e)
	}
	if v, why := g.reach(r, metric, cost); v != 400 || why != "" {
		t.Errorf("%v %q, want 400", v, why)
	}
	g.Target = 0.6
	if v, _ := g.reach(r, metric, cost); v != 400 {
		t.Errorf("%v: a target is reached when it is met", v)
	}
	g.Target = 0.7
	if v, _ := g.reach(r, metric, cost); v != inf {
		t.Errorf("unreached is %v", v)
	}
	for i := range r.evals {
		r.evals[i].TrainLoss = float64(9 - i)
	}
	low := Goal{"train_loss", 8, "time"}
	metric, cost, _ = low.quantities()
	if v, _ := low.reach(r, metric, cost); v != 1 {
		t.Errorf("%v: a loss is reached when it is met", v)
	}
	g.Metric = "test_loss"
	metric, _, _ = g.quantities()
	if v, why := g.reach(r, metric, cost); !math.IsNaN(v) || why != "no column test_loss" {
		t.Errorf("%v %q", v, why)
	}
}
