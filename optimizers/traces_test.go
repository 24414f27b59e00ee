package optimizers_test

import (
	"math"
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// The traces below are of F = x^2/2 in exact arithmetic of the papers' equations, written out step
// by step: x0 = 1, eta = .1, two workers of equal speed of which worker 0 comes first, the center
// after each of six commits.

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if len(got) <= i || !(math.Abs(got[i]-want[i]) <= 1e-12) {
			t.Errorf("%s: got %.13v, want %.13v", what, got, want)
			return
		}
	}
}

func asynchronous(order string) o.ASGD {
	m := o.Default[o.ASGD]()
	m.Rate, m.Order = eta, order
	return m
}

// TestASGDTrace: x <- x - eta g(x_i), then x_i <- x.
func TestASGDTrace(t *testing.T) {
	x, xi := 1., [2]float64{1, 1}
	var want []float64
	for k := range 6 {
		x -= eta * xi[k%2]
		xi[k%2] = x
		want = append(want, x)
	}
	near(t, "the manual", want, []float64{.9, .8, .71, .63, .559, .496})
	near(t, "asgd", trace(t, asynchronous("commit-pull"), optimizertest.Setup[float64]{}, 6), want)
}

// TestPullCommit: with the reply read before the own push, a lone worker is one update behind:
// x_{k+1} = x_k - eta x_{k-1}.
func TestPullCommit(t *testing.T) {
	want := []float64{.9, .8}
	for len(want) < 6 {
		k := len(want)
		want = append(want, want[k-1]-eta*want[k-2])
	}
	near(t, "asgd", trace(t, asynchronous("pull-commit"), optimizertest.Setup[float64]{Workers: 1}, 6), want)
}

// TestDownpourTrace: two steps x_i <- x_i - eta x_i; then x <- x + v_i, x_i <- x.
func TestDownpourTrace(t *testing.T) {
	x, xi := 1., [2]float64{1, 1}
	var want []float64
	for k := range 6 {
		y := xi[k%2]
		v := 0.
		for range 2 {
			g := y
			y -= eta * g
			v -= eta * g
		}
		x += v
		xi[k%2] = x
		want = append(want, x)
	}
	near(t, "the manual", want, []float64{.81, .62, .4661, .3483, .259741, .193564})
	m := o.Default[o.Downpour]()
	m.Window, m.Local = 2, plain
	near(t, "downpour", trace(t, m, optimizertest.Setup[float64]{}, 6), want)
}

// TestDownpourOverlap: as in mpiT, the reply may have been read before the own push: x_i <- x
// before x <- x + v_i.
func TestDownpourOverlap(t *testing.T) {
	x, xi := 1., [2]float64{1, 1}
	var want []float64
	for k := range 6 {
		v := -eta*xi[k%2] - eta*(1-eta)*xi[k%2]
		xi[k%2] = x
		x += v
		want = append(want, x)
	}
	m := o.Default[o.Downpour]()
	m.Window, m.Local, m.Overlap = 2, plain, true
	near(t, "downpour", trace(t, m, optimizertest.Setup[float64]{}, 6), want)
}

// distBelief is algorithm 7.1 of Dean et al. 2012 for one client, where a fetch takes until the end
// of the gradient that runs meanwhile, and a push no time.
func distBelief(push, fetch, pushes int, alpha float64, apply func(x, a float64) float64) (xs []float64) {
	x, local, accrued := 1., 1., 0.
	fetched, underway := 0., false
	for step := 0; len(xs) < pushes; step++ {
		g := local // at whatever the local parameters are now
		if underway {
			local, underway = fetched, false
		}
		accrued += g
		local -= alpha * g
		if step%push == 0 {
			x = apply(x, accrued)
			xs = append(xs, x)
			accrued = 0
		}
		if (step+1)%fetch == 0 { // the fetch before the next step
			fetched, underway = x, true
		}
	}
	return xs
}

func TestDistBeliefTrace(t *testing.T) {
	for _, n := range []struct{ push, fetch int }{{1, 1}, {2, 2}, {3, 1}, {1, 3}, {2, 3}} {
		m := o.Default[o.Downpour]()
		m.Form, m.NPush, m.NFetch, m.Local = "distbelief", n.push, n.fetch, plain
		want := distBelief(n.push, n.fetch, 6, eta, func(x, a float64) float64 { return x - eta*a })
		near(t, "sums of gradients", trace(t, m, optimizertest.Setup[float64]{Workers: 1}, 6), want)

		m.Server, m.ServerRate = "adagrad", 5
		sum := 0.
		want = distBelief(n.push, n.fetch, 6, eta, func(x, a float64) float64 {
			sum += a * a
			return x - eta*5*a/(math.Sqrt(sum)+1e-7)
		})
		near(t, "adagrad", trace(t, m, optimizertest.Setup[float64]{Workers: 1}, 6), want)
	}
}

