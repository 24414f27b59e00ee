// Package peak measures what one core can do on this machine now: the yardstick of the benchmarks.
// A shared machine changes its speed from second to second, so measure beside what is measured, in
// the same process, and compare medians.
package peak

import "time"

// A Path is a set of instructions, named as vec.Path names it.
type Path string

// FMA returns floating-point operations per second, a multiply-add counted as two, of a loop of
// independent multiply-adds on whole vectors of elements of the given size (4 or 8 bytes); 0 where
// the path has no such loop. It takes about a millisecond.
func FMA(p Path, size int) float64 {
	loop, vector := fmaLoop(p, size)
	if loop == nil {
		return 0
	}
	const rounds = 200_000
	start := time.Now()
	loop(rounds)
	return 2 * 12 * rounds * float64(vector/size) / time.Since(start).Seconds()
}

// Traffic returns the time a core needs to read so many arrays of n bytes and write the last ones
// back: reads and writes are 2 and 1 (as axpy has) or 3 and 2 (as a momentum step); 0 where there
// is no such loop. The arrays are of the caller, at least n bytes each, n a multiple of 128; their
// content stays.
func Traffic(p Path, reads, writes, n int, x, y, w []byte) time.Duration {
	loop, vector := trafficLoop(p, reads, writes)
	if loop == nil || n == 0 {
		return 0
	}
	_, _, _ = x[n-1], y[n-1], w[n-1]
	start := time.Now()
	loop(n/(2*vector), &x[0], &y[0], &w[0])
	return time.Since(start)
}
