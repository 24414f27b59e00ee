package sim

import (
	"cmp"
	"slices"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
)

// A server is one shard's side of time: its NIC, its queue, and what they have done.
type server struct {
	nic     nic
	line    waitline
	share   nic        // of the server's speed, if it serves all at once
	serving partHandle // part, or none
	// messages whose push waits in a round of this shard's hub, in order of arrival
	held []messageHandle

	shut   bool    // it pauses
	pauses []int64 // ns: how long it is to pause when it gets free, in order

	// Little's law: the integral of the number present is the sum of the times that parts spent
	// here, modulo 2^64 where they are many.
	present int64
	since   int64 // ns: the integrals are up to date
	area    int64 // ns: integral of present
	stayed  int64 // ns: summed over the parts that have left
	busy    int64 // ns
}

// advance brings the integrals up to now.
func (v *server) advance(now int64) {
	v.area += v.present * (now - v.since)
	if !v.free() {
		v.busy += now - v.since
	}
	v.since = now
}

// arrive is the arrival of a part at its shard.
func (s *engine[F]) arrive(p partHandle) {
	if s.faults.on && !s.accept(p) {
		return
	}
	s.join(p)
	if s.faults.loses {
		s.follow(p)
	}
}

// join puts a part that has arrived into the queue.
func (s *engine[F]) join(p partHandle) {
	m, shard := s.of(p)
	v := &s.servers[s.station(shard)]
	s.parts[p].Arrived = s.now
	if s.trace != nil {
		s.trace.arrived(p)
	}
	v.advance(s.now)
	v.present++
	if s.fair() && !v.shut && len(v.pauses) == 0 {
		s.enter(s.station(shard), p)
		return
	}
	if !s.fair() && v.serving == none && !v.shut {
		s.serve(p)
		return
	}
	g := &s.messages[m]
	v.line.push(uint64(g.Worker)<<40|uint64(g.N)<<8|uint64(shard), p)
}

func (s *engine[F]) serve(p partHandle) {
	m, shard := s.of(p)
	g := &s.messages[m]
	s.parts[p].Started = s.now
	if s.trace != nil {
		s.trace.started(p)
	}
	d := int64(0)
	if !s.rides(g) {
		d = s.draw(s.c.Cluster.Server.Service, origin{&s.places.service, shard, s.keys.service}, uint64(g.Worker), address(g.N, shard))
	}
	if n := s.c.Cluster.Server.PerByte; n > 0 && !s.rides(g) {
		d = later(d, saturated(float64(n)*float64(s.requestBytes(g, shard))))
	}
	if at := s.station(shard); s.fair() {
		s.admit(at, p, d)
	} else {
		s.servers[at].serving = p
		s.queue.push(later(s.now, d), int(g.Worker), onServed, uint32(p))
	}
}

// station is where the parts of a shard are served: all in one queue, if reads and writes are torn.
func (s *engine[F]) station(shard int) int {
	if s.c.Cluster.Server.Torn {
		return 0
	}
	return shard
}

// served is the end of a service: now, and only now, the hub acts on the part.
func (s *engine[F]) served(p partHandle) {
	m, shard := s.of(p)
	v := &s.servers[s.station(shard)]
	v.advance(s.now)
	v.present--
	v.serving = none
	v.stayed += s.now - s.parts[p].Arrived
	g := &s.messages[m]
	g.Arrived, g.Started, g.Served = s.parts[p].Arrived, s.parts[p].Started, s.now
	if s.trace != nil {
		s.trace.served(p)
	}
	switch {
	case !s.whole:
		s.act(m, shard, p)
	case g.Unserved > 1:
		if g.Unserved--; s.trace != nil {
			s.trace.waited(p)
		}
	case s.faults.on && s.faults.Mail[m].Cut:
		if s.giveUp(m); s.trace != nil {
			s.trace.service(p, none)
		}
	default:
		s.act(m, 0, p)
	}
	if !s.ended() && (v.line.len() > 0 || len(v.pauses) > 0) {
		s.next(s.station(shard))
	}
}

