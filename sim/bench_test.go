package sim

import (
	"context"
	"fmt"
	"testing"

	"staleness/optimizers"
)

// BenchmarkLoop is the engine itself: updates per second where the gradient costs nothing, on one core, nothing recorded.
func BenchmarkLoop(b *testing.B) {
	for _, d := range []int{0, 1} {
		for _, m := range []int{100, 10000} {
			b.Run(fmt.Sprintf("dim=%d/M=%d", d, m), func(b *testing.B) {
				c := config(strategy(b, optimizers.Default[optimizers.ASGD]()), m, d)
				c.Cluster.Compute = each(m, exponential(10*ms))
				c.Stop.Updates = int64(b.N)
				b.ReportAllocs()
				if _, err := Run(context.Background(), c, nil); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mupdates/s")
			})
		}
	}
}
