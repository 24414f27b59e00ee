package sim

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/delay"
)

func asgd(t testing.TB) optimizers.Strategy[float64] {
	return strategy(t, optimizers.Default[optimizers.ASGD]())
}

// loopOnly skips a test that is all statistics under the race detector.
func loopOnly(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and nothing runs beside the loop: there is no race to detect")
	}
}

// Equal workers take turns: once each has pushed, staleness is M-1.
func TestEqualSpeeds(t *testing.T) {
	const m = 8
	c := config(asgd(t), m, 0)
	c.Record.Updates = true
	_, rec := must(t, c, options{})
	for k, row := range rec.push {
		if want := int64(min(k, m-1)); row.Staleness != want || row.Worker != int64(k%m) {
			t.Fatalf("row %d: %+v", k, row)
		}
	}
}

// Exponential workers: P(tau = k) = (1-1/M)^k / M, and the mean is M-1 under any law.
func TestGeometricStaleness(t *testing.T) {
	loopOnly(t)
	const m, n = 8, 200000
	c := config(asgd(t), m, 0)
	c.Cluster.Compute = each(m, exponential(10*time.Second))
	c.Stop.Updates = n
	r, _ := must(t, c, options{})
	st := r.Staleness[0]
	chi2, df, seen, rest := 0., 0, 0., 1.
	for k, count := range st.Histogram {
		p := math.Pow(1-1./m, float64(k)) / m
		if p*n < 30 {
			break
		}
		d := float64(count) - p*n
		chi2 += d * d / (p * n)
		df++
		seen += float64(count)
		rest -= p
	}
	d := n - seen - rest*n
	chi2 += d * d / (rest * n)
	if limit := float64(df) + 4*math.Sqrt(2*float64(df)); chi2 > limit {
		t.Errorf("chi2 = %.1f with %d degrees of freedom, four sigma are %.1f", chi2, df, limit)
	}
	if math.Abs(st.Mean-(m-1)) > .001 || math.Abs(st.Variance/(m*(m-1))-1) > .03 {
		t.Errorf("mean %.4f, variance %.2f; theory %d and %d", st.Mean, st.Variance, m-1, m*(m-1))
	}
}

// Means that depend on the order of reading and applying only.
func TestMeanStaleness(t *testing.T) {
	loopOnly(t)
	old := optimizers.Default[optimizers.ASGD]()
	old.Order = "pull-commit"
	elastic := optimizers.Default[optimizers.AEASGD]()
	elastic.Window = 1
	for _, c := range []struct {
		name        string
		s           optimizers.Strategy[float64]
		consistency optimizers.Consistency
		m           int
		want        float64
	}{
		{"commit, then pull", asgd(t), optimizers.Async(), 8, 7},
		{"pull, then commit", strategy(t, old), optimizers.Async(), 8, 8},
		{"pull, then push the difference", strategy(t, elastic), optimizers.Async(), 8, 8},
		{"gather 2", asgd(t), optimizers.Softsync(2), 16, 7.5},
		{"gather 5", asgd(t), optimizers.Softsync(5), 16, 3},
	} {
		for _, law := range []delay.Law{exponential(time.Second), delay.Pareto{Mean: time.Second, Alpha: 1.5}.ForWorker(0, 0)} {
			cfg := config(c.s, c.m, 0)
			cfg.Consistency, cfg.Stop.Updates = c.consistency, 40000
			cfg.Cluster.Compute = each(c.m, law)
			r, _ := must(t, cfg, options{})
			if got := r.Staleness[0].Mean; math.Abs(got-c.want) > .01 {
				t.Errorf("%s: mean staleness %.4f, theory %g", c.name, got, c.want)
			}
		}
	}
}

func harmonic(n int) (h float64) {
	for k := 1; k <= n; k++ {
		h += 1 / float64(k)
	}
	return h
}

// A synchronous step takes as long as the slowest of n, H_n; with b backup workers as long as the
// n-th of n+b, H_{n+b} - H_b.
func TestSynchronousStepTimes(t *testing.T) {
	loopOnly(t)
	const n, updates = 8, 60000
	for _, b := range []int{0, 2, 5} {
		consistency := optimizers.BSP()
		if b > 0 {
			consistency = optimizers.KSync(n, true)
		}
		c := config(asgd(t), n+b, 0)
		c.Consistency, c.Stop.Updates = consistency, updates
		c.Cluster.Compute = each(n+b, exponential(time.Second))
		r, _ := must(t, c, options{})
		want := harmonic(n+b) - harmonic(b)
		if got := r.VirtualTime.Seconds() / updates; math.Abs(got/want-1) > .01 {
			t.Errorf("%d of %d: %.4f s a step, theory %.4f", n, n+b, got, want)
		}
		if r.Staleness[0].Max != 0 {
			t.Errorf("%d of %d: a staleness of %d in a synchronous run", n, n+b, r.Staleness[0].Max)
		}
	}
}

