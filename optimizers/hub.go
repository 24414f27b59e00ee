package optimizers

import (
	"cmp"
	"fmt"
	"slices"

	"staleness/nets/vec"
)

// A Hub runs a server, or one shard of it, for any driver: it counts versions, measures staleness, merges, refuses and
// withholds as the consistency says, and checks that staleness is conserved. A driver calls, for each worker,
//
//	(Due, Reply,) Delivered, Begin (Begin ...), Send, Serve
//
// and after every Serve or Leave asks Due which replies to send, and calls Reply or Read for each of them at once. Serve, Due and
// Reply take time independent of the number of workers when each push is answered at once, and at most its logarithm per
// push and reply otherwise.
type Hub[F vec.Float] struct {
	strategy *Strategy[F] `state:"-"`
	c        Consistency
	server   Server[F]
	ager     Ager       `state:"-"` // the server, if it is one
	chooser  Dispatcher `state:"-"` // likewise
	version  int
	workers  []hubWorker
	live     int
	clocks   clocks

	// Pushes on their way into one update.
	round  []held[F] // under All: one of each worker, merged in their order whatever the order of arrival
	here   int       // live workers that are in it
	merged int       // under Gather > 1: how many are in sum
	sum    []F
	loss   float64
	tau    int     // the largest in sum
	sched  float64 // of the last push
	who    []int   // of the last complete round

	// Replies. A worker may stand in a list in vain: what counts is looked up when its turn comes.
	due    []Due
	ready  []int   // nothing withholds them
	news   []int   // until the next version
	ahead  minHeap // by clock, until the slowest catches up
	choice []int   // until the next push: a Dispatcher has nothing for them
	reads  minHeap // under Stop: by version read, those who compute
	old    [][]F   // replies of ReadOld exchanges, by worker

	ledger ledger
}

// hubWorker is what the hub knows of a worker. Versions are -1 where there is none.
type hubWorker struct {
	has      int // version of the parameters it computes with
	since    int // version read by the oldest gradient of its next push
	fly      int // version of the reply on its way
	stop     int // version of the interrupt on its way
	clock    int // pushes that arrived
	old      int // version of the reply kept for it by ReadOld
	gone     bool
	used     bool // what it has rests in a push already
	pulls    bool // wants a reply
	pushed   bool // since its last reply
	stopping bool // an interrupt for it is listed or on its way
	listed   bool // that interrupt is listed, not yet read
	in       bool // has a push in the round
}

// held is a push that waits for its round.
type held[F vec.Float] struct {
	from, tau int
	vec       []F
	loss      float64
}

// A Header travels with a push.
type Header struct {
	From  int
	Read  int     // version its oldest gradient was computed at
	Loss  float64 // of its last gradient
	Sched float64 // filled in by the driver on arrival
}

// An Outcome is what became of a push.
type Outcome struct {
	Verdict Verdict
	Version int   // just before it, or the update it goes into, is applied
	Tau     int   // its staleness
	Held    bool  // it waits for its round: the round's Outcome tells when it entered
	Round   []int // with this push the round is complete: whose pushes are in it, in order; lent until the next call
}

// A Due is a reply to be sent now.
type Due struct {
	To        int
	Interrupt bool // not asked for: on arrival it voids what the worker computes
	Lo, Hi    int  // the samples to compute, if the server chooses
}

// NewHub makes the server of s and joins all workers. The consistency is the method's own, or run where it leaves the
// choice; a pair that makes no sense is refused, with what to do instead.
func NewHub[F vec.Float](s Strategy[F], run Consistency, e Env[F]) (*Hub[F], error) {
	c, err := s.Resolve(run, e.Workers)
	if err != nil {
		return nil, err
	}
	e.ID = -1
	h := &Hub[F]{strategy: &s, c: c, server: s.Server(e), workers: make([]hubWorker, e.Workers)}
	h.ager, _ = h.server.(Ager)
	h.chooser, _ = h.server.(Dispatcher)
	for i := range h.workers {
		h.workers[i].gone = true
		h.Join(i)
	}
	return h, nil
}

