package optimizers_test

import (
	"math"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

func TestStalenessAwareTrace(t *testing.T) {
	x, read, at := 1., []float64{1, 1}, []int{0, 0}
	var want []float64
	for k := range commits {
		i := k % 2
		tau := k - at[i]
		alpha := eta // alpha_0, or alpha_0/tau
		if tau > 0 {
			alpha = eta / float64(tau)
		}
		x -= alpha * read[i]
		read[i], at[i] = x, k+1
		want = append(want, x)
	}
	same(t, "staleness-aware", trace(t, o.StalenessAware{Rate: eta}, optimizertest.Setup[float64]{}, commits), want)
	// Three workers: tau is 0, 1 and then 2, so that steps differ: 1 - .1, -.1/1, -.1/2 of 1.
	same(t, "three workers", trace(t, o.StalenessAware{Rate: eta}, optimizertest.Setup[float64]{Workers: 3}, 3), []float64{.9, .8, .75})
}

// x <- x - eta (g + lambda g g (x - w_bak))
func TestDCASGDTrace(t *testing.T) {
	const lambda = .5
	x, bak := 1., []float64{1, 1}
	var want []float64
	for k := range commits {
		i := k % 2
		g := bak[i]
		x -= eta * (g + lambda*g*g*(x-bak[i]))
		bak[i] = x
		want = append(want, x)
	}
	m := o.Default[o.DCASGD]()
	m.Rate, m.Lambda = eta, lambda
	same(t, "constant", trace(t, m, optimizertest.Setup[float64]{}, commits), want)

	const decay, epsilon = .95, 1e-7
	for _, shared := range []bool{false, true} {
		x, bak, ms := 1., []float64{1, 1}, []float64{0, 0}
		want = nil
		for k := range commits {
			i, j := k%2, k%2
			if shared {
				j = 0
			}
			g := bak[i]
			ms[j] = decay*ms[j] + (1-decay)*g*g
			x -= eta * (g + lambda/math.Sqrt(ms[j]+epsilon)*g*g*(x-bak[i]))
			bak[i] = x
			want = append(want, x)
		}
		m.Form, m.Shared = "adaptive", shared
		same(t, "adaptive", trace(t, m, optimizertest.Setup[float64]{}, commits), want)
	}
}

// Where lambda g g is the curvature, as for f = -log(x)/lambda, the compensated gradient is the
// tangent's value at the present center: its error is of second order in the gap, where that of the
// stale gradient is of first.
func TestDCASGDUndoesDelay(t *testing.T) {
	const lambda = 2.
	slope := func(x float64) float64 { return -1 / (lambda * x) }
	grad := func(g, x []float64, _, _, _, _ int) float64 { g[0] = slope(x[0]); return 0 }
	// err is how far the second of two gradients read at x0 = 1 is from what it would be without
	// delay.
	err := func(rate, lambda float64) float64 {
		m := o.Default[o.DCASGD]()
		m.Rate, m.Lambda = rate, lambda
		x := trace(t, m, optimizertest.Setup[float64]{Grad: grad}, 2)
		return math.Abs((x[0]-x[1])/rate - slope(x[0]))
	}
	for rate := .01; rate > .0001; rate /= 2 {
		if r := err(rate, lambda) / err(rate/2, lambda); math.Abs(r-4) > .1 {
			t.Errorf("rate %g: the error of the compensated gradient falls by %v with half the gap, want about 4", rate, r)
		}
		if r := err(rate, 0) / err(rate/2, 0); math.Abs(r-2) > .1 {
			t.Errorf("rate %g: the error of the stale gradient falls by %v with half the gap, want about 2", rate, r)
		}
	}
}

// v_i <- gamma v_i + g;  x <- x - eta v_i;  sends x - eta gamma sum_j v_j
func TestDANATrace(t *testing.T) {
	const gamma = .9
	x, v, at := 1., []float64{0, 0}, []float64{1, 1}
	var want []float64
	for k := range commits {
		i := k % 2
		v[i] = gamma*v[i] + at[i]
		x -= eta * v[i]
		at[i] = x - eta*gamma*(v[0]+v[1])
		want = append(want, x)
	}
	m := o.DANA{Rate: eta, Momentum: gamma, Form: "zero"}
	same(t, "zero", trace(t, m, optimizertest.Setup[float64]{}, commits), want)

	// a schedule: the look-ahead has the rate of the last push
	falling := func(k int) float64 { return 1 / (1 + float64(k)/4) }
	x, v, at = 1., []float64{0, 0}, []float64{1, 1}
	want = nil
	for k := range commits {
		i, rate := k%2, eta*falling(k+1)
		v[i] = gamma*v[i] + at[i]
		x -= rate * v[i]
		at[i] = x - rate*gamma*(v[0]+v[1])
		want = append(want, x)
	}
	same(t, "zero, falling rate", trace(t, m, optimizertest.Setup[float64]{Sched: falling}, commits), want)

	const lambda = 2.
	x, v, at = 1., []float64{0, 0}, []float64{1, 1}
	want = nil
	for k := range commits {
		i := k % 2
		g := at[i] + lambda*at[i]*at[i]*(x-at[i])
		v[i] = gamma*v[i] + g
		x -= eta * v[i]
		at[i] = x - eta*gamma*(v[0]+v[1])
		want = append(want, x)
	}
	m.Form, m.Lambda = "dc", lambda
	same(t, "dc", trace(t, m, optimizertest.Setup[float64]{}, commits), want)
}

// Zero and slim take their gradients at the same points, whatever the delays.
func TestDANAZeroIsSlim(t *testing.T) {
	reads := func(form string) (xs []float64) {
		s := optimizertest.Setup[float64]{Workers: 5, X0: []float64{1, -2}, Grad: optimizertest.Quadratic[float64](1, 3), Up: 70, Down: 110,
			Compute: func(worker, k int) int64 { return int64(700 + 130*worker + 977*k%1009) },
			OnReply: func(_, _ int, reply []float64) { xs = append(xs, reply...) }}
		trace(t, o.DANA{Rate: .02, Momentum: .9, Form: form}, s, 300)
		return xs
	}
	same(t, "points read", reads("zero"), reads("slim"))
}

// When the rate changes, the momentum eta v of slim goes on as it was.
func TestDANASlimCorrectsMomentum(t *testing.T) {
	const gamma = .5
	s := optimizertest.Setup[float64]{Workers: 1, Sched: func(k int) float64 {
		if k > 3 {
			return .1
		}
		return 1
	}}
	x, u := 1., 0. // u = eta v
	var want []float64
	for k := range commits {
		rate := eta * s.Sched(k+1)
		u = gamma*u + rate*x
		x -= gamma*u + rate*x
		want = append(want, x)
	}
	same(t, "slim", trace(t, o.DANA{Rate: eta, Momentum: gamma, Form: "slim"}, s, commits), want)
}

func TestGapAwareTrace(t *testing.T) {
	const rho, epsilon = .99, 1e-8
	falling := func(k int) float64 { return 1 / (1 + float64(k)/4) } // eta_max stays the first rate
	for _, c := range []struct {
		gamma  float64
		shared bool
	}{{0, false}, {.9, false}, {.9, true}} {
		x, read, v, ra := 1., []float64{1, 1}, []float64{0, 0}, 0.
		var want []float64
		for k := range commits {
			i, j := k%2, k%2
			if c.shared {
				j = 0
			}
			g := read[i]
			direction := v[j]
			if c.gamma == 0 {
				direction = g
			}
			ra = rho*ra + (1-rho)*direction*direction
			unit := eta * falling(1) * (math.Sqrt(ra/(1-math.Pow(rho, float64(k+1)))) + epsilon)
			g /= 1 + math.Abs(x-read[i])/unit
			v[j] = c.gamma*v[j] + g
			x -= eta * falling(k+1) * v[j]
			read[i] = x
			want = append(want, x)
		}
		m := o.GapAware{Rate: eta, Momentum: c.gamma, Shared: c.shared, Average: rho, Epsilon: epsilon}
		same(t, "gap-aware", trace(t, m, optimizertest.Setup[float64]{Sched: falling}, commits), want)
	}
}

// One worker is never stale, so gap-aware is plain descent.
func TestGapAwareAlone(t *testing.T) {
	m := o.GapAware{Rate: eta, Average: .999, Epsilon: 1e-8}
	s := optimizertest.Setup[float64]{Workers: 1}
	same(t, "gap-aware", trace(t, m, s, 20), trace(t, o.SGD{Local: plain}, s, 20))
}

func TestGEMTrace(t *testing.T) {
	const mu, kappa, epsilon = .9, 1, 1e-16
	reversed := false // some pi was negative
	gemTrace := func(workers, n int, ceiling float64) (want []float64) {
		theta, s, m := 1., []float64{1, 1, 1, 1}, make([]float64, 4)
		for k := range n {
			i := k % workers
			delta := -eta * s[i]
			m[i] = mu*m[i] + delta
			pi := (kappa*math.Abs(m[i]) - math.Abs(theta-s[i])) / (math.Abs(delta) + epsilon)
			if pi < 0 {
				reversed = true
			}
			if ceiling > 0 {
				pi = min(max(pi, 0), ceiling)
			}
			s[i] = theta // pulled before the commit
			theta += pi * delta
			want = append(want, theta)
		}
		return want
	}
	alone := gemTrace(1, 5, 0)
	same(t, "the equations against the known numbers", alone, []float64{.9, .81, .639, .4941, .29079})
	m := o.GEM{Rate: eta, Momentum: mu, Kappa: kappa, Epsilon: epsilon}
	same(t, "one worker", trace(t, m, optimizertest.Setup[float64]{Workers: 1}, 5), alone)
	same(t, "two workers", trace(t, m, optimizertest.Setup[float64]{}, commits), gemTrace(2, commits, 0))
	same(t, "four workers", trace(t, m, optimizertest.Setup[float64]{Workers: 4}, 20), gemTrace(4, 20, 0))
	for _, ceiling := range []float64{.5, 5} {
		reversed = false
		m.Ceiling = ceiling
		same(t, "clamped", trace(t, m, optimizertest.Setup[float64]{Workers: 4}, 60), gemTrace(4, 60, ceiling))
	}
	if !reversed {
		t.Error("no update would have been reversed: the floor of 0 is not tested")
	}
}

// Receive answers what was asked for with a push, but an interrupt, and the start, with the next
// gradient at the new center.
func TestInterrupts(t *testing.T) {
	s, err := o.New[float64](o.Default[o.GEM]())
	if err != nil {
		t.Fatal(err)
	}
	w := s.Worker(o.Env[float64]{Workers: 2, X0: []float64{1}})
	acts := []o.Action{w.Receive([]float64{1}), w.Step([]float64{1}, 1), w.Receive([]float64{.5}), w.Receive([]float64{5})}
	for i, want := range []o.Action{o.Compute, o.Pull | o.Wait, o.Push, o.Compute} {
		if acts[i] != want {
			t.Errorf("action %d is %v, want %v", i, acts[i], want)
		}
	}
	if x := w.Point()[0]; x != 5 {
		t.Errorf("after an interrupt the gradient is taken at %v, want 5", x)
	}
}

// The proximal worker and the mixing server; delta = true adds the change instead.
func TestFedAsyncTrace(t *testing.T) {
	const alpha, prox = .6, .05
	falling := func(k int) float64 { return 1 / (1 + float64(k)/4) } // acts on alpha alone
	for _, delta := range []bool{false, true} {
		x, read, at := 1., []float64{1, 1}, []int{0, 0}
		var want []float64
		for k := range commits {
			i := k % 2
			w := read[i]
			for range 2 {
				g := w
				w = (1-prox)*w + prox*read[i]
				w -= eta * g
			}
			a := alpha * falling(k+1) * math.Pow(float64(k-at[i]+1), -.5)
			if delta {
				x += a * (w - read[i])
			} else {
				x = (1-a)*x + a*w
			}
			read[i], at[i] = x, k+1
			want = append(want, x)
		}
		m := o.FedAsync{Alpha: alpha, Weight: o.Polynomial{A: .5}, Window: 2, Prox: prox, Delta: delta, Local: plain}
		same(t, "fedasync", trace(t, m, optimizertest.Setup[float64]{Sched: falling}, commits), want)
	}
}

// Four workers and a buffer of two: a version is two pushes.
func TestFedBuffTrace(t *testing.T) {
	x, read, at := 1., []float64{1, 1, 1, 1}, []int{0, 0, 0, 0}
	var want []float64
	for k := 0; len(want) < commits; k += 2 {
		var sum float64
		base, version := x, len(want)
		for _, i := range []int{k % 4, (k + 1) % 4} {
			sum += (steps(read[i], 2) - read[i]) / math.Sqrt(1+float64(version-at[i]))
		}
		x = base + .5*sum/2
		// The first of the two has read before the update that its push went into, the second
		// after.
		read[k%4], at[k%4] = base, version
		read[(k+1)%4], at[(k+1)%4] = x, version+1
		want = append(want, x)
	}
	m := o.FedBuff{Buffer: 2, Window: 2, Local: plain, Serving: o.Serving{ServerRate: .5, Weight: o.Polynomial{A: .5}}}
	same(t, "fedbuff", trace(t, m, optimizertest.Setup[float64]{Workers: 4}, commits), want)
}

// What is staler than max_staleness is refused, and only that.
func TestFedBuffMaxStaleness(t *testing.T) {
	most, dropped := 0, 0
	m := o.FedBuff{Buffer: 1, Window: 1, MaxStaleness: 2, Local: plain, Serving: o.Serving{ServerRate: 1}}
	s := optimizertest.Setup[float64]{Workers: 5, Compute: func(worker, _ int) int64 { return int64(100 + 90*worker) }}
	s.OnPush = func(_ int, out hub.Outcome, _ []float64) {
		if out.Verdict == o.Dropped {
			dropped++
		} else {
			most = max(most, out.Tau)
		}
	}
	r := run(t, m, s)
	for r.Updates < 100 && r.Step() {
	}
	if most != 2 || dropped == 0 {
		t.Errorf("the stalest that was taken had %d, and %d were refused", most, dropped)
	}
}

// Three workers, two of them fast, and batches of two: gradients at an old point are ignored.
func TestRennala(t *testing.T) {
	dropped := 0
	s := optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, _ int) int64 { return []int64{100, 100, 250}[worker] }}
	s.OnPush = func(_ int, out hub.Outcome, _ []float64) {
		if out.Verdict == o.Dropped {
			dropped++
		}
		if out.Verdict != o.Dropped && out.Tau != 0 {
			t.Errorf("a gradient of staleness %d was used", out.Tau)
		}
	}
	r := run(t, o.Rennala{Rate: eta, Batch: 2, Late: "finish"}, s)
	for r.Updates < commits && r.Step() {
	}
	same(t, "two fresh gradients make a step of gradient descent", r.Center(), []float64{steps(1, commits)})
	if dropped == 0 {
		t.Error("the slow worker's gradients were never ignored")
	}
	if n := r.Counts[o.Buffered]; n != commits {
		t.Errorf("%d gradients waited for %d steps of two", n, commits)
	}
}

