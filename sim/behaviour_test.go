package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim/record"
)

// One worker: from row to row pass exactly the times in the row.
func TestTimesOfOneWorkerAddUp(t *testing.T) {
	m := optimizers.Default[optimizers.Downpour]()
	m.Window = 3
	c := config(strategy(t, m), 1, 2)
	c.Cluster = Cluster{Compute: each(1, exponential(10*ms)), Up: each(1, Link{exponential(ms), 1e4}), Down: each(1, Link{exponential(ms), 1e5}),
		Server: Server{Service: exponential(ms), NIC: 1e5}}
	c.Record.Updates = true
	_, rec := must(t, c, options{})
	last := time.Duration(0)
	for k, r := range rec.push {
		at := ns(r.TimeS)
		if sum := ns(r.PullS) + ns(r.ComputeS) + ns(r.PushS) + ns(r.QueueS) + ns(r.ServiceS); at-last != sum {
			t.Fatalf("row %d comes %v after the one before; its times add up to %v: %+v", k, at-last, sum, r)
		}
		last = at
	}
}

// Without time between, seven shards are one.
func TestShardsWithoutTimeBetween(t *testing.T) {
	prints := map[string]bool{}
	for _, shards := range []int{1, 7} {
		c := config(asgd(t), 4, 14)
		c.Problem = bowl{14, 1, .3}
		c.Cluster.Compute = each(4, exponential(10*ms))
		c.Cluster.Server.Shards = shards
		c.Record = Record{Updates: true, Gap: true, Center: true}
		r, rec := must(t, c, options{})
		prints[fmt.Sprint(r.Fingerprint, rec.centers)] = true
		for k := range rec.push {
			if g := rec.push[k]; math.IsNaN(g.Gap) || math.IsNaN(g.UpdateNorm) || g.UpdateNorm == 0 {
				t.Fatalf("%d shards: %+v", shards, g)
			}
		}
	}
	if len(prints) != 1 {
		t.Error("seven shards that take no time differ from one")
	}
}

// A whole server acts when all slices have come, whatever the shards do to their timing.
func TestWholeServerOverShards(t *testing.T) {
	st := asgd(t)
	st.Clip.Push = .5 // needs the norm of the whole
	c := config(st, 4, 9)
	c.Cluster.Compute = each(4, exponential(10*ms))
	c.Cluster.Up, c.Cluster.Down = each(4, Link{Latency: exponential(5 * ms)}), each(4, Link{Latency: exponential(5 * ms)})
	c.Cluster.Server = Server{Shards: 3, Service: exponential(ms)}
	c.Record.Updates = true
	r, rec := must(t, c, options{poison: true})
	if len(r.Staleness) != 1 || len(rec.push) != 300 {
		t.Errorf("%d statistics of staleness and %d rows", len(r.Staleness), len(rec.push))
	}
	for _, row := range rec.push {
		if row.Verdict == record.Mixed {
			t.Fatalf("shards differ in what one server decided: %+v", row)
		}
	}
}

// Interrupts cross pushes on links that take time; whoever is interrupted goes on.
func TestInterruptsCross(t *testing.T) {
	restarts, aborted := int64(0), int64(0)
	for seed := range uint64(50) {
		for _, consistency := range []optimizers.Consistency{optimizers.KSync(3, true), optimizers.Bounded(3, true)} {
			c := config(asgd(t), 6, 2)
			c.Problem = bowl{2, .3, .1}
			c.Seeds.Delays = seed
			c.Consistency = consistency
			c.Cluster.Compute = each(6, exponential(10*ms))
			c.Cluster.Up, c.Cluster.Down = each(6, Link{Latency: exponential(8 * ms)}), each(6, Link{Latency: exponential(8 * ms)})
			c.Stop.Updates = 100
			c.Parallel = 1 + int(seed%3)
			s, err := newEngine(&c, nil, options{poison: true})
			if err != nil {
				t.Fatal(err)
			}
			done := s.begin(context.Background())
			s.open()
			s.loop()
			s.finish()
			done()
			for _, v := range s.invariants() {
				if v.Err != nil {
					t.Errorf("seed %d: %s: %v", seed, v.Name, v.Err)
				}
			}
			restarts += s.checks.restarts
			aborted += s.totals.Aborted
			if s.end.status != Completed {
				t.Errorf("seed %d: %+v", seed, s.end)
			}
		}
	}
	if restarts < 1000 || aborted < restarts {
		t.Errorf("%d restarts, %d gradients aborted", restarts, aborted)
	}
}

