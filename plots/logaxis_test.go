package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"staleness/results"
)

// No mark draws anything left of its first point that has a place on a logarithmic axis, nor between points of which one has none.
func TestMarksKeepToALogarithmicAxis(t *testing.T) {
	st := styleOf(0)
	y := []float64{5, 5, 5}
	lo, hi := []float64{4, 4, 4}, []float64{6, 6, 6}
	for _, first := range []float64{0, -3, math.Inf(-1)} {
		x := []float64{first, 10, 20}
		for _, m := range []Mark{
			Line{X: x, Y: y, Style: st}, Line{X: x, Y: y, Style: st, Dots: true}, Band{X: x, Lo: lo, Hi: hi, Style: st},
			Dots{X: x, Y: y, Style: st}, Whiskers{X: x, Lo: lo, Hi: hi, Style: st},
			Gone{X: first, N: 2, Style: st}, Departures{X: [][]float64{{first}}, Y: [][]float64{{5}}, Style: st},
			Departures{X: [][]float64{{first, 10}}, Y: [][]float64{{5, inf}}, Style: st},
		} {
			var s scene
			f := frame{s: &s, x0: 0, y0: 0, x1: 100, y1: 100, x: scale{0.1, 100, true}, y: scale{0, 10, false}}
			m.draw(&f)
			at, _ := f.at(10, 5)
			for _, it := range s.items {
				for _, g := range it.path {
					for _, a := range g.p[:g.points()] {
						if a.x < at.x-5 {
							t.Fatalf("%T from x = %v: something at %v, left of what was measured at %v", m, first, a, at)
						}
					}
				}
			}
		}
	}
	// The same upwards: between 1 and 0 nothing was measured, so there is no line towards either.
	var s scene
	f := frame{s: &s, x0: 0, y0: 0, x1: 100, y1: 100, x: scale{0, 4, false}, y: scale{0.1, 10, true}}
	Line{X: []float64{0, 1, 2, 3, 4}, Y: []float64{1, 1, 0, 1, 1}, Style: Style{Color: ink, Width: 1}}.draw(&f)
	if len(s.items) != 2 {
		t.Errorf("%d strokes, want two with a gap around the 0", len(s.items))
	}
}

// A curve begins with its first evaluation at x > 0, whatever else there is, and the caption counts the others.
func TestLogAxisBeginsWhereSomethingWasMeasured(t *testing.T) {
	var ms []made
	for seed := uint64(1); seed <= 3; seed++ {
		ms = append(ms, made{seed: seed, rows: training(seed, .1, .2, .1, 20)})
	}
	runs := store(t, ms)
	for _, x := range []string{"time", "updates", "epoch", "bytes"} {
		pic, err := Make(decode(t, map[string]any{"kind": "convergence", "x": x, "x_scale": "log"}), runs)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pic.Panels[0].Marks {
			var xs, ys []float64
			switch m := m.(type) {
			case Line:
				xs, ys = m.X, m.Y
			case Band:
				xs, ys = m.X, m.Hi
			}
			if !(xs[0] > 0) || ys[0] > 2.25 { // 2.3 is the loss at 0
				t.Errorf("%s: %T begins at %v with %v", x, m, xs[0], ys[0])
			}
		}
		if c := pic.Caption(); !strings.Contains(c, "3 evaluations are left out: ") {
			t.Errorf("%s: the caption does not count what is left out:\n%s", x, c)
		}
	}
}

// Every figure with an axis that can be logarithmic counts what has no place on it.
func TestCaptionCountsWhatALogAxisHides(t *testing.T) {
	var ms []made
	for i, loss := range []float64{0, 1, -2} {
		e := row(float64(i))
		e.TrainLoss = loss
		ms = append(ms, made{seed: 1, config: map[string]any{"strategy.window": int64(i + 1)}, rows: []results.EvalRow{e, e},
			finish: func(s *results.Summary) { s.Staleness = results.StalenessOf([]int64{0, 5, 0, 7}) }})
	}
	runs := store(t, ms)
	for i, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"kind": "convergence", "x": "updates", "y_scale": "log"}, "2 values of 0 or below have no place"},
		{map[string]any{"kind": "final", "x": "strategy.window", "y_scale": "log"}, "2 values of 0 or below have no place"},
		{map[string]any{"kind": "time-to-target", "x": "strategy.window", "target": 3.0, "y_scale": "log"}, "1 value of 0 or below has no place"},
		{map[string]any{"kind": "heatmap", "x": "strategy.window", "y": "seed", "scale": "log"}, "2 values of 0 or below take the lowest color"},
		{map[string]any{"kind": "staleness", "y_scale": "log"}, "6 shares of 0 have no place"},
		{map[string]any{"kind": "curves", "x_label": "x", "y_label": "y", "x_scale": "log",
			"curve": []map[string]any{{"x": []any{0.0, 1.0}, "y": []any{1.0, 1.0}}}}, "1 point cannot be drawn"},
	} {
		pic, err := Make(decode(t, c.table), runs)
		if err != nil {
			t.Errorf("table %d: %v", i, err)
		} else if !strings.Contains(pic.Caption(), c.want) {
			t.Errorf("table %d: want %q in\n%s", i, c.want, pic.Caption())
		}
	}
	f := History{X: "pushes", YScale: "log", Pieces: 2}
	if _, _, hidden := f.lines([]results.UpdateRow{{Worker: 0, Loss: -1}, {Worker: 1, Loss: 2}}); hidden != 1 {
		t.Errorf("%d means hidden, want 1", hidden)
	}
}

// Letters that the font lacks are named, and what no text may hold is in none.
func TestTextsAreClean(t *testing.T) {
	ms := []made{{seed: 1, labels: map[string]string{"method": "a\x1b[31m\x00\xffb"}, rows: training(1, .1, .2, .1, 3)},
		{seed: 1, labels: map[string]string{"method": "線形 \U0010ffff"}, rows: training(2, .1, .2, .1, 3)}}
	runs := store(t, ms)
	for _, kind := range []map[string]any{{"kind": "convergence", "group": "method"}, {"kind": "final", "x": "method"}, {"kind": "heatmap", "x": "method", "y": "seed"}, {"kind": "convergence", "facet": "method", "group": "seed"}} {
		kind["title"] = "two\nlines\u0085\ufffe\u202e"
		fig := decode(t, kind)
		pic, err := Make(fig, runs)
		if err != nil {
			t.Fatal(err)
		}
		if w := strings.Join(pic.Warnings(), " "); !strings.Contains(w, "線 (U+7DDA), 形 (U+5F62)") {
			t.Errorf("%v: no warning: %q", kind, pic.Notes)
		}
		s, err := pic.lay(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		svg, _ := encodeSVG(t.Context(), s)
		for i, r := range string(svg) {
			if r != '\n' && illegible(r) {
				t.Fatalf("%v: %q at %d of the SVG: %q", kind, r, i, svg[max(0, i-30):i+5])
			}
		}
		pic.texts(func(s *string) {
			if strings.ContainsFunc(*s, illegible) {
				t.Errorf("%v: %q", kind, *s)
			}
		})
	}
	pic, err := Make(decode(t, map[string]any{"kind": "convergence"}), store(t, ms[:1]))
	if err != nil || len(pic.Warnings()) > 0 {
		t.Errorf("%v: warnings of letters that are there: %q", err, pic.Warnings())
	}
	if w := fmt.Sprint(legible("τ ≥ ∞ – 10^{−3}")); w != "τ ≥ ∞ – 10^{−3}" {
		t.Error(w)
	}
}
