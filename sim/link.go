package sim

import (
	"fmt"
	"math"

	"staleness/optimizers"
)

// linkState is one direction of a worker's link: where it stands in time, ns.
type linkState struct {
	Free int64 // it can send again
	Last int64 // its latest arrival: nothing sent later arrives earlier
}

// bothLinks are a worker's.
type bothLinks struct{ Up, Down linkState }

// send puts the parts of a request on the uplink, beginning with another shard for each worker, so
// that not all meet at shard 0.
func (s *engine[F]) send(m messageHandle) {
	i := int(s.messages[m].Worker)
	if s.trace != nil {
		s.trace.asked(m)
	}
	if s.rides(&s.messages[m]) {
		s.board(m)
		return
	}
	for j := range s.shards {
		shard := j
		if s.shards > 1 {
			shard = (i + j) % s.shards
		}
		s.transmit(m, shard)
	}
}

// transmit sends one part: the bandwidth of the link, then its latency.
func (s *engine[F]) transmit(m messageHandle, shard int) {
	if s.peering != nil {
		s.visit(m)
		return
	}
	g := &s.messages[m]
	i := int(g.Worker)
	bytes := s.requestBytes(g, shard)
	s.charge(&s.totals.Up, bytes)
	a, b := uint64(i), address(g.N, shard)
	lost := false
	if s.faults.on {
		a, b = s.launch(m, shard)
		lost = s.loses(s.faults.keys.up, a, b)
	}
	at := s.now
	if up := s.c.Cluster.Up; len(up) > 0 {
		l, st := &up[i], &s.links[i].Up
		if l.Bandwidth > 0 {
			at = later(max(at, st.Free), transferTime(bytes, l.Bandwidth))
			st.Free = at
		}
		at = later(at, s.draw(l.Latency, origin{&s.places.up, i*s.shards + shard, s.keys.up}, a, b))
		if !lost {
			at = s.after(st, at)
		}
	}
	if lost {
		s.sunk(m, s.number(m, shard))
		return
	}
	k := onArrive
	if s.c.Cluster.Server.NIC > 0 {
		k = onPort
	}
	s.queue.push(at, i, k, uint32(s.number(m, shard)))
}

// answer sends one part of a reply: the latency of the link, then the bandwidth at the worker.
func (s *engine[F]) answer(m messageHandle, shard int) {
	g := &s.messages[m]
	i := int(g.Worker)
	if s.trace != nil && !s.repeats(m, shard) {
		s.trace.answered(s.number(m, shard))
	}
	if s.peering != nil {
		s.comeBack(m)
		return
	}
	bytes := s.replyBytes(g, shard)
	a, b := uint64(i), address(g.N, shard)
	lost := false
	if s.faults.on {
		a, b = s.dispatch(m, shard)
		if !g.Interrupt { // else it is known to arrive
			lost = s.loses(s.faults.keys.down, a, b)
		}
		if !g.Interrupt && g.Action&optimizers.Pull == 0 {
			bytes = 0 // it only acknowledges
		}
	}
	s.charge(&s.totals.Down, bytes)
	at := s.now
	if down := s.c.Cluster.Down; len(down) > 0 && !s.rides(g) {
		l, st := &down[i], &s.links[i].Down
		from := origin{&s.places.down, 2 * (i*s.shards + shard), s.keys.down}
		if g.Interrupt {
			from.owner++
			from.key = s.keys.interrupt
		}
		at = later(at, s.draw(l.Latency, from, a, b))
		if l.Bandwidth > 0 {
			at = later(max(at, st.Free), transferTime(bytes, l.Bandwidth))
			st.Free = at
		}
		if !lost {
			at = s.after(st, at)
		}
	}
	if lost {
		s.release(m)
		return
	}
	s.queue.push(at, i, onDeliver, uint32(s.number(m, shard)))
}

// after is when a part arrives: never before what was sent earlier. Recorded times keep that order
// themselves, shard by shard.
func (s *engine[F]) after(l *linkState, at int64) int64 {
	if s.c.Cluster.replayed {
		return at
	}
	l.Last = max(at, l.Last)
	return l.Last
}

// address names a draw of message n at a shard.
func address(n uint32, shard int) uint64 { return uint64(n)<<16 | uint64(shard)<<8 }

// charge counts bytes on a wire.
func (s *engine[F]) charge(total *int64, bytes int64) {
	if *total += bytes; *total > maxBytes {
		s.fail(lasting(fmt.Errorf("more than %d bytes were sent in one direction: that is more than can be counted; take a smaller cluster.message", int64(maxBytes))))
	}
}

const (
	maxBytes   = 1 << 61 // of all messages in one direction
	maxMessage = 1 << 53 // of one: times shards and an integer of ns, it is exact
)

// requestBytes is what a request costs on the way to one shard: a mere pull costs none.
func (s *engine[F]) requestBytes(g *message, shard int) int64 {
	if g.Action&optimizers.Push == 0 || g.Home {
		return 0
	}
	return s.partBytes(shard)
}

// replyBytes is what the reply to it costs on the way from one shard.
func (s *engine[F]) replyBytes(g *message, shard int) int64 {
	if g.Home || s.rides(g) { // or it is there already
		return 0
	}
	return s.partBytes(shard)
}

// partBytes is what a vector message costs on the way to or from one shard.
func (s *engine[F]) partBytes(shard int) int64 {
	if s.shards == 1 {
		return s.bytes
	}
	n := int64(s.shards)
	return s.bytes*int64(shard+1)/n - s.bytes*int64(shard)/n
}

// transferTime is how long bytes take at a bandwidth in bytes per second: rounded up, so never
// faster than the link.
func transferTime(bytes int64, bandwidth float64) int64 {
	return saturated(math.Ceil(float64(bytes) / bandwidth * 1e9))
}
