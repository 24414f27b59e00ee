package optimizers_test

import (
	"math"
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/optimizers/optimizertest"
)

// Workers that have data of their own: f_i = (x - b_i)^2/2, whose mean is least at the mean of the
// b_i, which is 1. Durations are 1, 2, 5 and 10.
var (
	ownMinima = []float64{0, 1, 5, -2}
	durations = []int64{1000, 2000, 5000, 10000}
)

// ownData is that problem.
func ownData() optimizertest.Setup[float64] {
	return optimizertest.Setup[float64]{
		Workers: 4, X0: []float64{3},
		Compute: func(worker, _ int) int64 { return durations[worker] },
		Grad: func(g, x []float64, worker, _, _, _ int) float64 {
			g[0] = x[0] - ownMinima[worker]
			return g[0] * g[0] / 2
		},
	}
}

// An arrival is a push as it comes: whose, and the point it was taken at.
type arrival struct {
	from int
	read float64
	at   int // version read
}

// followed runs a method on ownData for so many pushes, and lets an oracle see each arrival and say
// where the center is then.
func followed(t *testing.T, m o.Method, s optimizertest.Setup[float64], pushes int, oracle func(arrival) float64) {
	t.Helper()
	reads := make([]float64, s.Workers)
	at := make([]int, s.Workers)
	seen := 0
	s.OnReply = func(to, version int, reply []float64) { reads[to], at[to] = reply[0], version }
	s.OnPush = func(from int, _ hub.Outcome, center []float64) {
		if seen++; seen <= pushes {
			near(t, "the center", center, []float64{oracle(arrival{from, reads[from], at[from]})})
		}
	}
	r := run(t, m, s)
	for seen < pushes && !t.Failed() && r.Step() {
	}
	if err := r.Check(); err != nil || seen < pushes {
		t.Errorf("after %d pushes: %v", seen, err)
	}
}

// Each gradient at x_k is counted, all others are not; a batch ends when (1/n sum 1/B_i)^-1 > S/n.
func TestMaleniaTrace(t *testing.T) {
	const s = 8.
	x, version := 3., 0
	sum, b := make([]float64, 4), make([]float64, 4)
	ended := 0
	followed(t, o.Malenia{Rate: eta, S: s, Late: "finish"}, ownData(), 300, func(a arrival) float64 {
		if a.at != version {
			return x
		}
		sum[a.from] += a.read - ownMinima[a.from]
		b[a.from]++
		inverse, mean := 0., 0.
		for i := range b {
			if b[i] == 0 {
				return x
			}
			inverse += 1 / b[i] / 4
			mean += sum[i] / b[i] / 4
		}
		if 1/inverse > s/4 {
			x -= eta * mean
			version++
			ended++
			clear(sum)
			clear(b)
		}
		return x
	})
	if ended < 5 {
		t.Errorf("%d batches", ended)
	}
}

// Every batch is a step of gradient descent on the mean of the f_i, however large it is.
func TestMaleniaIsDescent(t *testing.T) {
	want, x := []float64(nil), 3.
	for range commits {
		x -= eta * (x - 1)
		want = append(want, x)
	}
	for _, late := range []string{"finish", "abort"} {
		for _, s := range []float64{0, 4, 20} {
			same(t, late, trace(t, o.Malenia{Rate: eta, S: s, Late: late}, ownData(), commits), want)
		}
	}
}

// The two phases of a round, written out, and how old the gradients of the table are when they are
// used.
func TestRingleaderTrace(t *testing.T) {
	const n = 4
	x, version, stalest := 3., 0, 0
	type entry struct{ g, b, oldest float64 }
	var table, next [n]entry
	var served [n]bool
	put := func(e *entry, a arrival) {
		if e.b == 0 {
			e.oldest = float64(a.at)
		}
		e.g += a.read - ownMinima[a.from]
		e.b++
	}
	phase := 1
	oracle := func(a arrival) float64 {
		if phase == 2 && served[a.from] {
			put(&next[a.from], a)
			return x
		}
		put(&table[a.from], a)
		for _, e := range table {
			if e.b == 0 {
				return x
			}
		}
		phase = 2
		for _, e := range table {
			x -= eta / n * e.g / e.b
			stalest = max(stalest, version-int(e.oldest))
		}
		version++
		if served[a.from] = true; !slices.Contains(served[:], false) {
			table, next, served, phase = next, [n]entry{}, [n]bool{}, 1
		}
		return x
	}
	s := ownData()
	s.Compute = func(worker, k int) int64 { return durations[(worker+k/5)%n] + int64(137*k%91) }
	followed(t, o.Ringleader{Rate: eta}, s, 400, oracle)
	if stalest != 2*n-2 {
		t.Errorf("the largest delay of a gradient in use is %d, want %d", stalest, 2*n-2)
	}
}

