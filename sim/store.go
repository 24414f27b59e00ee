package sim

import (
	"math"
	"sync"

	"staleness/nets/vec"
)

// A store owns all vectors of a run: gradients, messages, replies and snapshots share one free
// list. Vectors are named by handle, so that the engine's records hold no pointers, and counted by
// reference: only the loop refers and drops. Who holds the only reference may write. All have room
// for a message.
type store[F vec.Float] struct {
	mu     sync.Mutex
	shared bool // other goroutines take vectors too
	vecs   []vector[F]
	free   []vectorHandle
	size   int // elements
	live   int
	peak   int
	poison bool // fill freed vectors with NaN: a test's way to see a vector used after its end
}

type vector[F vec.Float] struct {
	x    []F
	refs int32
}

func (s *store[F]) lock() {
	if s.shared {
		s.mu.Lock()
	}
}

func (s *store[F]) unlock() {
	if s.shared {
		s.mu.Unlock()
	}
}

// take returns a dirty vector with one reference.
func (s *store[F]) take() (vectorHandle, []F) {
	s.lock()
	var h vectorHandle
	if n := len(s.free); n > 0 {
		h = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		h = vectorHandle(len(s.vecs))
		s.vecs = append(s.vecs, vector[F]{})
	}
	v := &s.vecs[h]
	if v.x == nil {
		v.x = make([]F, s.size)
	}
	v.refs = 1
	x := v.x
	s.live++
	s.peak = max(s.peak, s.live)
	s.unlock()
	return h, x
}

func (s *store[F]) at(h vectorHandle) []F {
	s.lock()
	x := s.vecs[h].x
	s.unlock()
	return x
}

func (s *store[F]) ref(h vectorHandle) vectorHandle {
	if h != none {
		s.lock()
		s.vecs[h].refs++
		s.unlock()
	}
	return h
}

func (s *store[F]) refs(h vectorHandle) int32 {
	s.lock()
	n := s.vecs[h].refs
	s.unlock()
	return n
}

// drop gives one reference back.
func (s *store[F]) drop(h vectorHandle) {
	if h == none {
		return
	}
	s.lock()
	v := &s.vecs[h]
	v.refs--
	if v.refs < 0 {
		panic("sim: vector freed twice")
	}
	if v.refs == 0 {
		if s.poison {
			for i := range v.x {
				v.x[i] = F(math.NaN())
			}
		}
		s.live--
		s.free = append(s.free, h)
	}
	s.unlock()
}
