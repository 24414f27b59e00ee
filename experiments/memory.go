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
	"staleness/nets/vec"
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
	if need > b.all {
		return params.Errorf("cluster.workers", "the run needs about %s of memory, %s are there: take fewer workers, a smaller problem or precision = \"float32\"; if the estimate is wrong, -memory says what may be used",
			inBytes(need), inBytes(b.all))
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

func (b *budget) give(need int64) {
	if b.limits {
		b.mu.Lock()
		b.free += need
		b.mu.Unlock()
		b.freed.Broadcast()
	}
}

// vectorsPerWorker is what a worker holds at most, in vectors: its variable, what it last read, a gradient or a message under way, and two that its
// own optimizer keeps.
const vectorsPerWorker = 5

// memory estimates the bytes of a run from its configuration: vectors of workers, server and gradients under way, twice, since a
// checkpoint is made in memory. Problems are shared between runs; their data are not counted.
func (c *config) memory(ps *problems, parallel int) (int64, error) {
	dim, err := c.dim(ps)
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
	bytes := 2*vectors*float64(dim)*size + 2000*float64(c.Cluster.Workers) + 1<<20
	return int64(min(bytes, math.MaxInt64/4)), nil
}

// dim is the number of coordinates.
func (c *config) dim(ps *problems) (int, error) {
	switch {
	case c.Problem == nil:
		return 0, nil
	case c.precision() == "float64":
		return dimOf[float64](c, ps)
	}
	return dimOf[float32](c, ps)
}

func dimOf[F vec.Float](c *config, ps *problems) (int, error) {
	p, err := problemOf[F](ps, c)
	if err != nil {
		return 0, err
	}
	return p.Dim(), nil
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
