package optimizers_test

import (
	"math"
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// The traces of this file are worked out from the papers' equations, written out in each test for F
// = x^2/2, x0 = 1, eta = .1, two workers of equal speed of which worker 0 comes first, and a window
// of two unless the method says otherwise: six commits.

const (
	eta     = .1
	commits = 6
)

// plain is the local optimizer of all of them.
var plain = o.PlainSGD{Rate: eta}

// run drives a method and returns its run.
func run(t *testing.T, m o.Method, s optimizertest.Setup[float64]) *optimizertest.Run[float64] {
	t.Helper()
	var err error
	if s.Strategy, err = o.New[float64](m); err != nil {
		t.Fatal(err)
	}
	if s.X0 == nil {
		s.X0 = []float64{1}
	}
	if s.Workers == 0 {
		s.Workers = 2
	}
	r, err := optimizertest.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// trace returns the center (its first coordinate) after each of n updates.
func trace(t *testing.T, m o.Method, s optimizertest.Setup[float64], n int) (xs []float64) {
	t.Helper()
	s.OnPush = func(_ int, out hub.Outcome, center []float64) {
		if out.Verdict == o.Applied && len(xs) < n {
			xs = append(xs, center[0])
		}
	}
	r := run(t, m, s)
	for len(xs) < n && r.Step() {
	}
	if len(xs) < n {
		t.Fatalf("stalled after %d updates", len(xs))
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return xs
}

// same compares traces to 1e-12.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-12*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: value %d is %.15g, want %.15g\n got %v\nwant %v", what, i+1, got[i], want[i], got, want)
			return
		}
	}
}

// steps takes n steps of gradient descent on x^2/2.
func steps(x float64, n int) float64 {
	for range n {
		x -= eta * x
	}
	return x
}

func TestAGNTrace(t *testing.T) {
	x, read := 1., []float64{1, 1}
	var want []float64
	for k := range commits {
		i := k % 2
		x += (steps(read[i], 2) - read[i]) / 2 // x <- x + (x_i - x_read)/w
		read[i] = x
		want = append(want, x)
	}
	same(t, "the equations against the known numbers", want, []float64{.905, .81, .724025, .647075, .578292625, .5168205})
	same(t, "agn", trace(t, o.AGN{Window: 2, Local: plain, Serving: o.Serving{ServerRate: 1}}, optimizertest.Setup[float64]{}, commits), want)
}

func TestADAGTrace(t *testing.T) {
	const scale = .01 // eta of the thesis
	x, read := 1., []float64{1, 1}
	var want []float64
	for k := range commits {
		i := k % 2
		delta := (steps(read[i], 2) - read[i]) / 2
		x += delta / ((x-read[i])*(x-read[i])/scale + 1)
		read[i] = x
		want = append(want, x)
	}
	got := trace(t, o.ADAG{Window: 2, Local: plain, ServerRate: scale}, optimizertest.Setup[float64]{}, commits)
	same(t, "adag", got, want)
	if math.Abs(got[1]-.81) < 1e-3 {
		t.Errorf("the second commit, half as large as agn's, moved to %v", got[1])
	}
}

// With one worker x_read = x, so that adag is agn; and so it is if no distance counts.
func TestADAGIsAGN(t *testing.T) {
	for _, workers := range []int{1, 3} {
		scale := 1e-3
		if workers > 1 {
			scale = 1e30
		}
		s := optimizertest.Setup[float64]{Workers: workers}
		same(t, "adag", trace(t, o.ADAG{Window: 4, Local: plain, ServerRate: scale}, s, 20),
			trace(t, o.AGN{Window: 4, Local: plain, Serving: o.Serving{ServerRate: 1}}, s, 20))
	}
}

func TestDynSGDTrace(t *testing.T) {
	x, read, at := 1., []float64{1, 1}, []int{0, 0}
	var want []float64
	for k := range commits {
		i := k % 2
		tau := k - at[i]
		x += (steps(read[i], 2) - read[i]) / float64(tau+1)
		read[i], at[i] = x, k+1
		want = append(want, x)
	}
	same(t, "the equations by hand", want[:3], []float64{.81, .715, .63805})
	same(t, "dynsgd", trace(t, o.DynSGD{Window: 2, Local: plain, ServerRate: 1}, optimizertest.Setup[float64]{}, commits), want)
}

// Two rounds: x <- 1/M sum_i x_i, from which all go on. The workers' minima differ: 0 and 1.
func TestLocalSGDTrace(t *testing.T) {
	grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = x[0] - float64(worker); return 0 }
	x := 1.
	var want []float64
	for range commits {
		var sum float64
		for i := range 2 {
			xi := x
			for range 2 {
				xi -= eta * (xi - float64(i))
			}
			sum += xi
		}
		x = sum / 2
		want = append(want, x)
	}
	for _, state := range []string{"keep", "reset", "average"} {
		same(t, "local-sgd, "+state, trace(t, o.LocalSGD{Window: 2, State: state, Local: plain, Reduction: o.ByServer()}, optimizertest.Setup[float64]{Grad: grad}, commits), want)
	}
	same(t, "averaging", trace(t, o.Averaging{Window: 2, Variant: "paper", Local: plain, Reduction: o.ByServer()}, optimizertest.Setup[float64]{Grad: grad}, commits), want)
}

