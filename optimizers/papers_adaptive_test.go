package optimizers_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// Methods whose step depends on how stale a gradient is, or how far its point is away.

// skewed are workers of which one is much slower.
var skewed = optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, k int) int64 { return []int64{100, 130, 990}[worker] + int64(k*7%23) }}

func adaptive(rule string) o.DelayAdaptive {
	m := o.Default[o.DelayAdaptive]()
	m.Rate, m.Rule, m.Threshold = eta, rule, 0
	return m
}

// Each rule against its equation, in runs where delays differ.
func TestDelayAdaptiveRules(t *testing.T) {
	const workers = 3
	const a = .9
	for _, rule := range []string{"mishchenko", "koloskova", "wu-1", "wu-2"} {
		var taus []int
		s := skewed
		s.OnPush = func(_ int, out hub.Outcome, _ []float64) { taus = append(taus, out.Tau) }
		// steps are seen
		s.Grad = func(g, _ []float64, _, _, _, _ int) float64 { g[0] = 1; return 0 }
		r := run(t, adaptive(rule), s)
		x, steps, shrunk, zero := 1., []float64(nil), false, false
		for r.Updates < 200 && r.Step() {
			if len(steps) == r.Updates {
				continue
			}
			k, tau := len(steps), taus[r.Updates-1]
			sum := 0.
			for _, e := range steps[k-tau:] {
				sum += e
			}
			want := eta
			switch rule {
			case "mishchenko":
				want = eta * workers / math.Max(workers, float64(tau))
			case "koloskova":
				if tau > workers {
					want = eta / float64(tau)
				}
			case "wu-1":
				want = a * math.Max(eta-sum, 0)
			case "wu-2":
				if want = eta / float64(tau+1); sum+want > eta*(1+1e-9) {
					want = 0
				}
			}
			got := x - r.Center()[0]
			x = r.Center()[0]
			if math.Abs(got-want) > 1e-13 {
				t.Fatalf("%s: step %d of delay %d is %v, want %v", rule, k, tau, got, want)
			}
			steps = append(steps, want)
			shrunk, zero = shrunk || want < eta, zero || want == 0
			if strings.HasPrefix(rule, "wu") && want > 0 && sum+want > eta*(1+1e-9) {
				t.Fatalf("%s: the window of step %d holds %v", rule, k, sum+want)
			}
		}
		if !shrunk || rule == "wu-2" && !zero {
			t.Errorf("%s: no delay was long enough to see the rule", rule)
		}
	}
}

// Where no delay exceeds the threshold, the first two rules are asgd.
func TestDelayAdaptiveIsASGD(t *testing.T) {
	for _, order := range []string{"commit-pull", "pull-commit"} {
		for _, rule := range []string{"mishchenko", "koloskova"} {
			m := adaptive(rule)
			m.Order, m.Threshold = order, 1000
			same(t, rule+" "+order, trace(t, m, skewed, 60), trace(t, asynchronous(order), skewed, 60))
		}
	}
	// In a round robin of M the second rule of Wu et al. is asgd at rate/M, once all have come.
	const workers = 4
	s := optimizertest.Setup[float64]{Workers: workers, Grad: func(g, _ []float64, _, _, _, _ int) float64 { g[0] = 1; return 0 }}
	xs := trace(t, adaptive("wu-2"), s, 40)
	for k := 20; k < 40; k++ {
		if step := xs[k-1] - xs[k]; math.Abs(step-eta/workers) > 1e-15 {
			t.Errorf("step %d is %v, want %v", k, step, eta/workers)
		}
	}
}

// Without delay adaptive revision is Adagrad whose accumulator begins at 1.
func TestAdaptiveRevisionIsAdagrad(t *testing.T) {
	x, z := 1., 1.
	var want []float64
	for range 30 {
		g := x
		z += g * g
		x -= eta * g / math.Sqrt(z)
		want = append(want, x)
	}
	same(t, "one worker", trace(t, o.AdaptiveRevision{Rate: eta}, optimizertest.Setup[float64]{Workers: 1}, 30), want)
}

// Gradients read at one version are one step on their sum: eta of the largest z so far, which is
// Adagrad's where they agree in sign.
func TestAdaptiveRevisionOfManyAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, signed := range []bool{false, true} {
		s := serverOf(t, o.AdaptiveRevision{Rate: eta}, 8, 1)
		x, total, most := 1., 0., 1.
		for range 4 { // so many rounds of all
			read := make([]float64, 2)
			s.Reply(read, 0)
			start, z := total, most
			for i := range 8 {
				g := math.Abs(r.NormFloat64())
				if signed && i%3 == 2 {
					g = -g
				}
				s.Apply(o.Message[float64]{From: i, Vec: []float64{g, read[1]}, Tau: i, N: 1, Sched: 1})
				total += g
				if !signed {
					most = z + (total-start)*(total-start)
				}
			}
			if !signed {
				x -= eta / math.Sqrt(most) * (total - start)
				near(t, "a round", s.Center(), []float64{x})
			}
		}
	}
	// With signs that differ z may fall; the step is that of the largest.
	s := serverOf(t, o.AdaptiveRevision{Rate: eta}, 3, 1)
	for i, g := range []float64{2, -1.5, .25} {
		s.Apply(o.Message[float64]{From: i, Vec: []float64{g, 0}, Tau: i, N: 1, Sched: 1})
	}
	near(t, "signs that differ", s.Center(), []float64{1 - eta/math.Sqrt(1+2*2)*.75})
}

