package optimizers

import (
	"cmp"
	"slices"
)

// When workers are answered, and with what.

// await puts a worker that wants a reply where it is found when it may have one.
func (h *Hub[F]) await(worker int) {
	switch w := &h.workers[worker]; {
	case h.allowed(w):
		h.ready = append(h.ready, worker)
	case h.c.Hold == HoldNews:
		h.news = append(h.news, worker)
	default:
		h.ahead.push(w.clock, worker)
	}
}

// allowed says whether nothing withholds the reply of a worker that wants one. Who has not pushed since its last reply
// need not wait for news: it may be about to make them.
func (h *Hub[F]) allowed(w *hubWorker) bool {
	switch h.c.Hold {
	case HoldNews:
		return !w.pushed || h.version > w.has
	case HoldClock:
		return w.clock-h.clocks.min <= h.c.Slack
	}
	return true
}

// release finds whom the slowest worker no longer keeps waiting.
func (h *Hub[F]) release() {
	for len(h.ahead) > 0 && h.ahead[0].key-h.clocks.min <= h.c.Slack {
		h.ready = append(h.ready, h.ahead.pop().worker)
	}
}

// Due lists the replies to send now, in order of worker, and forgets them. The slice is lent until the next call.
func (h *Hub[F]) Due() []Due {
	h.due = h.due[:0]
	if h.c.Stop {
		for len(h.reads) > 0 && h.version-h.reads[0].key >= h.c.Limit {
			h.ready = append(h.ready, h.reads.pop().worker)
		}
		if len(h.reads) > 2*len(h.workers)+64 { // most of it is history
			h.reads.keep(func(e keyed) bool { return h.workers[e.worker].since == e.key })
		}
	}
	for _, i := range h.ready {
		switch w := &h.workers[i]; {
		case h.c.Stop && w.since >= 0 && !w.stopping && h.version-w.since >= h.c.Limit:
			w.stopping = h.list(i, true)
			w.listed = w.stopping
		case w.pulls && h.allowed(w):
			h.list(i, false)
		}
	}
	h.ready = h.ready[:0]
	if len(h.due) > 1 {
		slices.SortFunc(h.due, func(a, b Due) int { return cmp.Compare(a.To, b.To) })
	}
	return h.due
}

// list puts a reply among those due, unless a Dispatcher has nothing to compute for it.
func (h *Hub[F]) list(worker int, interrupt bool) bool {
	d := Due{To: worker, Interrupt: interrupt}
	if h.chooser != nil {
		var ok bool
		if d.Lo, d.Hi, ok = h.chooser.Portion(worker); !ok {
			h.choice = append(h.choice, worker)
			return false
		}
	}
	w := &h.workers[worker]
	w.pulls, w.pushed = false, false
	h.due = append(h.due, d)
	return true
}

// Reply writes what worker to is sent, and returns the version read and the clock of the slowest worker.
func (h *Hub[F]) Reply(dst []F, to int) (version, clock int) {
	if h.Kept(to) {
		copy(dst, h.old[to])
	} else {
		h.server.Reply(dst, to)
	}
	return h.Read(to)
}

// Read is Reply for a driver that takes the content elsewhere: a snapshot of the center of a Uniform server, unless Kept
// says that this worker is owed an older one.
func (h *Hub[F]) Read(to int) (version, clock int) {
	w := &h.workers[to]
	switch {
	case w.listed:
		w.listed, w.stop = false, h.version
		h.ledger.open()
		return h.version, h.clocks.min
	case w.old >= 0:
		w.fly, w.old = w.old, -1
	default:
		w.fly = h.version
		h.ledger.open()
	}
	return w.fly, h.clocks.min
}

// Kept says whether the reply to a worker that Due has listed was read earlier, by ReadOld.
func (h *Hub[F]) Kept(to int) bool { w := &h.workers[to]; return w.old >= 0 && !w.listed }
