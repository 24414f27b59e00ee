package plots

import (
	"math"
	"testing"

	"staleness/sim/record"
)

func TestStability(t *testing.T) {
	var ms []made
	for tau := int64(0); tau <= 8; tau++ {
		for i := range 20 {
			rate := 0.05 * float64(i+1)
			bound := 2 * math.Sin(math.Pi/(2*(2*float64(tau)+1)))
			r := made{config: map[string]any{"strategy.rate": rate, "staleness.tau": tau, "problem.curvature": []any{1.0}}, seed: 1,
				finish: func(s *record.Summary) { s.Growth = 0.3 * (rate - bound) / bound }}
			ms = append(ms, r)
		}
	}
	golden(t, "stability", decode(t, map[string]any{"kind": "stability"}), store(t, ms))
}