// TestDistBeliefFirstPush: the first push holds one gradient, every later one n_push, and the fetch
// comes before, the push after the gradient of one step.
func TestDistBeliefFirstPush(t *testing.T) {
	m := o.Default[o.Downpour]()
	m.Form, m.NPush, m.NFetch, m.Local = "distbelief", 4, 4, plain
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	w := s.Worker(o.Env[float64]{Workers: 1, X0: []float64{1}})
	w.Receive([]float64{1})
	var acts []o.Action
	var sent []float64
	for range 9 {
		g := []float64{1}
		a := w.Step(g, 1)
		if acts = append(acts, a); a&o.Push != 0 {
			sent = append(sent, g[0])
		}
	}
	near(t, "sent", sent, []float64{1, 4, 4})
	want := []o.Action{o.Push, o.Compute, o.Compute, o.Pull, o.Push, o.Compute, o.Compute, o.Pull, o.Push}
	for i := range want {
		if acts[i] != want[i] {
			t.Errorf("step %d: %v, want %v", i, acts[i], want[i])
		}
	}
}

// TestWarmStart: worker 0 makes three updates alone, x = (1 - eta)^k; the others begin with what it
// has reached.
func TestWarmStart(t *testing.T) {
	m := o.Default[o.Downpour]()
	m.Form, m.WarmStart, m.Local = "distbelief", 3, plain
	var from []int
	var versions []int
	var read []float64
	set := optimizertest.Setup[float64]{Workers: 3, X0: []float64{1},
		OnReply: func(to, version int, v []float64) {
			if to > 0 && len(read) < 2 {
				versions, read = append(versions, version), append(read, v[0])
			}
		}}
	var err error
	if set.Strategy, err = o.New[float64](m); err != nil {
		t.Fatal(err)
	}
	set.OnPush = func(worker int, _ hub.Outcome, _ []float64) { from = append(from, worker) }
	r, err := optimizertest.New(set)
	if err != nil {
		t.Fatal(err)
	}
	for len(from) < 9 {
		r.Step()
	}
	if want := []int{0, 0, 0, 0, 1, 2, 0, 1, 2}; !slices.Equal(from, want) {
		t.Errorf("pushes of %v, want %v", from, want)
	}
	x := distBelief(1, 1, 3, eta, func(x, a float64) float64 { return x - eta*a })[2]
	if near(t, "their start", read, []float64{x, x}); !slices.Equal(versions, []int{3, 3}) {
		t.Errorf("they begin with versions %v", versions)
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	optimizertest.TestSpec(t, o.Spec{Method: m})
}

// elasticTrace is algorithm 1 (delta = 0) or 2 for two clients taking turns, window w.
func elasticTrace(alpha, delta float64, w, exchanges int) (cs []float64) {
	c, x, v, clock := 1., [2]float64{1, 1}, [2]float64{}, [2]int{}
	for k := 0; len(cs) < exchanges; k++ {
		i := k / w % 2 // one client's steps up to its next exchange, then the other's
		if k < 2*w {   // the first window has no exchange before it: it is skipped at t = 0
			i = k / w
		}
		pre := x[i]
		if clock[i]%w == 0 && clock[i] > 0 {
			d := alpha * (pre - c)
			x[i] -= d
			c += d
			cs = append(cs, c)
		}
		v[i] = delta*v[i] - eta*(pre+delta*v[i])
		x[i] += v[i]
		clock[i]++
	}
	return cs
}

func TestAEASGDTrace(t *testing.T) {
	want := elasticTrace(.1, 0, 2, 6)
	near(t, "the manual", want, []float64{.981, .9639, .93483, .908496, .8747919, .84407346})
	// nothing comes between the two messages here
	for _, exchange := range []string{"two-message", "atomic"} {
		near(t, exchange, trace(t, o.AEASGD{Elastic: o.Elastic{Beta: .2}, Window: 2, Exchange: exchange, Local: plain, Variant: "paper"}, optimizertest.Setup[float64]{}, 6), want)
		near(t, "alpha, "+exchange, trace(t, o.AEASGD{Elastic: o.Elastic{Alpha: .1}, Window: 2, Exchange: exchange, Local: plain, Variant: "paper"}, optimizertest.Setup[float64]{}, 6), want)
	}
	near(t, "eamsgd, delta = 0", trace(t, o.EAMSGD{Elastic: o.Elastic{Beta: .2}, Window: 2, Exchange: "two-message", Rate: eta, Variant: "paper"}, optimizertest.Setup[float64]{}, 6), want)
}

func TestEAMSGDTrace(t *testing.T) {
	for _, exchange := range []string{"two-message", "atomic"} {
		near(t, exchange, trace(t, o.EAMSGD{Elastic: o.Elastic{Beta: .2}, Window: 2, Exchange: exchange, Rate: eta, Momentum: .9, Variant: "paper"}, optimizertest.Setup[float64]{}, 6), elasticTrace(.1, .9, 2, 6))
	}
}

// TestElasticConserves: links let others move the center between a client's two messages, and what
// it sends is added nevertheless; the exchange conserves sum_i x_i + c while the gradients are 0.
func TestElasticConserves(t *testing.T) {
	for _, exchange := range []string{"two-message", "atomic"} {
		r := run(t, o.AEASGD{Elastic: o.Elastic{Beta: .6}, Window: 1, Exchange: exchange, Local: plain, Variant: "paper"}, optimizertest.Setup[float64]{
			Workers: 3, Up: 250, Down: 130, X0: []float64{0},
			// a push of one worker once, then nothing
			Grad: func(g, _ []float64, worker, k, _, _ int) float64 {
				g[0] = 0
				if k == 0 {
					g[0] = -10 * float64(worker+1)
				}
				return 0
			},
		})
		for range 2000 {
			r.Step()
		}
		sum := r.Center()[0]
		for _, p := range r.Points() {
			sum += p[0]
		}
		if math.Abs(sum-6) > 1e-9 { // -eta g of the three: 1 + 2 + 3
			t.Errorf("%s: sum of all variables is %v, want 6", exchange, sum)
		}
	}
}

// TestEASGDTrace: both sides from the values of time t, with curvatures that differ.
func TestEASGDTrace(t *testing.T) {
	h, alpha := []float64{1, 3}, .15
	grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = h[worker] * x[0]; return 0 }
	for _, w := range []int{1, 3} {
		x, c := []float64{1, 1}, 1.
		var want []float64
		for step := 0; len(want) < 6; step++ {
			move := 0.
			for i := range x {
				d := 0.
				if step%w == 0 {
					d = alpha * (x[i] - c)
				}
				x[i] -= eta*h[i]*x[i] + d
				move += d
			}
			if c += move; step%w == 0 && step > 0 {
				want = append(want, c)
			}
		}
		got := trace(t, o.EASGD{Elastic: o.Elastic{Beta: .3}, Window: w, Local: plain}, optimizertest.Setup[float64]{Grad: grad,
			Compute: func(worker, k int) int64 { return 100 + int64(worker*70+k*31%90) }, Up: 5}, 6)
		near(t, "easgd", got, want)
	}
}

