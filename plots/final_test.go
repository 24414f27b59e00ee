package plots

import "testing"

func TestFinal(t *testing.T) {
	runs := store(t, windows())
	order := []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}
	golden(t, "final-window", decode(t, map[string]any{"kind": "final", "x": "strategy.window", "group": "method", "order": order}), runs)
	golden(t, "final-category", decode(t, map[string]any{"kind": "final", "x": "method", "group": "strategy.window", "y": "test_accuracy"}), runs)
}

// A method that was not swept is a level beside those that were.
func TestFinalWithABaseline(t *testing.T) {
	ms := windows()
	for i := range ms {
		if ms[i].labels["method"] == "SGD" {
			delete(ms[i].config, "strategy.window")
		}
	}
	golden(t, "final-baseline", decode(t, map[string]any{"kind": "final", "x": "strategy.window", "group": "method", "y": "test_accuracy",
		"order": []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}}), store(t, append(ms[:3], ms[12:]...)))
}
