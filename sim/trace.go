package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim/record"
)

// A TraceRecorder is a Recorder that also keeps who did what from when to when, which Record.Trace
// asks for. The interval is lent for the call.
type TraceRecorder interface {
	Interval(r *record.Interval) error
}

// A trace makes intervals of what the handlers of events tell it, each at its end. What it has to
// remember until then is in a checkpoint; nil: nobody asked.
type trace[F vec.Float] struct {
	s   *engine[F]
	rec TraceRecorder
	row record.Interval
	// the version of its shard that the push being served makes or enters; none: it was dropped, or
	// is not known yet
	enters int64
}

// legs is when what is under way began, where nothing else says so.
type legs struct {
	Began []int64 // ns, by worker: its gradient
	Jobs  []int64 // by worker: its pushes
	Parts []leg   // by part
}

type leg struct {
	Port, Served, Answered int64 // ns
	Job                    int64
}

// startTrace begins the trace, if the run is to have one.
func (s *engine[F]) startTrace(rec Recorder[F]) error {
	if !s.c.Record.Trace || rec == nil {
		return nil
	}
	to, ok := rec.(TraceRecorder)
	if !ok {
		return errors.New("a trace is wanted of a Recorder that is no TraceRecorder")
	}
	s.trace = &trace[F]{s: s, rec: to, enters: none}
	s.legs.Began, s.legs.Jobs = make([]int64, s.workers), make([]int64, s.workers)
	return nil
}

// leg is the part's, which may be new.
func (t *trace[F]) leg(p partHandle) *leg {
	for len(t.s.legs.Parts) <= int(p) {
		t.s.legs.Parts = append(t.s.legs.Parts, leg{})
	}
	return &t.s.legs.Parts[p]
}

// asked gives a request its job: that of a push is complete.
func (t *trace[F]) asked(m messageHandle) {
	g := &t.s.messages[m]
	job := &t.s.legs.Jobs[g.Worker]
	for shard := range t.s.shards {
		t.leg(t.s.number(m, shard)).Job = *job
	}
	if g.Action&optimizers.Push != 0 {
		*job++
	}
}

// write hands on an interval of a worker; shard < 0: of none. Its other columns are in t.row.
func (t *trace[F]) write(kind string, worker, job, start, end int64, shard int) {
	r := &t.row
	r.Worker, r.Job, r.Kind, r.StartS, r.EndS, r.Shard = worker, job, kind, seconds(start), seconds(end), int64(shard)
	if err := t.rec.Interval(r); err != nil {
		t.s.fail(fmt.Errorf("recording a trace: %w", err))
	}
	t.row = record.Interval{}
}

// computed is the end of a gradient, whole or cut short.
func (t *trace[F]) computed(i int, end int64, whole bool) {
	w := &t.s.fleet[i]
	t.row.Version, t.row.Update = w.Rests, none
	if whole {
		t.row.Update = t.s.totals.Updates
	}
	t.write(record.Compute, int64(i), t.s.legs.Jobs[i], t.s.legs.Began[i], end, none)
}

// left is the end of a time in which a worker computed nothing.
func (t *trace[F]) left(i int, kind string, since int64) {
	if since == t.s.now {
		return
	}
	w := &t.s.fleet[i]
	t.row.Version, t.row.Update = w.Has, t.s.totals.Updates
	t.write(kind, int64(i), t.s.legs.Jobs[i], since, t.s.now, none)
}

// request is the end of a leg of a part on its way to the hub.
func (t *trace[F]) request(kind string, p partHandle, start, end int64) {
	m, shard := t.s.of(p)
	g := &t.s.messages[m]
	t.row.Bytes, t.row.Version, t.row.Update = t.bytes(g, shard, kind), t.version(m, shard), t.s.totals.Updates
	t.write(kind, int64(g.Worker), t.leg(p).Job, start, end, shard)
}

// bytes is what a part of a request takes with it: on its way in a ring, what its worker sends.
func (t *trace[F]) bytes(g *message, shard int, kind string) int64 {
	if kind == record.Push && t.s.rides(g) {
		return ringBytes(t.s.partBytes(shard), t.s.workers)
	}
	return t.s.requestBytes(g, shard)
}

