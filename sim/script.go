package sim

import (
	"fmt"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// A script says which push reads when: push k reads the center after k - tau_k pushes, tau_k drawn by k alone. Draws are made
// lookahead pushes in advance, since a push must be known when the state that it reads is there.
type script struct {
	law   delay.Counts
	fifo  bool
	key   stream.Key
	rand  stream.Rand
	drawn int64   // pushes whose reads are known
	read  int64   // of the last of them
	first []int64 // ring by state: the first push that reads it, or -1
	last  []int64
	next  []int64 // ring by push: the next one that reads the same state, or -1
}

const lookahead = 1 << 16

func newScript(c *Injection, seed uint64) *script {
	s := &script{law: c.Tau, fifo: c.FIFO, key: stream.NewKey(seed, "staleness"),
		first: make([]int64, lookahead), last: make([]int64, lookahead), next: make([]int64, lookahead)}
	for i := range s.first {
		s.first[i] = none
	}
	return s
}

// extend draws all pushes before state + lookahead. Whoever reads a state is known once extend was called for it.
func (s *script) extend(state int64) error {
	for ; s.drawn < state+lookahead; s.drawn++ {
		k := s.drawn
		s.rand = s.key.At(uint64(k), 0)
		tau := s.law.DrawCount(&s.rand)
		if tau < 0 {
			return fmt.Errorf("staleness: the law drew %d for push %d", tau, k)
		}
		read := k - min(int64(tau), k)
		if s.fifo {
			read = max(read, s.read)
		}
		s.read = read
		if read < state {
			return fmt.Errorf("staleness: the law drew %d for push %d; the largest that can be injected is %d", tau, k, lookahead-1)
		}
		at := read % lookahead
		s.next[k%lookahead] = none
		if s.first[at] == none {
			s.first[at] = k
		} else {
			s.next[s.last[at]%lookahead] = k
		}
		s.last[at] = k
	}
	return nil
}

// readers calls f with the pushes that read a state, in order, and forgets them.
func (s *script) readers(state int64, f func(push int64) error) error {
	if err := s.extend(state); err != nil {
		return err
	}
	k := s.first[state%lookahead]
	s.first[state%lookahead] = none
	for k != none {
		next := s.next[k%lookahead] // before f, and before the slot is used again
		if err := f(k); err != nil {
			return err
		}
		k = next
	}
	return nil
}

// concurrency is how many of the first n pushes are under way at once, at most.
func concurrency(c *Injection, seed uint64, n int64) (int, error) {
	s := newScript(c, seed)
	most, now := 0, 0
	for state := range n {
		err := s.readers(state, func(int64) error { now++; return nil })
		if err != nil {
			return 0, err
		}
		most = max(most, now)
		now-- // push number state is done
	}
	return most, nil
}