// What becomes of momentum at the end of a round, over two rounds of two heavy-ball steps.
func TestLocalSGDMemory(t *testing.T) {
	const mu = .9
	// curvatures 1 and 3: else the choice would not matter
	slope := func(worker int, x float64) float64 { return float64(1+2*worker) * (x - float64(worker)) }
	grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = slope(worker, x[0]); return 0 }
	for _, state := range []string{"keep", "reset", "average"} {
		x, v := 1., []float64{0, 0}
		var want []float64
		for range 3 {
			var sum float64
			for i := range 2 {
				xi := x
				for range 2 {
					v[i] = mu*v[i] - eta*slope(i, xi)
					xi += v[i]
				}
				sum += xi
			}
			x = sum / 2
			want = append(want, x)
			switch state {
			case "reset":
				v[0], v[1] = 0, 0
			case "average":
				v[0] = (v[0] + v[1]) / 2
				v[1] = v[0]
			}
		}
		m := o.LocalSGD{Window: 2, State: state, Local: o.HeavyBall{Rate: eta, Momentum: mu}, Reduction: o.ByServer()}
		same(t, state, trace(t, m, optimizertest.Setup[float64]{Grad: grad}, 3), want)
	}
}

// On quadratics with a common Hessian the average does not depend on the window; with unequal
// curvature the fixed point is biased: minima 0 and 1 of curvature 1 and 4.
func TestLocalSGDWindow(t *testing.T) {
	common := func(g, x []float64, worker, k, _, _ int) float64 {
		// the same noise, whatever the window
		g[0] = 2*(x[0]-float64(worker)) + math.Sin(float64(7*k+worker))
		return 0
	}
	end := func(window int) float64 {
		xs := trace(t, o.LocalSGD{Window: window, State: "keep", Local: plain, Reduction: o.ByServer()}, optimizertest.Setup[float64]{Grad: common}, 60/window)
		return xs[len(xs)-1]
	}
	for _, w := range []int{2, 5, 20} {
		same(t, "common Hessian", []float64{end(w)}, []float64{end(1)})
	}
	unequal := func(g, x []float64, worker, _, _, _ int) float64 {
		g[0] = []float64{x[0], 4 * (x[0] - 1)}[worker]
		return 0
	}
	for w, want := range map[int]float64{1: .8, 2: .77108434, 5: .69250235, 20: .53235225} {
		xs := trace(t, o.LocalSGD{Window: w, State: "keep", Local: plain, Reduction: o.ByServer()}, optimizertest.Setup[float64]{Grad: unequal}, 400)
		if got := xs[len(xs)-1]; math.Abs(got-want) > 5e-9 {
			t.Errorf("window %d: fixed point %.8f, want %.8f", w, got, want)
		}
	}
}

// An epoch is N/(M batch) steps of each worker.
func TestAveragingEpoch(t *testing.T) {
	s, err := o.New[float64](o.Averaging{Variant: "paper", Local: plain, Reduction: o.ByServer()})
	if err != nil {
		t.Fatal(err)
	}
	w := s.Worker(o.Env[float64]{Workers: 3, Samples: 100, Batch: 8, X0: []float64{1}})
	w.Receive([]float64{1})
	for k := 1; k <= 4; k++ {
		if a := w.Step([]float64{1}, 1); (a == o.Exchange) != (k == 4) {
			t.Errorf("step %d of an epoch of 100/(3*8) = 4: %v", k, a)
		}
	}
}

// Models that stay at 2 and 4: their mean is 3, but the accumulator of AveragingTrainer gives 3,
// 4.5, 5.25 ... 6.
func TestAveragingVariant(t *testing.T) {
	// one step there
	still := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = (x[0] - float64(2+2*worker)) / eta; return 0 }
	s := optimizertest.Setup[float64]{Grad: still}
	same(t, "paper", trace(t, o.Averaging{Window: 1, Variant: "paper", Local: plain, Reduction: o.ByServer()}, s, 3), []float64{3, 3, 3})
	got := trace(t, o.Averaging{Window: 1, Variant: "dist-keras", Local: plain, Reduction: o.ByServer()}, s, 60)
	same(t, "dist-keras", append(got[:3:3], got[59]), []float64{3, 4.5, 5.25, 6})
}

