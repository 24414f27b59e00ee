package hub

import (
	"cmp"
	"slices"

	"staleness/optimizers"
)

// When workers are answered, and with what.

// await puts a worker that wants a reply where it is found when it may have one.
func (h *Hub[F]) await(worker int) {
	switch w := &h.workers[worker]; {
	case h.allowed(w):
		h.ready = append(h.ready, worker)
	case h.c.Hold == optimizers.HoldNews:
		h.news = append(h.news, worker)
	default:
		h.ahead.push(w.clock, worker)
	}
}

// allowed says whether nothing withholds the reply of a worker that wants one. Who has pushed
// nothing since its last reply that was taken need not wait for news: it may be about to make them.
func (h *Hub[F]) allowed(w *hubWorker) bool {
	switch h.c.Hold {
	case optimizers.HoldNews:
		return !w.pushed || h.version > w.has
	case optimizers.HoldClock:
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

// Due lists the replies to send now, in order of worker, and forgets them. The slice is lent until
// the next call.
func (h *Hub[F]) Due() []Due {
	h.due = emptied(h.due)
	if h.c.Stop {
		h.overtaken()
	}
	for _, i := range h.ready {
		switch w := &h.workers[i]; {
		case w.listed != nothing:
		case w.pulls: // it waits: there is nothing to interrupt
			if h.allowed(w) {
				h.list(i, aReply)
			}
		case h.late(i):
			h.list(i, anInterrupt)
		}
	}
	h.ready = emptied(h.ready)
	if len(h.due) > 1 {
		slices.SortFunc(h.due, func(a, b Due) int { return cmp.Compare(a.To, b.To) })
	}
	return h.due
}

// emptied is an empty list; the memory of one that was long, such as that of all workers at the
// start, is not kept when it has become short.
func emptied[T any](list []T) []T {
	if cap(list) > 1024 && len(list) < cap(list)/64 {
		return nil
	}
	return list[:0]
}

// overtaken finds the workers who compute at a version that the limit or the end of a round has
// passed, or are being sent one.
func (h *Hub[F]) overtaken() {
	for len(h.reads) > 0 && h.void(h.reads[0].key) {
		h.ready = append(h.ready, h.reads.pop().worker)
	}
	if len(h.reads) > 2*len(h.workers)+64 { // most of it is history
		h.reads.keep(func(e keyed) bool {
			w := &h.workers[e.worker]
			return w.since == e.key || w.fly == e.key || slices.Contains(h.interrupts(e.worker), e.key)
		})
	}
}

// late says whether the newest point that a worker computes at or is being sent can only lead to a
// push that is refused. Who awaits the answer to a push has none.
func (h *Hub[F]) late(worker int) bool {
	w := &h.workers[worker]
	newest := max(w.since, w.fly)
	if !h.c.Stop || newest < 0 {
		return false
	}
	if stops := h.interrupts(worker); len(stops) > 0 {
		newest = max(newest, stops[len(stops)-1])
	}
	return h.void(newest)
}

// void says whether what is computed at a version can only be refused.
func (h *Hub[F]) void(read int) bool {
	return read < h.floor || h.c.Limit > 0 && h.version-read >= h.c.Limit
}

// watch has a worker found when the limit passes a version.
func (h *Hub[F]) watch(worker, version int) {
	if h.c.Stop {
		h.reads.push(version, worker)
	}
}

// list puts a reply or an interrupt among those due, unless a Dispatcher has nothing to compute for
// it.
func (h *Hub[F]) list(worker int, what listed) {
	d := Due{To: worker, Interrupt: what == anInterrupt}
	if h.chooser != nil {
		var ok bool
		if d.Lo, d.Hi, ok = h.chooser.Portion(worker); !ok {
			h.choice = append(h.choice, worker)
			return
		}
	}
	w := &h.workers[worker]
	w.pulls, w.pushed, w.listed = false, false, what
	h.due = append(h.due, d)
}

// Reply writes what worker to is sent, and returns the version read and the clock of the slowest
// worker.
func (h *Hub[F]) Reply(dst []F, to int) (version, clock int) {
	if h.Kept(to) {
		copy(dst, h.old[to])
	} else {
		h.server.Reply(dst, to)
	}
	return h.Read(to)
}

// Read is Reply for a driver that takes the content elsewhere: a snapshot of the center of a
// Uniform server, unless Kept says that this worker is owed an older one.
func (h *Hub[F]) Read(to int) (version, clock int) {
	w := &h.workers[to]
	version, l := h.book(to)
	switch {
	case w.listed == anInterrupt:
		if h.stops == nil {
			h.stops = make([][]int, len(h.workers))
		}
		h.stops[to] = append(h.stops[to], version)
		l.open()
	case w.old >= 0:
		version = w.old
		w.fly, w.old = version, -1
	default:
		w.fly = version
		l.open()
	}
	w.listed = nothing
	h.watch(to, version)
	return version, h.clocks.min
}

// Kept says whether the reply to a worker that Due has listed was read earlier, by ReadOld.
func (h *Hub[F]) Kept(to int) bool { w := &h.workers[to]; return w.old >= 0 && w.listed != anInterrupt }

// Owed says what the reply waits for that a hub owes a worker.
type Owed uint8

const (
	NotOwed     Owed = iota // there is none
	OwedNow                 // the next Due
	OwedNews                // another push
	OwedSlowest             // pushes of the slowest workers
)

// Owed is what the hub owes each worker.
func (h *Hub[F]) Owed() []Owed {
	owed := make([]Owed, len(h.workers))
	note := func(worker int, what Owed) {
		if h.workers[worker].pulls {
			owed[worker] = what
		}
	}
	for _, e := range h.ahead {
		note(e.worker, OwedSlowest)
	}
	for _, list := range [][]int{h.news, h.choice} {
		for _, i := range list {
			note(i, OwedNews)
		}
	}
	for _, i := range h.ready {
		note(i, OwedNow)
	}
	return owed
}
