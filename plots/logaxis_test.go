package plots

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"staleness/sim/record"
)

// A curve begins with its first evaluation at x > 0, whatever else there is, and the caption counts
// the others.
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
		ms = append(ms, made{seed: 1, config: map[string]any{"strategy.window": int64(i + 1)}, rows: []record.Evaluation{e, e},
			finish: func(s *record.Summary) { s.Staleness = record.StalenessOf([]int64{0, 5, 0, 7}) }})
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
	if _, _, hidden := f.lines([]record.Row{{Worker: 0, Loss: -1}, {Worker: 1, Loss: 2}}); hidden != 1 {
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
		image := svg(t, fig, pic)
		for i, r := range image {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || r == utf8.RuneError || r == '\ufffe' || r == '\u202e') {
				t.Fatalf("%v: %q at %d of the SVG: %q", kind, r, i, image[max(0, i-30):i+5])
			}
		}
	}
	pic, err := Make(decode(t, map[string]any{"kind": "convergence"}), store(t, ms[:1]))
	if err != nil || len(pic.Warnings()) > 0 {
		t.Errorf("%v: warnings of letters that are there: %q", err, pic.Warnings())
	}
}
