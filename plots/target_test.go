package plots

import "testing"

func TestTarget(t *testing.T) {
	golden(t, "target-window", decode(t, map[string]any{"kind": "time-to-target", "x": "strategy.window", "group": "method", "target": 0.8,
		"order": []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}}), store(t, windows()))
}
