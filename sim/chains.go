package sim

import (
	"math"

	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// chains are what Aware laws at one kind of place remember, so many words for each of those who
// draw there. Draws of a gradient that is thrown away, or ahead of time, are made on a copy.
type chains struct {
	any   bool // one of the laws is Aware
	words int
	all   []uint64
}

func newChains(laws []delay.Law, each int) (c chains) {
	for _, l := range laws {
		if a, ok := l.(delay.Aware); ok {
			c.any, c.words = true, max(c.words, a.Memory())
		}
	}
	c.all = make([]uint64, len(laws)*each*c.words)
	return c
}

func (c *chains) of(owner int) []uint64 { return c.all[owner*c.words : (owner+1)*c.words] }

// places are the chains of all places.
type places struct{ compute, up, down, service, crash, repair, pairs chains }

func newPlaces(c *Cluster, shards int) places {
	latencies := func(links []Link) (laws []delay.Law) {
		for _, l := range links {
			laws = append(laws, l.Latency)
		}
		return laws
	}
	var faults Faults
	if c.Faults != nil {
		faults = *c.Faults
	}
	return places{
		newChains(c.Compute, 1), newChains(latencies(c.Up), shards),
		newChains(latencies(c.Down), 2*shards), // interrupts have chains of their own
		newChains([]delay.Law{c.Server.Service}, shards),
		newChains(faults.Crash, 1), newChains(faults.Repair, 1),
		newChains(latencies(c.Pairs.all()), c.Pairs.chainsEach()),
	}
}

// state is for checkpoints.
func (p *places) state() []any {
	return []any{&p.compute.all, &p.up.all, &p.down.all, &p.service.all, &p.crash.all, &p.repair.all, &p.pairs.all}
}

// An origin is whose draw it is at a place of which there are chains.
type origin struct {
	chains *chains
	owner  int
	key    stream.Key
}

// draw reads a law at one address of a stream; nil takes no time.
func (s *engine[F]) draw(l delay.Law, o origin, a, b uint64) int64 {
	if l == nil {
		return 0
	}
	if o.chains.any {
		if aware, ok := l.(delay.Aware); ok {
			s.turn = delay.Turn{Own: o.key.At(a, b), Key: o.key, Worker: uint64(o.owner), For: a, Index: b, Now: s.now, Times: 1, Memory: o.chains.of(o.owner)}
			if d := aware.Next(&s.turn); d != delay.Never {
				return int64(d)
			}
			s.usedUp(int(a))
			return endOfTime
		}
	}
	s.rand = o.key.At(a, b)
	return int64(l.Draw(&s.rand))
}

// never is the duration of a gradient that does not end.
const never = -1

// lasts is the model time that gradient k of worker i takes if it is begun at a time, or never.
// Samples from one up to another, if there are any, are what the server wants computed in place of
// a batch.
func (s *engine[F]) lasts(i int, k uint32, at int64, from, to int, memory []uint64) int64 {
	slowed := s.slowed(i, k, from, to) * float64(worth(s.pair(i)))
	if s.places.compute.any {
		if aware, ok := s.c.Cluster.Compute[i].(delay.Aware); ok {
			s.turn = delay.Turn{Own: s.compute.At(uint64(i), uint64(k)), Key: s.compute, Worker: uint64(i), Index: uint64(k), Now: at, Times: s.times(i, k, to-from) * slowed, Memory: memory}
			d := aware.Next(&s.turn)
			if d == delay.Never {
				return never
			}
			return max(1, int64(d))
		}
	}
	d := s.duration(&s.rand, i, k, to-from)
	if slowed != 1 {
		d = max(1, saturated(math.RoundToEven(float64(d)*slowed)))
	}
	return d
}

// foresee finds when a task of n gradients ends, the first of which has been begun and ends at
// t.at; and, where that is not a matter of single draws, when each ends.
func (s *engine[F]) foresee(i int, t *steps[F], k uint32) {
	sched := s.c.Strategy.Schedule
	keep := s.looks(i) && sched != nil && sched.Clock() == optimizers.TimeClock
	t.ends = t.ends[:0]
	if keep {
		t.ends = append(t.ends, t.at)
	}
	if t.n == 1 {
		return
	}
	s.ahead = append(s.ahead[:0], s.places.compute.of(i)...)
	for j := 1; j < t.n; j++ {
		if t.at != endOfTime {
			if d := s.lasts(i, k+uint32(j), t.at, t.from, t.to, s.ahead); d == never {
				t.at = endOfTime
			} else {
				t.at = later(t.at, d)
			}
		}
		if keep {
			t.ends = append(t.ends, t.at)
		}
	}
}

// looks says whether a gradient's duration takes more than its own draw.
func (s *engine[F]) looks(i int) bool {
	_, aware := s.c.Cluster.Compute[i].(delay.Aware)
	c := s.c.Cluster.Classes
	return aware || c != nil && c.Factors[i] != nil
}
