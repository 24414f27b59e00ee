package hub

import (
	"slices"
	"unsafe"

	"staleness/internal/prefetch"
	"staleness/nets/vec"
	"staleness/optimizers"
)

// A Hub runs a server, or one shard of it, for any driver. Serve, Due and Reply take time
// independent of the number of workers when each push is answered at once, and at most its
// logarithm per push and reply otherwise. Check says whether staleness was conserved.
type Hub[F vec.Float] struct {
	strategy  *optimizers.Strategy[F] `state:"-"`
	c         optimizers.Consistency
	server    optimizers.Server[F]
	ager      optimizers.Ager         `state:"-"` // the server, if it is one
	chooser   optimizers.Dispatcher   `state:"-"` // likewise
	versioner optimizers.Versioner[F] `state:"-"` // likewise
	roster    optimizers.Roster       `state:"-"` // likewise
	breaker   optimizers.Breaker      `state:"-"` // likewise
	peering   optimizers.Peering[F]   `state:"-"` // likewise
	// likewise
	correspondent optimizers.Correspondent[F] `state:"-"`
	version       int
	floor         int    // versions before it belong to a round that is over
	replicas      []book // of peers: those of each replica, in place of ledger
	workers       []hubWorker
	live          int
	clocks        clocks

	// Pushes on their way into one update.
	//
	// under All: one of each worker, merged in their order whatever the order of arrival
	round  []held[F]
	here   int // members that are in it
	merged int // under Gather > 1: how many are in sum
	sum    []F
	loss   float64
	tau    int     // the largest in sum
	sched  float64 // of the pushes in sum, if the server is Linear
	last   float64 // of the last push
	took   float64 // seconds that the gradients in sum took
	linear bool    `state:"-"` // the server is Linear
	who    []int   // of the last complete round

	into []F  `state:"-"` // where an update is to write the center; nil: where it is
	away bool // the center is the driver's memory

	// Replies. A worker may stand in a list in vain: what counts is looked up when its turn comes.
	due    []Due
	ready  []int   // nothing withholds them
	news   []int   // until the next version
	ahead  minHeap // by clock, until the slowest catches up
	choice []int   // until the next push: a Dispatcher has nothing for them
	reads  minHeap // under Stop: by version read, those who compute at it or are being sent it
	old    [][]F   // replies of ReadOld exchanges, by worker
	// by worker: versions of the interrupts on their way, in order; nil until there is one
	stops [][]int

	ledger ledger
}

// hubWorker is what the hub knows of a worker, in 48 bytes: there may be a million of them.
// Versions are -1 where there is none.
type hubWorker struct {
	has    int  // version of the parameters it computes with
	since  int  // version read by the oldest gradient of its next push
	fly    int  // version of the reply on its way
	clock  int  // pushes that arrived
	old    int  // version of the reply kept for it by ReadOld
	gone   bool // it is no member
	void   bool // its life is over, and no other has begun: nothing is sent to it
	used   bool // what it has rests in a push already
	pulls  bool // wants a reply
	pushed bool // since its last reply, and was not refused
	in     bool // has a push in the round
	listed listed
}

// listed is what Due has listed for a worker and nobody has read yet.
type listed uint8

const (
	nothing listed = iota
	aReply
	anInterrupt
)

// close ends in the ledger all reads that a worker has or is being sent.
func (h *Hub[F]) close(l *ledger, worker int) {
	w := &h.workers[worker]
	version, _ := h.book(worker)
	l.close(version, w.since)
	l.close(version, w.fly)
	l.close(version, w.old)
	for _, read := range h.interrupts(worker) {
		l.close(version, read)
	}
	if !w.used {
		l.close(version, w.has)
	}
}

// interrupts are the versions of those on their way to a worker.
func (h *Hub[F]) interrupts(worker int) []int {
	if h.stops == nil {
		return nil
	}
	return h.stops[worker]
}

