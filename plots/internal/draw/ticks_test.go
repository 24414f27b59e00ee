package draw

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Whatever an axis has seen, its scale can be drawn and has ticks in range with labels that differ.
func TestAnySpanHasTicks(t *testing.T) {
	values := []float64{0, -1, 1, 5e-324, 1e-300, 1e-9, 0.1, 0.3, 0.99, 1.01, 2, 7, 1000, 123456, 1e9, 1e300, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, log := range []bool{false, true} {
		for _, a := range values {
			for _, b := range values {
				for _, zero := range []bool{false, true} {
					ax := Axis{Log: log, Zero: zero}
					r := NewSpan(log)
					r.Grow(a)
					r.Grow(b)
					s := r.scale(ax)
					if !(s.min < s.max) || !Finite(s.min) || !Finite(s.max) || log && s.min <= 0 {
						t.Fatalf("log %v, %v, %v: scale %+v", log, a, b, s)
					}
					for _, n := range []int{2, 4, 9} {
						ts, _ := ax.ticks(s, n)
						seen := map[string]bool{}
						labeled := 0
						for _, tk := range ts {
							if u, ok := s.norm(tk.at); !ok || u < -1e-6 || u > 1+1e-6 {
								t.Errorf("log %v, %v to %v: tick %v is outside", log, s.min, s.max, tk)
							}
							if tk.label() == "" {
								continue
							}
							labeled++
							if seen[tk.label()] {
								t.Errorf("log %v, %v to %v: two ticks say %q", log, s.min, s.max, tk.label())
							}
							seen[tk.label()] = true
						}
						if labeled < 1 || labeled > 3*n+3 {
							t.Errorf("log %v, %v to %v: %d labels where about %d were asked for", log, s.min, s.max, labeled, n)
						}
					}
				}
			}
		}
	}
}

// An axis that was given the largest numbers has no tick beyond them.
func TestLargestRange(t *testing.T) {
	ts, _ := Axis{}.ticks(scale{-math.MaxFloat64, math.MaxFloat64, false}, 5)
	for _, tk := range ts {
		if !Finite(tk.at) || strings.Contains(tk.label(), "Inf") {
			t.Errorf("%+v", tk)
		}
	}
	if len(ts) < 2 {
		t.Errorf("%d ticks", len(ts))
	}
}

func TestTickLabels(t *testing.T) {
	for _, c := range []struct {
		s    scale
		n    int
		want string
		e    int
	}{
		{scale{0, 1, false}, 5, "0.0 0.2 0.4 0.6 0.8 1.0", 0},
		{scale{-2, 3, false}, 6, "−2 −1 0 1 2 3", 0},
		{scale{0, 300000, false}, 3, "0 100 200 300", 3},
		{scale{0, 5e-6, false}, 5, "0 1 2 3 4 5", -6},
		{scale{0.1, 1000, true}, 5, "0.1 1 10 100 1000", 0},
		{scale{1e-6, 1, true}, 4, "10^{−6} 10^{−4} 10^{−2} 10^{0}", 0},
		{scale{1e-3, 10, true}, 4, "10^{−3} 10^{−1} 10^{1}", 0},
		{scale{0.15, 0.6, true}, 4, "0.2 0.5", 0},
		{scale{1e-130, 1, true}, 8, "10^{−130} 10^{−120} 10^{−100} 10^{−80} 10^{−60} 10^{−40} 10^{−20} 10^{0}", 0},
	} {
		ts, e := Axis{Log: c.s.log}.ticks(c.s, c.n)
		var got []string
		for _, x := range ts {
			if x.label() != "" {
				got = append(got, x.label())
			}
		}
		if strings.Join(got, " ") != c.want || e != c.e {
			t.Errorf("%v: %v (10^%d), want %s (10^%d)", c.s, got, e, c.want, c.e)
		}
	}
	if got := withExponent("model time (s)", 3) + withExponent("updates", 6); got != "model time (10^{3} s)updates (10^{6})" {
		t.Error(got)
	}
}

// Where labels would touch every second one stays, or every third, never some here and some there.
func TestEverySecondLabel(t *testing.T) {
	s := scale{1e-3, 10, true}
	ts, _ := Axis{Log: true}.ticks(s, 5)
	for _, c := range []struct {
		length float64
		want   string
	}{{200, "10^{−3} 10^{−2} 10^{−1} 10^{0} 10^{1}"}, {40, "10^{−3} 10^{−1} 10^{1}"}, {10, "10^{−3}"}} {
		var got []string
		for _, x := range Paper.clear(ts, s, vg.Length(c.length), true) {
			if x.label() != "" {
				got = append(got, x.label())
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v points wide: %v, want %s", c.length, got, c.want)
		}
	}
}
