package sim

import "fmt"

// A server with the discipline Fair serves all that is there at once, as its NIC carries transfers:
// each worker's first part goes on at an equal share of the server's speed (processor sharing).

// fair says whether shards serve all at once.
func (s *engine[F]) fair() bool { return s.c.Cluster.Server.Queue == Fair }

// ofPart says whether the argument of an event is a part.
func (s *engine[F]) ofPart(e *event) bool {
	switch e.kind() {
	case onPort, onArrive, onDeliver:
		return true
	case onServed:
		return !s.fair()
	case onNIC:
		return s.c.Cluster.Server.NICFIFO
	}
	return false
}

// free says whether nobody is served.
func (v *server) free() bool { return v.serving == none && len(v.share.jobs) == 0 }

// enter lets a part into the service of all, once what its worker sent before has left.
func (s *engine[F]) enter(station int, p partHandle) {
	m, _ := s.of(p)
	last := &s.servers[station].share.flows[s.messages[m].Worker]
	before := *last
	if *last = p; before != none {
		s.parts[before].Behind = p
		return
	}
	s.serve(p)
}

// quit takes a part out that has been served, and lets what its worker sent after it in.
func (s *engine[F]) quit(station int, p partHandle) {
	m, _ := s.of(p)
	next := s.parts[p].Behind
	if s.parts[p].Behind = none; next != none {
		s.serve(next)
		return
	}
	s.servers[station].share.flows[s.messages[m].Worker] = none
}

// admit begins the service of a part, which takes so many ns alone, beside those under way.
func (s *engine[F]) admit(station int, p partHandle, work int64) {
	m, _ := s.of(p)
	if work > maxNICJob {
		s.fail(lasting(fmt.Errorf("cluster.server.service: a service of %v at model time %v is longer than can be shared exactly, %v: take shorter ones, or another queue", duration(work), duration(s.now), duration(maxNICJob))))
		return
	}
	f := &s.servers[station].share
	f.advance(s.now)
	f.add(work, int(s.messages[m].Worker), p)
	s.armShare(station)
}

// shared is the end of the service that the shard's present members would see first.
func (s *engine[F]) shared(arg uint32) {
	station := int(arg % maxShards)
	f := &s.servers[station].share
	if f.gen%nicGens != arg/maxShards {
		return // it was to end at another time when this was planned
	}
	f.advance(s.now)
	s.servers[station].advance(s.now) // while it is counted as one of them
	p := f.remove().part
	if len(f.jobs) > 0 {
		s.armShare(station)
	} else {
		f.gen++
	}
	s.quit(station, p)
	s.served(p)
}

func (s *engine[F]) armShare(station int) {
	f := &s.servers[station].share
	f.gen++
	head := event{key: f.jobs[0].key}
	s.queue.push(f.leave(), head.worker(), onServed, f.gen%nicGens*maxShards+uint32(station))
}