// TestSyncTrace: the mean, the sum and the mean of the first two of three.
func TestSyncTrace(t *testing.T) {
	h := []float64{1, 2, 6}
	grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = h[worker] * x[0]; return 0 }
	slow := func(worker, _ int) int64 { return []int64{100, 110, 300}[worker] }
	power := func(a float64) (xs []float64) {
		for x := a; len(xs) < 6; x *= a {
			xs = append(xs, x)
		}
		return xs
	}
	for _, c := range []struct {
		reduce string
		run    o.Consistency
		h      float64
	}{{"mean", o.Consistency{}, 3}, {"sum", o.Consistency{}, 9}, {"mean", o.KSync(2, false), 1.5}, {"mean", o.KSync(2, true), 1.5}} {
		got := trace(t, o.Sync{Rate: .01, Reduce: c.reduce, Reduction: o.ByServer()}, optimizertest.Setup[float64]{Workers: 3, Grad: grad, Compute: slow, Consistency: c.run}, 6)
		near(t, c.reduce+" "+c.run.String(), got, power(1-.01*c.h))
	}
}

// TestRoundsIgnoreDelays: a round is merged in the order of workers, so bsp does not depend on
// delays at all.
func TestRoundsIgnoreDelays(t *testing.T) {
	var first []float64
	for _, seed := range []int64{1, 7, 31} {
		r := run(t, o.Sync{Rate: .3, Reduce: "mean", Reduction: o.ByServer()}, optimizertest.Setup[float64]{Workers: 5, X0: []float64{1, .1, -.7},
			Compute: func(worker, k int) int64 { return 10 + (int64(worker)*seed+int64(k)*13)%29 },
			Grad: func(g, x []float64, worker, _, _, _ int) float64 {
				for i := range x {
					g[i] = x[i] * (1 + float64(worker)/7)
				}
				return 0
			}})
		for r.Updates < 40 {
			r.Step()
		}
		if first == nil {
			first = r.Center()
		}
		for i, x := range r.Center() {
			if x != first[i] {
				t.Fatalf("delays of kind %d: coordinate %d is %v, was %v", seed, i, x, first[i])
			}
		}
	}
}