// A Header travels with a push.
type Header struct {
	From  int
	Read  int     // version its oldest gradient was computed at
	Loss  float64 // of its last gradient
	Sched float64 // factor on the rates, likewise; filled in by the driver (see Progress)
	// how long its gradients took, together; filled in by a driver that has a clock
	Seconds float64
}

// An Outcome is what became of a push.
type Outcome struct {
	Verdict optimizers.Verdict
	Version int  // just before it, or the update it goes into, is applied
	Tau     int  // its staleness
	Held    bool // it waits for its round: the round's Outcome tells when it entered
	// with this push the round is complete: whose pushes are in it, in order; lent until the next
	// call
	Round []int
}

// A Due is a reply to be sent now.
type Due struct {
	To        int
	Interrupt bool // not asked for: on arrival it voids what the worker computes
	Lo, Hi    int  // the samples to compute, if the server chooses
}

// New makes the server of s and joins all workers. The consistency is the method's own, or run
// where it leaves the choice; a pair that makes no sense is refused, with what to do instead.
func New[F vec.Float](s optimizers.Strategy[F], run optimizers.Consistency, e optimizers.Env[F]) (*Hub[F], error) {
	c, err := s.Resolve(run, e.Workers)
	if err != nil {
		return nil, err
	}
	e.ID = -1
	h := &Hub[F]{strategy: &s, c: c, server: s.Server(e), workers: make([]hubWorker, e.Workers)}
	h.ager, _ = h.server.(optimizers.Ager)
	h.chooser, _ = h.server.(optimizers.Dispatcher)
	h.versioner, _ = h.server.(optimizers.Versioner[F])
	h.breaker, _ = h.server.(optimizers.Breaker)
	if h.peering, _ = h.server.(optimizers.Peering[F]); h.peering != nil {
		h.replicas = make([]book, e.Workers)
		h.correspondent, _ = h.server.(optimizers.Correspondent[F])
	}
	if l, ok := h.server.(optimizers.Linear); ok {
		h.linear = l.Linear()
	}
	for i := range h.workers {
		h.workers[i].gone = true
		h.Join(i)
	}
	h.roster, _ = h.server.(optimizers.Roster) // from now on
	return h, nil
}

// Begin notes that a worker starts to compute a gradient with what it last received.
func (h *Hub[F]) Begin(worker int) {
	w := &h.workers[worker]
	if w.since >= 0 || w.has < 0 {
		return
	}
	w.since = w.has
	if w.used { // a second push that rests on the same read
		version, l := h.book(worker)
		l.reuse(version, w.has)
		h.watch(worker, w.has)
	}
	w.used = true
}

// Send returns the header of a push that leaves a worker now.
func (h *Hub[F]) Send(worker int, loss float64) Header {
	h.Begin(worker)
	w := &h.workers[worker]
	read := w.since
	w.since = -1
	return Header{From: worker, Read: read, Loss: loss}
}

// Lose notes that a push will never arrive.
func (h *Hub[F]) Lose(p Header) {
	version, l := h.book(p.From)
	l.close(version, p.Read)
}

// Serve takes a request that has reached the server: a push, a pull or both. It may overwrite v.
func (h *Hub[F]) Serve(p Header, a optimizers.Action, v []F) (o Outcome) {
	w := &h.workers[p.From]
	o.Version, _ = h.book(p.From)
	if a&optimizers.ReadOld != 0 && !w.void {
		if h.into == nil {
			h.readOld(p.From, len(v))
		}
		h.ledger.close(h.version, w.old)
		w.old = h.version
		h.ledger.open()
	}
	if a&optimizers.Push != 0 {
		had := w.pushed
		if !w.gone {
			h.clocks.tick(w.clock)
			w.clock++
		}
		w.pushed = w.pushed || !w.void
		if h.push(p, v, &o); o.Verdict == optimizers.Dropped && !had {
			w.pushed = false
		}
		h.ready = append(h.ready, h.choice...)
		h.choice = h.choice[:0]
		h.release()
	}
	if a&optimizers.Pull != 0 && !w.void {
		w.pulls = true
		h.await(p.From)
	}
	return o
}

