package data

import (
	"fmt"
	"sync"
	"weak"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Cache lets whoever loads the same data share them: runs that differ in their seeds alone read a
// file once. It holds only what somebody else holds too, and nothing that a seed had a part in. The
// zero value is empty; it is safe for concurrent use.
type Cache struct {
	mu    sync.Mutex
	loads map[string]*load
}

// A load is one thing to be loaded, by whoever asks first.
type load struct {
	mu     sync.Mutex
	seeded bool // by what came of it: nobody can share it
	parts  any  // weak.Pointer[Parts[F]]; nil: not yet
}

func (c *Cache) load(key string) *load {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loads == nil {
		c.loads = map[string]*load{}
	}
	if c.loads[key] == nil {
		c.loads[key] = &load{}
	}
	return c.loads[key]
}

// cached is Load by way of the cache of w.
func cached[F vec.Float](o Options, task Task, w Where) (*Parts[F], error) {
	o.Partition = Shared{} // has no part in what is read
	var f F
	l := w.Cache.load(fmt.Sprintf("%T %d %q %s %v", f, task, w.Dir, params.Literal(params.Encode(o)), TestPart{Source: w.Test}.ToParam()))
	l.mu.Lock()
	if l.seeded {
		l.mu.Unlock()
		p, _, err := loadParts[F](o, task, w)
		return p, err
	}
	defer l.mu.Unlock()
	if there, ok := l.parts.(weak.Pointer[Parts[F]]); ok {
		if p := there.Value(); p != nil {
			if err := w.Content.check(p.content, nameOf(o.Data)); err != nil {
				return nil, params.At("data", err)
			}
			return p, nil
		}
	}
	p, seeded, err := loadParts[F](o, task, w)
	if err != nil {
		return nil, err
	}
	if l.seeded = seeded; !seeded {
		l.parts = weak.Make(p)
	}
	return p, nil
}
