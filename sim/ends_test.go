package sim

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// talker pulls for ever and never computes.
type talker struct{ stampWorker }

func (*talker) Receive([]float64) optimizers.Action { return optimizers.Pull | optimizers.Wait }

func TestLivelock(t *testing.T) {
	loopOnly(t)
	s := asgd(t)
	s.Worker = func(optimizers.Env[float64]) optimizers.Worker[float64] { return new(talker) }
	_, err := Run(context.Background(), config(s, 2, 1), nil)
	if err == nil || !strings.Contains(err.Error(), "without a gradient or a push") {
		t.Errorf("got %v", err)
	}
}

// miser has no work for anybody after the first push.
type miser struct {
	stampServer
	pushed bool
}

func (s *miser) Apply(m optimizers.Message[float64]) optimizers.Verdict {
	s.pushed = true
	return s.stampServer.Apply(m)
}

func (s *miser) Portion(int) (lo, hi int, ok bool) { return 3, 5, !s.pushed }

func TestStalled(t *testing.T) {
	s := asgd(t)
	s.Server = func(e optimizers.Env[float64]) optimizers.Server[float64] {
		return &miser{stampServer: stampServer{x: vec.Clone(e.X0)}}
	}
	s.Worker = func(optimizers.Env[float64]) optimizers.Worker[float64] {
		return &stampWorker{w: 1, after: optimizers.Exchange}
	}
	s.Elementwise = false
	c := config(s, 3, 2)
	c.Eval.Every = ms
	r, err := run(context.Background(), c, new(rows), nil, options{})
	if err != nil || r.Status != Stalled || !strings.Contains(r.Reason, "0, 1, 2") {
		t.Errorf("%s: %s (%v)", r.Status, r.Reason, err)
	}
	for _, v := range r.Invariants {
		if want := v.Name == "no worker idles for good"; want != (v.Err != nil) || want && !strings.Contains(v.Err.Error(), "workers 0, 1, 2") {
			t.Errorf("%s: %v", v.Name, v.Err)
		}
	}
	if r.Samples != 2*3 { // the server chose two for each
		t.Errorf("%d samples", r.Samples)
	}
}

// canceller ends the run from within.
type canceller struct {
	Batches
	at     int
	cancel context.CancelFunc
}

func (c canceller) Batch(dst []int, worker, k int) []int {
	if worker == 0 && k == c.at {
		c.cancel()
	}
	return c.Batches.Batch(dst, worker, k)
}

func TestInterrupted(t *testing.T) {
	for _, inject := range []bool{false, true} {
		for _, p := range []int{1, 2} {
			ctx, cancel := context.WithCancel(context.Background())
			c := config(asgd(t), 4, 2)
			if inject {
				c.Inject, c.Cluster, c.Workers = &Injection{Tau: delay.ConstantCount{Tau: 3}.Counts()}, Cluster{}, 0
			}
			c.Batches = canceller{c.Batches, 40, cancel}
			c.Stop.Updates, c.Parallel = 1e9, p
			c.Problem = bowl{2, .001, 0}
			r, err := Run(ctx, c, nil)
			if err != nil || r.Status != Interrupted || r.Gradients < 30 {
				t.Fatalf("%d goroutines: %v, %+v", p, err, r)
			}
			for _, v := range r.Invariants {
				if v.Err != nil {
					t.Errorf("%s: %v", v.Name, v.Err)
				}
			}
		}
	}
}

func TestDiverged(t *testing.T) {
	m := optimizers.Default[optimizers.ASGD]()
	m.Rate = 2.5
	c := config(strategy(t, m), 4, 2)
	c.Stop.Updates = 1e6
	c.Eval.Every = 100 * ms
	want := ""
	for _, p := range []int{1, 2, 4} {
		c.Parallel = p
		r, rec := must(t, c, options{})
		if r.Status != Diverged || r.Updates > 1000 || r.Reason == "" {
			t.Fatalf("%s after %d updates: %s", r.Status, r.Updates, r.Reason)
		}
		if r.Growth < .1 {
			t.Errorf("growth %g", r.Growth)
		}
		if got := digest(r, rec); want != "" && got != want {
			t.Errorf("%s, with one goroutine %s", got, want)
		} else {
			want = got
		}
	}
}

// With a target the run ends at the very evaluation that reaches it.
func TestTarget(t *testing.T) {
	target := .05
	want := ""
	for _, p := range []int{1, 2, 8} {
		c := config(asgd(t), 4, 2)
		c.Cluster.Compute = each(4, exponential(10*ms))
		c.Eval.Every, c.Stop, c.Parallel = 25*ms, Stop{Time: time.Hour, TrainLoss: &target}, p
		r, rec := must(t, c, options{})
		n := len(rec.evals)
		if r.Status != Target || rec.evals[n-1].TrainLoss > target || rec.evals[n-2].TrainLoss <= target || rec.evals[n-1].TimeS != record.Seconds(r.VirtualTime) {
			t.Fatalf("%s: %+v", r.Status, rec.evals[max(0, n-2):])
		}
		if got := digest(r, rec); want != "" && got != want {
			t.Errorf("%d goroutines: %s, with one %s", p, got, want)
		} else {
			want = got
		}
	}
}

// Each stop condition ends the run just there.
func TestStops(t *testing.T) {
	for name, c := range map[string]struct {
		stop Stop
		ok   func(Result) bool
	}{
		"updates":                            {Stop{Updates: 17}, func(r Result) bool { return r.Updates == 17 }},
		"pushes":                             {Stop{Pushes: 17}, func(r Result) bool { return r.Pushes == 17 }},
		"gradients":                          {Stop{Gradients: 17}, func(r Result) bool { return r.Gradients == 17 }},
		"samples":                            {Stop{Samples: 17}, func(r Result) bool { return r.Samples == 17 }},
		"time":                               {Stop{Time: 35 * ms}, func(r Result) bool { return r.VirtualTime == 35*ms && r.Gradients == 9 }},
		"the time itself belongs to the run": {Stop{Time: 30 * ms}, func(r Result) bool { return r.VirtualTime == 30*ms && r.Gradients == 9 }},
	} {
		cfg := config(asgd(t), 3, 2)
		cfg.Stop = c.stop
		if r, _ := must(t, cfg, options{}); r.Status != Completed || !c.ok(r) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A Recorder that fails ends the run with its error.
type broken struct{ rows }

func (*broken) Push(*record.Row, []float64) error { return errors.New("disk full") }

func TestRecorderFails(t *testing.T) {
	c := config(asgd(t), 2, 1)
	c.Record.Updates = true
	if _, err := Run(context.Background(), c, new(broken)); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}

// A push dropped by a limit is counted, recorded and enters no statistics.
func TestDropped(t *testing.T) {
	c := config(asgd(t), 6, 2)
	c.Consistency = optimizers.Bounded(4, false)
	c.Cluster.Compute = each(6, exponential(10*ms))
	c.Record = Record{Updates: true, Gap: true}
	r, rec := must(t, c, options{})
	dropped := int64(0)
	for _, row := range rec.push {
		if row.Verdict == record.Dropped {
			dropped++
			if row.Staleness < 4 || row.UpdateNorm != 0 {
				t.Fatalf("%+v", row)
			}
		}
	}
	if dropped == 0 || r.Discarded != dropped || r.Pushes != r.Updates+dropped || r.Staleness[0].Max > 3 {
		t.Errorf("%d rows dropped: %+v", dropped, r)
	}
}
