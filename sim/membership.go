package sim

import (
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
)

// Who takes part: workers that crash, recover, leave and join, and what the server knows of it.

// crash takes a worker down in whatever it does. Messages that it has sent live on.
func (s *engine[F]) crash(i int) {
	f, plan := &s.faults.Workers[i], s.faults.plan
	s.totals.Crashes++
	if plan.Keep {
		s.freeze(i)
	} else {
		s.kill(i)
	}
	f.Turn++
	f.State = crashed
	if plan.Detect > 0 && plan.Detect != Unnoticed {
		s.queue.push(later(s.now, int64(plan.Detect)), i, onWorld, noticed|f.Turn&turnMask)
	}
	if len(plan.Repair) > 0 {
		s.age(i, plan.Repair[i], origin{&s.places.repair, i, s.faults.keys.repair})
	}
	if plan.Detect == 0 {
		s.miss(i)
	}
}

// kill ends the life of a worker: what it computes, has, and was being sent is void. In its place
// stands one that has not begun to live.
func (s *engine[F]) kill(i int) {
	w, f := &s.fleet[i], &s.faults.Workers[i]
	if w.State == computing || f.Rest != none {
		s.drop(i)
	}
	s.abandon(i)
	waits := w.Asked
	for _, m := range s.emptyInbox(i) {
		if m == waits {
			waits = none
		}
		s.close(m, openReply)
	}
	if waits != none {
		s.close(waits, openReply)
	}
	w.Asked, w.Fresh, w.Waits = none, false, false
	if s.real {
		x := &s.holds[i]
		s.store.drop(x.Has)
		s.store.drop(x.Old)
		x.Has, x.Old = none, none
	}
	if len(s.halves) == s.workers {
		s.halves[i] = s.c.Strategy.Worker(s.env(i))
	}
	if s.real {
		s.tasks[i].reborn(s.halves[i])
	}
	for _, h := range s.hubs {
		h.Crash(i)
	}
	s.unborn[i] = true
	f.Rest, f.Redo = none, false
	f.Life++
	s.set(i, down)
	s.unpark(i)
}

// freeze takes a worker down that will go on from where it stands: but for the gradient under way,
// which is begun again.
func (s *engine[F]) freeze(i int) {
	w, f := &s.fleet[i], &s.faults.Workers[i]
	if w.State == computing || f.Rest != none {
		s.drop(i)
		n := s.begins(i, -1)
		s.totals.Aborted += int64(n)
		w.Grads -= n
		w.Compute -= f.Cost
		f.Redo = true
	}
	f.Rest = none
	s.set(i, down)
}

// recover brings a worker back from a crash.
func (s *engine[F]) recover(i int) {
	if !s.faults.plan.Keep {
		s.bear(i)
		return
	}
	f := &s.faults.Workers[i]
	f.Turn++
	f.State = present
	s.grow(i)
	s.set(i, waiting)
	s.regroup(func(h *hub.Hub[F]) hub.Outcome { return h.Return(i) })
	if f.Redo {
		f.Redo = false
		s.proceed(i)
	}
	s.openDoor(i)
}

// bear begins a life: the worker asks for what it will start from, and is a member when the server
// has heard of it.
func (s *engine[F]) bear(i int) {
	w, f := &s.fleet[i], &s.faults.Workers[i]
	f.Turn++
	f.State = present
	s.grow(i)
	s.set(i, waiting)
	m := s.post(i, w.N)
	w.N++
	g := &s.messages[m]
	g.Action, g.Open = optimizers.Pull|optimizers.Wait, openRequest|openReply
	s.faults.Mail[m].Birth = true
	w.Asked, w.Waits = m, true
	s.send(m)
}

// leave takes a worker out, which all know at once.
func (s *engine[F]) leave(i int) {
	f := &s.faults.Workers[i]
	if f.State != crashed || s.faults.plan.Keep {
		s.kill(i)
	}
	f.Turn++
	f.State = away
	s.miss(i)
}

// openDoor hands a worker that is back what has arrived meanwhile.
func (s *engine[F]) openDoor(i int) {
	s.unpark(i)
	came := append([]messageHandle(nil), s.emptyInbox(i)...)
	for _, m := range came {
		if s.ended() {
			s.doorstep(i, m)
			continue
		}
		s.arrived(i, m)
	}
}

// miss tells the hubs that a worker is no member any more. What waited for nobody else happens now:
// the end of a round, and an update of fewer pushes, which has no row of its own.
func (s *engine[F]) miss(i int) {
	s.regroup(func(h *hub.Hub[F]) hub.Outcome { return h.Miss(i) })
}

// regroup lets the members change at each hub, and what was waiting for that happen.
func (s *engine[F]) regroup(change func(h *hub.Hub[F]) hub.Outcome) {
	made := false
	for j, h := range s.hubs {
		shown := s.shownBefore(j)
		before, old := vectorHandle(none), []F(nil)
		if s.gap {
			before, old = s.beforePush(j)
		}
		out := change(h)
		if h.Version() > out.Version {
			s.forget()
			made = made || len(out.Round) == 0
		}
		if len(out.Round) > 0 {
			if s.gap {
				s.moved(j, old)
			}
			s.endRound(j, out, shown)
		}
		s.store.drop(before)
	}
	if made {
		s.count()
		s.updated(true)
	}
	s.answerAll()
	s.goRound()
}

// answerAll sends the replies that are due since the members have changed.
func (s *engine[F]) answerAll() {
	for j, h := range s.hubs {
		if s.ended() {
			return
		}
		for _, d := range h.Due() {
			s.reply(j, d)
		}
	}
}

// moved notes how far a round that nobody's push completes has moved hub j's part of the center.
func (s *engine[F]) moved(j int, old []F) {
	last := messageHandle(none)
	for _, m := range s.servers[j].held {
		if last == none || s.messages[m].Worker >= s.messages[last].Worker {
			last = m
		}
	}
	if last != none {
		s.messages[last].Moved += vec.DistSq(s.hubs[j].Center(), old)
	}
}