// Gradients are computed ahead of need only so far: what is alive stays below the workers' reads,
// the bound and what flies.
func TestVectorsInUse(t *testing.T) {
	const m = 200
	for _, p := range []int{1, 2, 4} {
		c := config(asgd(t), m, 3)
		c.Problem = bowl{3, .01, 0}
		c.Cluster.Compute = each(m, exponential(10*ms))
		c.Parallel, c.Stop.Updates = p, 2000
		s, err := newEngine(&c, nil, options{poison: true})
		if err != nil {
			t.Fatal(err)
		}
		done := s.begin(context.Background())
		s.open()
		s.loop()
		done()
		if limit := m + 16*p + 4; s.store.peak > limit {
			t.Errorf("%d goroutines: %d vectors at once, at most %d expected", p, s.store.peak, limit)
		}
	}
}

// Evaluations come at 0, at every tick and at the end, once each, and see all that happens at their
// time.
func TestTicks(t *testing.T) {
	c := config(asgd(t), 2, 2)
	c.Eval.Every, c.Stop = 10*ms, Stop{Time: 45 * ms}
	r, rec := must(t, c, options{})
	want := []int64{0, 2, 4, 6, 8, 8}
	if len(rec.evals) != len(want) {
		t.Fatalf("%d evaluations", len(rec.evals))
	}
	for k, e := range rec.evals {
		if e.Updates != want[k] || ns(e.TimeS) != min(time.Duration(k)*10*ms, 45*ms) || e.Point != "center" {
			t.Errorf("evaluation %d: %+v", k, e)
		}
	}
	if r.InitialLoss != 1 || r.Last.TrainLoss >= r.InitialLoss {
		t.Errorf("initial loss %g, last %g", r.InitialLoss, r.Last.TrainLoss)
	}
}

// z_{t+1} = (1 - a) z_t + a x_t, by hand.
func TestAverage(t *testing.T) {
	for _, rate := range []float64{0, .25} {
		c := config(asgd(t), 2, 1)
		c.Eval = EvalPlan[float64]{Updates: 1, Of: OfAverage, AverageRate: rate, GradNorm: true}
		c.Record = Record{Updates: true, Center: true}
		c.Stop.Updates = 20
		_, rec := must(t, c, options{})
		z := 1.
		for k, x := range rec.centers {
			a := rate
			if a == 0 {
				a = 1 / float64(k+2)
			}
			z = (1-a)*z + a*x[0]
			e := rec.evals[k+1]
			if math.Abs(e.TrainLoss-z*z/2) > 1e-12 || math.Abs(e.GradNorm-z) > 1e-12 || e.Point != "average" {
				t.Fatalf("rate %g, update %d: %+v, by hand %g", rate, k+1, e, z*z/2)
			}
		}
	}
}

// The mean of the workers' points, and how far they are apart.
func TestMeanOfWorkers(t *testing.T) {
	m := optimizers.Default[optimizers.AEASGD]()
	m.Window = 5
	c := config(strategy(t, m), 3, 2)
	c.Problem = bowl{2, 1, .5}
	c.Cluster.Compute = each(3, exponential(10*ms))
	c.Eval = EvalPlan[float64]{Updates: 5, Of: OfMean}
	_, rec := must(t, c, options{})
	if e := rec.evals[0]; e.Point != "workers-mean" || e.Consensus != 0 || e.TrainLoss != 1 {
		t.Errorf("at the start: %+v", e)
	}
	if e := rec.evals[4]; !(e.Consensus > 0) || !(e.TrainLoss < 1) {
		t.Errorf("later: %+v", e)
	}
}

// Clocks of schedules, seen by the factor that reaches the worker.
func TestSchedules(t *testing.T) {
	for _, clock := range []optimizers.Clock{optimizers.SampleClock, optimizers.LocalClock, optimizers.UpdateClock, optimizers.TimeClock} {
		for _, single := range []bool{false, true} {
			var seen []float64
			s := asgd(t)
			s.Schedule = identity(clock)
			s.Worker = func(e optimizers.Env[float64]) optimizers.Worker[float64] {
				half := &lender{stampWorker{w: 3, after: optimizers.Exchange}}
				if e.ID == 0 {
					return &listener{half, &seen}
				}
				return half
			}
			c := config(s, 2, 1)
			c.Stop.Updates = 4
			must(t, c, options{single: single})
			want := map[optimizers.Clock][]float64{
				optimizers.SampleClock: {0, .002, .004, .006, .008, .010},
				optimizers.LocalClock:  {0, 1, 2, 3, 4, 5},
				optimizers.UpdateClock: {0, 0, 0, 1, 1, 1},
				optimizers.TimeClock:   {.01, .02, .03, .04, .05, .06},
			}[clock]
			for k, w := range want {
				if math.Abs(seen[k]-w) > 1e-12 {
					t.Errorf("clock %d, single %v: progress %v, want %v", clock, single, seen[:6], want)
					break
				}
			}
		}
	}
}

