package sim

import (
	"reflect"
	"unsafe"

	"staleness/internal/prefetch"
	"staleness/sim/delay"
)

// Where there are many workers, what an event touches lies far from what the one before it touched.
// The queue knows what comes soon, so that memory can be asked for in time.

// foresight asks for what an event that comes soon will touch: first its records, then, when those
// can be read without waiting, what they lead to.
func (s *engine[F]) foresight(e *event, near bool) {
	i := e.worker()
	if i == nobody {
		return
	}
	if s.clients.on {
		worker := unsafe.Pointer(&s.fleet[i])
		if !near {
			prefetch.Lines(worker, unsafe.Pointer(&s.cold[i]), unsafe.Pointer(&s.clients.Of[i]), worker)
		}
		return
	}
	if near {
		s.fetchSecond(e, i)
		return
	}
	worker, half := unsafe.Pointer(&s.fleet[i]), unsafe.Pointer(unsafe.SliceData(s.halves))
	if len(s.halves) > 1 {
		half = unsafe.Pointer(&s.halves[i])
	}
	law := half
	if s.law == nil {
		law = unsafe.Pointer(&s.c.Cluster.Compute[i])
	}
	prefetch.Lines(worker, unsafe.Pointer(&s.cold[i]), half, law)
	s.hubs[0].Fetch(i)
	switch e.kind() {
	case onPort, onArrive, onServed, onDeliver, onTimer:
		m, _ := s.of(partHandle(e.arg))
		g := unsafe.Pointer(&s.messages[m])
		prefetch.Lines(g, unsafe.Add(g, 64), unsafe.Add(g, unsafe.Sizeof(message{})-1), unsafe.Pointer(&s.parts[e.arg]))
	}
}

// fetchSecond asks for what the records of a worker lead to.
func (s *engine[F]) fetchSecond(e *event, i int) {
	p := unsafe.Pointer(&s.cold[i])
	half, law, count := p, p, p
	if len(s.halves) > 1 {
		half = dataOf(unsafe.Pointer(&s.halves[i]))
	}
	if s.law == nil {
		law = dataOf(unsafe.Pointer(&s.c.Cluster.Compute[i]))
	}
	if len(s.links) > 0 {
		p = unsafe.Pointer(&s.links[i])
	}
	if rests := s.fleet[i].Rests; rests != none {
		count = s.ages[0].place(int64(s.hubs[0].Version()) - rests)
	}
	prefetch.Lines(half, law, p, count)
	if c := &s.places.compute; c.words > 0 {
		first := unsafe.Pointer(&c.all[i*c.words])
		last := unsafe.Pointer(&c.all[(i+1)*c.words-1])
		prefetch.Lines(first, last, first, last)
	}
}

// dataOf is the pointer in an interface that holds one.
func dataOf(x unsafe.Pointer) unsafe.Pointer { return (*[2]unsafe.Pointer)(x)[1] }

// place is where pushes of a staleness are counted, or somewhere.
func (a *ages) place(tau int64) unsafe.Pointer {
	if tau >= 0 && tau < int64(len(a.Counts)) {
		return unsafe.Pointer(&a.Counts[tau])
	}
	return unsafe.Pointer(a)
}

// sameLaw is the law of all, if it is one; or nil.
func sameLaw(laws []delay.Law) delay.Law {
	for _, l := range laws {
		if !reflect.ValueOf(l).Comparable() || l != laws[0] {
			return nil
		}
	}
	if len(laws) == 0 {
		return nil
	}
	return laws[0]
}
