package sim

import (
	"fmt"
	"slices"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/sim/delay"
)

// caches are points of private caches (Dai et al. 2018): M workers compute iteration t together,
// each at a cache of its own, and the change that push (p, t) makes of the center reaches the cache
// of worker q before iteration t + 1 + r, r drawn for each p, q and t.
type caches[F vec.Float] struct {
	s       *injection[F]
	law     delay.Counts
	key     stream.Key
	workers int64
	latest  int64          // the largest r
	cache   []vectorHandle // by worker
	news    []vectorHandle // ring by push: its change, until all caches have it; none: no change
	lacking []int64        // by worker: changes that are not in its cache
}

func newCaches[F vec.Float](s *injection[F], law delay.Counts, seed uint64) *caches[F] {
	c := &caches[F]{s: s, law: law, key: stream.NewKey(seed, "staleness of pairs"), workers: int64(s.workers), latest: int64(law.Most())}
	c.cache = slices.Repeat([]vectorHandle{none}, s.workers)
	c.news = slices.Repeat([]vectorHandle{none}, int(min(c.workers*(c.latest+1), s.c.pushesAtMost())))
	c.lacking = make([]int64, s.workers)
	return c
}

// late is how many further iterations the change that worker p made in iteration t takes to the
// cache of worker q.
func (c *caches[F]) late(p, q, t int64) int64 {
	r := c.key.At(uint64(p*c.workers+q), uint64(t))
	d := int64(c.law.DrawCount(&r))
	if d < 0 || d > c.latest {
		c.s.fail(lasting(fmt.Errorf("staleness: the law drew %d for worker %d, iteration %d: its draws are from 0 to %d", d, q, t, c.latest)))
	}
	return min(max(d, 0), c.latest)
}

// tau is to the first change that push k lacks, or to the beginning of its iteration.
func (c *caches[F]) tau(k int64) int64 {
	q, t := k%c.workers, k/c.workers
	for u := max(0, t-c.latest); u < t; u++ {
		for p := range c.workers {
			if u+1+c.late(p, q, u) > t {
				return k - (u*c.workers + p)
			}
		}
	}
	return k - t*c.workers
}

func (c *caches[F]) most() int64 { return c.workers*(c.latest+1) - 1 }

// arrive lets what is due before an iteration into the caches.
func (c *caches[F]) arrive(state int64) {
	if state%c.workers != 0 {
		return
	}
	store, t := &c.s.store, state/c.workers
	for q := range c.workers {
		c.receive(q, t)
		if c.lacking[q] == 0 && c.cache[q] != none { // it is the center, without the roundings of sums
			copy(store.at(c.cache[q])[:c.s.dim], c.s.center())
		}
	}
	if u := t - 1 - c.latest; u >= 0 { // all have them
		for p := range c.workers {
			at := (u*c.workers + p) % int64(len(c.news))
			store.drop(c.news[at])
			c.news[at] = none
		}
	}
}

// receive adds to the cache of worker q the changes that are due before iteration t, in the order
// in which they were made.
func (c *caches[F]) receive(q, t int64) {
	store := &c.s.store
	if t == 0 {
		h, x := store.take()
		copy(x, c.s.center())
		c.cache[q] = h
		return
	}
	c.lacking[q] += c.workers // of iteration t-1
	x := store.at(c.cache[q])[:c.s.dim]
	for u := max(0, t-1-c.latest); u < t; u++ {
		for p := range c.workers {
			if u+1+c.late(p, q, u) != t {
				continue
			}
			c.lacking[q]--
			if h := c.news[(u*c.workers+p)%int64(len(c.news))]; h != none {
				vec.Add(x, x, store.at(h)[:c.s.dim])
			}
		}
	}
}

func (c *caches[F]) complete(state int64) (first, last int64) {
	if state%c.workers != 0 {
		return 0, 0
	}
	return state, state + c.workers
}

func (c *caches[F]) fill(k int64, x []F) { copy(x, c.s.store.at(c.cache[k%c.workers])[:c.s.dim]) }

func (c *caches[F]) wants() bool { return true }

// commit keeps the change of the center.
func (c *caches[F]) commit(k int64, before vectorHandle) {
	if before == none {
		return
	}
	h, x := c.s.store.take()
	vec.Sub(x[:c.s.dim], c.s.center(), c.s.store.at(before)[:c.s.dim])
	c.news[k%int64(len(c.news))] = h
}

func (c *caches[F]) holders(hold func(...vectorHandle)) {
	hold(c.cache...)
	hold(c.news...)
}

func (c *caches[F]) state() []any { return []any{&c.cache, &c.news, &c.lacking} }