// readOld keeps what a worker is to be sent once its push has been applied.
func (h *Hub[F]) readOld(worker, size int) {
	if h.old == nil {
		h.old = make([][]F, len(h.workers))
	}
	h.old[worker] = slices.Grow(h.old[worker][:0], size)[:size]
	h.server.Reply(h.old[worker], worker)
}

// ServeInto is Serve for a driver that gives v away where the server is a Versioner. If moved, the
// push has made an update, and the new center is in v, which is read-only from then on; the center
// before is as it was, and no longer used. So it is for the driver to keep, if the reply is to be
// read before the push: then Kept says so, and Read takes the place of Reply.
func (h *Hub[F]) ServeInto(p Header, a optimizers.Action, v []F) (o Outcome, moved bool) {
	if h.versioner == nil {
		return h.Serve(p, a, v), false
	}
	h.into = v
	o = h.Serve(p, a, v)
	h.into = nil
	return o, a&optimizers.Push != 0 && o.Verdict == optimizers.Applied
}

// Delivered notes that a reply has reached its worker, which adopts it.
func (h *Hub[F]) Delivered(to, version int) {
	w := &h.workers[to]
	if w.fly != version {
		h.ledger.misread(to, version, w.fly)
	}
	w.fly = -1
	h.adopt(to, version)
}

// Interrupted notes that an interrupt has reached its worker, which gives up what it computes and
// adopts the reply.
func (h *Hub[F]) Interrupted(to, version int) {
	w := &h.workers[to]
	k := slices.Index(h.interrupts(to), version)
	if k < 0 {
		h.ledger.misread(to, version, -1)
	} else {
		h.stops[to] = slices.Delete(h.stops[to], k, k+1)
	}
	h.ledger.close(h.version, w.since)
	w.since = -1
	h.adopt(to, version)
}

// Ignored notes that the first interrupt on its way to a worker found it no longer computing: its
// request has crossed it and will be answered.
func (h *Hub[F]) Ignored(to int) {
	stops := h.interrupts(to)
	if len(stops) == 0 {
		h.ledger.misread(to, -1, -1)
		return
	}
	h.ledger.close(h.version, stops[0])
	h.stops[to] = slices.Delete(stops, 0, 1)
}

func (h *Hub[F]) adopt(to, version int) {
	w := &h.workers[to]
	if !w.used {
		now, l := h.book(to)
		l.close(now, w.has)
	}
	w.has, w.used = version, false
}

// Center is the server's, Version how many updates made it, Lead how far a worker's clock is ahead
// of the slowest.
func (h *Hub[F]) Center() []F                         { return h.server.Center() }
func (h *Hub[F]) Server() optimizers.Server[F]        { return h.server }
func (h *Hub[F]) Version() int                        { return h.version }
func (h *Hub[F]) Consistency() optimizers.Consistency { return h.c }
func (h *Hub[F]) Lead(worker int) int                 { return h.workers[worker].clock - h.clocks.min }

// Pending is how many pushes have arrived but are in no update yet.
func (h *Hub[F]) Pending() int { return len(h.round) + h.merged }

// Check reports a violated conservation of staleness; inFlight are the headers of the pushes on
// their way. What the hub holds and what the driver holds must add up to every read the hub gave
// out.
func (h *Hub[F]) Check(inFlight []Header) error {
	if h.peering != nil {
		return h.checkReplicas(inFlight)
	}
	l := h.ledger
	for _, p := range inFlight {
		l.close(h.version, p.Read)
	}
	for i := range h.workers {
		h.close(&l, i)
	}
	return l.settle()
}

// Fetch asks for what the hub knows of a worker, which is to send or be sent something soon. It
// changes nothing.
func (h *Hub[F]) Fetch(worker int) {
	w := unsafe.Pointer(&h.workers[worker])
	end := unsafe.Add(w, unsafe.Sizeof(hubWorker{})-1)
	prefetch.Lines(w, end, w, end)
}