// version is what a push rests on, until the hub has it.
func (t *trace[F]) version(m messageHandle, shard int) int64 {
	if t.s.whole {
		shard = 0
	}
	return t.s.parts[t.s.number(m, shard)].Header
}

// sent is the end of a part's way to its shard, before the network card if there is one.
func (t *trace[F]) sent(p partHandle) {
	m, _ := t.s.of(p)
	t.request(record.Push, p, t.s.messages[m].Sent, t.s.now)
	t.leg(p).Port = t.s.now
}

// arrived is the end of a part's way to the queue.
func (t *trace[F]) arrived(p partHandle) {
	if m, _ := t.s.of(p); t.s.c.Cluster.Server.NIC <= 0 || t.s.rides(&t.s.messages[m]) {
		t.sent(p)
	} else if from := t.leg(p).Port; from < t.s.now {
		t.request(record.NIC, p, from, t.s.now)
	}
}

// assigned gives the reply that brings a job to a client its number there.
func (t *trace[F]) assigned(m messageHandle, job int64) {
	for shard := range t.s.shards {
		*t.leg(t.s.number(m, shard)) = leg{Job: job}
	}
}

// queuedAt is the end of a job's waiting at its client.
func (t *trace[F]) queuedAt(m messageHandle) {
	g := &t.s.messages[m]
	p := t.s.number(m, 0)
	t.row.Version, t.row.Update = t.s.parts[p].Reply, t.s.totals.Updates
	t.write(record.Queued, int64(g.Worker), t.leg(p).Job, g.Received, t.s.now, none)
}

// started is the end of a part's waiting.
func (t *trace[F]) started(p partHandle) {
	if from := t.s.parts[p].Arrived; from < t.s.now {
		t.request(record.Queued, p, from, t.s.now)
	}
}

// served is the end of a service, told before the hub acts.
func (t *trace[F]) served(p partHandle) { t.leg(p).Served = t.s.now }

// waited is the end of a service of a part that waits for the others of its message.
func (t *trace[F]) waited(p partHandle) { t.service(p, t.version(t.s.of(p))) }

// judged notes what the hub made of a push.
func (t *trace[F]) judged(out hub.Outcome) {
	if out.Verdict != optimizers.Dropped {
		t.enters = int64(out.Version) + 1
	}
}

// service writes the row of a service, of a push that rests on a version.
func (t *trace[F]) service(p partHandle, version int64) {
	m, shard := t.s.of(p)
	g := &t.s.messages[m] // still whole, even if it has just been closed
	t.row.Bytes, t.row.Version, t.row.Update = t.s.requestBytes(g, shard), version, t.enters
	t.enters = none
	t.write(record.Serve, int64(g.Worker), t.leg(p).Job, t.s.parts[p].Started, t.s.now, shard)
}

// answered is the beginning of a reply's way, and the end of its being held back.
func (t *trace[F]) answered(p partHandle) {
	m, _ := t.s.of(p)
	g, l := &t.s.messages[m], t.leg(p)
	if g.Interrupt {
		l.Job = none
	}
	if l.Answered = t.s.now; !g.Interrupt && !t.s.clients.on && l.Served < t.s.now {
		t.reply(record.Hold, p, l.Served, t.s.now)
	}
}

// delivered is its end.
func (t *trace[F]) delivered(p partHandle, end int64) {
	t.reply(record.Pull, p, t.leg(p).Answered, end)
}

// reply is the end of a leg of a part on its way from the hub.
func (t *trace[F]) reply(kind string, p partHandle, start, end int64) {
	m, shard := t.s.of(p)
	g := &t.s.messages[m]
	of := shard
	if t.s.whole {
		of = 0
	}
	t.row.Bytes, t.row.Version, t.row.Update = t.s.replyBytes(g, shard), t.s.parts[t.s.number(m, of)].Reply, t.s.totals.Updates
	t.write(kind, int64(g.Worker), t.leg(p).Job, start, end, shard)
}

// heard is the end of a letter's way, which has no shard.
func (t *trace[F]) heard(l *letter, end int64) {
	t.row.Bytes, t.row.Version, t.row.Update = t.s.bytes, none, t.s.totals.Updates
	t.write(record.Push, int64(l.From), l.Job, l.Sent, end, none)
}

