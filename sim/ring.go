package sim

import (
	"fmt"
	"math"

	"staleness/optimizers"
)

// A ring all-reduce (Patarasuk & Yuan 2009) forms the mean of a round among the workers. It begins
// when the last of them has sent, takes 2(M-1) steps of 1/M of a message each, at the pace of the
// slowest, and ends for all at once: no server is in the way. Pushes wait for it in s.around.

// rides says whether a message goes round the ring.
func (s *engine[F]) rides(g *message) bool {
	return s.ring && g.Action&optimizers.Push != 0
}

// board lets a push wait for those of the others.
func (s *engine[F]) board(m messageHandle) {
	s.around = append(s.around, m)
	s.goRound()
}

// goRound begins the all-reduce, if no member is still to send.
func (s *engine[F]) goRound() {
	n, late := s.members()
	if late || len(s.around) == 0 {
		return
	}
	lasts := int64(0)
	for _, m := range s.around {
		lasts = max(lasts, s.ringTime(m, n))
	}
	bytes := ringBytes(s.bytes, n)
	for _, m := range s.around {
		s.charge(&s.totals.Up, bytes/2)
		s.charge(&s.totals.Down, bytes-bytes/2)
		for shard := range s.shards {
			if s.faults.on {
				s.launch(m, shard)
			}
			s.queue.push(later(s.now, lasts), int(s.messages[m].Worker), onArrive, uint32(s.number(m, shard)))
		}
	}
	s.around = s.around[:0]
}

// members counts those who take part in rounds, and says whether one is still to send.
func (s *engine[F]) members() (n int, late bool) {
	if !s.faults.on {
		return s.workers, len(s.around) < s.workers
	}
	for i := range s.fleet {
		if !s.hubs[0].Member(i) {
			continue
		}
		n++
		if m := s.fleet[i].Asked; m == none || s.messages[m].Action&optimizers.Push == 0 {
			late = true
		}
	}
	return max(n, 1), late
}

// ringBytes is what each of n members sends: 2(n-1)/n of a message, rounded to the nearest.
func ringBytes(message int64, n int) int64 {
	x := math.Round(2 * float64(message) * float64(n-1) / float64(n))
	return int64(min(x, maxBytes))
}

// ringTime is how long the all-reduce of n members would take at the pace of the worker of a
// message: its link carries 2(n-1)/n of it, in 2(n-1) steps of one latency each.
func (s *engine[F]) ringTime(m messageHandle, n int) int64 {
	g := &s.messages[m]
	i := int(g.Worker)
	var up, down Link
	if len(s.c.Cluster.Up) > 0 {
		up = s.c.Cluster.Up[i]
	}
	if len(s.c.Cluster.Down) > 0 {
		down = s.c.Cluster.Down[i]
	}
	width := up.Bandwidth // it sends and receives at once
	if width == 0 || down.Bandwidth > 0 && down.Bandwidth < width {
		width = down.Bandwidth
	}
	lasts := int64(0)
	if width > 0 {
		lasts = saturated(math.Ceil(2 * float64(s.bytes) * float64(n-1) / float64(n) / width * 1e9))
	}
	hop := s.draw(up.Latency, origin{&s.places.up, i * s.shards, s.keys.up}, uint64(i), address(g.N, 0))
	return later(lasts, times(hop, int64(2*(n-1))))
}

// times is a duration so many times, at most the end of time.
func times(d, n int64) int64 {
	if n > 0 && d > endOfTime/n {
		return endOfTime
	}
	return d * n
}

// checkRing refuses what a ring all-reduce cannot be beside.
func (c *Config[F]) checkRing() error {
	if c.Strategy.Ring && c.Inject == nil && c.Cluster.Faults != nil && c.Cluster.Faults.Loss > 0 {
		return mistake("strategy.reduce_cost", "\"ring\" beside cluster.faults.loss = %g: a transmission that gets lost between two workers is not simulated; take reduce_cost = \"server\", or loss = 0", c.Cluster.Faults.Loss)
	}
	return nil
}

// checkAround finds an all-reduce that ought to have begun.
func (s *engine[F]) checkAround() error {
	if _, late := s.members(); len(s.around) > 0 && !late {
		return fmt.Errorf("%d pushes wait for nobody", len(s.around))
	}
	return nil
}
