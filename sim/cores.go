package sim

import (
	"slices"
	"sync"
)

// Cores are shared by runs that go on side by side. Each run's loop has one; what is left goes,
// task by task, to the further goroutines of whichever run has something for them to compute. So
// runs do not take cores from each other, and the last ones have all. Which goroutine computes
// what, and when, cannot be observed in a result. A nil *Cores has as many as anybody wants.
type Cores struct {
	mu      sync.Mutex
	free    int     // less than 0 if there are more loops than cores
	starved []waker // were refused one since somebody last was told
}

// NewCores are n cores.
func NewCores(n int) *Cores { return &Cores{free: n} }

// A waker is told when a core may be had.
type waker interface{ wake() }

// enter takes a core that is not asked for: a loop goes on whatever the others do.
func (c *Cores) enter() {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.free--
	c.mu.Unlock()
}

// take takes a core if one is free; if not, w is told when one may be.
func (c *Cores) take(w waker) bool {
	if c == nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.free > 0 {
		c.free--
		return true
	}
	if !slices.Contains(c.starved, w) {
		c.starved = append(c.starved, w)
	}
	return false
}

// give gives a core back. The caller holds no lock that a waker wants to be told.
func (c *Cores) give() {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.free++
	var told []waker
	if c.free > 0 {
		told, c.starved = c.starved, nil
	}
	c.mu.Unlock()
	for _, w := range told {
		w.wake()
	}
}
