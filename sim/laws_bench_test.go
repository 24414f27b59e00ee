package sim

import (
	"context"
	"fmt"
	"testing"

	"staleness/internal/cputime"
)

// BenchmarkComposedLaws reports what an update of a run for timing alone takes with keys beside
// those of an exponential law, over one without them: medians by processor time, of runs in turn.
func BenchmarkComposedLaws(b *testing.B) {
	work := map[string]any{"law": "exponential", "mean": "10ms"}
	for _, table := range []map[string]any{
		{"law": "exponential", "mean": "10ms", "noise": "exponential", "shift": "1ms", "max": "90ms"},
		{"law": "exponential", "mean": "10ms", "correlation": .7, "common": .2},
		{"law": "markov", "of": work, "states": []any{map[string]any{"scale": 1., "stay": "10s"}, map[string]any{"scale": 5., "stay": "1s"}}},
		{"law": "speed", "of": work, "period": "20s", "pieces": []any{[]any{"0s", 1.}, []any{"5s", 0.}, []any{"9s", 2.}}},
	} {
		for _, workers := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%v/M=%d", table, workers), func(b *testing.B) {
				c := config(asgd(b), workers, 0)
				c.Stop.Updates = 100_000
				once := func(l map[string]any) float64 {
					c.Cluster.Compute = each(workers, lawOf(b, l))
					before := cputime.Used()
					if _, err := Run(context.Background(), c, nil); err != nil {
						b.Fatal(err)
					}
					return float64(cputime.Used() - before)
				}
				var ratios []float64
				for range max(5, b.N) {
					plain := once(work)
					ratios = append(ratios, once(table)/plain)
				}
				b.ReportMetric(median(ratios), "times-plain")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
