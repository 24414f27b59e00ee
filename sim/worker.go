package sim

import (
	"fmt"
	"math"

	"staleness/optimizers"
	"staleness/sim/record"
)

// A worker is what the loop touches of a worker at each of its events: 64 bytes, one cache line.
type worker struct {
	Since   int64 // ns: it entered its state
	Compute int64 // ns: gradients of its next push, together
	Pull    int64 // ns: how long the read that its next push rests on was on its way
	Has     int64 // version last received (of shard 0)
	// version that its next push rests on (of shard 0); none before its first gradient
	Rests int64
	Begun uint32        // gradients
	N     uint32        // messages
	Gen   uint32        // tasks: an event of an old one is void
	Grads int32         // gradients of its next push, the one under way included
	Asked messageHandle // message whose reply it awaits, or none
	Left  uint8         // gradients of its task that are not complete
	State workerState
	Fresh bool // nothing rests on what it last received yet
	Waits bool // for the reply to what it asked
}

type workerState uint8

const (
	waiting workerState = iota // or about to compute, within an event
	computing
	down // crashed, paused, or not there
	workerStates
)

// coldWorker is what is touched once or twice an update: 32 bytes.
type coldWorker struct {
	Sched      float64 // factor on the rates, of its last gradient
	Pull       int64   // ns: how long what it last received was on its way
	Lo, Hi     int32   // samples it computes on, if the server chooses
	Cancelled  uint32  // computations begun and not completed
	Interrupts uint32
}

// holdings are what a worker has beside, if there is a problem.
type holdings struct {
	Sum   sums         // of its next push
	Has   vectorHandle // center as last received, kept for gaps
	Rests vectorHandle // center that its next push rests on
	Old   vectorHandle // center as it was before its last ReadOld push, while that is owed
}

func (s *engine[F]) set(i int, st workerState) {
	w := &s.fleet[i]
	s.spent[w.State].add(s.now - w.Since)
	if s.trace != nil && w.State != computing {
		kind := record.Wait
		if w.State == down {
			kind = record.Down
		}
		s.trace.left(i, kind, w.Since)
	}
	w.Since, w.State = s.now, st
}

// proceed lets a worker that awaits nothing compute.
func (s *engine[F]) proceed(i int) {
	w := &s.fleet[i]
	if s.clients.on && s.clients.Of[i].Slot == none {
		return
	}
	if w.State != waiting || w.Asked != none && w.Waits || s.ended() {
		return
	}
	if w.Rests == none {
		s.rest(i)
	}
	n := 1
	if s.real && !s.touched && w.Asked == none {
		if p, ok := s.half(i).(optimizers.Planner); ok {
			n = max(1, min(p.Horizon(), maxSteps))
		}
	}
	w.Left = uint8(n)
	w.Gen++
	second := s.couple(i)
	s.set(i, computing)
	k := w.Begun
	at := s.beginGradient(i)
	if !s.real {
		return
	}
	t, x := &s.tasks[s.desk(i)], &s.cold[i]
	t.first, t.n, t.done = k, n, 0
	t.gradientOnly = s.touched || w.Asked != none
	t.at, t.start = at, s.now
	t.version = w.Has
	t.before, t.all = s.progress(i, k)
	t.from, t.to = int(x.Lo), int(x.Hi)
	t.sum, t.losses = s.holds[i].Sum, t.losses[:0]
	t.action = optimizers.Compute
	t.paired, t.second = s.pair(i), nil
	if s.touched {
		t.point, t.second = t.half.Point(), second
	}
	s.foresee(i, t, k)
	s.pool.add(&t.task)
}

// maxSteps bounds the gradients of one task; a longer window is several tasks, with the same
// result.
const maxSteps = 255

// rest makes what the worker last received the read that its next push rests on.
func (s *engine[F]) rest(i int) {
	w := &s.fleet[i]
	for _, h := range s.hubs {
		h.Begin(s.seatOf(i))
	}
	w.Rests, w.Pull = w.Has, 0
	if w.Fresh {
		w.Fresh, w.Pull = false, s.cold[i].Pull
	}
	if s.gap {
		x := &s.holds[i]
		x.Rests = s.store.ref(x.Has)
	}
}

// beginGradient draws how long the next gradient takes and returns when it ends. Of one that does
// not end there is no event: the worker computes for ever.
func (s *engine[F]) beginGradient(i int) int64 {
	w := &s.fleet[i]
	d := s.lasts(i, w.Begun, s.now, int(s.cold[i].Lo), int(s.cold[i].Hi), s.places.compute.of(i))
	if s.some.patient {
		if p, ok := s.half(i).(optimizers.Patient); ok {
			d = patience(p, d)
		}
	}
	s.offer(i, w.Begun)
	w.Begun++
	n := s.begins(i, 1)
	w.Grads += n
	s.totals.Begun += int64(n)
	if s.trace != nil {
		s.legs.Began[i] = s.now
	}
	if s.faults.on {
		s.faults.Workers[i].begin(s.now, d)
	}
	if d == never {
		s.usedUp(i)
		return endOfTime
	}
	w.Compute = later(w.Compute, d)
	at := later(s.now, d)
	s.queue.push(at, i, onStep, w.Gen)
	return at
}

