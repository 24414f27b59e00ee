package optimizers_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/optimize"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// A batch for L-BFGS: the mean over samples n of sum_i h_i (x_i - a_ni)^2/2 + (x_i - a_ni)^4/4.
const samples, coordinates = 37, 6

func sampleLoss(g, x []float64, lo, hi int) (loss float64) {
	clear(g)
	share := 1 / float64(hi-lo)
	for n := lo; n < hi; n++ {
		for i := range x {
			h, a := float64(i*i+1), float64((n*7+i*3)%11)/11
			d := x[i] - a
			g[i] += share * (h*d + d*d*d)
			loss += share * (h*d*d/2 + d*d*d*d/4)
		}
	}
	return loss
}

func sandblasterSetup() optimizertest.Setup[float64] {
	return optimizertest.Setup[float64]{Workers: 4, X0: []float64{3, -2, 1, 4, -1, .5}, Up: 40, Down: 25,
		Compute: func(worker, k int) int64 { return int64(100 + 150*worker + 977*k%409) },
		Grad:    func(g, x []float64, _, _, lo, hi int) float64 { return sampleLoss(g, x, lo, hi) }}
}

func sandblasterOf(samples int) o.Sandblaster {
	m := o.Default[o.Sandblaster]()
	m.Samples = samples
	return m
}

// recorder keeps gonum's iterates.
type recorder struct{ xs [][]float64 }

func (r *recorder) Init() error { return nil }
func (r *recorder) Record(l *optimize.Location, op optimize.Operation, _ *optimize.Stats) error {
	if op == optimize.MajorIteration {
		r.xs = append(r.xs, slices.Clone(l.X))
	}
	return nil
}

