// Package crew runs goroutines whose panics come back to whoever waits for them, instead of ending
// the program where they happen.
package crew

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// A Bug is what a goroutine panicked with, and where.
type Bug struct {
	Value any
	Stack string
}

func (b *Bug) Error() string { return fmt.Sprintf("%v\n%s", b.Value, b.Stack) }

// Caught makes a Bug of what recover returned, where that was called; one that was carried here
// stays what it was.
func Caught(value any) *Bug {
	if b, ok := value.(*Bug); ok {
		return b
	}
	return &Bug{value, string(debug.Stack())}
}

// A Crew is a group of goroutines. The zero Crew is ready.
type Crew struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	bug *Bug
}

// Go starts one.
func (c *Crew) Go(f func()) {
	c.wg.Go(func() {
		defer func() {
			if bug := recover(); bug != nil {
				c.mu.Lock()
				if c.bug == nil {
					c.bug = Caught(bug)
				}
				c.mu.Unlock()
			}
		}()
		f()
	})
}

// Wait waits for all of them. If any panicked it panics with a *Bug: the first.
func (c *Crew) Wait() {
	c.wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bug != nil {
		panic(c.bug)
	}
}