func TestAdaptiveRevisionTrace(t *testing.T) {
	x, sum, z, most := 1., 0., 1., 1.
	at, read := []float64{1, 1}, []float64{0, 0}
	var want []float64
	for k := range commits {
		i := k % 2
		g, b := at[i], sum-read[i]
		old := eta / math.Sqrt(most)
		z += g * (g + 2*b)
		most = math.Max(most, z)
		now := eta / math.Sqrt(most)
		x += -now*g + (old-now)*b
		sum += g
		at[i], read[i] = x, sum
		want = append(want, x)
	}
	same(t, "adaptive-revision", trace(t, o.AdaptiveRevision{Rate: eta}, optimizertest.Setup[float64]{}, commits), want)
}

func TestMindTheStepTrace(t *testing.T) {
	const mu, most = .8, 1.1
	x, at, version, seen := 1., []float64{1, 1}, []int{0, 0}, map[int]float64{}
	var want []float64
	for k := range 12 {
		i := k % 2
		tau := k - version[i]
		seen[tau]++
		share := seen[tau] / float64(k+1)
		x -= eta * math.Min(most, (1-mu)*math.Pow(mu, float64(tau))/share) * at[i]
		at[i], version[i] = x, k+1
		want = append(want, x)
	}
	same(t, "mindthestep", trace(t, o.MindTheStep{Rate: eta, Momentum: mu, Cap: most}, optimizertest.Setup[float64]{}, 12), want)
}

// Half of its push is no gradient, so its norm cannot be bounded.
func TestAdaptiveRevisionRefusesClipping(t *testing.T) {
	clip := map[string]any{"push": .5}
	table := map[string]any{"kind": "adaptive-revision", "clip": clip}
	if _, err := o.Decode("strategy", table); err == nil || !strings.Contains(err.Error(), "strategy.clip.push: bounds") {
		t.Errorf("clip.push: %v", err)
	}
	if _, err := o.Build[float64](o.Spec{Method: o.AdaptiveRevision{Rate: .1}, Parts: o.Parts{Clip: o.Clip{Push: 1}}}); err == nil {
		t.Error("built with clip.push")
	}
	clip = map[string]any{"gradient": .5}
	if _, err := o.Decode("strategy", map[string]any{"kind": "adaptive-revision", "clip": clip}); err != nil {
		t.Errorf("clip.gradient: %v", err)
	}
}

// A large threshold is asgd, 0 takes what ringmaster takes with R = 1, and in between all that is
// taken was read near by, and all that is refused was not.
func TestPicky(t *testing.T) {
	same(t, "large", trace(t, o.Picky{Rate: eta, Threshold: 1e9}, skewed, 40), trace(t, asynchronous("commit-pull"), skewed, 40))
	same(t, "0", trace(t, o.Picky{Rate: eta}, skewed, 40), trace(t, o.Ringmaster{Rate: eta, Form: "plain", Limit: 1}, skewed, 40))
	const threshold = .12
	var counts [3]int
	read, x := make([]float64, 3), 1.
	s := skewed
	s.OnReply = func(to, _ int, v []float64) { read[to] = v[0] }
	s.OnPush = func(from int, out hub.Outcome, center []float64) {
		if near := math.Abs(x-read[from]) <= threshold; near != (out.Verdict == o.Applied) {
			t.Errorf("a gradient taken %v away: verdict %v", math.Abs(x-read[from]), out.Verdict)
		}
		counts[out.Verdict]++
		x = center[0]
	}
	r := run(t, o.Picky{Rate: .2, Threshold: threshold}, s)
	for range 400 {
		r.Step()
	}
	if counts[o.Applied] == 0 || counts[o.Dropped] == 0 {
		t.Errorf("verdicts %v", counts)
	}
}