// The mean of the latest gradients of all workers, or of those that are younger than the limit.
func TestIASGDTrace(t *testing.T) {
	for _, limit := range []int{0, 3, 10} {
		x, version, rested := 3., 0, false
		var g, at [4]float64
		var has [4]bool
		followed(t, o.IASGD{Rate: eta, Limit: limit}, ownData(), 300, func(a arrival) float64 {
			g[a.from], at[a.from], has[a.from] = a.read-ownMinima[a.from], float64(a.at), true
			if slices.Contains(has[:], false) {
				return x
			}
			sum, n := 0., 0.
			for i := range g {
				if limit > 0 && version-int(at[i]) >= limit {
					rested = true
					continue
				}
				sum += g[i]
				n++
			}
			if n > 0 {
				x -= eta * sum / n
			}
			version++
			return x
		})
		if rested != (limit > 0) {
			t.Errorf("limit %d: some gradient rested: %v", limit, rested)
		}
	}
}

// All three end at the mean of the minima whatever the speeds, where asgd ends near that of the
// fast ones.
func TestOwnDataMinimum(t *testing.T) {
	for _, c := range []struct {
		m    o.Method
		want float64
	}{
		{o.Malenia{Rate: .5, S: 8, Late: "finish"}, 1}, {o.Ringleader{Rate: .05}, 1}, {o.IASGD{Rate: .05}, 1},
	} {
		xs := trace(t, c.m, ownData(), 2000)
		near(t, "the end", xs[1999:], []float64{c.want})
	}
}

// A worker that leaves is not waited for, and its gradients do not count; born anew, it begins
// without any.
func TestTablesGoByWhoTakesPart(t *testing.T) {
	for _, m := range []o.Method{o.Malenia{Rate: eta, Late: "finish"}, o.Ringleader{Rate: eta}, o.IASGD{Rate: eta}} {
		s, err := o.New[float64](m)
		if err != nil {
			t.Fatal(err)
		}
		server := s.Server(o.Env[float64]{Workers: 3, ID: -1, X0: []float64{0}})
		push := func(from int, g float64) o.Verdict {
			return server.Apply(o.Message[float64]{From: from, Vec: []float64{g}, N: 1, Sched: 1})
		}
		push(0, 1)
		push(1, 3)
		if x := server.Center()[0]; x != 0 {
			t.Errorf("%T: moved to %v before everybody was there", m, x)
		}
		server.(o.Roster).Leave(2)
		if v := push(0, 1); v != o.Applied {
			t.Errorf("%T: it waits for one who has left", m)
		}
		near(t, "mean of two", server.Center(), []float64{-eta * 2})
		server.(o.Roster).Join(2, true)
		for range 4 { // everybody once more, whatever the round
			push(0, 0)
			push(1, 0)
		}
		before := server.Center()[0]
		push(2, 9)
		push(0, 0)
		push(1, 0)
		if server.Center()[0] >= before {
			t.Errorf("%T: the gradient of one who came again does not count", m)
		}
	}
}

// Steps in proportion to times: over whole periods the mean of the center is the minimum of the
// mean of the losses but for what is of the order of the rate, where that of asgd is the minimum of
// the mean that weighs each by how often it comes, .72222.
func TestRescaledIsUnbiased(t *testing.T) {
	mean := func(m o.Method) float64 {
		const periods = 300 // 18 updates each, in which everybody begins again
		xs := trace(t, m, ownData(), 18*2*periods)
		sum := 0.
		for _, x := range xs[18*periods:] {
			sum += x
		}
		return sum / (18 * periods)
	}
	const gamma = .002
	if x := mean(o.Rescaled{Rate: gamma, Times: "measured"}); math.Abs(x-1) > .002 {
		t.Errorf("rescaled ends at %v, want 1", x)
	}
	if x := mean(o.ASGD{Rate: gamma, Order: "commit-pull", Serving: o.Serving{ServerRate: 1}}); math.Abs(x-.72222) > .002 {
		t.Errorf("asgd ends at %v, want .72222", x)
	}
}