// act lets hub j have its part of a message, now that p has been served, then sends the replies
// that are due: commit and read in one instant.
func (s *engine[F]) act(m messageHandle, j int, p partHandle) {
	g := &s.messages[m]
	i, action := s.seat(m), g.Action
	if s.clients.on {
		s.over(m)
	}
	if s.faults.on {
		action = s.seenTo(m, j)
	}
	if action&optimizers.ReadOld != 0 {
		g.Read = s.now
		if s.gap || s.versions {
			s.store.drop(s.holds[i].Old)
			s.holds[i].Old = s.snapshot()
		}
	}
	header, read := hub.Header{From: i}, int64(none)
	switch {
	case g.Action&optimizers.Push != 0:
		part := &s.parts[s.number(m, j)]
		read = part.Header
		header.Read, header.Loss, header.Sched = int(read), g.Sum.Last, g.Sched
		header.Seconds = float64(g.Compute) / 1e9
		part.Header = none
		s.push(m, j, header, action)
	case action == 0: // nobody is there to be answered
		s.pulled(m)
	case s.faults.on && s.faults.Mail[m].Birth:
		s.hubs[j].Join(i)
		s.pulled(m)
	default:
		s.hubs[j].Serve(header, action, nil)
		s.pulled(m)
	}
	if s.trace != nil {
		s.trace.service(p, read)
	}
	if s.ended() {
		return
	}
	if s.peering != nil && g.Action&optimizers.Push != 0 {
		s.write(i)
	}
	for _, d := range s.hubs[j].Due() {
		s.reply(j, d)
	}
}

// pulled notes that a part of a mere pull has been seen to.
func (s *engine[F]) pulled(m messageHandle) {
	g := &s.messages[m]
	if s.whole {
		g.Unserved = 1
	}
	if g.Unserved--; g.Unserved == 0 {
		s.close(m, openRequest)
	}
}

// push gives hub j a push, and writes the rows of those whose fate is known by it.
func (s *engine[F]) push(m messageHandle, j int, header hub.Header, action optimizers.Action) {
	g := &s.messages[m]
	var v []F
	if s.real {
		v = s.gather(s.store.at(g.Vec), j)
	}
	before, old := vectorHandle(none), []F(nil)
	switch {
	case s.gap && s.peering != nil:
		old = s.replicaBefore(header.From)
	case s.gap:
		before, old = s.beforePush(j)
	}
	shown := s.shownBefore(j)
	fresh := g.Base == s.snap // read at this very version
	out, moved := s.apply(j, header, action, g.Vec, v)
	if moved {
		g.Vec = none
	}
	if s.trace != nil {
		s.trace.judged(out)
	}
	switch {
	case s.gap && s.peering != nil:
		s.measurePeer(g, out.Verdict == optimizers.Applied, old)
	case s.gap:
		s.measure(g, j, out.Verdict == optimizers.Applied, fresh, old)
		s.store.drop(before)
	}
	if !out.Held && len(out.Round) == 0 {
		s.processed(m, j, Verdict(out.Verdict), int64(header.Read), int64(out.Version), int64(out.Tau))
		return
	}
	s.servers[j].held = append(s.servers[j].held, m)
	g.ReadAt, g.Tau = int64(header.Read), int64(out.Tau) // until the round tells the version
	if !out.Held {
		s.endRound(j, out, shown)
	}
}

// endRound writes the rows of a round that is complete; shown is the center before it.
func (s *engine[F]) endRound(j int, out hub.Outcome, shown []F) {
	held := s.servers[j].held
	slices.SortStableFunc(held, func(a, b messageHandle) int { return cmp.Compare(s.seat(a), s.seat(b)) })
	s.servers[j].held = held[:0]
	for k, m := range held {
		verdict := Buffered
		s.record.before = shown
		if k == len(held)-1 {
			verdict, s.record.before = Verdict(out.Verdict), nil
		}
		g := &s.messages[m]
		s.processed(m, j, verdict, g.ReadAt, int64(out.Version), g.Tau)
	}
}

// shownBefore is the center for the rows of a round that may be complete now: all but the last are
// of pushes that had not made it. Each hub's part is as it was before that round. nil: the present
// center will do.
func (s *engine[F]) shownBefore(j int) []F {
	if !s.record.rows || !s.record.center || s.checks.consistency.Gather != optimizers.All {
		return nil
	}
	if s.scratch.shown == nil {
		s.scratch.shown = make([]F, s.dim)
	}
	copy(s.scratch.shown[s.bounds[j]:], s.hubs[j].Center())
	return s.scratch.shown
}

