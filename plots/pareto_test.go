package plots

import (
	"slices"
	"testing"

	"staleness/sim/record"
)

func TestPareto(t *testing.T) {
	ms := windows()
	for i := range ms {
		window := ms[i].config["strategy.window"].(int64)
		ms[i].finish = func(s *record.Summary) { s.BytesUp, s.BytesDown = 4e8/window+int64(1e6*s.Seed), 4e8/window }
	}
	golden(t, "pareto", decode(t, map[string]any{"kind": "pareto", "group": "method", "order": []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}}), store(t, ms))
}

// The front holds what nothing beats in both, whichever way is better.
func TestParetoFront(t *testing.T) {
	at := func(x, y float64) bargain { return bargain{x: [3]float64{x, x, x}, y: [3]float64{y, y, y}} }
	all := []bargain{at(4, 1), at(1, 5), at(2, 3), at(3, 3), at(2, 4), at(5, inf), at(6, 2)}
	for _, c := range []struct {
		up   bool
		x, y []float64
	}{
		{false, []float64{1, 2, 2, 4, 4}, []float64{5, 5, 3, 3, 1}},
		{true, []float64{1}, []float64{5}},
	} {
		b := bargains{qy: quantity{up: c.up}}
		if l := b.front(all); !slices.Equal(l.X, c.x) || !slices.Equal(l.Y, c.y) {
			t.Errorf("up %v: %v %v, want %v %v", c.up, l.X, l.Y, c.x, c.y)
		}
	}
}