// Join brings a worker in, new or again: the next Due lists it, and its first Receive is of that reply.
func (h *Hub[F]) Join(worker int) {
	w := &h.workers[worker]
	if !w.gone {
		return
	}
	*w = hubWorker{has: -1, since: -1, fly: -1, stop: -1, old: -1, pulls: true, clock: h.clocks.join()}
	h.live++
	h.ready = append(h.ready, worker)
}

// Leave takes a worker out. What it computes, has and was being sent is void; pushes that left it may still be served.
// If a round waited for nobody else, it is applied now, and the Outcome says so by its Round.
func (h *Hub[F]) Leave(worker int) (o Outcome) {
	w := &h.workers[worker]
	if w.gone {
		return o
	}
	for _, read := range []int{w.since, w.fly, w.stop, w.old} {
		h.ledger.close(h.version, read)
	}
	if !w.used {
		h.ledger.close(h.version, w.has)
	}
	h.clocks.leave(w.clock)
	h.live--
	if w.in {
		h.here--
	}
	*w = hubWorker{has: -1, since: -1, fly: -1, stop: -1, old: -1, gone: true}
	h.release()
	if len(h.round) > 0 && h.live > 0 && h.here == h.live {
		o.Version = h.version
		h.endRound(&o)
	}
	return o
}

