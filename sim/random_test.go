package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// draws reads small random choices off a stream.
type draws struct{ r stream.Rand }

func (d *draws) n(n int) int          { return d.r.IntN(n) }
func (d *draws) one(in int) bool      { return d.r.IntN(in) == 0 }
func pick[T any](d *draws, of ...T) T { return of[d.n(len(of))] }

// randomConfig draws a small run: any method, any consistency that fits, laws with and without
// ties, links, queues, shards.
func randomConfig(t testing.TB, seed uint64) Config[float64] {
	d := &draws{stream.NewKey(seed, "random configuration").At(0, 0)}
	for {
		s := randomStrategy(t, d)
		m := 1 + d.n(6)
		if s.MaxWorkers > 0 {
			m = min(m, s.MaxWorkers)
		}
		c := config(s, m, 5+d.n(5))
		c.Consistency = randomConsistency(d, m)
		if _, err := s.Resolve(c.Consistency, m); err != nil {
			continue
		}
		randomTime(d, &c)
		randomPlan(d, &c)
		b := bowl{d: c.Problem.Dim(), h: .5, noise: .1}
		if c.Problem = b; seed%2 == 0 {
			c.Problem = stepping{b, new(atomic.Int64)}
		}
		c.Seeds = Seeds{seed, seed, seed}
		if s.Peers {
			randomPeers(d, &c)
			return c
		}
		randomFaults(seed, &c)
		randomServer(seed, &c)
		randomClients(seed, &c)
		return c
	}
}