// The iterates are those of gonum's L-BFGS on the whole batch, whatever the delays, the portions
// and their copies.
func TestSandblasterAgainstGonum(t *testing.T) {
	var oracle recorder
	g := make([]float64, coordinates)
	_, err := optimize.Minimize(optimize.Problem{
		Func: func(x []float64) float64 { return sampleLoss(g, x, 0, samples) },
		Grad: func(grad, x []float64) { sampleLoss(grad, x, 0, samples) },
	}, sandblasterSetup().X0, &optimize.Settings{Recorder: &oracle, MajorIterations: 12, Converger: optimize.NeverTerminate{}}, &optimize.LBFGS{Store: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, late := range []string{"abort", "finish"} {
		for _, duplicates := range []bool{true, false} {
			m := sandblasterOf(samples)
			m.Late, m.Duplicates, m.Portions = late, duplicates, 3
			var xs [][]float64
			s := sandblasterSetup()
			s.OnPush = func(_ int, out hub.Outcome, center []float64) {
				if n := len(xs); out.Verdict == o.Applied && (n == 0 || !slices.Equal(xs[n-1], center)) {
					xs = append(xs, slices.Clone(center))
				}
				if out.Verdict != o.Dropped && out.Tau != 0 {
					t.Errorf("a portion of staleness %d was used", out.Tau)
				}
			}
			r := run(t, m, s)
			for len(xs) < len(oracle.xs) && r.Step() {
			}
			if len(xs) < 10 {
				t.Fatalf("%s, duplicates %t: %d iterates", late, duplicates, len(xs))
			}
			for k := range xs {
				for i := range xs[k] {
					if d := math.Abs(xs[k][i] - oracle.xs[k][i]); !(d <= 1e-8) {
						t.Fatalf("%s, duplicates %t: iterate %d is %v, gonum's %v", late, duplicates, k, xs[k], oracle.xs[k])
					}
				}
			}
			if err := r.Check(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A worker that has stalled holds up a batch for as long as it takes, unless the others may copy
// its portion.
func TestSandblasterDuplicates(t *testing.T) {
	took := func(duplicates bool) (now int64, dropped int) {
		m := sandblasterOf(samples)
		m.Duplicates, m.Late = duplicates, "finish"
		s := sandblasterSetup()
		s.Compute = func(worker, k int) int64 {
			if worker == 0 {
				return 100_000
			}
			return 100
		}
		r := run(t, m, s)
		for r.Updates < 3 && r.Step() {
		}
		return r.Now, r.Counts[o.Dropped]
	}
	with, dropped := took(true)
	without, none := took(false)
	if with > 20_000 || without < 200_000 {
		t.Errorf("three batches took %d with duplicates and %d without", with, without)
	}
	if dropped == 0 || none != 0 {
		t.Errorf("%d portions came in vain with duplicates, %d without", dropped, none)
	}
}

// The samples of a batch are handed out once each, in portions much smaller than 1/M, and all of
// the data by default.
func TestSandblasterPortions(t *testing.T) {
	for _, n := range []int{1, 5, samples, 1000} {
		m := sandblasterOf(n)
		m.Duplicates = false
		seen := make([]int, n)
		largest := 0
		s := sandblasterSetup()
		s.Grad = func(g, x []float64, _, _, lo, hi int) float64 {
			for i := lo; i < hi; i++ {
				seen[i]++
			}
			largest = max(largest, hi-lo)
			return sampleLoss(g, x, lo, hi)
		}
		r := run(t, m, s)
		for r.Updates == 0 && r.Step() {
		}
		for i, times := range seen[:n] {
			if times != 1 {
				t.Errorf("%d samples: sample %d was computed %d times", n, i, times)
			}
		}
		if limit := (n + 39) / 40; largest > limit { // ten portions for each of four workers
			t.Errorf("%d samples: a portion of %d", n, largest)
		}
	}
}

// At the minimum, where rounding defeats every line search, it stays.
func TestSandblasterStaysAtTheMinimum(t *testing.T) {
	m := sandblasterOf(samples)
	r := run(t, m, sandblasterSetup())
	for r.Updates < 2000 && r.Step() {
	}
	g := make([]float64, coordinates)
	sampleLoss(g, r.Center(), 0, samples)
	for i := range g {
		if !(math.Abs(g[i]) < 1e-6) {
			t.Errorf("after 2000 batches the gradient is %v", g)
			break
		}
	}
}

// A worker that is given another portion will not return the first: an interrupt and a push have
// crossed. Somebody else gets it.
func TestSandblasterCrossing(t *testing.T) {
	m := sandblasterOf(4)
	m.Duplicates, m.Portions = false, 1
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Server(o.Env[float64]{Workers: 2, ID: -1, X0: []float64{1}}).(o.Dispatcher)
	for i, want := range []struct {
		to, lo, hi int
		ok         bool
	}{{0, 0, 2, true}, {0, 2, 4, true}, {1, 0, 2, true}, {1, 0, 2, true}} {
		if lo, hi, ok := d.Portion(want.to); lo != want.lo || hi != want.hi || ok != want.ok {
			t.Errorf("request %d: worker %d gets %d to %d, %t; want %+v", i, want.to, lo, hi, ok, want)
		}
	}
}

// More samples than there are is all of them, and so is 0.
func TestSandblasterTakesAllThereIs(t *testing.T) {
	for _, n := range []int{0, 1000} {
		m := sandblasterOf(n)
		m.Portions = 1
		s, err := o.New[float64](m)
		if err != nil {
			t.Fatal(err)
		}
		if lo, hi, _ := s.Server(o.Env[float64]{Workers: 2, ID: -1, Samples: 10, X0: []float64{1}}).(o.Dispatcher).Portion(0); lo != 0 || hi != 5 {
			t.Errorf("samples = %d: the first half of 10 is %d to %d", n, lo, hi)
		}
	}
}

// The loss of a batch is the mean over its samples: a step to the minimum of x^2/2 saves half the
// slope, so c_1 = .6 refuses it and takes half of it.
func TestSandblasterArmijo(t *testing.T) {
	m := sandblasterOf(8)
	m.Armijo, m.Wolfe = .6, .7
	r := run(t, m, optimizertest.Setup[float64]{Workers: 2})
	for r.Updates < 3 && r.Step() { // at 1, at 0, at 1/2
	}
	same(t, "accepted", r.Center(), []float64{.5})
}

// Where the loss only ever rises, a search gives up after its number of batches and starts afresh
// with the first step.
func TestSandblasterStartsAfresh(t *testing.T) {
	m := sandblasterOf(1)
	m.Search = 3
	loss := 0.
	var sent []float64
	r := run(t, m, optimizertest.Setup[float64]{Workers: 1,
		Grad:    func(g, x []float64, _, _, _, _ int) float64 { g[0] = x[0]; loss++; return loss },
		OnReply: func(_, _ int, reply []float64) { sent = append(sent, reply[0]) }})
	for len(sent) < 8 && r.Step() {
	}
	same(t, "points", sent, []float64{1, 0, .5, .75, 0, .5, .75, 0})
}