// Members that do not communicate: two sequential runs, side by side.
func TestEnsembleAndOneShot(t *testing.T) {
	grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = x[0] - float64(worker); return 0 }
	for _, m := range []o.Method{o.Ensemble{Combine: "mean", Local: plain}, o.OneShot{Local: plain}} {
		r := run(t, m, optimizertest.Setup[float64]{Grad: grad})
		for range 2 + 2*3 { // the start and three gradients each
			r.Step()
		}
		want := []float64{1 * .9 * .9 * .9, 1} // x <- x - .1 (x - i)
		points := r.Points()
		same(t, "members", []float64{points[0][0], points[1][0]}, want)
		s, err := o.New[float64](m)
		if err != nil {
			t.Fatal(err)
		}
		models := s.Models(r.Center(), points)
		if _, ok := m.(o.Ensemble); ok {
			same(t, "ensemble", []float64{models[0][0], models[1][0]}, want)
		} else {
			same(t, "one-shot", models[0], []float64{(want[0] + want[1]) / 2})
		}
		if r.Updates != 0 {
			t.Errorf("%T: %d updates", m, r.Updates)
		}
	}
}

// v <- delta v - eta g(x + delta v);  x <- x + v
func TestMSGDTrace(t *testing.T) {
	const delta = .9
	x, v := 1., 0.
	var want []float64
	for range commits {
		v = delta*v - eta*(x+delta*v)
		x += v
		want = append(want, x)
	}
	s := optimizertest.Setup[float64]{Workers: 1}
	same(t, "msgd", trace(t, o.MSGD{Rate: eta, Momentum: delta}, s, commits), want)
	same(t, "mdownpour of one worker", trace(t, o.MDOWNPOUR{Rate: eta, Momentum: delta}, s, commits), want)
}

// The worker that commits is sent x + delta v; the equivalent form keeps y = x + delta v instead of
// x.
func TestMDOWNPOURTrace(t *testing.T) {
	const delta = .9
	x, v, at := 1., 0., []float64{1, 1}
	y, vy, aty := 1., 0., []float64{1, 1}
	var want, look []float64
	for k := range commits {
		i := k % 2
		v = delta*v - eta*at[i]
		x += v
		at[i] = x + delta*v
		want = append(want, x)
		vy = delta*vy - eta*aty[i]
		y += delta*vy - eta*aty[i] // with what v was folded in: y <- y + delta v - eta g
		aty[i] = y
		look = append(look, y)
	}
	var sent []float64
	s := optimizertest.Setup[float64]{OnReply: func(_, version int, reply []float64) {
		if version > 0 {
			sent = append(sent, reply[0])
		}
	}}
	same(t, "mdownpour", trace(t, o.MDOWNPOUR{Rate: eta, Momentum: delta}, s, commits), want)
	same(t, "look-ahead, in the form that stores it", sent[:commits], look)
}

// lambda_i <- lambda_i - (x_i - c);  x_i <- (x_i - eta g + eta rho (lambda_i + c))/(1 + eta rho);
// c <- mean_j (x_j - lambda_j)
func admmTrace(workers, n int, eta, rho float64) (cs []float64) {
	x, lambda, c := make([]float64, workers), make([]float64, workers), 1.
	for i := range x {
		x[i] = 1
	}
	for k := range n {
		i := k % workers
		lambda[i] -= x[i] - c
		x[i] = (x[i] - eta*x[i] + eta*rho*(lambda[i]+c)) / (1 + eta*rho)
		c = 0
		for j := range x {
			c += (x[j] - lambda[j]) / float64(workers)
		}
		cs = append(cs, c)
	}
	return cs
}

func TestADMMTrace(t *testing.T) {
	same(t, "admm", trace(t, o.ADMM{Rate: eta, Rho: 2}, optimizertest.Setup[float64]{}, commits), admmTrace(2, commits, eta, 2))
}

// The paper's example: with three workers, eta = .001 and rho = 2.5 ADMM diverges in a round robin;
// elastic averaging with the same eta and rho does not, and neither does ADMM with two workers.
func TestADMMIsUnstable(t *testing.T) {
	const n = 60000
	s := optimizertest.Setup[float64]{Workers: 3}
	got := trace(t, o.ADMM{Rate: .001, Rho: 2.5}, s, n)
	if last := max(slices.Max(got[n-n/4:]), -slices.Min(got[n-n/4:])); last < 1e3 {
		t.Errorf("admm of three workers is within %v in the end: it should diverge", last)
	}
	elastic := trace(t, o.AEASGD{Elastic: o.Elastic{Alpha: .001 * 2.5}, Window: 1, Exchange: "two-message", Local: o.PlainSGD{Rate: .001}, Variant: "paper"}, s, n)
	if last := math.Abs(elastic[n-1]); last > 1e-3 {
		t.Errorf("elastic averaging of three workers ends at %v: it should converge", last)
	}
	s.Workers = 2
	pair := trace(t, o.ADMM{Rate: .001, Rho: 2.5}, s, n)
	if last := math.Abs(pair[n-1]); last > 1e-3 {
		t.Errorf("admm of two workers ends at %v: it should converge", last)
	}
}
