package sim

import (
	"slices"
	"testing"
	"time"

	"staleness/optimizers"
	"staleness/sim/record"
)

// recordingOf is what a trace says of durations.
func recordingOf(rows []record.Interval, workers, shards int) *Replay {
	n := workers * shards
	r := &Replay{Shards: shards, Compute: make([]Recording, workers), Up: make([]Recording, n), Serve: make([]Recording, n), Down: make([]Recording, n), Signals: make([]Recording, n)}
	type leg struct {
		end  time.Duration
		mere bool // a pull alone
	}
	sent := make([][]leg, n)
	for _, i := range rows {
		start, end := ns(i.StartS), ns(i.EndS)
		add := func(to *Recording) { to.Times = append(to.Times, end-start) }
		at := int(i.Worker) * shards
		if i.Shard > 0 {
			at += int(i.Shard)
		}
		switch i.Kind {
		case record.Compute:
			if i.Update < 0 {
				end++ // longer than this
			}
			add(&r.Compute[i.Worker])
		case record.Push:
			add(&r.Up[at])
			sent[at] = append(sent[at], leg{end, i.Version < 0})
		case record.NIC:
			k := slices.Index(sent[at], leg{start, i.Version < 0})
			r.Up[at].Times[k] += end - start
			sent[at][k].end = -1
		case record.Serve:
			add(&r.Serve[at])
		case record.Pull:
			if i.Job < 0 {
				add(&r.Signals[at])
			} else {
				add(&r.Down[at])
			}
		}
	}
	return r
}

// A run whose recorded durations are replayed is that run again, whatever its method, its cluster
// and its seed of delays; and so it is from a checkpoint on.
func TestReplayOfRandomRuns(t *testing.T) {
	n := uint64(150)
	if raceEnabled || testing.Short() {
		n = 30
	}
	for seed := range n {
		c := randomConfig(t, seed)
		if c.Strategy.Peers || c.Assignment != OwnJobs {
			continue // a trace has the times of one way to a server; of assigned jobs it is refused
		}
		if c.Cluster.Server.Queue == Random {
			c.Cluster.Server.Queue = FIFO // whose draws are of the seed that is changed below
		}
		if c.Cluster.Compute[0].Mean() < 1e-6 {
			// which of two transfers ends first within one ns is its secret
			if c.Cluster.Server.NIC = 0; c.Cluster.Server.Queue == Fair {
				c.Cluster.Server.Queue = FIFO // likewise
			}
		}
		if c.Cluster.Server.Torn { // likewise, of two cards
			c.Cluster.Server.NIC = 0
		}
		c.Cluster.Faults = nil // whose losses are in the recorded times
		c.Record.Trace = true
		first, rec := must(t, c, options{})
		again := c
		shards := max(1, c.Cluster.Server.Shards)
		again.Cluster.Replay(recordingOf(rec.trace, c.Workers, shards), c.Workers, shards)
		again.Seeds.Delays += 1000
		second, replay := must(t, again, options{})
		if first.Fingerprint != second.Fingerprint || first.Status != second.Status || first.Updates != second.Updates || first.VirtualTime != second.VirtualTime {
			t.Fatalf("seed %d: %s %s after %d updates at %v\nreplayed %s %s (%s) after %d at %v\n%+v", seed, first.Fingerprint[:8], first.Status, first.Updates, first.VirtualTime,
				second.Fingerprint[:8], second.Status, second.Reason, second.Updates, second.VirtualTime, c)
		}
		want := digest(second, replay)
		if interruptAndResume(t, again, seed, want); t.Failed() {
			t.FailNow()
		}
	}
}

// Beyond what was recorded the run ends, begins again, or draws.
func TestReplayEnds(t *testing.T) {
	c := config(asgd(t), 2, 1)
	r := &Replay{Compute: []Recording{{Times: []time.Duration{10 * ms, 20 * ms}, Rest: constant(5 * ms)}, {Times: []time.Duration{7 * ms}, Rest: constant(100 * ms)}}}
	c.Stop = Stop{Updates: 5}
	for _, x := range []struct {
		end    ReplayEnd
		at     []time.Duration
		reason string
	}{
		{ReplayStop, []time.Duration{7 * ms}, "the recorded durations of worker 1 are used up"},
		{ReplayCycle, []time.Duration{7 * ms, 10 * ms, 14 * ms, 21 * ms, 28 * ms}, "5 updates"},
		{ReplayFit, []time.Duration{7 * ms, 10 * ms, 30 * ms, 35 * ms, 40 * ms}, "5 updates"},
	} {
		r.End = x.end
		c.Cluster.Replay(r, 2, 1)
		c.Record.Updates = true
		res, rec := must(t, c, options{})
		var at []time.Duration
		for _, p := range rec.push {
			at = append(at, ns(p.TimeS))
		}
		if !slices.Equal(at, x.at) || res.Status != Completed || res.Reason != x.reason {
			t.Errorf("%d: updates at %v, want %v; %s: %s", x.end, at, x.at, res.Status, res.Reason)
		}
	}
}

// Under another method durations are those that were recorded, by worker and index.
func TestReplayUnderAnotherMethod(t *testing.T) {
	c := config(asgd(t), 3, 1)
	c.Cluster.Compute = each(3, exponential(10*ms))
	c.Cluster.Up = each(3, Link{Latency: exponential(2 * ms)})
	c.Record.Trace = true
	_, rec := must(t, c, options{})
	was := recordingOf(rec.trace, 3, 1)
	other := config(strategy(t, optimizers.Default[optimizers.Sync]()), 3, 1)
	other.Cluster.Replay(was, 3, 1)
	other.Stop, other.Record.Trace = Stop{Updates: 40}, true
	_, rec = must(t, other, options{})
	now := recordingOf(rec.trace, 3, 1)
	for i := range 3 {
		for what, x := range map[string][2][]time.Duration{"compute": {was.Compute[i].Times, now.Compute[i].Times}, "push": {was.Up[i].Times, now.Up[i].Times}} {
			if n := len(x[1]); n < 40 || !slices.Equal(x[0][:n], x[1]) {
				t.Errorf("worker %d: %s took %v, recorded %v", i, what, x[1], x[0])
			}
		}
	}
}
