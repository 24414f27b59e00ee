package sim

import (
	"staleness/nets/vec"
)

// A points source puts the points of pushes together, where a push is not computed at one version
// of the center. The lease of such a push is on the oldest version that its point knows all of, or
// has a part of; the script says which.
type points[F vec.Float] interface {
	// tau is how many states before push k its oldest version is.
	tau(k int64) int64
	most() int64 // the largest of these
	// arrive is told of every state, before a push reads it.
	arrive(state int64)
	// complete are the pushes, first to last-1, whose points can be put together at a state.
	complete(state int64) (first, last int64)
	// fill puts the point of push k together.
	fill(k int64, x []F)
	// commit is told what push k made of the center; before is none if it left it alone.
	commit(k int64, before vectorHandle)
	// wants says whether commit needs the center as it was.
	wants() bool
	holders(hold func(...vectorHandle))
	state() []any
}

// newPoints are those of an injection; nil if each push is computed at one version.
func (s *injection[F]) newPoints(c *Injection, seed uint64) points[F] {
	switch {
	case c.Blocks != nil:
		return newBlocks(s, c.Blocks)
	case c.Private != nil:
		return newCaches(s, c.Private, seed)
	}
	return nil
}

// assemble puts together the points that this state completes, and starts their pushes.
func (s *injection[F]) assemble() error {
	first, last := s.points.complete(s.k)
	for k := first; k < min(last, s.script.pushes); k++ {
		h, x := s.store.take()
		s.points.fill(k, x[:s.dim])
		f := &s.flight[k%s.script.size]
		f.x = h
		if s.gap {
			f.base = s.store.ref(h)
		}
		if err := s.start(k); err != nil {
			return err
		}
	}
	return nil
}
