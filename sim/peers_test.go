package sim

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// star is a graph in which worker 0 is beside all others.
func star(t *testing.T, workers int) optimizers.GraphKind {
	var text strings.Builder
	for i := 1; i < workers; i++ {
		text.WriteString("0 " + string(rune('0'+i)) + "\n")
	}
	path := filepath.Join(t.TempDir(), "star.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return optimizers.GraphFile{Path: path}
}

func adpsgd(graph optimizers.GraphKind) optimizers.ADPSGD {
	m := optimizers.Default[optimizers.ADPSGD]()
	m.Graph = graph
	return m
}

// An exchange takes both latencies and the narrower of two links on either way. Two of them that
// end at one worker take its link one after the other.
func TestPeersTakeLinksOfBoth(t *testing.T) {
	c := config(strategy(t, adpsgd(star(t, 3))), 3, 0)
	c.Cluster.Message = 1000
	c.Cluster.Compute = []delay.Law{constant(time.Hour), constant(10 * ms), constant(10 * ms)}
	c.Cluster.Up = each(3, Link{constant(ms), 1e6})           // 1 ms a message
	c.Cluster.Down = each(3, Link{constant(2 * ms), 5e5})     // 2 ms
	c.Cluster.Up[0].Bandwidth, c.Stop = 25e4, Stop{Pushes: 4} // 4 ms back from worker 0
	c.Record.Updates = true
	_, rec := must(t, c, options{})
	want := []struct {
		worker       int64
		at, push, up time.Duration // up: compute and pull of the read that it rests on
	}{
		{1, 15 * ms, 5 * ms, 0}, // 10 + 2 on worker 0's downlink + 1 + 2
		{2, 17 * ms, 7 * ms, 0}, // after worker 1 on that
		// back at 15 + 4 + 3 = 22, computed at 32; 26 and 36 for worker 2
		{1, 37 * ms, 5 * ms, 7 * ms},
		{2, 41 * ms, 5 * ms, 9 * ms},
	}
	for k, w := range want {
		r := rec.push[k]
		if r.Worker != w.worker || ns(r.TimeS) != w.at || ns(r.PushS) != w.push || ns(r.PullS) != w.up {
			t.Errorf("push %d: worker %d at %v, %v on its way, pulled in %v; want %+v", k, r.Worker, ns(r.TimeS), ns(r.PushS), ns(r.PullS), w)
		}
	}
}

// With regions the matrix says what is between two peers.
func TestPeersInRegions(t *testing.T) {
	c := config(strategy(t, adpsgd(optimizers.Ring{})), 2, 0)
	c.Cluster.Up, c.Cluster.Down = each(2, Link{constant(time.Hour), 1}), each(2, Link{constant(time.Hour), 1})
	c.Cluster.Message, c.Cluster.Compute[1] = 1000, constant(time.Hour)
	c.Cluster.Pairs = &Pairs{Region: []int{0, 1}, Links: [][]Link{{{}, {constant(3 * ms), 1e6}}, {{constant(5 * ms), 1e6}, {}}}}
	c.Record.Updates, c.Stop = true, Stop{Pushes: 2}
	_, rec := must(t, c, options{})
	if a, b := rec.push[0], rec.push[1]; ns(a.TimeS) != 14*ms || ns(b.TimeS) != 34*ms || ns(b.PullS) != 6*ms {
		t.Errorf("pushes at %v and %v, pulled in %v; want 14ms, 34ms and 6ms", ns(a.TimeS), ns(b.TimeS), ns(b.PullS))
	}
}

// By hand: f = x^2/2, rate 1/2, x = (1, 1), worker 1 three times slower. Versions are those of the
// worker's own replica.
func TestPeersTrace(t *testing.T) {
	m := adpsgd(optimizers.Ring{})
	m.Local = optimizers.PlainSGD{Rate: .5}
	c := config(strategy(t, m), 2, 1)
	c.Cluster.Compute[1] = constant(25 * ms)
	c.Record = Record{Updates: true, Center: true, Gap: true}
	c.Stop = Stop{Pushes: 4}
	_, rec := must(t, c, options{})
	for k, want := range []struct {
		worker, read, version int64
		center, gap, moved    float64
	}{
		{0, 0, 0, .75, 0, .5}, // (1, 1), then (.5, 1)
		{0, 1, 1, .625, 0, 0}, // (.75, .75), then (.5, .75)
		// (.625, .625), then 1 away from where it was read: (.625, .125)
		{1, 0, 2, .375, .25, .625},
		{0, 2, 3, .25, .125, .5}, // (.375, .375), read at .5 before that changed: (.125, .375)
	} {
		r := rec.push[k]
		if r.Worker != want.worker || r.VersionRead != want.read || r.Version != want.version || r.Staleness != want.version-want.read ||
			rec.centers[k][0] != want.center || r.Gap != want.gap || r.UpdateNorm != want.moved {
			t.Errorf("push %d: %+v, center %v; want %+v", k, r, rec.centers[k], want)
		}
	}
}

// Without time on links each push finds its partner computing, so each makes one replica that
// somebody has read older: staleness is 1 in the mean, up to what is under way, on any graph and
// under any law.
func TestPeersStaleness(t *testing.T) {
	for _, g := range []optimizers.GraphKind{optimizers.Ring{}, optimizers.Complete{}, optimizers.Torus{}, optimizers.ExponentialGraph{}} {
		c := config(strategy(t, adpsgd(g)), 8, 0)
		c.Cluster.Compute = each(8, exponential(10*ms))
		c.Cluster.Compute[3] = exponential(70 * ms)
		c.Stop = Stop{Pushes: 2000}
		r, _ := must(t, c, options{})
		if got := r.Staleness[0].Mean; math.Abs(got-1) > .03 {
			t.Errorf("%T: mean staleness %g, want 1 but for what is under way", g, got)
		}
		// only every fourth step is a meeting
		c.Strategy = strategy(t, optimizers.Gossip{Graph: g, Window: 4, Local: optimizers.PlainSGD{Rate: .1}})
		r, _ = must(t, c, options{})
		if got := r.Staleness[0].Mean; math.Abs(got-.25) > .01 {
			t.Errorf("%T: mean staleness %g, want 1/4 but for what is under way", g, got)
		}
	}
}

// What is evaluated is the mean of all replicas; their distance from it is recorded at every
// evaluation, and averaging keeps the mean where it is.
func TestPeersConsensus(t *testing.T) {
	c := config(strategy(t, adpsgd(optimizers.Ring{})), 5, 4)
	c.Problem = bowl{4, 1, 4}
	c.Cluster.Compute = each(5, exponential(10*ms))
	c.Eval.Updates, c.Record = 1, Record{Updates: true, Center: true}
	c.Stop = Stop{Updates: 40}
	r, rec := must(t, c, options{})
	apart := 0
	for k, e := range rec.evals {
		if math.IsNaN(e.Consensus) || e.Point != "center" {
			t.Fatalf("evaluation %d: %+v", k, e)
		}
		if e.Consensus > 0 {
			apart++
		}
		if k > 0 {
			if f := .5 * vec.SumSq(rec.centers[k-1]); f != e.Suboptimality {
				t.Errorf("evaluation %d: %g where the mean has %g", k, e.Suboptimality, f)
			}
		}
	}
	if apart != len(rec.evals)-1 || r.Status != Completed {
		t.Errorf("%d of %d evaluations have replicas apart; %s", apart, len(rec.evals), r.Status)
	}
}

// What peers do not take is refused, with its key and what to do.
func TestPeersRefused(t *testing.T) {
	for want, change := range map[string]func(c *Config[float64]){
		"cluster.server.shards: shards = 3":       func(c *Config[float64]) { c.Cluster.Server.Shards = 3 },
		"cluster.server.service: peers":           func(c *Config[float64]) { c.Cluster.Server.Service = constant(ms) },
		"cluster.server.nic: peers":               func(c *Config[float64]) { c.Cluster.Server.NIC = 1e9 },
		"cluster.faults: no server":               func(c *Config[float64]) { c.Cluster.Faults = &Faults{} },
		"this method has no server that could":    func(c *Config[float64]) { c.Consistency = optimizers.SSP(1) },
		"cluster.regions: 1 workers have":         func(c *Config[float64]) { c.Cluster.Pairs = &Pairs{Region: []int{0}, Links: [][]Link{{{}}}} },
		"graph: a torus has rows and columns, at": func(c *Config[float64]) { c.Strategy = strategy(t, adpsgd(optimizers.Torus{})) },
		"staleness: peers have replicas":          func(c *Config[float64]) { c.Inject = &Injection{} },
	} {
		c := config(strategy(t, adpsgd(optimizers.Ring{})), 5, 2)
		change(&c)
		_, err := run(context.Background(), c, nil, nil, options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, without %q", err, want)
		}
	}
}

// Whoever has sent its model to both neighbours, one after the other on its link, waits for theirs:
// of three in a ring the slowest sets the pace of all. Where nobody waits, each has its own.
func TestPeersWriteLetters(t *testing.T) {
	ring := func(m optimizers.Method) Config[float64] {
		c := config(strategy(t, m), 3, 2)
		c.Cluster.Message = 1000
		c.Cluster.Compute = []delay.Law{constant(10 * ms), constant(10 * ms), constant(30 * ms)}
		c.Cluster.Up, c.Cluster.Down = each(3, Link{constant(ms), 1e6}), each(3, Link{})
		c.Record.Updates, c.Stop = true, Stop{Time: 300 * ms}
		return c
	}
	_, rec := must(t, ring(optimizers.Default[optimizers.DSGD]()), options{})
	var at []time.Duration
	for _, r := range rec.push {
		if r.Worker == 0 {
			at = append(at, ns(r.TimeS))
		}
		if r.Staleness != 0 {
			t.Errorf("D-PSGD: %+v", r)
		}
	}
	// Worker 2 writes at 30, and goes on at once: all others have written. Its letter is there at
	// 32.
	want := []time.Duration{10 * ms, 42 * ms, 72 * ms, 102 * ms}
	if len(at) < len(want) || !slices.Equal(at[:len(want)], want) {
		t.Errorf("worker 0 of D-PSGD pushes at %v, want %v", at, want)
	}
	r, rec := must(t, ring(optimizers.Default[optimizers.SWIFT]()), options{})
	counts := make([]int, 3)
	for _, p := range rec.push {
		counts[p.Worker]++
	}
	if !slices.Equal(counts, []int{30, 30, 10}) || r.Idle != 0 || r.BytesUp != 2*70*1000 || r.BytesDown != 0 {
		t.Errorf("SWIFT: pushes %v, idle %g, %d bytes up, %d down", counts, r.Idle, r.BytesUp, r.BytesDown)
	}
}
