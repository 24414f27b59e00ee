package optimizers_test

import (
	"math"
	"slices"
	"testing"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// sums is a mean of quadratics h_i/2 |x - b_i|^2 of as many samples as there are curvatures.
type sums struct{ h, b []float64 }

// of is the gradient of the mean over samples.
func (f sums) of(g, x []float64, samples ...int) {
	clear(g)
	for _, i := range samples {
		for j := range x {
			g[j] += f.h[i] * (x[j] - f.b[i]*float64(j+1)) / float64(len(samples))
		}
	}
}

func (f sums) all() (samples []int) {
	for i := range f.h {
		samples = append(samples, i)
	}
	return samples
}

// grad takes the samples that the server chose, or one that worker and index say.
func (f sums) grad(g, x []float64, worker, k, lo, hi int) float64 {
	if lo < hi {
		f.of(g, x, f.all()[lo:hi]...)
	} else {
		f.of(g, x, o.Draw(9, worker, k, len(f.h)))
	}
	return 0
}

// run drives a method with uneven workers on f, whose samples the server is told the number of.
func (f sums) run(t *testing.T, m o.Method, x0 []float64, onPush func(int, hub.Outcome, []float64), updates int) []float64 {
	t.Helper()
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	server := s.Server
	s.Server = func(e o.Env[float64]) o.Server[float64] {
		e.Samples, e.Batch = len(f.h), 1
		return server(e)
	}
	r, err := optimizertest.New(optimizertest.Setup[float64]{Strategy: s, Workers: 4, X0: x0, Grad: f.grad, OnPush: onPush, Up: 3, Down: 2,
		Compute: func(worker, k int) int64 { return int64(100 + 70*worker + 13*(k%5)) }})
	if err != nil {
		t.Fatal(err)
	}
	for r.Updates < updates {
		if !r.Step() {
			t.Fatalf("nothing happens after %d updates", r.Updates)
		}
	}
	return vec.Clone(r.Center())
}

// Where all samples have one Hessian, nothing is left of their noise: each update is a step of
// gradient descent with the staleness of its push.
func TestVarianceReductionIsDescentOnACommonHessian(t *testing.T) {
	f := sums{slices.Repeat([]float64{.7}, 9), []float64{3, -1, 4, 1, -5, 9, -2, 6, .5}}
	svrg, saga, page := o.Default[o.SVRG](), o.Default[o.SAGA](), o.Default[o.PAGE]()
	svrg.Rate, saga.Rate, page.Rate = .1, .1, .1
	saga.Block = 9 // with more of them it is so in the mean alone
	page.Pairs, page.Probability = 3, .2
	for name, m := range map[string]o.Method{"svrg": svrg, "saga": saga, "page": page} {
		x0 := []float64{2, -7}
		centers, stale := [][]float64{vec.Clone(x0)}, 0
		f.run(t, m, x0, func(_ int, out hub.Outcome, center []float64) {
			if out.Verdict != o.Applied {
				return
			}
			g, want := make([]float64, 2), vec.Clone(centers[out.Version])
			f.of(g, centers[out.Version-out.Tau], f.all()...)
			vec.Axpy(want, -.1, g)
			for j := range want {
				if math.Abs(center[j]-want[j]) > 1e-12 {
					t.Fatalf("%s: update %d of staleness %d: %v, descent gives %v", name, len(centers), out.Tau, center, want)
				}
			}
			if out.Tau > 0 {
				stale++
			}
			centers = append(centers, vec.Clone(center))
		}, 120)
		if (stale > 0) == (name == "page") {
			t.Errorf("%s: %d of 120 updates are stale", name, stale)
		}
	}
}

// Where the samples differ, a constant step goes to the minimum, which asgd misses by its noise.
func TestVarianceReductionReachesTheMinimum(t *testing.T) {
	f := sums{[]float64{.2, 1, .5, 2, .1, .8, 1.5}, []float64{3, -1, 4, 1, -5, 9, -2}}
	least, sum := 0., 0.
	for i, h := range f.h {
		least += h * f.b[i]
		sum += h
	}
	least /= sum
	asgd, svrg, saga, page := o.Default[o.ASGD](), o.Default[o.SVRG](), o.Default[o.SAGA](), o.Default[o.PAGE]()
	asgd.Rate, svrg.Rate, saga.Rate, page.Rate = .05, .05, .05, .05
	saga.Block = 2
	for name, m := range map[string]o.Method{"asgd": asgd, "svrg": svrg, "saga": saga, "page": page} {
		x := f.run(t, m, []float64{0}, nil, 1500)
		if off := math.Abs(x[0] - least); (off < 1e-10) == (name == "asgd") {
			t.Errorf("%s ends %.3g from the minimum", name, off)
		}
	}
}

// Over all blocks the steps that SAGA might take have the mean of the full gradient, whatever the
// table holds.
func TestSAGAIsUnbiased(t *testing.T) {
	f := sums{[]float64{.2, 1, .5, 2, .1}, []float64{3, -1, 4, 1, -5}}
	saga := o.Default[o.SAGA]()
	saga.Rate, saga.Block = .1, 1
	s, err := o.New[float64](saga)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[int]float64{} // by the block that is drawn
	for seed := uint64(0); len(steps) < 5 && seed < 1000; seed++ {
		server := s.Server(o.Env[float64]{Workers: 1, ID: -1, Seed: seed, Samples: 5, Batch: 1, X0: []float64{2}})
		push := func(at float64) (moved float64, block int) {
			lo, hi, _ := server.(o.Dispatcher).Portion(0)
			g, before := make([]float64, 1), server.Center()[0]
			f.of(g, []float64{at}, f.all()[lo:hi]...)
			server.Apply(o.Message[float64]{Vec: g, N: 1, Sched: 1})
			return server.Center()[0] - before, lo
		}
		for k := range 5 { // each entry at a point of its own
			push(float64(k))
		}
		moved, block := push(.3)
		steps[block] = moved
	}
	mean, g := 0., make([]float64, 1)
	for block := range 5 {
		mean += steps[block] / 5
	}
	f.of(g, []float64{.3}, f.all()...)
	if want := -.1 * g[0]; math.Abs(mean-want) > 1e-12 {
		t.Errorf("the steps of all blocks have the mean %v, the full gradient's is %v", mean, want)
	}
}
