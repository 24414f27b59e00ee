package delay_test

import (
	"fmt"
	"maps"
	"testing"

	"staleness/internal/cputime"
	"staleness/internal/stream"
	"staleness/sim/delay"
	"staleness/sim/delay/delaytest"
)

// BenchmarkComposed reports what a draw takes with keys beside those of its law, over one without
// them, by processor time.
func BenchmarkComposed(b *testing.B) {
	for _, name := range []string{"exponential", "lognormal", "gamma", "weibull"} {
		for _, beside := range []map[string]any{
			{"worker": "gamma", "scale": 2., "shift": "1ms", "max": "50ms"}, {"noise": "exponential"}, {"noise": map[string]any{"law": "lognormal", "cv": .2}},
			{"correlation": .7}, {"correlation": .7, "common": .2},
		} {
			table := defaults(name)
			plain := law(b, table)
			maps.Copy(table, beside)
			composed := law(b, table)
			b.Run(fmt.Sprint(name, beside), func(b *testing.B) {
				before, after := 0., 0.
				p, c := drawer(plain), drawer(composed)
				for b.Loop() {
					t0 := cputime.Used()
					for range 20_000 {
						p.Next(0)
					}
					t1 := cputime.Used()
					for range 20_000 {
						c.Next(0)
					}
					before += float64(t1 - t0)
					after += float64(cputime.Used() - t1)
				}
				b.ReportMetric(after/before, "times-plain")
				b.ReportMetric(before/float64(b.N)/20_000, "ns-plain")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func drawer(l delay.Law) *delaytest.Drawer {
	return delaytest.NewDrawer(l, stream.NewKey(1, "compute"), 3)
}
