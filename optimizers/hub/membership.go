package hub

import "staleness/optimizers"

// Who takes part. A worker is a member, which rounds and clocks count, and it has a life, whose
// reads are its own. Both end when it leaves; but a crash may be noticed late, and a worker that
// keeps what it has may be missed for a while.

// Join brings a worker in, new or again, at the clock of the slowest: the next Due lists it, and
// its first Receive is of that reply. One whose crash nobody has noticed begins a new life in its
// place.
func (h *Hub[F]) Join(worker int) {
	w := &h.workers[worker]
	in := false
	switch {
	case w.gone:
		h.live++
	case !w.void:
		return
	default:
		h.clocks.leave(w.clock) // nothing it has pushed withholds its first reply
		in = w.in
		if h.roster != nil {
			h.roster.Leave(worker)
		}
	}
	if h.roster != nil {
		h.roster.Join(worker, true)
	}
	h.forgetStops(worker)
	*w = hubWorker{has: -1, since: -1, fly: -1, old: -1, pulls: true, clock: h.clocks.join(), in: in}
	h.ready = append(h.ready, worker)
	h.release()
}

// Crash ends the life of a worker: what it computes, has and was being sent is void, and no reply
// leaves for it. Pushes that left it may still be served. It remains a member.
func (h *Hub[F]) Crash(worker int) {
	w := &h.workers[worker]
	_, l := h.book(worker)
	h.close(l, worker)
	h.forgetStops(worker)
	*w = hubWorker{has: -1, since: -1, fly: -1, old: -1, clock: w.clock, in: w.in, gone: w.gone, void: true}
}

// forgetStops forgets the interrupts on their way to a worker.
func (h *Hub[F]) forgetStops(worker int) {
	if h.stops != nil {
		h.stops[worker] = nil
	}
}

// Miss takes a worker out of the members; its life goes on, and it is answered as before. What
// waited for nobody else happens now: if a round, the Outcome says so by its Round; and Version is
// one higher if an update was made, with or without a round.
func (h *Hub[F]) Miss(worker int) (o Outcome) {
	w := &h.workers[worker]
	o.Version = h.version
	if w.gone {
		return o
	}
	h.clocks.leave(w.clock)
	h.live--
	if w.in {
		h.here--
	}
	w.gone = true
	if h.roster != nil {
		h.roster.Leave(worker)
		h.ready = append(h.ready, h.choice...) // there may be something for them now
		h.choice = h.choice[:0]
	}
	h.release()
	h.settle(&o)
	return o
}

// settle makes the update that waits for no member any more.
func (h *Hub[F]) settle(o *Outcome) {
	switch {
	case h.live == 0:
	case len(h.round) > 0 && h.here == h.live:
		h.endRound(o)
	case h.c.Hold == optimizers.HoldNews && h.merged > 0 && h.merged >= h.gather():
		h.applySum(o)
	}
}

// Return takes back a worker that was missed and has kept what it had. Its clock goes on, from that
// of the slowest if it is behind. The Outcome is as Miss gives it: what had come while nobody was a
// member may wait for nobody else now.
func (h *Hub[F]) Return(worker int) (o Outcome) {
	w := &h.workers[worker]
	o.Version = h.version
	if !w.gone {
		return o
	}
	alone := h.live == 0
	w.gone = false
	h.live++
	w.clock = h.clocks.resume(w.clock)
	if w.in {
		h.here++
	}
	if h.roster != nil {
		h.roster.Join(worker, false)
	}
	h.release()
	if alone {
		h.settle(&o)
	}
	return o
}

// Leave is Crash and Miss at once.
func (h *Hub[F]) Leave(worker int) Outcome {
	h.Crash(worker)
	return h.Miss(worker)
}

// Member says whether rounds and clocks count a worker.
func (h *Hub[F]) Member(worker int) bool { return !h.workers[worker].gone }

// Unsent notes that the interrupt that was read last for a worker got lost.
func (h *Hub[F]) Unsent(to int) {
	stops := h.stops[to]
	n := len(stops) - 1
	h.ledger.close(h.version, stops[n])
	h.stops[to] = stops[:n]
}

// gather is how many pushes make an update: those that wait for it are never more than the members.
func (h *Hub[F]) gather() int {
	if h.c.Hold == optimizers.HoldNews && h.live > 0 {
		return min(h.c.Gather, h.live)
	}
	return h.c.Gather
}
