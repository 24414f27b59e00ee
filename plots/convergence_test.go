package plots

import "testing"

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
