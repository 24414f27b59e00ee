package sim

import (
	"math"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// Peers: the server half stands for replicas, the i-th at worker i. An exchange is a message to the
// partner that takes effect there, on both replicas at once, and whose reply brings the worker back
// what its own replica is when it wants it. It takes both workers' links on either way. Letters go
// from worker to worker, and nobody waits for them at the sender's.

// A meeting is what a message of a peer has beside others.
type meeting struct {
	With int32 // worker; the sender itself: it stays at home
}

// A letter is one under way.
type letter struct {
	Sent     int64 // ns
	From, To int32
	Vec      vectorHandle // what is in it
	Job      int64        // of the push that it follows
}

// society is the state of peers. Without them it is empty.
type society struct {
	Meetings []meeting // by message
	Letters  []letter
	Unused   []letterHandle
	Written  []uint32 // by worker: letters so far, the number of a draw
}

// Pairs is what is between two peers, in place of their links: by region of the sender and of the
// receiver.
type Pairs struct {
	Region []int // of each worker
	Links  [][]Link
}

// between is the link from one worker to another.
func (p *Pairs) between(from, to int) Link { return p.Links[p.Region[from]][p.Region[to]] }

// all lists the links.
func (p *Pairs) all() (links []Link) {
	if p != nil {
		for _, row := range p.Links {
			links = append(links, row...)
		}
	}
	return links
}

// chainsEach is how many chains there are for each law, so that every worker has one for each
// region.
func (p *Pairs) chainsEach() int {
	if p == nil {
		return 0
	}
	n := len(p.Links)
	return (len(p.Region) + n - 1) / n
}

// The legs of a peer's draws.
const (
	thereUp = iota
	thereDown
	backUp
	backDown
	letterUp
	letterDown
)

// meet notes with whom the push of message m is an exchange.
func (s *engine[F]) meet(m messageHandle) {
	g := &s.messages[m]
	j := s.peering.Partner(int(g.Worker))
	for len(s.society.Meetings) <= int(m) {
		s.society.Meetings = append(s.society.Meetings, meeting{})
	}
	s.society.Meetings[m].With = int32(j)
	g.Home = j == int(g.Worker)
}

// visit sends a request to its partner.
func (s *engine[F]) visit(m messageHandle) {
	g := &s.messages[m]
	i, at := int(g.Worker), s.now
	if !g.Home {
		s.charge(&s.totals.Up, s.bytes)
		at = s.passes(i, int(s.society.Meetings[m].With), s.bytes, uint64(i), g.N, thereUp)
	}
	s.queue.push(at, i, onArrive, uint32(s.number(m, 0)))
}

// comeBack sends the reply.
func (s *engine[F]) comeBack(m messageHandle) {
	g := &s.messages[m]
	i, at := int(g.Worker), s.now
	if !g.Home {
		s.charge(&s.totals.Down, s.bytes)
		at = s.passes(int(s.society.Meetings[m].With), i, s.bytes, uint64(i), g.N, backUp)
	}
	s.queue.push(at, i, onDeliver, uint32(s.number(m, 0)))
}

// passes is when so many bytes that leave one worker now are at another: both links are taken until
// the last byte has passed the narrower of them; then come the latencies of both.
func (s *engine[F]) passes(from, to int, bytes int64, a uint64, n uint32, leg int) int64 {
	c := &s.c.Cluster
	out, in := Link{}, Link{}
	switch {
	case c.Pairs != nil:
		out = c.Pairs.between(from, to)
	case len(c.Up) > 0:
		out, in = c.Up[from], c.Down[to]
	default:
		return s.now
	}
	st, other := &s.links[from].Up, &s.links[to].Down
	at, width := s.now, math.Inf(1)
	for _, l := range []Link{out, in} {
		if l.Bandwidth > 0 {
			width = min(width, l.Bandwidth)
		}
	}
	if !math.IsInf(width, 1) {
		at = later(max(at, st.Free, other.Free), transferTime(bytes, width))
		st.Free, other.Free = at, at
	}
	up, down := origin{&s.places.up, from, s.keys.peers}, origin{&s.places.down, 2 * to, s.keys.peers}
	if c.Pairs != nil {
		up = origin{&s.places.pairs, from*len(c.Pairs.Links) + c.Pairs.Region[to], s.keys.peers}
	}
	at = s.after(st, later(at, s.draw(out.Latency, up, a, address(n, leg))))
	return s.after(other, later(at, s.draw(in.Latency, down, a, address(n, leg+1))))
}

// readHome reads what a peer is back for: its own replica, as it is now.
func (s *engine[F]) readHome(m messageHandle) {
	g := &s.messages[m]
	left := g.Read
	s.read(m, 0, false)
	g.Read = left // how long the way back took
}

// write sends the letters that follow a push of worker i.
func (s *engine[F]) write(i int) {
	if s.correspondent == nil {
		return
	}
	to := s.correspondent.Letters(i)
	if len(to) == 0 {
		return
	}
	v := vectorHandle(none)
	if s.real {
		var x []F
		v, x = s.store.take()
		s.correspondent.Letter(x[:s.dim], i)
	}
	f := &s.society
	job := int64(none)
	if s.trace != nil {
		job = s.legs.Jobs[i] - 1
	}
	for k, j := range to {
		h := letterHandle(len(f.Letters))
		if n := len(f.Unused); n > 0 {
			h, f.Unused = f.Unused[n-1], f.Unused[:n-1]
		} else {
			f.Letters = append(f.Letters, letter{})
		}
		f.Letters[h] = letter{s.now, int32(i), int32(j), v, job}
		if k > 0 && s.real {
			s.store.ref(v)
		}
		s.charge(&s.totals.Up, s.bytes)
		at := s.passes(i, j, s.bytes, uint64(i), f.Written[i], letterUp)
		f.Written[i]++
		s.queue.push(at, j, onHear, uint32(h))
	}
}

// hear is the arrival of a letter.
func (s *engine[F]) hear(h letterHandle) {
	l := s.society.Letters[h]
	s.society.Letters[h] = letter{Vec: none, From: none}
	s.society.Unused = append(s.society.Unused, h)
	s.quiet-- // there are only so many after each push
	if s.trace != nil {
		s.trace.heard(&l, s.now)
	}
	var x []F
	if s.real {
		x = s.store.at(l.Vec)[:s.dim]
	}
	if s.hubs[0].Hear(int(l.To), int(l.From), x) {
		s.forget()
	}
	s.store.drop(l.Vec)
	s.answerAll()
}

// eachLetter calls f with every letter under way.
func (s *engine[F]) eachLetter(f func(l *letter)) {
	for h := range s.society.Letters {
		if l := &s.society.Letters[h]; l.From != none {
			f(l)
		}
	}
}

// replicaBefore is a copy of the replica of worker i, until the next.
func (s *engine[F]) replicaBefore(i int) []F {
	s.scratch.replica = append(s.scratch.replica[:0], s.peering.Replica(i)...)
	return s.scratch.replica
}

// measurePeer adds to the gap of a push and to how far it has moved its own replica, given what
// that was before.
func (s *engine[F]) measurePeer(g *message, applied bool, old []F) {
	g.Gap += vec.DistSq(old, s.store.at(g.Base)[:s.dim])
	if applied {
		g.Moved += vec.DistSq(s.peering.Replica(int(g.Worker)), old)
	}
}

// checkPeers says what of a configuration peers do not take.
func (c *Config[F]) checkPeers() error {
	v := &c.Cluster.Server
	switch {
	case !c.Strategy.Peers:
		return nil
	case c.Inject != nil:
		return mistake("staleness", "peers have replicas that change when they meet, so no staleness of one center can be injected: take a method with a server, or give a [cluster]")
	case v.Shards > 1:
		return mistake("cluster.server.shards", "shards = %d: peers have no server that could have shards; leave it out", v.Shards)
	case v.Service != nil || v.PerByte > 0:
		return mistake("cluster.server.service", "peers have no server that could take time: leave it out, or let links take it")
	case v.NIC > 0:
		return mistake("cluster.server.nic", "peers have no server with a network card: leave it out; workers' links have bandwidths")
	case c.Cluster.Faults != nil:
		return mistake("cluster.faults", "no server sees who takes part, and the papers do not say what peers do about one that is gone or about half an exchange: leave it out, or take a method with a server")
	case c.Cluster.replayed:
		return mistake("cluster.replay", "peers send to each other, and a trace has the times of one way to a server: leave it out")
	}
	_, err := c.Strategy.Resolve(optimizers.Consistency{}, c.Workers)
	if p := c.Cluster.Pairs; err == nil && p != nil && len(p.Region) != c.Workers {
		return mistake("cluster.regions", "%d workers have a region, of %d", len(p.Region), c.Workers)
	}
	return err
}