// Begin notes that a worker starts to compute a gradient with what it last received.
func (h *Hub[F]) Begin(worker int) {
	w := &h.workers[worker]
	if w.since >= 0 || w.has < 0 {
		return
	}
	w.since = w.has
	if w.used { // a second push that rests on the same read
		h.ledger.reuse(h.version, w.has)
	}
	w.used = true
	if h.c.Stop {
		h.reads.push(w.since, worker)
	}
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
func (h *Hub[F]) Lose(p Header) { h.ledger.close(h.version, p.Read) }

// Serve takes a request that has reached the server: a push, a pull or both. It may overwrite v.
func (h *Hub[F]) Serve(p Header, a Action, v []F) (o Outcome) {
	w := &h.workers[p.From]
	o.Version = h.version
	if a&ReadOld != 0 && !w.gone {
		if h.old == nil {
			h.old = make([][]F, len(h.workers))
		}
		h.old[p.From] = slices.Grow(h.old[p.From][:0], len(v))[:len(v)]
		h.server.Reply(h.old[p.From], p.From)
		h.ledger.close(h.version, w.old)
		w.old = h.version
		h.ledger.open()
	}
	if a&Push != 0 {
		if !w.gone {
			h.clocks.tick(w.clock)
			w.clock++
			w.pushed = true
		}
		h.push(p, v, &o)
		h.ready = append(h.ready, h.choice...)
		h.choice = h.choice[:0]
		h.release()
	}
	if a&Pull != 0 && !w.gone {
		w.pulls = true
		h.await(p.From)
	}
	return o
}

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

func (h *Hub[F]) push(p Header, v []F, o *Outcome) {
	o.Tau = h.version - p.Read
	if h.ager != nil {
		o.Tau = h.ager.Age(p.From)
	}
	h.ledger.close(h.version, p.Read)
	h.sched = p.Sched
	if h.c.Limit > 0 && o.Tau >= h.c.Limit {
		o.Verdict = Dropped
		return
	}
	ClipNorm(v, h.strategy.Clip.Push)
	if h.strategy.Weight != nil {
		if f := h.strategy.Weight(o.Tau); f != 1 {
			vec.Scale(v, F(f))
		}
	}
	switch {
	case h.c.Gather == All && len(h.workers) > 1:
		h.keep(p, v, o.Tau)
		if h.here < h.live || h.live == 0 {
			o.Verdict, o.Held = Buffered, true
			return
		}
		h.endRound(o)
	case h.c.Gather > 1:
		h.add(v, p.Loss, o.Tau)
		if h.merged < h.c.Gather {
			o.Verdict = Buffered
			return
		}
		h.applySum(o)
	default:
		h.apply(Message[F]{From: p.From, Vec: v, Tau: o.Tau, N: 1, Sched: p.Sched, Loss: p.Loss}, o)
	}
}

// keep puts a push into the round.
func (h *Hub[F]) keep(p Header, v []F, tau int) {
	n := len(h.round)
	h.round = slices.Grow(h.round, 1)[:n+1]
	r := &h.round[n]
	r.from, r.tau, r.loss, r.vec = p.From, tau, p.Loss, append(r.vec[:0], v...)
	if w := &h.workers[p.From]; !w.gone && !w.in {
		w.in = true
		h.here++
	}
}

// endRound merges the round in the order of workers.
func (h *Hub[F]) endRound(o *Outcome) {
	slices.SortStableFunc(h.round, func(a, b held[F]) int { return cmp.Compare(a.from, b.from) })
	h.who = h.who[:0]
	for i := range h.round {
		r := &h.round[i]
		h.add(r.vec, r.loss, r.tau)
		h.who = append(h.who, r.from)
		h.workers[r.from].in = false
	}
	h.round, h.here = h.round[:0], 0
	o.Round = h.who
	h.applySum(o)
}

func (h *Hub[F]) add(v []F, loss float64, tau int) {
	if h.merged++; h.merged == 1 {
		h.sum, h.loss, h.tau = append(h.sum[:0], v...), loss, tau
		return
	}
	vec.Add(h.sum, h.sum, v)
	h.loss += loss
	h.tau = max(h.tau, tau)
}

func (h *Hub[F]) applySum(o *Outcome) {
	if h.strategy.Combine == Mean {
		vec.Scale(h.sum, 1/F(h.merged))
	}
	m := Message[F]{From: -1, Vec: h.sum, Tau: h.tau, N: h.merged, Sched: h.sched, Loss: h.loss / float64(h.merged)}
	h.merged = 0
	h.apply(m, o)
}

func (h *Hub[F]) apply(m Message[F], o *Outcome) {
	if o.Verdict = h.server.Apply(m); o.Verdict != Applied {
		return
	}
	h.version++
	h.ledger.update()
	h.ready = append(h.ready, h.news...)
	h.news = h.news[:0]
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

// Delivered notes that a reply has reached its worker, which adopts it.
func (h *Hub[F]) Delivered(to, version int) {
	w := &h.workers[to]
	if w.fly != version {
		h.ledger.misread(to, version, w.fly)
	}
	w.fly = -1
	h.adopt(w, version)
}

// Interrupted notes that an interrupt has reached its worker, which gives up what it computes and adopts the reply.
func (h *Hub[F]) Interrupted(to, version int) {
	w := &h.workers[to]
	if w.stop != version {
		h.ledger.misread(to, version, w.stop)
	}
	h.ledger.close(h.version, w.since)
	w.since, w.stop, w.stopping = -1, -1, false
	h.adopt(w, version)
}

// Ignored notes that an interrupt found its worker no longer computing: its push has crossed it and will be answered.
func (h *Hub[F]) Ignored(to int) {
	w := &h.workers[to]
	h.ledger.close(h.version, w.stop)
	w.stop, w.stopping = -1, false
}

func (h *Hub[F]) adopt(w *hubWorker, version int) {
	if !w.used {
		h.ledger.close(h.version, w.has)
	}
	w.has, w.used = version, false
}

// Center is the server's, Version how many updates made it, Lead how far a worker's clock is ahead of the slowest.
func (h *Hub[F]) Center() []F              { return h.server.Center() }
func (h *Hub[F]) Server() Server[F]        { return h.server }
func (h *Hub[F]) Version() int             { return h.version }
func (h *Hub[F]) Consistency() Consistency { return h.c }
func (h *Hub[F]) Lead(worker int) int      { return h.workers[worker].clock - h.clocks.min }

// Pending is how many pushes have arrived but are in no update yet.
func (h *Hub[F]) Pending() int { return len(h.round) + h.merged }

// Check reports a violated conservation of staleness; inFlight are the headers of the pushes on their way. What the hub
// holds and what the driver holds must add up to every read the hub gave out.
func (h *Hub[F]) Check(inFlight []Header) error {
	l := h.ledger
	for _, p := range inFlight {
		l.close(h.version, p.Read)
	}
	for i := range h.workers {
		w := &h.workers[i]
		for _, read := range []int{w.since, w.fly, w.stop, w.old} {
			l.close(h.version, read)
		}
		if !w.used {
			l.close(h.version, w.has)
		}
	}
	return l.settle()
}

// A ledger counts reads (leases): each ages by one with every update until it is closed.
type ledger struct {
	live  int // reads outstanding
	aged  int // what all reads have aged by
	spent int // what the closed ones had aged by
	wrong string
}

func (l *ledger) open()   { l.live++ }
func (l *ledger) update() { l.aged += l.live }

// reuse opens a read that is old already.
func (l *ledger) reuse(version, read int) { l.live++; l.aged += version - read }

// close ends a read; read -1 is none.
func (l *ledger) close(version, read int) {
	if read >= 0 {
		l.live--
		l.spent += version - read
	}
}

func (l *ledger) misread(worker, version, sent int) {
	if l.wrong == "" {
		l.wrong = fmt.Sprintf("worker %d was delivered version %d, but version %d was on its way (-1: nothing)", worker, version, sent)
	}
}

func (l *ledger) settle() error {
	switch {
	case l.wrong != "":
		return fmt.Errorf("%s", l.wrong)
	case l.live != 0:
		return fmt.Errorf("reads do not balance: %d more were given out than are found or were used", l.live)
	case l.aged != l.spent:
		return fmt.Errorf("staleness is not conserved: reads aged by %d, but those used, void and outstanding had %d", l.aged, l.spent)
	}
	return nil
}

// clocks counts live workers by their clock, to know the least without looking for it.
type clocks struct {
	min   int
	count []int // of clocks min, min+1, ...; from head on
	head  int
}

// join brings in a worker, at the least clock.
func (c *clocks) join() int { c.at(c.min, 1); return c.min }

func (c *clocks) leave(clock int) { c.at(clock, -1); c.advance() }

func (c *clocks) tick(clock int) { c.at(clock+1, 1); c.at(clock, -1); c.advance() }

func (c *clocks) at(clock, by int) {
	i := c.head + clock - c.min
	for i >= len(c.count) {
		c.count = append(c.count, 0)
	}
	c.count[i] += by
}

// advance moves past clocks that nobody is at, if somebody is ahead.
func (c *clocks) advance() {
	skip := 0
	for c.head+skip < len(c.count) && c.count[c.head+skip] == 0 {
		skip++
	}
	if c.head+skip == len(c.count) {
		return // nobody is left: whoever joins takes up here
	}
	c.head += skip
	c.min += skip
	if c.head > 64 && c.head > len(c.count)/2 {
		c.count = slices.Delete(c.count, 0, c.head)
		c.head = 0
	}
}

// keyed is a worker in a minHeap. Equal keys come out in order of worker.
type keyed struct{ key, worker int }

func (a keyed) less(b keyed) bool { return a.key < b.key || a.key == b.key && a.worker < b.worker }

type minHeap []keyed

func (h *minHeap) push(key, worker int) {
	*h = append(*h, keyed{key, worker})
	h.up(len(*h) - 1)
}

func (h *minHeap) pop() keyed {
	s := *h
	top := s[0]
	n := len(s) - 1
	s[0] = s[n]
	*h = s[:n]
	h.down(0)
	return top
}

// keep drops what f does not want.
func (h *minHeap) keep(f func(keyed) bool) {
	*h = slices.DeleteFunc(*h, func(e keyed) bool { return !f(e) })
	for i := len(*h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h minHeap) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !h[i].less(h[p]) {
			return
		}
		h[i], h[p] = h[p], h[i]
		i = p
	}
}

func (h minHeap) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].less(h[c]) {
			c++
		}
		if !h[c].less(h[i]) {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}
