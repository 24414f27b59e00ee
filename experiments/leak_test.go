package experiments

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What a run used is free when the next begins: the memory of a session does not grow with the
// number of runs, but for the few words that it keeps of how each ended, and no goroutine outlives
// its run.
func TestNothingIsLeftOfARun(t *testing.T) {
	var heap []uint64
	var goroutines []int
	touched = func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap, goroutines = append(heap, m.HeapAlloc), append(goroutines, runtime.NumGoroutine())
	}
	defer func() { touched = nil }()
	text := strings.NewReplacer("asgd", "touchy", "updates = 6", "updates = 110", "workers = 2", "workers = 1", "kind = \"quadratic\"", "kind = \"quadratic\"\ncurvature = {kind = \"linear\", dim = 5000}").Replace(small)
	if status, _, stderr, _ := command(t, "repeat = 40\n"+text, "-jobs", "1"); status != Done || len(heap) != 40 {
		t.Fatalf("%d looks; exit status %d: %s", len(heap), status, stderr)
	}
	// bytes; a run holds several, and the problems of the last few runs are kept
	const vector = 8 * 5000
	if first, last := slices.Max(heap[10:20]), slices.Max(heap[30:]); last > first+vector {
		t.Errorf("%d bytes in one of ten runs, %d in one of the last ten", first, last)
	}
	if first, last := goroutines[10], goroutines[39]; last > first {
		t.Errorf("%d goroutines in the tenth run, %d in the last", first, last)
	}
}
