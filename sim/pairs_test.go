package sim

import (
	"math"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// anchored subtracts the gradient of the same sample at a fixed point: all of bowl's noise.
type anchored struct{ x, y []float64 }

func (w *anchored) Receive(v []float64) optimizers.Action {
	w.x, w.y = append(w.x[:0], v[:len(v)/2]...), append(w.y[:0], v[len(v)/2:]...)
	return optimizers.Compute
}
func (w *anchored) Point() []float64                          { return w.x }
func (w *anchored) Second() ([]float64, bool)                 { return w.y, true }
func (w *anchored) Step([]float64, float64) optimizers.Action { return optimizers.Exchange }

type anchor struct{ x []float64 }

func (s *anchor) Center() []float64 { return s.x }
func (s *anchor) Reply(dst []float64, _ int) {
	copy(dst, s.x)
	vec.Fill(dst[len(s.x):], 2)
}
func (s *anchor) Recall(int, []float64) {}
func (s *anchor) Apply(m optimizers.Message[float64]) optimizers.Verdict {
	for j := range s.x { // the noise is gone: h (x_read - 2)
		s.x[j] -= float64(.1 * (m.Vec[j] - m.Vec[len(s.x)+j]))
	}
	return optimizers.Applied
}

func anchoring() optimizers.Strategy[float64] {
	return optimizers.Strategy[float64]{
		Worker: func(optimizers.Env[float64]) optimizers.Worker[float64] { return &anchored{} },
		Server: func(e optimizers.Env[float64]) optimizers.Server[float64] { return &anchor{vec.Clone(e.X0)} },
		Width:  2,
	}
}

// A pair is of the same sample: what is left of it is the same with noise as without, by the clock
// and under injected staleness, at any number of goroutines and after a resume. It is counted as
// two gradients.
func TestPairs(t *testing.T) {
	clock := config(anchoring(), 3, 2)
	clock.Cluster.Compute = each(3, exponential(10*ms))
	inject := config(anchoring(), 3, 2)
	inject.Cluster, inject.Inject = Cluster{}, &Injection{Tau: delay.ConstantCount{Tau: 5}.Counts()}
	for name, c := range map[string]Config[float64]{"clock": clock, "inject": inject} {
		c.Record = Record{Updates: true, Gap: true, Center: true}
		c.Stop = Stop{Updates: 60}
		c.Problem, c.Batches = bowl{d: 2, h: 1}, ones{stream.NewKey(1, "ones")}
		_, plain := must(t, c, options{poison: true})
		c.Problem = bowl{d: 2, h: 1, noise: 3}
		r, noisy := must(t, c, options{poison: true})
		for k := range plain.centers {
			if d := vec.DistSq(plain.centers[k], noisy.centers[k]); !(d < 1e-24) {
				t.Fatalf("%s: update %d: noise moves the center by %v", name, k+1, math.Sqrt(d))
			}
		}
		if r.Gradients < 120 || r.Gradients%2 != 0 || r.Used != 120 || r.Samples != r.Gradients {
			t.Errorf("%s: %d gradients, %d used, %d samples in 60 updates", name, r.Gradients, r.Used, r.Samples)
		}
		for seed := range uint64(3) {
			interruptAndResume(t, c, seed, digest(r, noisy))
		}
	}
}

// One worker's full gradient is one gradient of all samples, each pair after it takes twice as long
// as a gradient.
func TestPairsTakeTwice(t *testing.T) {
	svrg := optimizers.Default[optimizers.SVRG]()
	c := config(strategy(t, svrg), 1, 2)
	c.Stop = Stop{Updates: 6}
	r, _ := must(t, c, options{})
	if r.VirtualTime != 110*time.Millisecond || r.Gradients != 11 || r.Samples != 1010 {
		t.Errorf("one full gradient and five pairs of 10 ms: %v, %d gradients, %d samples", r.VirtualTime, r.Gradients, r.Samples)
	}
	c.Inject, c.Cluster = &Injection{Tau: delay.ConstantCount{Tau: 1}.Counts()}, Cluster{}
	if _, err := Run(t.Context(), c, nil); err == nil {
		t.Error("staleness is injected into a method that shares samples out")
	}
}
