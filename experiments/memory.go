package experiments

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/machine"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// A budget bounds the memory of the runs that are under way. Runs on one problem hold its data
// once.
type budget struct {
	mu     sync.Mutex
	freed  *sync.Cond
	free   int64
	all    int64
	shares map[string]*held
	drop   func(key string) // lets a problem go that no run is on
}

// held is what runs on one problem hold together. When the last is done it stays, until somebody
// needs the room.
type held struct {
	runs  int
	bytes int64
}

// newBudget bounds memory to so many bytes.
func newBudget(bytes int64, drop func(key string)) *budget {
	b := &budget{free: bytes, all: bytes, shares: map[string]*held{}, drop: drop}
	b.freed = sync.NewCond(&b.mu)
	return b
}

// take waits until so much is free. More than there is at all is an error.
func (b *budget) take(ctx context.Context, d demand) error {
	if !b.holds(d) {
		return params.Errorf(d.place(), "the run needs about %s of memory, %s are there: %s", d, inBytes(b.all), smaller)
	}
	undo := context.AfterFunc(ctx, b.freed.Broadcast)
	defer undo()
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.lacks(d) && ctx.Err() == nil {
		b.freed.Wait()
	}
	h := b.shares[d.key]
	if h == nil {
		h = &held{bytes: d.shared}
		b.shares[d.key] = h
		b.free -= h.bytes
	}
	h.runs++
	b.free -= d.own()
	return nil
}

// lacks says whether there is not enough free, after what no run is on has been let go.
func (b *budget) lacks(d demand) bool {
	need := d.own()
	if b.shares[d.key] == nil {
		need += d.shared
	}
	for key, h := range b.shares {
		if b.free >= need {
			break
		}
		if h.runs == 0 && key != d.key {
			b.drop(key)
			b.free += h.bytes
			delete(b.shares, key)
		}
	}
	return b.free < need
}

// holds says whether so much could be taken if nothing else were under way.
func (b *budget) holds(d demand) bool { return d.all() <= b.all }

func (b *budget) give(d demand) {
	b.mu.Lock()
	b.free += d.own()
	b.shares[d.key].runs--
	b.mu.Unlock()
	b.freed.Broadcast()
}

// A demand is what a run needs of memory, in bytes.
type demand struct {
	vectors int64  // of workers, server and gradients under way
	scratch int64  // of the gradients of large batches
	shared  int64  // of the problem, its data above all
	key     string // of the problem: runs with the same have it together
}

func (d demand) own() int64 { return d.vectors + d.scratch }
func (d demand) all() int64 { return d.own() + d.shared }

// place is the key that most of it is due to.
func (d demand) place() string {
	switch most := max(d.vectors, d.scratch, d.shared); most {
	case d.vectors:
		return "cluster.workers"
	case d.scratch:
		return "problem.batch"
	}
	return "problem"
}

func (d demand) String() string {
	s := inBytes(d.all())
	if d.scratch > d.all()/10 {
		s += fmt.Sprintf(" (%s of it for what a batch leaves between the layers)", inBytes(d.scratch))
	}
	if d.shared > d.all()/10 && d.shared > 1<<20 {
		s += fmt.Sprintf(" (%s of it for the problem and its data)", inBytes(d.shared))
	}
	return s
}

// smaller is what helps a run that does not fit.
const smaller = `take fewer workers, less staleness, a smaller batch, less data, a smaller problem or precision = "float32"; if the estimate is wrong, -memory says what may be used`

// misfitsShown is how many of the runs that do not fit are listed.
const misfitsShown = 8

// admit refuses runs of which one alone needs more memory than there is, all of them and before the
// first begins. That is a mistake of the configuration, so none of the others is computed either.
// What an element of a job array may use is known where it runs.
func (s *Session) admit(runs []*PlannedRun, ps *config.Problems) error {
	all := s.usable()
	needs, errs := make([]demand, len(runs)), make([]error, len(runs))
	crew.Each(len(runs), func(i int) { needs[i], errs[i] = memoryOf(runs[i].config, ps, 1) })
	var at fault.Place
	var key string
	var listed strings.Builder
	n, seen := 0, map[string]bool{}
	for i, r := range runs {
		if errs[i] != nil {
			return r.config.Doc.Fault("", errs[i])
		}
		if needs[i].all() <= all || seen[r.Dir] || !s.Fresh && s.finished(r) != nil {
			continue
		}
		seen[r.Dir] = true
		place := r.config.Doc.Place(needs[i].place())
		switch n++; {
		case n == 1:
			at, key = place, needs[i].place()
			fallthrough
		case n <= misfitsShown:
			problem, _ := ps.Size(r.config)
			fmt.Fprintf(&listed, "\n  %v: %s: %s for %s of %s", place, r.name(), needs[i], prose.Count(r.config.Cluster.Clients(), "worker"), prose.Count(problem.Dim, "coordinate"))
		}
	}
	switch {
	case n == 0:
		return nil
	case n > misfitsShown:
		fmt.Fprintf(&listed, "\n  and %d more", n-misfitsShown)
	}
	return &fault.Error{Place: at, Err: params.Errorf(key, "%d of %s cannot fit into memory, each by itself: %s may be used, and it needs about%s\nnothing was computed: %s; or take these runs out",
		n, prose.Count(distinct(runs), "run"), inBytes(all), listed.String(), smaller)}
}