func randomStrategy(t testing.TB, d *draws) optimizers.Strategy[float64] {
	names := optimizers.Strategies().Names()
	name := names[d.n(len(names))]
	if d.one(3) {
		name = pick(d, "asgd", "downpour", "aeasgd", "adpsgd", "dsgd", "swift")
	}
	e, _ := optimizers.Strategies().Lookup(name)
	table := optimizers.Strategies().Encode(e.Defaults)
	window := 1 + d.n(4)
	if d.one(64) {
		window = maxSteps + 4 // two tasks
	}
	for key, v := range map[string]any{"window": window, "n_push": 1 + d.n(4), "n_fetch": 1 + d.n(5), "steps": 1 + d.n(4)} {
		if _, ok := table[key]; ok {
			table[key] = v
		}
	}
	switch {
	case name == "asgd" && d.one(3):
		table["order"] = "pull-commit"
	case name == "aeasgd" && d.one(2):
		table["exchange"] = "atomic"
	case name == "downpour" && d.one(2):
		table["form"] = "distbelief"
	case name == "delay-adaptive":
		table["rule"], table["order"] = pick(d, "mishchenko", "koloskova", "wu-1", "wu-2"), pick(d, "commit-pull", "pull-commit")
	case name == "ormo":
		table["form"] = pick(d, "plain", "da")
	}
	if d.one(6) { // a task has to know when each of its gradients ends
		table["schedule"] = map[string]any{"kind": "inverse", "decay": 3., "clock": "time"}
	}
	switch table["overlap"].(type) {
	case bool:
		table["overlap"] = d.one(2)
	case int64: // steps of a fragment's slot
		p, slot := 1+d.n(3), 1+window
		table["fragments"], table["window"], table["overlap"] = p, p*slot, d.n(slot)
	}
	spec, err := optimizers.Decode("strategy", table)
	for e := new(params.Error); errors.As(err, &e) && strings.Contains(e.Problem, "means nothing here"); {
		delete(table, strings.TrimPrefix(e.Path, "strategy.")) // beside what was drawn
		spec, err = optimizers.Decode("strategy", table)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s, err := optimizers.Build[float64](spec)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func randomConsistency(d *draws, m int) optimizers.Consistency {
	k, abort := 1+d.n(m), d.one(2)
	switch d.n(10) {
	case 0:
		return optimizers.BSP()
	case 1:
		return optimizers.SSP(d.n(4))
	case 2:
		return optimizers.Softsync(k)
	case 3:
		return optimizers.KAsync(k)
	case 4:
		return optimizers.KSync(k, abort)
	case 5:
		return optimizers.KBatchSync(k, abort)
	case 6:
		return optimizers.Bounded(1+d.n(5), abort)
	}
	return optimizers.Async()
}

func randomTime(d *draws, c *Config[float64]) {
	law := func(mean time.Duration) delay.Law {
		switch d.n(6) {
		case 4:
			return awareLaw(d, mean)
		case 0:
			return constant(mean)
		case 1:
			return delay.Uniform{Mean: mean, Spread: 1}.ForWorker(0, 0)
		case 2:
			return delay.Pareto{Mean: mean, Alpha: 1.5}.ForWorker(0, 0)
		}
		return exponential(mean)
	}
	compute, link := 10*ms, 2*ms
	if d.one(3) { // whole nanoseconds: ties everywhere
		compute, link = 3, 1
	}
	for i := range c.Cluster.Compute {
		c.Cluster.Compute[i] = law(compute)
	}
	links := func() []Link {
		l := make([]Link, c.Workers)
		for i := range l {
			if !d.one(3) {
				l[i].Latency = law(link)
			}
			if d.one(3) {
				l[i].Bandwidth = 80 / link.Seconds()
			}
		}
		return l
	}
	if !d.one(3) {
		c.Cluster.Up, c.Cluster.Down = links(), links()
	}
	v := &c.Cluster.Server
	v.Shards, v.Queue = 1+d.n(3), Queue(d.n(3))
	if d.one(2) {
		v.Service = law(link)
	}
	if d.one(3) {
		v.NIC = 80 / link.Seconds()
	}
}

// awareLaw draws a law that looks at more than its stream.
func awareLaw(d *draws, mean time.Duration) delay.Law {
	text := mean.String()
	work := map[string]any{"law": "exponential", "mean": text}
	table := pick(d,
		map[string]any{"law": "gamma", "mean": text, "cv": .5, "correlation": .8, "common": .3},
		map[string]any{"law": "lognormal", "mean": text, "common": 1., "noise": map[string]any{"law": "weibull", "correlation": .5}, "shift": "1ns"},
		map[string]any{"law": "markov", "of": work, "states": []any{map[string]any{"scale": 1., "stay": "30ms"}, map[string]any{"scale": 4., "stay": "10ms"}}},
		map[string]any{"law": "speed", "of": work, "period": "20ms", "pieces": []any{[]any{"0s", 1.}, []any{"5ms", 0.}, []any{"9ms", 2.}}},
		map[string]any{"law": "empirical", "times": []any{1., 2., 3., 9.}, "mean": text, "draw": "blocks", "block": int64(3)},
		map[string]any{"law": "mixture", "of": []any{text, map[string]any{"law": "pareto", "mean": text, "correlation": .5}}},
	)
	s, err := delay.Laws().Decode("law", table)
	if err != nil {
		panic(err)
	}
	return s.(delay.Spec).ForWorker(d.n(3), stream.NewKey(1, "machine"))
}

func randomPlan(d *draws, c *Config[float64]) {
	c.Record = Record{Updates: true, Gap: d.one(2), Center: true, Model: true}
	c.Stop = Stop{Updates: int64(20 + d.n(100)), Gradients: 1500, Time: time.Minute}
	switch d.n(4) {
	case 0:
		c.Eval.Every = 17 * ms
	case 1:
		c.Eval.Updates = 7
	case 2:
		c.Eval.Gradients = 11
	}
	if d.one(5) {
		c.Eval.Of = pick(d, OfCenter, OfAverage, OfMean)
	}
	if c.Eval.Of == OfStrategy && c.Strategy.Models != nil {
		c.Eval.Of = OfMean
	}
	c.Record.Trace = d.one(2)
}

// randomPeers takes away what peers have not: a server and its faults. Some have regions.
func randomPeers(d *draws, c *Config[float64]) {
	c.Cluster.Server = Server{}
	if d.one(3) {
		between := func() Link { return Link{Latency: awareLaw(d, ms), Bandwidth: float64(d.n(3)) * 20e3} }
		c.Cluster.Pairs = &Pairs{Links: [][]Link{{between(), between()}, {between(), {}}}}
		for range c.Workers {
			c.Cluster.Pairs.Region = append(c.Cluster.Pairs.Region, d.n(2))
		}
	}
}

// randomFaults lets things go wrong in half of all runs, at times like those of its gradients and
// links.
func randomFaults(seed uint64, c *Config[float64]) {
	d := &draws{stream.NewKey(seed, "random faults").At(0, 0)}
	if d.one(2) {
		return
	}
	unit := unitOf(c)
	f := &Faults{Keep: d.one(3), Detect: pick(d, 0, 0, unit, 20*unit, Unnoticed)}
	if !d.one(3) {
		f.Crash = each(c.Workers, exponential(time.Duration(5+d.n(40))*unit))
	}
	if !d.one(4) {
		f.Repair = each(c.Workers, exponential(time.Duration(1+d.n(10))*unit))
	}
	if !d.one(3) && !c.Strategy.Ring {
		f.Loss, f.Timeout = pick(d, .01, .2, .5), max(1, time.Duration(1+d.n(20))*unit/10)
	}
	lives := map[int]presence{}
	at := time.Duration(0)
	for range d.n(8) {
		at += time.Duration(d.n(8)) * unit
		e := FaultEvent{At: at, Do: Deed(d.n(5)), Worker: d.n(c.Workers), Server: d.one(6)}
		if e.Server {
			e.Do = DoPause
		}
		if e.Do == DoPause {
			e.For = 1 + time.Duration(d.n(60))*unit/10
		}
		was, known := lives[e.Worker]
		if !known && e.Do == DoJoin {
			was = away
		}
		if !e.Server {
			is, wrong := e.lead(was, len(f.Crash)+len(f.Repair) > 0)
			if wrong != "" {
				continue
			}
			lives[e.Worker] = is
		}
		f.Events = append(f.Events, e)
	}
	c.Cluster.Faults = f
}

// unitOf is how long a gradient takes.
func unitOf(c *Config[float64]) time.Duration {
	mean := c.Cluster.Compute[0].Mean()
	if unit := time.Duration(mean * 1e9); !math.IsInf(mean, 1) && unit >= 1 {
		return unit
	}
	return 3
}

// randomClients gives the jobs of half of all runs that allow it to clients.
func randomClients(seed uint64, c *Config[float64]) {
	d := &draws{stream.NewKey(seed, "random clients").At(0, 0)}
	own := *c
	c.Assignment, c.Population = pick(d, OwnJobs, Idle, Randomly, Shuffled), c.Workers+d.n(5)
	if c.checkClients() != nil || c.Assignment == OwnJobs {
		*c = own
		return
	}
	spread := func(i int) int { return i % c.Workers }
	k := &c.Cluster
	laws, up, down := k.Compute, k.Up, k.Down
	k.Compute, k.Up, k.Down = nil, nil, nil
	for i := range c.Population {
		k.Compute = append(k.Compute, laws[spread(i)])
		if up != nil {
			k.Up, k.Down = append(k.Up, up[spread(i)]), append(k.Down, down[spread(i)])
		}
	}
}

// digest is all that may not depend on who computed what.
func digest(r Result, rec *rows) string {
	r.Busy, r.Wall, r.Invariants = 0, 0, nil
	h := sha256.New()
	var b []byte
	num := func(n ...int64) {
		for _, n := range n {
			b = binary.LittleEndian.AppendUint64(b, uint64(n))
		}
	}
	bits := func(x ...float64) {
		for _, x := range x {
			num(int64(math.Float64bits(x)))
		}
	}
	for _, x := range rec.model {
		bits(x...)
	}
	for k := range rec.push {
		p := &rec.push[k]
		num(p.Update, p.Worker, p.VersionRead, p.Version, p.Staleness, int64(p.Verdict[0]))
		bits(p.TimeS, p.QueueS, p.ServiceS, p.ComputeS, p.PushS, p.PullS, p.WaitS, p.Gap, p.GradNorm, p.UpdateNorm, p.Loss)
		bits(rec.centers[k]...)
	}
	h.Write(b)
	if x := r.Clients; x != nil { // else printed as an address
		fmt.Fprintln(h, x.Served)
		if r.Clients = nil; x.Share != nil {
			fmt.Fprintln(h, *x.Share)
		}
	}
	fmt.Fprintf(h, "%+v\n%+v\n%v\n", r, rec.evals, rec.trace)
	return fmt.Sprintf("%s %d updates %d rows %d evaluations at %v, %x", r.Status, r.Updates, len(rec.push), len(rec.evals), r.VirtualTime, h.Sum(nil)[:8])
}

var (
	runs  = flag.Uint64("runs", 2000, "up to which seed to run random configurations, each six times")
	start = flag.Uint64("start", 0, "from which")
)

// soon is when a random run is given up.
const soon = 1e5

// Every run, of whatever kind, keeps its books, and its bits depend neither on the goroutines nor
// on how many gradients make a task.
func TestRandomRuns(t *testing.T) {
	n := *runs
	if testing.Short() || raceEnabled {
		n /= 10
	}
	counts, checkpoints := map[string]int{}, 0
	for seed := *start; seed < n; seed++ {
		c := randomConfig(t, seed)
		if testing.Verbose() {
			t.Log(seed)
		}
		first, rec := must(t, c, options{poison: true, quiet: soon})
		want := digest(first, rec)
		counts[string(first.Status)]++
		for _, v := range []struct {
			parallel int
			single   bool
		}{{1, true}, {2, false}, {4, true}} {
			c.Parallel = v.parallel
			r, rec := must(t, c, options{single: v.single, poison: true, quiet: soon})
			if got := digest(r, rec); got != want {
				t.Errorf("seed %d: with %d goroutines, single %v:\n%s\n%s", seed, v.parallel, v.single, got, want)
			}
		}
		checkpoints += interruptAndResume(t, c, seed, want)
		if t.Failed() {
			t.Fatalf("seed %d: %+v, faults %+v", seed, c, c.Cluster.Faults)
		}
	}
	t.Log(counts, checkpoints, "bytes of checkpoints")
}

// interruptAndResume takes a checkpoint at a random event, which must not change the run, and goes
// on from it with another number of goroutines, which must not either.
func interruptAndResume(t *testing.T, c Config[float64], seed uint64, want string) (bytesKept int) {
	r := stream.NewKey(seed, "checkpoint").At(0, 0)
	before := new(rows)
	var kept bytes.Buffer
	asked, at := 0, 1+r.IntN(1+r.IntN(2000))
	var rec *rows
	c.Parallel = 1 + r.IntN(3)
	c.Checkpoint = &Checkpointing{
		Due: func() bool { asked++; return asked == at },
		Keep: func(save func(io.Writer) error) error {
			before.push, before.centers, before.evals = slices.Clone(rec.push), slices.Clone(rec.centers), slices.Clone(rec.evals)
			before.trace = slices.Clone(rec.trace)
			return save(&kept)
		},
	}
	rec = new(rows)
	o := options{poison: true, quiet: soon, every: 1, single: r.IntN(4) == 0}
	res, _ := resumed(t, c, rec, nil, o)
	if got := digest(res, rec); got != want {
		t.Errorf("seed %d: taking a checkpoint changed the run:\n%s\n%s", seed, got, want)
	}
	if kept.Len() == 0 { // the run was over before
		return 0
	}
	bytesKept = kept.Len()
	c.Checkpoint = nil
	c.Parallel = 1 + r.IntN(3)
	res, rec = resumed(t, c, before, &kept, o)
	if got := digest(res, rec); got != want {
		t.Errorf("seed %d: resumed at event %d:\n%s\n%s", seed, at, got, want)
	}
	if kept.Len() != 0 {
		t.Errorf("seed %d: %d bytes of the checkpoint were not read", seed, kept.Len())
	}
	return bytesKept
}
