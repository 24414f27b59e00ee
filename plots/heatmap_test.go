package plots

import (
	"math"
	"testing"

	"staleness/sim/record"
)

func TestHeatmap(t *testing.T) {
	var ms []made
	for _, m := range []string{"AGN", "AEASGD"} {
		for _, workers := range []int64{4, 8, 16, 32} {
			for _, w := range []int64{1, 4, 16, 64} {
				for seed := uint64(1); seed <= 3; seed++ {
					r := made{labels: map[string]string{"method": m}, config: map[string]any{"cluster.workers": workers, "strategy.window": w, "strategy.kind": m}, seed: seed,
						finish: func(s *record.Summary) {
							s.FinalTestAccuracy = 0.9 - 0.02*math.Log2(float64(workers))*math.Log2(float64(w)+1)/5 - 0.01*float64(seed)
							if m == "AEASGD" {
								s.FinalTestAccuracy -= 0.05 * math.Log2(float64(w)+1) / 3
							}
						}}
					if m == "AEASGD" && workers == 32 && (w == 64 || w == 16 && seed == 1) {
						r.status = record.Diverged
					}
					if m == "AGN" && workers == 32 && w == 64 {
						continue
					}
					ms = append(ms, r)
				}
			}
		}
	}
	runs := store(t, ms)
	golden(t, "heatmap-against", decode(t, map[string]any{"kind": "heatmap", "x": "cluster.workers", "y": "strategy.window", "facet": "method", "value": "test_accuracy", "against": "AEASGD"}), runs)
	golden(t, "heatmap-facets", decode(t, map[string]any{"kind": "heatmap", "x": "cluster.workers", "y": "strategy.window", "facet": "method", "value": "test_accuracy", "width": "page"}), runs)
}
