package experiments

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"staleness/internal/params"
)

// A budget bounds the memory of the runs that are under way.
type budget struct {
	mu     sync.Mutex
	freed  *sync.Cond
	free   int64
	all    int64
	limits bool
}

// newBudget bounds memory to so many bytes; 0: no bound.
func newBudget(bytes int64) *budget {
	b := &budget{free: bytes, all: bytes, limits: bytes > 0}
	b.freed = sync.NewCond(&b.mu)
	return b
}

// take waits until so much is free. More than there is at all is an error.
func (b *budget) take(ctx context.Context, need int64) error {
	if !b.limits {
		return nil
	}
	if !b.holds(need) {
		return params.Errorf("cluster.workers", "the run needs about %s of memory, %s are there: %s", inBytes(need), inBytes(b.all), smaller)
	}
	undo := context.AfterFunc(ctx, b.freed.Broadcast)
	defer undo()
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.free < need && ctx.Err() == nil {
		b.freed.Wait()
	}
	b.free -= need
	return nil
}

// holds says whether so much could be taken if nothing else were under way.
func (b *budget) holds(need int64) bool { return !b.limits || need <= b.all }

func (b *budget) give(need int64) {
	if b.limits {
		b.mu.Lock()
		b.free += need
		b.mu.Unlock()
		b.freed.Broadcast()
	}
}

// smaller is what helps a run that does not fit.
const smaller = `take fewer workers, less staleness, a smaller problem or precision = "float32"; if the estimate is wrong, -memory says what may be used`

// misfitsShown is how many of the runs that do not fit are listed.
const misfitsShown = 8

// admit refuses runs of which one alone needs more memory than there is, all of them and before the first begins. That is a mistake
// of the configuration, so none of the others is computed either. What an element of a job array may use is known where it runs.
func (s *Session) admit(runs []*Run, ps *problems) error {
	all := s.memory()
	if s.engine() != "local" {
		all = int64(s.Memory)
	}
	if all == 0 {
		return nil
	}
	needs, errs := make([]int64, len(runs)), make([]error, len(runs))
	each(len(runs), func(i int) { needs[i], errs[i] = runs[i].config.memory(ps, 1) })
	var at Place
	var listed strings.Builder
	n, seen := 0, map[string]bool{}
	for i, r := range runs {
		if errs[i] != nil {
			return r.config.doc.fault("", errs[i])
		}
		if needs[i] <= all || seen[r.Dir] || !s.Fresh && s.finished(r) != nil {
			continue
		}
		seen[r.Dir] = true
		place := r.config.doc.place("cluster.workers")
		switch n++; {
		case n == 1:
			at = place
			fallthrough
		case n <= misfitsShown:
			problem, _ := ps.size(r.config)
			fmt.Fprintf(&listed, "\n  %v: %s: %s for %s of %s", place, r.name(), inBytes(needs[i]), count(r.config.Cluster.Workers, "worker"), count(problem.dim, "coordinate"))
		}
	}
	switch {
	case n == 0:
		return nil
	case n > misfitsShown:
		fmt.Fprintf(&listed, "\n  and %d more", n-misfitsShown)
	}
	return &ConfigError{at, params.Errorf("cluster.workers", "%d of %s cannot fit into memory, each by itself: %s may be used, and it needs about%s\nnothing was computed: %s; or take these runs out",
		n, count(distinct(runs), "run"), inBytes(all), listed.String(), smaller)}
}

// distinct is how many runs there are in a list that may name one twice.
func distinct(runs []*Run) int {
	dirs := map[string]bool{}
	for _, r := range runs {
		dirs[r.Dir] = true
	}
	return len(dirs)
}

// vectorsPerWorker is what a worker holds at most, in vectors: its variable, what it last read, a gradient or a message under way, and two that its
// own optimizer keeps.
const vectorsPerWorker = 5

// memory estimates the bytes of a run from its configuration: vectors of workers, server and gradients under way, twice, since a
// checkpoint is made in memory. Problems are shared between runs; their data are not counted.
func (c *config) memory(ps *problems, parallel int) (int64, error) {
	problem, err := ps.size(c)
	if err != nil {
		return 0, err
	}
	size := 4.
	if c.precision() == "float64" {
		size = 8
	}
	vectors := vectorsPerWorker*float64(c.Cluster.Workers) + 16*float64(parallel) + 8
	if c.Record.Model { // an ensemble's has as many members as there are workers
		vectors += 2 * float64(c.Cluster.Workers+1)
	}
	pushes, versions := c.injected()
	vectors += versions
	bytes := 2*vectors*float64(problem.dim)*size + 2000*float64(c.Cluster.Workers) + 100*pushes + 1<<20
	return int64(min(bytes, math.MaxInt64/4)), nil
}

// injected is how many pushes may be under way at once where staleness is injected, and how many versions of the center they may rest on.
func (c *config) injected() (pushes, versions float64) {
	if c.Staleness == nil {
		return 0, 0
	}
	pushes = float64(c.Staleness.Counts().Most()) + 1
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

// memory is what runs may use: what was given, or most of what the machine, or the group that this process was put in, has left;
// 0: unknown.
func (s *Session) memory() int64 {
	if s.Memory > 0 {
		return int64(s.Memory)
	}
	free := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range bytes.Lines(text) {
			var kB int64
			if n, _ := fmt.Sscanf(string(line), "MemAvailable: %d kB", &kB); n == 1 {
				free = kB * 1024
			}
		}
	}
	for _, g := range []struct{ limit, used string }{
		{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
		{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"},
	} {
		limit, used := number(g.limit), number(g.used)
		if limit > 0 && limit < 1<<60 && (free == 0 || limit-used < free) {
			free = max(1, limit-used)
		}
	}
	return free / 10 * 9
}

// number reads a file that holds one; 0: it does not.
func number(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
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
