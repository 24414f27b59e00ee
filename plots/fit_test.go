package plots

import (
	"strings"
	"testing"

	madeup "staleness/plots/internal/made"
	"staleness/sim/record"
)

func TestFit(t *testing.T) {
	trained := training(1, .1, .2, .1, 3)
	end := func(s *record.Summary) { s.VirtualTimeS = 1 }
	law := map[string]any{"law": "uniform", "mean": "30ms", "spread": 0.34}
	runs := madeup.Store(t, []madeup.Run{{Seed: 1, Rows: trained, Trace: madeup.Intervals(1), Finish: end}, {Seed: 2, Rows: trained, Trace: madeup.Intervals(2), Finish: end}})
	golden(t, "fit", decode(t, map[string]any{"kind": "fit", "law": law}), runs)

	own := decode(t, map[string]any{"kind": "fit"})
	if _, err := Make(own, runs); err == nil || !strings.Contains(err.Error(), "law: is missing") {
		t.Errorf("without a law: %v", err)
	}
	for _, r := range runs {
		r.Config["cluster"] = map[string]any{"compute": law}
	}
	if _, err := Make(own, runs); err != nil {
		t.Errorf("with the law of the runs: %v", err)
	}
	runs[0].Config["record"] = map[string]any{"trace": false}
	if err := Check(own, Plan{Runs: runs}); err == nil || !strings.Contains(err.Error(), "record.trace = true") {
		t.Errorf("before the runs: %v", err)
	}
	for _, table := range []map[string]any{
		{"kind": "fit", "times": []any{1., 2.}}, // of what law?
		{"kind": "fit", "times": []any{1., 2.}, "law": law, "of": "push"},
	} {
		if _, err := Decode("figure[0]", table); err == nil {
			t.Errorf("%v: %v", table, err)
		}
	}
}

// Times that are the quantiles of the law lie on the line.
func TestFitOnTheLine(t *testing.T) {
	var times []any
	for k := range 50 {
		times = append(times, 1+2*(float64(k)+.5)/50)
	}
	f := decode(t, map[string]any{"kind": "fit", "times": times, "law": map[string]any{"law": "uniform", "mean": "2s", "spread": 0.5}, "points": int64(50)})
	p, err := Make(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	dots := p.Panels[0].Marks[1].(Dots)
	for i := range dots.X {
		if d := dots.X[i] - dots.Y[i]; d < -1e-9 || d > 1e-9 {
			t.Errorf("quantile %d: %g, the law has %g", i, dots.Y[i], dots.X[i])
		}
	}
	if len(dots.X) != 50 {
		t.Errorf("%d quantiles", len(dots.X))
	}
}
