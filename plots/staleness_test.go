package plots

import (
	"math"
	"slices"
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

// A tail of a few messages at 4,123 is seen beside a body at 5, and no message is lost in a bin.
func TestStalenessTail(t *testing.T) {
	var ms []made
	for seed := uint64(1); seed <= 3; seed++ {
		ms = append(ms, made{config: map[string]any{"cluster.workers": int64(4)}, seed: seed, finish: func(s *record.Summary) {
			h := slices.Clone(queue(seed, 4, 20000).Histogram)
			h = append(h, make([]int64, 4124-len(h))...)
			for _, tau := range []int{900, 1200 + 10*int(seed), 4123} {
				h[tau] = 3
			}
			s.Staleness = record.StalenessOf(h)
		}})
	}
	runs := store(t, ms)
	golden(t, "staleness-tail", decode(t, map[string]any{"kind": "staleness", "overlay": "geometric"}), runs)
	golden(t, "staleness-ccdf", decode(t, map[string]any{"kind": "staleness", "overlay": "geometric", "show": "ccdf"}), runs)

	h := runs[0].Summary.Staleness.Histogram
	b := bins{Staleness: Staleness{Show: "share"}, top: 4123, there: 4123, logX: true}
	edges := b.edges()
	sum := 0.
	for k, share := range b.share(h, edges) {
		sum += share * float64(edges[k+1]-edges[k])
	}
	b.Show = "ccdf"
	c := b.share(h, edges)
	if math.Abs(sum-1) > 1e-12 || c[0] != 1 || !(c[len(c)-1] > 0) || len(edges) > 80 {
		t.Errorf("%d bins, shares sum to %v; at least as stale as %d: %v, as 0: %v", len(edges)-1, sum, edges[len(edges)-2], c[len(c)-1], c[0])
	}
}