// Two fast workers and a slow one: n = 3, so that a first arrival moves x by eta/3 g, the c-th by
// eta/q^c g; when the slow one has come, whoever computes is stopped and starts again at x.
func TestThrottle(t *testing.T) {
	const q = 1.5
	count, left, rounds, most := make([]int, 3), 3, 0, 0
	x, read := 1., make([]float64, 3)
	s := optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, k int) int64 { return []int64{101, 127, 953}[worker] }}
	s.OnReply = func(to, _ int, v []float64) { read[to] = v[0] }
	s.OnPush = func(from int, out hub.Outcome, center []float64) {
		if out.Verdict != o.Applied {
			t.Errorf("a gradient of worker %d came in vain", from)
		}
		if count[from]++; count[from] == 1 {
			x -= eta / 3 * read[from]
			left--
		} else {
			x -= eta / math.Pow(q, float64(count[from])) * read[from]
		}
		most = max(most, count[from])
		if left == 0 {
			clear(count)
			left, rounds = 3, rounds+1
		}
		near(t, "after an arrival", center, []float64{x})
	}
	r := run(t, o.Throttle{Rate: eta, Factor: q}, s)
	for r.Now < 953*4+5 && r.Step() {
	}
	if err := r.Check(); err != nil || rounds != 4 || most < 5 {
		t.Errorf("%d rounds, at most %d arrivals of one worker in one, %v", rounds, most, err)
	}
	// All are stopped when the slow one comes, at 953, and start again: at 953 + 101 the fastest is
	// done.
	var times []int64
	s.OnPush, s.OnReply = func(from int, _ hub.Outcome, _ []float64) {
		if from == 0 {
			times = append(times, r.Now)
		}
	}, nil
	r = run(t, o.Throttle{Rate: eta, Factor: q}, s)
	for r.Now < 1200 && r.Step() {
	}
	for _, at := range times {
		if at > 953 && at < 953+101 || at > 953+101 && at < 953+202 {
			t.Errorf("worker 0 pushed at %d, though it was stopped at 953", at)
		}
	}
}

// With links, what is under way at the end of a round is refused.
func TestThrottleRefuses(t *testing.T) {
	s := optimizertest.Setup[float64]{Workers: 3, Up: 40, Down: 30, Compute: func(worker, k int) int64 { return []int64{101, 127, 953}[worker] }}
	r := run(t, o.Throttle{Rate: eta, Factor: 1.5}, s)
	for range 400 {
		r.Step()
	}
	if err := r.Check(); err != nil || r.Counts[o.Dropped] == 0 {
		t.Errorf("verdicts %v, %v", r.Counts, err)
	}
}

// A round does not wait for who has left; who is back is waited for.
func TestThrottleRoster(t *testing.T) {
	s := serverOf(t, o.Throttle{Rate: eta, Factor: 1.5}, 3, 1)
	over := func(from int) bool {
		s.Apply(o.Message[float64]{From: from, Vec: []float64{0}, N: 1, Sched: 1})
		return s.(o.Breaker).Breaks()
	}
	roster := s.(o.Roster)
	got := []bool{over(0), over(1)}
	roster.Leave(2)
	got = append(got, over(1), over(0), over(1)) // the next push ends it; then a round of two
	roster.Join(2, true)
	got = append(got, over(0), over(1), over(2))
	roster.Leave(0)
	// a push that left it before it left does not count
	got = append(got, over(0), over(1), over(2))
	want := []bool{false, false, true, false, true, false, false, true, false, false, true}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("rounds end at %v, want %v", got, want)
		}
	}
}

// Clipped asgd is asgd with clip.gradient = c: x stays within rate c (gradients outstanding) of the
// virtual iterate, from which every gradient has been subtracted as soon as its point was read.
func TestClippedASGD(t *testing.T) {
	const c, rate = .5, .2
	const workers = 5
	clipped := func(x float64, worker int) float64 { // of steep functions that differ
		return max(-c, min(c, 4*x+float64(worker)-2))
	}
	virtual, outstanding, farthest := 1., 0, 0.
	set := optimizertest.Setup[float64]{Workers: workers, X0: []float64{1}, Up: 7, Down: 5,
		Compute: func(worker, k int) int64 { return int64(100 + 55*worker*worker + k*31%47) },
		Grad: func(g, x []float64, worker, _, _, _ int) float64 {
			g[0] = 4*x[0] + float64(worker) - 2
			return 0
		}}
	set.OnReply = func(to, _ int, v []float64) { virtual -= rate * clipped(v[0], to); outstanding++ }
	set.OnPush = func(_ int, _ hub.Outcome, center []float64) {
		outstanding--
		d := math.Abs(center[0] - virtual)
		if d > rate*c*float64(outstanding)+1e-12 {
			t.Errorf("x is %v from the virtual iterate, %d are outstanding", d, outstanding)
		}
		farthest = max(farthest, d/(rate*c*float64(outstanding)))
	}
	m := asynchronous("commit-pull")
	m.Rate = rate
	var err error
	if set.Strategy, err = o.Build[float64](o.Spec{Method: m, Parts: o.Parts{Clip: o.Clip{Gradient: c}}}); err != nil {
		t.Fatal(err)
	}
	set.Workers = workers
	r, err := optimizertest.New(set)
	if err != nil {
		t.Fatal(err)
	}
	for range 600 {
		r.Step()
	}
	if farthest < .5 {
		t.Errorf("it never was farther than %v of the bound", farthest)
	}
}

// Asynchronous mini-batching is k-batch-sync under any method that merges: with nag-asgd it is
// Nesterov's method on means of fresh gradients, whoever they come from.
func TestAsynchronousMiniBatches(t *testing.T) {
	s := skewed
	s.Consistency = o.KBatchSync(4, false)
	want := trace(t, o.MSGD{Rate: eta, Momentum: gamma}, alone, 20)
	same(t, "nag-asgd", trace(t, o.NAGASGD{Rate: eta, Momentum: gamma}, s, 20), want)
	same(t, "mdownpour", trace(t, o.MDOWNPOUR{Rate: eta, Momentum: gamma}, s, 20), want)
}
