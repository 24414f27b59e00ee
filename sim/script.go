package sim

import (
	"fmt"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// A script says which push reads when: push k reads the center after k - tau_k pushes, tau_k a
// function of k alone. Draws are made in advance, as far as the law reaches, since a push must be
// known when the state that it reads is there; pushes that the run cannot make are not drawn.
type script struct {
	tau    func(k int64) int64 // not clipped to k
	fifo   bool
	most   int64 // the largest tau
	pushes int64 // that the run can make
	size   int64 // of the rings: those that may be under way at once, from the oldest on
	drawn  int64 // pushes whose reads are known
	read   int64 // of the last of them

	first []int32 // ring by state: the place of the first push that reads it, or none
	last  []int32
	next  []int32 // ring by push: the place of the next one that reads the same state, or none
}

func newScript(tau func(k int64) int64, most int64, fifo bool, pushes int64) *script {
	s := &script{tau: tau, fifo: fifo, most: most, pushes: pushes}
	s.size = min(s.most+1, pushes)
	s.first, s.last, s.next = make([]int32, s.size), make([]int32, s.size), make([]int32, s.size)
	for i := range s.first {
		s.first[i] = none
	}
	return s
}

// drawnTau draws tau_k by k, from the law of all workers or from that of the one whose push it is.
func drawnTau(c *Injection, workers int, seed uint64) (tau func(k int64) int64, most int64) {
	key, r := stream.NewKey(seed, "staleness"), new(stream.Rand)
	of := func(int64) delay.Counts { return c.Tau }
	if c.Worker != nil {
		of = func(k int64) delay.Counts { return c.Worker[k%int64(workers)] }
		for _, law := range c.Worker {
			most = max(most, int64(law.Most()))
		}
	} else {
		most = int64(c.Tau.Most())
	}
	return func(k int64) int64 {
		*r = key.At(uint64(k), 0)
		return int64(of(k).DrawCount(r))
	}, most
}

// extend draws all pushes that may read a state or one before.
func (s *script) extend(state int64) error {
	for ; s.drawn < min(state+s.size, s.pushes); s.drawn++ {
		k := s.drawn
		tau := s.tau(k)
		if tau < 0 || tau > s.most {
			return lasting(fmt.Errorf("staleness: the law drew %d for push %d: its draws are from 0 to %d", tau, k, s.most))
		}
		read := k - min(tau, k)
		if s.fifo {
			read = max(read, s.read)
		}
		s.read = read
		at, place := read%s.size, int32(k%s.size)
		s.next[place] = none
		if s.first[at] == none {
			s.first[at] = place
		} else {
			s.next[s.last[at]] = place
		}
		s.last[at] = place
	}
	return nil
}

// readers calls f with the pushes that read a state, in order, and forgets them.
func (s *script) readers(state int64, f func(push int64) error) error {
	if err := s.extend(state); err != nil {
		return err
	}
	at := state % s.size
	place := s.first[at]
	s.first[at] = none
	for place != none {
		next := s.next[place] // before f, and before the place is used again
		if err := f(state + (int64(place)-at+s.size)%s.size); err != nil {
			return err
		}
		place = next
	}
	return nil
}