// distinct is how many runs there are in a list that may name one twice.
func distinct(runs []*PlannedRun) int {
	dirs := map[string]bool{}
	for _, r := range runs {
		dirs[r.Dir] = true
	}
	return len(dirs)
}

// vectorsPerWorker is what a worker holds at most, in vectors: its variable, what it last read, a
// gradient or a message under way, and two that its own optimizer keeps.
const vectorsPerWorker = 5

// memoryOf estimates the bytes of a run from its configuration: vectors of workers, server and
// gradients under way, twice, since a checkpoint is made in memory; and what goes through a net at
// once, twice, since a workspace grows by making a larger one.
func memoryOf(c *config.Config, ps *config.Problems, parallel int) (demand, error) {
	problem, err := ps.Size(c)
	if err != nil {
		return demand{}, err
	}
	size := 4.
	if c.Precision() == "float64" {
		size = 8
	}
	clients := float64(c.Cluster.Clients())
	vectors := vectorsPerWorker*halves(c) + 16*float64(parallel) + 8
	if c.Record.Model { // an ensemble's has as many members as there are workers
		vectors += 2 * float64(c.Cluster.Workers+1)
	}
	if pairs, ok := c.Strategy.Encode()["history"].(int64); ok { // of L-BFGS
		vectors += 2 * float64(pairs)
	}
	pushes, versions := injected(c)
	vectors += versions
	d := demand{vectors: inMemory(2*vectors*float64(problem.Dim)*size + 2000*clients + 100*pushes + 1<<20), shared: problem.Held}
	if c.Problem == nil {
		return d, nil
	}
	d.key = c.ProblemKey()
	batch, at := float64(c.Batch(problem.Samples)), float64(problem.Batch)
	// of all samples, whatever the batch
	if portions, ok := c.Strategy.Encode()["portions"].(int64); ok {
		share := 1/float64(portions) + 1/float64(problem.Samples)
		batch, at = max(batch, share*float64(problem.Samples)), max(at, share*float64(problem.Whole))
	}
	d.scratch = inMemory(2 * float64(parallel) * (max(at, float64(problem.Piece)) + 8*batch))
	if o, ok := c.Problem.(nets.OnData); ok && o.DataOptions().Partition != (data.Shared{}) {
		d.vectors += 16 * int64(problem.Samples)
	}
	return d, nil
}

// halves is how many workers keep vectors: of clients all, or, where a half keeps nothing from one
// job to the next, as many as have one at a time.
func halves(c *config.Config) float64 {
	s, err := optimizers.Build[float32](c.Strategy)
	if c.Cluster.Assigned() && err == nil && s.Jobs == optimizers.Fresh {
		return float64(c.Cluster.Workers)
	}
	return float64(c.Cluster.Clients())
}

// inMemory is a number of bytes, kept within what sums of several can say.
func inMemory(bytes float64) int64 { return int64(min(bytes, math.MaxInt64/16)) }

// injected is how many pushes may be under way at once where staleness is injected, and how many
// versions of the center they may rest on.
func injected(c *config.Config) (pushes, versions float64) {
	if c.Staleness == nil {
		return 0, 0
	}
	pushes = float64(c.Staleness.Counts().Most()) + 1
	if _, private := c.Staleness.(delay.Private); private { // that of a pair is in iterations of all
		pushes *= float64(c.Cluster.Workers)
	}
	for _, limit := range []*int64{c.Stop.Pushes, c.Stop.Gradients} {
		if limit != nil {
			pushes = min(pushes, float64(*limit))
		}
	}
	if versions = pushes; c.Stop.Updates != nil {
		versions = min(versions, float64(*c.Stop.Updates))
	}
	return pushes, versions
}

// usable is what one run may use: the most that a process can address where it is not known.
func (o *Options) usable() int64 {
	all := int64(o.Memory)
	if o.Engine == "" || o.Engine == "local" {
		all = o.memory()
	}
	if all == 0 {
		return 1 << 46
	}
	return all
}

// memory is what runs may use: what was given, or most of what the machine, or the group that this
// process was put in, has left; 0: unknown.
func (o *Options) memory() int64 {
	if o.Memory > 0 {
		return int64(o.Memory)
	}
	return machine.Memory()
}

func inBytes(n int64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if float64(n) >= u.size {
			return fmt.Sprintf("%.3g %s", float64(n)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