// R = 1 takes fresh gradients only: the fastest worker alone. A large R is asgd.
func TestRingmaster(t *testing.T) {
	s := optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, _ int) int64 { return []int64{100, 330, 250}[worker] }}
	same(t, "R = 1", trace(t, o.Ringmaster{Rate: eta, Form: "plain", Limit: 1}, s, commits), []float64{steps(1, 1), steps(1, 2), steps(1, 3), steps(1, 4), steps(1, 5), steps(1, 6)})
	same(t, "R = 100", trace(t, o.Ringmaster{Rate: eta, Form: "plain", Limit: 100, Stops: true}, s, 30), trace(t, o.ASGD{Rate: eta, Order: "commit-pull", Serving: o.Serving{ServerRate: 1}}, s, 30))
}

// Whoever can only be ignored is interrupted, so that where links take no time nothing comes in
// vain.
func TestInterruptsSaveWork(t *testing.T) {
	for _, c := range []struct {
		m     o.Method
		saved bool
	}{
		{o.Rennala{Rate: eta, Batch: 2, Late: "finish"}, false}, {o.Rennala{Rate: eta, Batch: 2, Late: "abort"}, true},
		{o.Ringmaster{Rate: eta, Form: "plain", Limit: 2}, false}, {o.Ringmaster{Rate: eta, Form: "plain", Limit: 2, Stops: true}, true},
	} {
		r := run(t, c.m, optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, _ int) int64 { return []int64{101, 127, 953}[worker] }})
		for r.Updates < 60 && r.Step() {
		}
		if dropped := r.Counts[o.Dropped]; (dropped == 0) != c.saved {
			t.Errorf("%+v: %d gradients came in vain", c.m, dropped)
		}
	}
}
