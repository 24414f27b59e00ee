package plots

import (
	"testing"

	"staleness/sim/record"
)

func TestStaleness(t *testing.T) {
	var ms []made
	for _, workers := range []int64{4, 8, 16} {
		for seed := uint64(1); seed <= 3; seed++ {
			ms = append(ms, made{config: map[string]any{"cluster.workers": workers}, seed: seed, rows: training(seed, .1, .2, .1, 3),
				finish: func(s *record.Summary) { s.Staleness = queue(seed, int(workers), 2000) }})
		}
	}
	runs := store(t, ms)
	golden(t, "staleness-facets", decode(t, map[string]any{"kind": "staleness", "facet": "cluster.workers", "overlay": "geometric", "width": "page"}), runs)
	golden(t, "staleness-lines", decode(t, map[string]any{"kind": "staleness", "group": "cluster.workers", "overlay": "geometric", "y_scale": "log"}), runs)
}