// The factors are n tau_i/sum tau_j, of measured times over those that are known, of nominal ones
// at once.
func TestRescaledTrace(t *testing.T) {
	x, read := 3., []float64{3, 3, 3, 3}
	known := map[int]float64{}
	followed(t, o.Rescaled{Rate: eta, Times: "measured"}, ownData(), 100, func(a arrival) float64 {
		known[a.from] = float64(durations[a.from])
		sum := 0.
		for _, tau := range known {
			sum += tau
		}
		x -= eta * float64(len(known)) * known[a.from] / sum * (a.read - ownMinima[a.from])
		read[a.from] = x
		return x
	})
	s, err := o.New[float64](o.Rescaled{Rate: eta, Times: "nominal"})
	if err != nil {
		t.Fatal(err)
	}
	server := s.Server(o.Env[float64]{Workers: 2, ID: -1, Speeds: []float64{1, .25}, X0: []float64{0}})
	server.Apply(o.Message[float64]{From: 0, Vec: []float64{1}, Sched: 1, Seconds: 77})
	near(t, "the fast one", server.Center(), []float64{-eta * .4})
	server.Apply(o.Message[float64]{From: 1, Vec: []float64{1}, Sched: 1, Seconds: 77})
	near(t, "the slow one", server.Center(), []float64{-eta * 2})
}

// Every round of ata is a step along B gradients taken at one point, shared out by what times it
// has seen: once they are known, the greedy split of 18 by the times 1, 2, 5, 10 is 10, 5, 2, 1.
func TestATASharesByTime(t *testing.T) {
	var got [4]int
	x, sum, n := 3., 0., 0
	var last [4]int
	followed(t, o.ATA{Rate: eta, Batch: 18, Spread: "given"}, ownData(), 18*20, func(a arrival) float64 {
		got[a.from]++
		sum += a.read - ownMinima[a.from]
		if n++; n%18 == 0 {
			x -= eta * sum / 18
			sum, last, got = 0, got, [4]int{}
		}
		return x
	})
	if last != [4]int{10, 5, 2, 1} {
		t.Errorf("the last batch was shared out as %v", last)
	}
}

// Trials beyond the timeout end with it and do not count; the divisor is the number expected.
func TestMindFlayerTrace(t *testing.T) {
	m := o.MindFlayer{Rate: eta, Trials: 3, Even: true, Timeout: 2500, Chance: .5}
	s := ownData()
	s.Compute = func(worker, k int) int64 { return 1000 * int64(1+(worker+k)%4) }
	r := run(t, m, s)
	x := 3.
	for k := range commits {
		sum := 0.
		for worker := range 4 {
			for trial := range 3 {
				if s.Compute(worker, 3*k+trial) <= 2500 {
					sum += x - ownMinima[worker]
				}
			}
		}
		x -= eta * sum / (.5 * 3 * 4)
		for r.Updates <= k && r.Step() {
		}
		near(t, "mindflayer", r.Center(), []float64{x})
	}
	if r.Now > int64(commits)*3*2500 {
		t.Errorf("%d rounds took %d ns: somebody was waited for", commits, r.Now)
	}
	m.Timeout, m.Trials = 0, 1
	near(t, "without a timeout", trace(t, m, ownData(), 1), []float64{3 - eta*2})
}

// Normalised ringmaster: moves of the length of the rate along a running mean; agnostic, rate,
// weight and limit go by the number of the update.
func TestRingmasterNormalized(t *testing.T) {
	for _, agnostic := range []bool{false, true} {
		m := o.Ringmaster{Rate: eta, Limit: 3, Form: "normalized", Momentum: .8, Agnostic: agnostic}
		x, mean, k, ignored := 3., 0., 0, 0
		followed(t, m, ownData(), 200, func(a arrival) float64 {
			rate, beta, limit := eta, .8, 3.
			if agnostic {
				n := float64(k + 1)
				rate, beta, limit = eta/math.Pow(n+1, .75), 1-1/math.Sqrt(n), max(1, math.Floor(math.Sqrt(n)))
			}
			if float64(k-a.at) >= limit {
				ignored++
				return x
			}
			k++
			mean = beta*mean + (1-beta)*(a.read-ownMinima[a.from])
			x -= rate * mean / math.Abs(mean)
			return x
		})
		if ignored == 0 {
			t.Error("no gradient was ignored")
		}
	}
}

// TestHeterogeneousVariants: settings far from the defaults.
func TestHeterogeneousVariants(t *testing.T) {
	for name, table := range map[string]map[string]any{
		"limit":      {"kind": "iasgd", "limit": int64(3)},
		"abort":      {"kind": "malenia", "late": "abort", "s": 20.},
		"nominal":    {"kind": "rescaled", "times": "nominal"},
		"given":      {"kind": "ata", "spread": "given", "alpha": 1e-7, "batch": int64(5)},
		"timeout":    {"kind": "mindflayer", "timeout": "1100ns", "trials": int64(3), "chance": .5},
		"normalized": {"kind": "ringmaster", "form": "normalized"},
		"agnostic":   {"kind": "ringmaster", "form": "normalized", "agnostic": true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := o.Decode("strategy", table)
			if err != nil {
				t.Fatal(err)
			}
			optimizertest.TestSpec(t, spec)
		})
	}
}