type identity optimizers.Clock

func (i identity) Clock() optimizers.Clock   { return optimizers.Clock(i) }
func (identity) At(progress float64) float64 { return progress }

type listener struct {
	*lender
	seen *[]float64
}

func (l *listener) Step(g []float64, sched float64) optimizers.Action {
	*l.seen = append(*l.seen, sched)
	return l.lender.Step(g, sched)
}

// What cannot be run is refused with the place, the value and what to do.
func TestConfigErrors(t *testing.T) {
	nan := math.NaN()
	for want, change := range map[string]func(*Config[float64]){
		"workers = 0":             func(c *Config[float64]) { c.Workers = 0 },
		"no condition is set":     func(c *Config[float64]) { c.Stop = Stop{} },
		"none may be negative":    func(c *Config[float64]) { c.Stop.Updates = -1 },
		"2 compute laws":          func(c *Config[float64]) { c.Cluster.Compute = each(2, constant(1)) },
		"no compute law":          func(c *Config[float64]) { c.Cluster.Compute[2] = nil },
		"1 links for 3":           func(c *Config[float64]) { c.Cluster.Up = make([]Link, 1) },
		"-5 bytes/s":              func(c *Config[float64]) { c.Cluster.Down = each(3, Link{Bandwidth: -5}) },
		"NaN bytes/s":             func(c *Config[float64]) { c.Cluster.Server.NIC = nan },
		"would take":              func(c *Config[float64]) { c.Cluster.Server.NIC = 1e-9 },
		"shards = 300":            func(c *Config[float64]) { c.Cluster.Server.Shards = 300 },
		"only 4 coordinates":      func(c *Config[float64]) { c.Cluster.Server.Shards = 5 },
		"X0 has 3":                func(c *Config[float64]) { c.X0 = c.X0[:3] },
		"X0 is not finite":        func(c *Config[float64]) { c.X0[1] = nan },
		"needs Batches":           func(c *Config[float64]) { c.Batches = nil },
		"never push":              func(c *Config[float64]) { c.Strategy.Silent = true },
		"needs evaluations":       func(c *Config[float64]) { x := 1.; c.Stop.TrainLoss = &x },
		"not a number":            func(c *Config[float64]) { c.Stop.TrainLoss = &nan; c.Eval.Every = 1 },
		"no test part":            func(c *Config[float64]) { x := 1.; c.Stop.TestAccuracy = &x; c.Eval.Every = 1 },
		"predicts classes":        func(c *Config[float64]) { c.Eval.Of = OfEnsemble },
		"rate of the moving":      func(c *Config[float64]) { c.Eval.AverageRate = 2 },
		"set Peers to false":      func(c *Config[float64]) { c.Strategy.Peers = true },
		"can never come together": func(c *Config[float64]) { c.Consistency = optimizers.KAsync(9) },
	} {
		c := config(asgd(t), 3, 4)
		change(&c)
		if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// Each check sees what it is there for.
func TestChecksSee(t *testing.T) {
	for want, damage := range map[string]func(*engine[float64]){
		"staleness is conserved":                      func(s *engine[float64]) { s.hubs[0].Lose(hub.Header{Read: 0}) },
		"gradients are accounted for":                 func(s *engine[float64]) { s.totals.Dropped++ },
		"worker time adds up":                         func(s *engine[float64]) { s.spent[waiting].add(1) },
		"Little's law holds at the servers":           func(s *engine[float64]) { s.servers[0].area++ },
		"time never runs backwards":                   func(s *engine[float64]) { s.checks.backwards++ },
		"vectors are referred to as often as counted": func(s *engine[float64]) { s.store.take() },
		"staleness stays below the limit":             func(s *engine[float64]) { s.ages[0].add(5) },
		"no worker gets ahead by more than the slack": func(s *engine[float64]) {
			s.checks.consistency = optimizers.SSP(2)
			s.checks.lead = 3
		},
	} {
		c := config(asgd(t), 3, 2)
		c.Consistency = optimizers.Bounded(5, false)
		s, err := newEngine(&c, nil, options{})
		if err != nil {
			t.Fatal(err)
		}
		done := s.begin(context.Background())
		s.open()
		s.loop()
		s.finish()
		done()
		damage(s)
		seen := false
		for _, v := range s.invariants() {
			seen = seen || v.Name == want && v.Err != nil
		}
		if !seen {
			t.Errorf("%q did not see the damage", want)
		}
	}
}