// patience is how long a worker computes on a gradient that takes d.
func patience(p optimizers.Patient, d int64) int64 {
	most := p.Patience()
	lapses := most > 0 && (d == never || d > most)
	if p.Lapse(lapses); lapses {
		return most
	}
	return d
}

// step is the end of a gradient. Those within a task are only counted; with the last, the worker
// may speak.
func (s *engine[F]) step(i int) {
	w := &s.fleet[i]
	s.quiet = 0
	if s.trace != nil {
		s.trace.computed(i, s.now, true)
	}
	s.completed(i, w.Begun-1, s.pair(i))
	if s.ended() && !s.seen {
		s.evaluateDue()
		return
	}
	if w.Left--; w.Left > 0 {
		s.evaluateDue()
		s.beginGradient(i)
		return
	}
	action, v := s.fetch(i)
	s.noteSilent(i)
	if s.evaluateDue(); s.ended() {
		s.store.drop(v) // a push that diverged, or comes at the end, is not sent
		return
	}
	s.set(i, waiting)
	s.request(i, action, v)
	if s.proceed(i); s.clients.on {
		s.takeUp(i)
	}
}

// noteSilent enters the last gradient of a worker into the fingerprint, where there will be no push
// to enter.
func (s *engine[F]) noteSilent(i int) {
	if !s.c.Strategy.Silent {
		return
	}
	loss := math.NaN()
	if s.real {
		loss = s.holds[i].Sum.Last
	}
	s.record.note(s.now, i, silent, int64(s.fleet[i].Begun-1), 0, loss)
}

// fetch joins the task of a worker whose last gradient is complete, and returns what the half asks
// for and the vector that holds its push. Replies that came before this instant are handed over
// first: the gradient is older than they are.
func (s *engine[F]) fetch(i int) (optimizers.Action, vectorHandle) {
	w := &s.fleet[i]
	if !s.real {
		s.adoptInbox(i)
		x := &s.cold[i]
		own, all := s.progress(i, w.Begun-1)
		x.Sched = s.factor(own, all, w.Has, s.now)
		return s.half(i).Step(nil, x.Sched), none
	}
	t := &s.tasks[s.desk(i)]
	s.pool.join(&t.task)
	if t.gradientOnly {
		s.adoptInbox(i)
		if s.end.err != nil {
			return optimizers.Compute, none
		}
		t.version = w.Has
		t.step(s.now)
	}
	s.holds[i].Sum, s.cold[i].Sched = t.sum, t.sched
	if _, plans := t.half.(optimizers.Planner); t.action != optimizers.Compute || !plans {
		s.judge(i, t.sum.Loss/float64(w.Grads), t.finite)
	}
	t.point, t.second = nil, nil
	if t.stays && t.action == optimizers.Compute {
		return t.action, none
	}
	v := t.vec
	t.vec, t.x, t.stays = none, nil, false
	if t.action&optimizers.Push == 0 {
		s.store.drop(v)
		v = none
	}
	return t.action, v
}

func (s *engine[F]) adoptInbox(i int) {
	if s.inbox == nil || len(s.inbox[i]) == 0 {
		return
	}
	for _, m := range s.emptyInbox(i) {
		if a, v := s.adopt(i, m); a != optimizers.Compute {
			s.store.drop(v)
			s.fail(lasting(fmt.Errorf("worker %d: the method asks for something (%b) when it receives a reply while a gradient is under way: it may only do so while it waits", i, a)))
		}
	}
}

// request sends what a half asked for. v holds the push.
func (s *engine[F]) request(i int, a optimizers.Action, v vectorHandle) {
	w := &s.fleet[i]
	if a&optimizers.Pull != 0 && w.Asked != none {
		a &^= optimizers.Pull | optimizers.ReadOld // one pull at a time
	}
	if wrong := meaningless(a, w.Asked != none); wrong != "" {
		panic(fmt.Sprintf("sim: worker %d asked for %b: %s", i, a, wrong))
	}
	if a&(optimizers.Push|optimizers.Pull) != 0 {
		m := s.post(i, w.N)
		w.N++
		g := &s.messages[m]
		g.Action, g.Open = a, openRequest
		if a&optimizers.Push != 0 {
			s.load(i, m, v)
			if s.peering != nil {
				s.meet(m)
			}
		}
		if s.clients.on {
			if a&^optimizers.ReadOld != optimizers.Exchange {
				panic(fmt.Sprintf("sim: worker %d asks for %b, which does not go with Strategy.Jobs", i, a))
			}
			s.endJob(i, m)
		} else if a&optimizers.Pull != 0 {
			g.Open |= openReply
			w.Asked, w.Waits = m, false
		}
		s.send(m)
	}
	if a&optimizers.Wait != 0 && !s.clients.on {
		w.Waits = true
	}
}

