package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"staleness/optimizers"
	"staleness/sim/record"
)

// A trace accounts for all of everybody's time, says of a push what its row says, and changes
// nothing.
func TestTraceOfRandomRuns(t *testing.T) {
	n := uint64(300)
	if raceEnabled || testing.Short() {
		n = 60
	}
	kinds := map[string]int{}
	for seed := range n {
		c := randomConfig(t, seed)
		c.Record.Trace = true
		res, rec := must(t, c, options{})
		c.Record.Trace = false
		plain, other := must(t, c, options{})
		if other.trace = rec.trace; digest(plain, other) != digest(res, rec) {
			t.Errorf("seed %d: a trace changes the run", seed)
		}
		a := account{at: make([]time.Duration, c.clients()), jobs: map[[2]int64]*record.Row{}}
		for i := range rec.trace {
			kinds[rec.trace[i].Kind]++
			if wrong := a.add(&rec.trace[i], res.VirtualTime); wrong != "" {
				t.Fatalf("seed %d: %+v %s", seed, rec.trace[i], wrong)
			}
		}
		for i, end := range a.at {
			if end < res.VirtualTime {
				t.Errorf("seed %d: worker %d is traced up to %v of %v", seed, i, end, res.VirtualTime)
			}
		}
		// at the very end a gradient may be complete and not counted any more
		_, pairs := c.Strategy.Worker(optimizers.Env[float64]{Workers: c.Workers, Speed: 1, X0: c.X0}).(optimizers.Pairer[float64])
		least := res.Gradients
		if pairs {
			least /= 2 // if all are
		}
		if a.whole < least || a.whole > res.Gradients+int64(c.Workers) {
			t.Errorf("seed %d: %d whole computations, %d gradients", seed, a.whole, res.Gradients)
		}
		if c.Cluster.Server.Shards <= 1 && c.Cluster.Faults == nil {
			a.compare(t, rec.push)
		}
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, c)
		}
	}
	for _, k := range record.TraceKinds {
		if kinds[k] == 0 {
			t.Errorf("no %s: %v", k, kinds)
		}
	}
}

// An account is what a trace says of workers and jobs.
type account struct {
	last  time.Duration
	at    []time.Duration // each worker's time is known up to here
	whole int64           // computations that were not cut short
	jobs  map[[2]int64]*record.Row
}

func (a *account) add(r *record.Interval, over time.Duration) (wrong string) {
	start, end := ns(r.StartS), ns(r.EndS)
	if end < a.last || start > end {
		return "is out of order"
	}
	a.last = end
	if r.Version < 0 {
		return "" // a mere pull
	}
	k := [2]int64{r.Worker, r.Job}
	if a.jobs[k] == nil {
		a.jobs[k] = &record.Row{Verdict: record.Dropped}
	}
	job, took := a.jobs[k], r.EndS-r.StartS
	switch r.Kind {
	case record.Compute, record.Wait, record.Down:
		if start != a.at[r.Worker] {
			return "leaves a gap"
		}
		a.at[r.Worker] = end
		switch {
		case r.Kind != record.Compute:
		case r.Update < 0:
			job.ComputeS = 0
		default:
			job.ComputeS += took
			if end <= over {
				a.whole++
			}
		}
	case record.Serve:
		if job.ServiceS = took; r.Update >= 0 {
			job.Verdict = record.Applied
		}
	case record.Queued:
		if r.Shard < 0 {
			job.WaitS = took
		} else {
			job.QueueS = took
		}
	case record.Push, record.NIC:
		job.PushS += took
	}
	return ""
}

// compare finds a job of its own for each push.
func (a *account) compare(t *testing.T, pushes []record.Row) {
	next := map[int64]int64{} // by worker, if nothing overtakes
	near := func(x, y float64) bool { return math.Abs(x-y) < 1e-10*(1+x) }
	for _, p := range pushes {
		job := a.jobs[[2]int64{p.Worker, next[p.Worker]}]
		next[p.Worker]++
		if job == nil || (job.Verdict == record.Dropped) != (p.Verdict == record.Dropped) || !near(job.ComputeS, p.ComputeS) ||
			!near(job.PushS, p.PushS) || !near(job.QueueS, p.QueueS) || !near(job.ServiceS, p.ServiceS) || p.WaitS > 0 && !near(job.WaitS, p.WaitS) {
			t.Errorf("job %d is %+v, its row %+v", next[p.Worker]-1, job, p)
		}
	}
}

// By hand: two workers, 10 and 15 ms a gradient, 1 ms up, 2 ms of service, 3 ms down.
func TestTraceByHand(t *testing.T) {
	c := config(asgd(t), 2, 1)
	c.Cluster.Compute[1] = constant(15 * ms)
	c.Cluster.Up = each(2, Link{Latency: constant(1 * ms)})
	c.Cluster.Down = each(2, Link{Latency: constant(3 * ms)})
	c.Cluster.Server.Service = constant(6 * ms)
	c.Stop, c.Record = Stop{Updates: 2}, Record{Trace: true}
	_, rec := must(t, c, options{})
	want := []record.Interval{
		{Worker: 0, Job: 0, Kind: "compute", StartS: 0, EndS: .010, Shard: -1},
		{Worker: 0, Job: 0, Kind: "push", StartS: .010, EndS: .011, Bytes: 8},
		{Worker: 1, Job: 0, Kind: "compute", StartS: 0, EndS: .015, Shard: -1},
		{Worker: 1, Job: 0, Kind: "push", StartS: .015, EndS: .016, Bytes: 8},
		{Worker: 0, Job: 0, Kind: "serve", StartS: .011, EndS: .017, Bytes: 8, Update: 1},
		{Worker: 1, Job: 0, Kind: "queue", StartS: .016, EndS: .017, Bytes: 8, Update: 1},
		{Worker: 0, Job: 0, Kind: "pull", StartS: .017, EndS: .020, Bytes: 8, Version: 1, Update: 1},
		{Worker: 0, Job: 1, Kind: "wait", StartS: .010, EndS: .020, Shard: -1, Version: 1, Update: 1},
		{Worker: 1, Job: 0, Kind: "serve", StartS: .017, EndS: .023, Bytes: 8, Update: 2},
		{Worker: 1, Job: 1, Kind: "wait", StartS: .015, EndS: .023, Shard: -1, Update: 2},
		{Worker: 0, Job: 1, Kind: "compute", StartS: .020, EndS: .030, Shard: -1, Version: 1, Update: 2},
	}
	if !slices.Equal(rec.trace, want) {
		t.Errorf("%+v\nwant\n%+v", rec.trace, want)
	}
}