// Workers and a server with exponential times are a closed queueing network: its throughput by mean
// value analysis.
func TestClosedQueue(t *testing.T) {
	loopOnly(t)
	const think, service = 10., 1.
	for _, m := range []int{4, 8, 16, 32} {
		q := 0. // mean number at the server, one customer less
		x := 0.
		for k := 1; k <= m; k++ {
			stay := service * (1 + q)
			x = float64(k) / (think + stay)
			q = x * stay
		}
		for _, order := range []Queue{FIFO, Rank, Random} {
			c := config(asgd(t), m, 0)
			c.Cluster.Compute = each(m, exponential(10*time.Second))
			c.Cluster.Server = Server{Service: exponential(time.Second), Queue: order}
			c.Stop.Updates = 100000
			r, _ := must(t, c, options{})
			got := float64(r.Updates) / r.VirtualTime.Seconds()
			if math.Abs(got/x-1) > .01 {
				t.Errorf("M = %d, order %d: %.5f updates/s, theory %.5f", m, order, got, x)
			}
			if math.Abs(r.Utilization/(x*service)-1) > .01 {
				t.Errorf("M = %d, order %d: utilization %.4f, theory %.4f", m, order, r.Utilization, x*service)
			}
		}
	}
}

// The lead over the slowest worker never exceeds the slack, and reaches it.
func TestSSPLead(t *testing.T) {
	for _, slack := range []int{0, 1, 3} {
		c := config(asgd(t), 6, 0)
		c.Consistency, c.Stop.Updates = optimizers.SSP(slack), 5000
		c.Cluster.Compute = each(6, exponential(10*ms))
		s, err := newEngine(&c, nil, options{})
		if err != nil {
			t.Fatal(err)
		}
		done := s.begin(context.Background())
		s.open()
		s.loop()
		done()
		if s.checks.lead != slack {
			t.Errorf("slack %d: greatest lead %d", slack, s.checks.lead)
		}
	}
}

// Under BSP delays decide when, never what.
func TestBSPDoesNotDependOnDelays(t *testing.T) {
	var want []float64
	for k, law := range []delay.Law{constant(10 * ms), exponential(10 * ms), delay.Pareto{Mean: 10 * ms, Alpha: 1.1}.ForWorker(0, 0)} {
		c := config(asgd(t), 5, 4)
		c.Problem = bowl{4, 1, .3}
		c.Consistency = optimizers.BSP()
		c.Cluster.Compute = each(5, law)
		c.Cluster.Up = each(5, Link{Latency: law, Bandwidth: 1e4})
		c.Cluster.Server = Server{Service: law, Queue: Queue(k)}
		c.Record = Record{Updates: true, Center: true}
		_, rec := must(t, c, options{})
		got := rec.centers[len(rec.centers)-1]
		if want == nil {
			want = got
		}
		for j := range got {
			if got[j] != want[j] {
				t.Fatalf("law %d: %v, law 0: %v", k, got, want)
			}
		}
	}
}

// Two methods with one seed see the same delays and the same batches, wherever both compute a
// worker's k-th gradient.
func TestPairedDraws(t *testing.T) {
	window := optimizers.Default[optimizers.Downpour]()
	window.Window = 4
	var durations [2][3][]time.Duration
	var samples [2][3][]int
	for k, s := range []optimizers.Strategy[float64]{asgd(t), strategy(t, window)} {
		c := config(s, 3, 2)
		for i := range 3 {
			c.Cluster.Compute[i] = noted{exponential(10 * ms), &durations[k][i]}
		}
		c.Cluster.Up = each(3, Link{Latency: exponential(ms)})
		c.Batches = notedBatches{c.Batches, &samples[k]}
		must(t, c, options{single: true})
	}
	for i := range 3 {
		n := min(len(samples[0][i]), len(samples[1][i]))
		if n < 90 {
			t.Fatalf("worker %d: only %d gradients in common", i, n)
		}
		if a, b := durations[0][i][:n], durations[1][i][:n]; !slices.Equal(a, b) {
			t.Errorf("worker %d: durations %v and %v", i, a, b)
		}
		if a, b := samples[0][i][:n], samples[1][i][:n]; !slices.Equal(a, b) {
			t.Errorf("worker %d: samples %v and %v", i, a, b)
		}
	}
}

// noted is a law that notes what it draws, for one worker.
type noted struct {
	delay.Law
	drawn *[]time.Duration
}

func (n noted) Draw(r *stream.Rand) time.Duration {
	d := n.Law.Draw(r)
	*n.drawn = append(*n.drawn, d)
	return d
}

// notedBatches note each worker's first sample.
type notedBatches struct {
	Batches
	samples *[3][]int
}

func (n notedBatches) Batch(dst []int, worker, k int) []int {
	dst = n.Batches.Batch(dst, worker, k)
	n.samples[worker] = append(n.samples[worker], dst[0])
	return dst
}

// With equal speeds the boundary of stability, where growth changes sign, is 2 sin(pi/(2(2 tau +
// 1))).
func TestStabilityBoundary(t *testing.T) {
	loopOnly(t)
	for _, tau := range []int{1, 2, 4, 8} {
		theory := 2 * math.Sin(math.Pi/(2*float64(2*tau+1)))
		lo, hi := theory/2, theory*2
		for hi-lo > 1e-3*theory {
			rate := (lo + hi) / 2
			m := optimizers.Default[optimizers.ASGD]()
			m.Rate = rate
			c := config(strategy(t, m), tau+1, 1)
			c.Stop.Updates, c.Stop.Diverged = 4000, math.Inf(1)
			r, _ := must(t, c, options{})
			if r.Growth > 0 {
				hi = rate
			} else {
				lo = rate
			}
		}
		if got := (lo + hi) / 2; math.Abs(got/theory-1) > .02 {
			t.Errorf("tau = %d: stable up to %.5f, theory %.5f", tau, got, theory)
		}
	}
}
