package crew

import (
	"runtime"
	"sync/atomic"
)

// Each calls f with 0 ... n-1, on all cores. A panic in f is one of the caller.
func Each(n int, f func(i int)) {
	var next atomic.Int64
	var workers Crew
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	workers.Wait()
}