// meaningless says what is wrong with an action.
func meaningless(a optimizers.Action, asked bool) string {
	switch {
	case a&optimizers.ReadOld != 0 && a&(optimizers.Push|optimizers.Pull) != optimizers.Push|optimizers.Pull:
		return "ReadOld needs a push and a pull"
	case a&optimizers.Wait != 0 && a&optimizers.Pull == 0 && !asked:
		return "there is no reply to wait for"
	}
	return ""
}

// load puts a worker's gradients so far into message m.
func (s *engine[F]) load(i int, m messageHandle, v vectorHandle) {
	w, g := &s.fleet[i], &s.messages[m]
	if w.Rests == none {
		s.rest(i)
	}
	if s.real {
		x := &s.holds[i]
		g.Sum, g.Base = x.Sum, x.Rests
		x.Sum, x.Rests = sums{}, none
	}
	for j, h := range s.hubs {
		s.parts[s.number(m, j)].Header = int64(h.Send(s.seatOf(i), g.Sum.Last).Read)
	}
	g.Vec, g.Grads, g.Compute, g.Pull, g.Sched = v, w.Grads, w.Compute, w.Pull, s.cold[i].Sched
	s.carries(i, m)
	w.Rests, w.Grads, w.Compute = none, 0, 0
	s.uncouple(i)
}

// deliver is the arrival of a part of a reply.
func (s *engine[F]) deliver(p partHandle) {
	m, _ := s.of(p)
	g := &s.messages[m]
	if s.faults.on && !s.landed(p) {
		return
	}
	if s.peering != nil {
		s.readHome(m)
	}
	if s.trace != nil {
		s.trace.delivered(p, s.now)
	}
	if g.Undue--; g.Undue > 0 {
		return
	}
	g.Received = s.now
	s.arrived(int(g.Worker), m)
}

// arrived is the arrival of a whole reply. At a worker that is down it waits at the door.
func (s *engine[F]) arrived(i int, m messageHandle) {
	switch {
	case s.clients.on:
		s.queueJob(i, m)
	case s.fleet[i].State == down:
		s.doorstep(i, m)
	case s.messages[m].Interrupt:
		s.interruption(i, m)
	case s.fleet[i].State == computing:
		s.doorstep(i, m)
	default:
		a, v := s.adopt(i, m)
		s.request(i, a, v)
		s.proceed(i)
	}
}

// adopt hands a complete reply to the half, and returns what it then asks for and the vector that
// holds its push.
func (s *engine[F]) adopt(i int, m messageHandle) (optimizers.Action, vectorHandle) {
	for j, h := range s.hubs {
		h.Delivered(s.seat(m), int(s.parts[s.number(m, j)].Reply))
	}
	s.fleet[i].Asked = none
	return s.receive(i, m)
}

// receive gives the half what a message brought.
func (s *engine[F]) receive(i int, m messageHandle) (optimizers.Action, vectorHandle) {
	w, x, g := &s.fleet[i], &s.cold[i], &s.messages[m]
	w.Has, w.Fresh = s.parts[s.number(m, 0)].Reply, true
	x.Pull = g.Received - g.Read
	x.Lo, x.Hi = g.Lo, g.Hi
	if s.gap {
		h := &s.holds[i]
		s.store.drop(h.Has)
		h.Has, g.ReplyBase = g.ReplyBase, none
	}
	if s.unborn != nil {
		s.unborn[i] = false
	}
	half := s.half(i)
	if s.some.clocked {
		if c, ok := half.(optimizers.Clocked); ok {
			c.SetClock(int(g.Clock))
		}
	}
	if d, ok := half.(optimizers.Directed); ok {
		d.Direct(int(g.Lo), int(g.Hi))
	}
	v := g.Reply
	g.Reply = none
	s.close(m, openReply)
	if s.some.borrower {
		if b, ok := half.(optimizers.Borrower[F]); ok {
			if s.real {
				s.tasks[s.desk(i)].lend(b, v)
			} else {
				b.Borrow(nil)
			}
			return optimizers.Compute, none
		}
	}
	if !s.real {
		return half.Receive(nil), none
	}
	v = s.own(v)
	a := half.Receive(s.store.at(v))
	if a&optimizers.Push == 0 {
		s.store.drop(v)
		v = none
	}
	return a, v
}

// interruption is the arrival of an interrupt. It voids the computation it was meant for; if that
// is over, the push crossed the interrupt and will be answered itself.
func (s *engine[F]) interruption(i int, m messageHandle) {
	w := &s.fleet[i]
	version := s.parts[s.number(m, 0)].Reply
	h := s.hubs[0]
	if w.State != computing || w.Rests >= version {
		h.Ignored(i)
		s.close(m, openReply)
		return
	}
	s.checks.restarts++
	s.cancel(i)
	h.Interrupted(i, int(version))
	s.set(i, waiting)
	a, v := s.receive(i, m)
	s.request(i, a, v)
	s.proceed(i)
}
