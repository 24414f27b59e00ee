package plots

import (
	"testing"

	"staleness/results"
)

// windows is the experiment of the EASGD paper, made up: methods and windows, three seeds.
func windows() (ms []made) {
	for _, m := range []struct {
		name  string
		rate  float64
		noise float64
	}{{"SGD", 0.05, 0.1}, {"Downpour", 0.12, 0.2}, {"AEASGD", 0.1, 0.15}, {"EAMSGD", 0.2, 0.25}} {
		for _, w := range []int64{1, 4, 16, 64} {
			for seed := uint64(1); seed <= 3; seed++ {
				rate := m.rate / (1 + 0.02*float64(w))
				r := made{
					labels: map[string]string{"method": m.name},
					config: map[string]any{"strategy.kind": m.name, "strategy.window": w, "cluster.workers": int64(4)},
					seed:   seed, rows: training(seed, rate, 0.25+0.002*float64(w), m.noise, 60),
				}
				if m.name == "Downpour" && (w == 64 || w == 16 && seed == 2) {
					r.rows, r.status = blowUp(r.rows, 4+int(seed)+300/int(w)), results.Diverged
				}
				ms = append(ms, r)
			}
		}
	}
	return ms
}

func TestConvergence(t *testing.T) {
	runs := store(t, windows())
	order := []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}
	t.Run("facets", func(t *testing.T) {
		golden(t, "convergence-facets", decode(t, map[string]any{"kind": "convergence", "group": "method", "facet": "strategy.window", "width": "page", "order": order}), runs)
	})
	t.Run("column", func(t *testing.T) {
		golden(t, "convergence-column", decode(t, map[string]any{"kind": "convergence", "x": "gradients", "y": "test_accuracy", "target": 0.8, "band": "quartiles",
			"where": map[string]any{"strategy.window": int64(16)}, "order": order}), runs)
	})
	t.Run("log", func(t *testing.T) {
		golden(t, "convergence-log", decode(t, map[string]any{"kind": "convergence", "x": "epoch", "y": "suboptimality", "facet": "strategy.window", "group": "method",
			"where": map[string]any{"strategy.window": []any{int64(1), int64(64)}}, "order": order}), runs)
	})
	t.Run("all diverged", func(t *testing.T) {
		golden(t, "convergence-diverged", decode(t, map[string]any{"kind": "convergence", "where": map[string]any{"status": "diverged"}, "y_scale": "log"}), runs)
	})
}