// beforePush returns the center that hub j is about to change, as long as before is referred to.
func (s *engine[F]) beforePush(j int) (before vectorHandle, old []F) {
	if len(s.hubs) == 1 {
		h := s.snapshot()
		return h, s.store.at(h)[:s.dim]
	}
	old = s.scratch.before[s.bounds[j]:s.bounds[j+1]]
	copy(old, s.hubs[j].Center())
	return none, old
}

// measure adds to the gap of a push and to how far it moved the center, given what hub j's part of
// that was before. Where an update has left no snapshot, one is made at once, since the next to
// push or read needs it: in pieces, so that it is fetched from memory once.
func (s *engine[F]) measure(g *message, j int, applied, fresh bool, old []F) {
	base := s.slice(s.store.at(g.Base), j)
	var copied []F
	if applied && s.snap == none && len(s.hubs) == 1 {
		s.snap, copied = s.store.take()
	}
	x := s.hubs[j].Center()
	for lo := 0; lo < len(old); lo += passPiece {
		hi := min(lo+passPiece, len(old))
		if !fresh {
			g.Gap += vec.DistSq(old[lo:hi], base[lo:hi])
		}
		if applied {
			g.Moved += vec.DistSq(x[lo:hi], old[lo:hi])
		}
		if copied != nil {
			copy(copied[lo:hi], x[lo:hi])
		}
	}
}

// passPiece is how many elements of several vectors fit into a core's nearest caches together.
const passPiece = 2048

// slice is hub j's part of a vector.
func (s *engine[F]) slice(x []F, j int) []F {
	if len(s.hubs) == 1 {
		return x[:s.dim]
	}
	return x[s.bounds[j]:s.bounds[j+1]]
}

// gather is hub j's part of a message: its slice of each vector, back to back.
func (s *engine[F]) gather(x []F, j int) []F {
	switch {
	case len(s.hubs) == 1:
		return x
	case s.width == 1:
		return x[s.bounds[j]:s.bounds[j+1]]
	}
	of := s.scratch.part[:0]
	for k := range s.width {
		of = append(of, x[k*s.dim+s.bounds[j]:k*s.dim+s.bounds[j+1]]...)
	}
	return of
}

// processed notes the fate of a push at hub j; with the last hub's verdict the row is written.
func (s *engine[F]) processed(m messageHandle, j int, verdict Verdict, read, version, tau int64) {
	g := &s.messages[m]
	s.quiet = 0
	if verdict != Dropped && verdict != Lost {
		s.ages[j].add(tau)
	}
	switch {
	case !g.Judged:
		g.Verdict, g.Judged = verdict, true
		g.ReadAt, g.Version, g.Tau = read, version, tau
	case g.Verdict != verdict:
		if g.Verdict == Lost {
			g.ReadAt, g.Version, g.Tau = read, version, tau
		}
		g.Verdict = Mixed
	}
	if tau > g.Tau {
		g.ReadAt, g.Version, g.Tau = read, version, tau
	}
	if s.whole {
		g.Unserved = 1
	}
	if g.Unserved--; g.Unserved > 0 {
		return
	}
	if g.Verdict != Dropped {
		s.train(m)
	}
	s.outcome(m)
	s.close(m, openRequest)
}

// reply reads what hub j owes a worker and sends it.
func (s *engine[F]) reply(j int, d hub.Due) {
	i, h := d.To, s.hubs[j]
	var m messageHandle
	switch {
	case d.Interrupt:
		m = s.post(i, s.cold[i].Interrupts)
		s.cold[i].Interrupts++
		g := &s.messages[m]
		g.Interrupt, g.Open = true, openReply
	default:
		if m = none; s.clients.on {
			m = s.assign(i)
		} else {
			m = s.fleet[i].Asked
		}
		if s.checks.lead = max(s.checks.lead, h.Lead(i)); m == none {
			panic("sim: a reply is due to a worker that asked for none")
		}
	}
	if s.peering == nil {
		s.read(m, j, h.Kept(i))
	} else { // at the worker's
		s.messages[m].Read = s.now
	}
	s.messages[m].Lo, s.messages[m].Hi = int32(d.Lo), int32(d.Hi)
	if d.Interrupt && s.faults.loses && s.stray(m) {
		return
	}
	if !s.whole {
		s.answer(m, j)
		return
	}
	for shard := range s.shards {
		s.answer(m, shard)
	}
}
