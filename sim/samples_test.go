package sim

import (
	"testing"
	"time"

	"staleness/optimizers"
)

// growing batches have 1, 2, 3, 1, 2, 3, ... samples.
type growing struct{ ones }

func (growing) Size() int        { return 3 }
func (growing) Len(_, k int) int { return 1 + k%3 }
func (g growing) Batch(dst []int, worker, k int) []int {
	for range g.Len(worker, k) {
		dst = append(dst, k%1000)
	}
	return dst
}

// Where the time of a gradient is that of its samples, a short batch takes less: the law is for the
// largest one.
func TestTimeOfSamples(t *testing.T) {
	for _, window := range []int{1, 4} { // alone, and within a task of several steps
		m := optimizers.Default[optimizers.Downpour]()
		m.Window = window
		c := config(strategy(t, m), 2, 2)
		c.Batches = growing{c.Batches.(ones)}
		c.Cluster.Compute[0], c.Cluster.Compute[1] = constant(30*ms), constant(300*ms)
		c.Cluster.Scales = []bool{true, false}
		c.Stop = Stop{Time: 239 * ms}
		for _, p := range []int{1, 2} {
			c.Parallel = p
			r, _ := must(t, c, options{})
			// 10, 30, 60, 70, 90, 120, ..., 210, 220 | 240 ms: worker 1 is still at its first
			if r.Gradients != 11 {
				t.Errorf("window %d, %d goroutines: %d gradients", window, p, r.Gradients)
			}
		}
	}
}

// A server that chooses the samples chooses the time with them.
func TestTimeOfPortions(t *testing.T) {
	for samples, want := range map[int]time.Duration{1: 10 * ms, 2: 20 * ms, 7: 70 * ms} {
		for _, dim := range []int{0, 2} { // timing alone, and with a problem
			m := optimizers.Default[optimizers.Sandblaster]()
			m.Samples, m.Portions = samples, 1
			c := config(strategy(t, m), 1, dim)
			c.Cluster.Scales = []bool{true}
			c.Stop = Stop{Updates: 3}
			if r, _ := must(t, c, options{}); r.VirtualTime != 3*want {
				t.Errorf("%d samples, dimension %d: three updates in %v, want %v", samples, dim, r.VirtualTime, 3*want)
			}
		}
	}
}
