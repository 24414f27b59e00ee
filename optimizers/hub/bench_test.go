package hub

import (
	"fmt"
	"testing"

	"staleness/optimizers"
)

// BenchmarkHub is one push and its answer, at the server; it must not grow with the number of
// workers.
func BenchmarkHub(b *testing.B) {
	for _, c := range []optimizers.Consistency{optimizers.Async(), optimizers.SSP(3), optimizers.Softsync(4), optimizers.Bounded(1000, true), optimizers.BSP()} {
		for _, workers := range []int{100, 10_000, 1_000_000} {
			b.Run(fmt.Sprintf("%v/M=%d", c, workers), func(b *testing.B) {
				h := newCount(b, c, workers)
				v := make([]float64, 1)
				start := func() {
					for _, d := range h.Due() {
						version, _ := h.Read(d.To)
						h.Delivered(d.To, version)
						h.Begin(d.To)
					}
				}
				start()
				i := 0
				for b.Loop() {
					h.Serve(h.Send(i, 0), optimizers.Exchange, v)
					start()
					if i++; i == workers {
						i = 0
					}
				}
			})
		}
	}
}