// finish writes what the end of the run cuts off. A duration that was drawn, or follows from what
// was, is written in full, so that a replay has it; what waits has waited until now.
func (t *trace[F]) finish() {
	s := t.s
	for j := range s.servers {
		l := &s.servers[j].line
		for _, w := range slices.SortedFunc(slices.Values(l.parts[l.head:]), func(a, b waiter) int { return cmp.Compare(a.rank, b.rank) }) {
			t.started(w.part)
		}
		for _, job := range s.servers[j].share.jobs {
			for p := s.parts[job.part].Behind; p != none; p = s.parts[p].Behind {
				t.started(p)
			}
		}
	}
	for i := range s.clients.Of {
		for m := s.clients.Of[i].First; m != none; m = s.clients.Jobs[m].Next {
			if s.messages[m].Received < s.now {
				t.queuedAt(m)
			}
		}
	}
	for _, m := range s.around { // longer than this
		for shard := range s.shards {
			t.request(record.Push, s.number(m, shard), s.messages[m].Sent, later(s.now, 1))
		}
	}
	type cut struct {
		at   int64
		key  uint64
		tell func(at int64)
	}
	var cuts []cut
	s.queue.flush()
	for _, e := range s.queue.heap {
		p := partHandle(e.arg)
		var tell func(at int64)
		switch {
		case e.kind() == onStep:
		case !s.ofPart(&e) || e.kind() != onServed && !s.wanted(p): // it came before, or nobody is there any more
			continue
		}
		switch e.kind() {
		case onStep:
			if s.fleet[e.worker()].Gen != e.arg {
				continue
			}
			tell = func(at int64) { t.computed(e.worker(), at, true) }
		case onPort, onArrive:
			tell = func(at int64) { m, _ := s.of(p); t.request(record.Push, p, s.messages[m].Sent, at) }
		case onNIC:
			tell = func(at int64) { t.request(record.NIC, p, t.leg(p).Port, at) }
		case onServed:
			tell = func(at int64) { t.serving(p, at) }
		case onDeliver:
			tell = func(at int64) { t.delivered(p, at) }
		case onHear:
			tell = func(at int64) { t.heard(&s.society.Letters[e.arg], at) }
		default:
			continue
		}
		cuts = append(cuts, cut{e.at, e.key, tell})
	}
	for j := range s.servers {
		s.servers[j].share.drain(s.now, func(p partHandle, at int64) {
			cuts = append(cuts, cut{at, newKey(int(s.messages[p/partHandle(s.shards)].Worker), onServed, uint64(j)), func(at int64) { t.serving(p, at) }})
		})
		s.drain(j, func(p partHandle, at int64) {
			cuts = append(cuts, cut{at, newKey(int(s.messages[p/partHandle(s.shards)].Worker), onNIC, uint64(j)), func(at int64) {
				t.request(record.NIC, p, t.leg(p).Port, at)
			}})
		})
	}
	slices.SortFunc(cuts, func(a, b cut) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key)) })
	for _, c := range cuts {
		c.tell(c.at)
	}
}

// serving writes the service of a part that ends only after the run.
func (t *trace[F]) serving(p partHandle, at int64) {
	s := t.s
	m, shard := s.of(p)
	t.row.Bytes, t.row.Version, t.row.Update = s.requestBytes(&s.messages[m], shard), t.version(m, shard), none
	t.write(record.Serve, int64(s.messages[m].Worker), t.leg(p).Job, s.parts[p].Started, at, shard)
}

// drain lets a copy of a shard's network card work on until it is empty, if nothing else comes, and
// tells when each part has passed.
func (s *engine[F]) drain(shard int, passed func(p partHandle, at int64)) {
	f := s.servers[shard].nic
	f.jobs = slices.Clone(f.jobs)
	f.advance(s.now)
	for len(f.jobs) > 0 {
		at := f.leave()
		if at == endOfTime {
			return
		}
		f.advance(at)
		p := f.remove().part
		passed(p, at)
		for next := s.parts[p].Next; next != none; next = s.parts[next].Next {
			m, _ := s.of(next)
			if bytes := s.requestBytes(&s.messages[m], shard); bytes > 0 {
				f.add(transferTime(bytes, s.c.Cluster.Server.NIC), int(s.messages[m].Worker), next)
				break
			}
			passed(next, at)
		}
	}
}
