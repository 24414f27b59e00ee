package sim

import (
	"slices"
	"strings"

	"staleness/optimizers"
)

// A run in which nothing can happen any more has stalled: workers wait for ever for some that are
// down for good, or nobody is left.

// standstill keeps the state at the last event that led to anything: a run has stalled then,
// whatever was sent again in vain, and whenever that is noticed.
type standstill struct {
	Last                  int64 // ns: when that was
	Noted                 bool  // what follows is from then:
	Up, Down, Lost, Again int64 // totals
	Vain                  bool  // the present event led to nothing
	Scan                  int   // idle events until the queue is looked through again
}

// idle says whether an event may be one of those that alone lead to nothing.
func (s *engine[F]) idle(e *event) bool {
	k := e.kind()
	return k == onTick || s.faults.on && (k == onTimer || k == onWorld)
}

// stalls says whether nothing will ever happen again, e being the next event, which is idle.
func (s *engine[F]) stalls(e *event) bool {
	if s.faults.on && e.kind() != onWorld {
		s.noteIdle()
	}
	if s.stirs(e) {
		return false
	}
	if f := &s.faults.Idle; e.kind() == onTimer {
		if f.Scan--; f.Scan > 0 {
			return false
		}
		f.Scan = s.queue.len()
	}
	all := true
	s.queue.until(func(e *event) bool {
		all = !s.stirs(e)
		return all
	})
	return all
}

// revolves says whether all that still happens is that workers which wait go down and come back as
// they were.
func (s *engine[F]) revolves() bool {
	if !s.faults.on || !s.faults.plan.Keep {
		return false
	}
	for i := range s.fleet {
		if s.fleet[i].State == computing || s.faults.Workers[i].Redo || s.faults.Workers[i].Rest != none {
			return false
		}
	}
	all := true
	s.queue.until(func(e *event) bool {
		all = e.kind() == onWorld || !s.stirs(e)
		return all
	})
	return all
}

// stirs says whether an event can lead to anything but its like.
func (s *engine[F]) stirs(e *event) bool {
	switch k := e.kind(); k {
	case onTick:
		return false
	case onStep:
		return e.at < endOfTime && s.fleet[e.worker()].Gen == e.arg
	case onWorld:
		return s.turns(e)
	case onServed:
		return true
	case onNIC:
		if s.c.Cluster.Server.NICFIFO {
			return s.wanted(partHandle(e.arg))
		}
		return s.conveys(int(e.arg % maxShards))
	case onTimer:
		p := partHandle(e.arg)
		m, _ := s.of(p)
		return s.wanted(p) && s.current(m)
	}
	return s.wanted(partHandle(e.arg))
}

// wanted says whether a transmission of a part, or another after it, changes anything.
func (s *engine[F]) wanted(p partHandle) bool {
	if !s.faults.on {
		return true
	}
	m, _ := s.of(p)
	switch s.faults.Parts[p].State {
	case sent:
		return true
	case replied:
		return s.current(m) && (s.messages[m].Interrupt || s.messages[m].Open&openReply != 0)
	}
	return false
}

// conveys says whether the NIC of a shard carries anything that the server has not got.
func (s *engine[F]) conveys(shard int) bool {
	for _, job := range s.servers[shard].nic.jobs {
		if s.wanted(job.part) {
			return true
		}
	}
	return false
}

// turns says whether something that is planned for a worker or the server changes anything: a crash
// that nobody will notice does not.
func (s *engine[F]) turns(e *event) bool {
	i, n := e.worker(), e.arg&turnMask
	switch e.arg &^ turnMask {
	case listed:
		plan := &s.faults.plan.Events[n]
		return plan.Do != DoCrash || s.faults.plan.Detect != Unnoticed || len(s.faults.plan.Repair) > 0
	case planned:
		f := &s.faults.Workers[i]
		return f.Turn&turnMask == n && (f.State == crashed || s.faults.plan.Detect != Unnoticed || len(s.faults.plan.Repair) > 0)
	case noticed:
		return s.faults.Workers[i].Turn&turnMask == n
	}
	return true
}

// lively takes note of an event that has happened.
func (s *engine[F]) lively(e *event) {
	f := &s.faults.Idle
	switch k := e.kind(); {
	case f.Vain || k == onTimer || k == onTick:
		f.Vain = false
	default:
		f.Last, f.Noted = s.now, false
	}
	if k := e.kind(); k == onTimer {
		s.quiet-- // the patience of a worker is its own
	}
}

// vain notes that the present event leads to nothing, before it does.
func (s *engine[F]) vain() {
	s.quiet--
	s.noteIdle()
	s.faults.Idle.Vain = true
}

// noteIdle keeps the totals, if something has happened since they were kept.
func (s *engine[F]) noteIdle() {
	if f, t := &s.faults.Idle, &s.totals; !f.Noted {
		f.Noted, f.Up, f.Down, f.Lost, f.Again = true, t.Up, t.Down, t.LostMessages, t.Retransmissions
	}
}

// remedy says what to look at when the cluster only talks to itself.
func (f *faults) remedy() string {
	if !f.on || len(f.plan.Crash) == 0 {
		return ""
	}
	return ": workers crash again before what they send or compute comes to anything; take a longer crash in cluster.faults, or shorter links and gradients"
}

// stall ends the run at the last event that could lead to something.
func (s *engine[F]) stall() {
	if f := &s.faults.Idle; s.faults.on {
		if t := &s.totals; f.Noted {
			t.Up, t.Down, t.LostMessages, t.Retransmissions = f.Up, f.Down, f.Lost, f.Again
		}
		s.now = f.Last
	}
	s.stop(Stalled, s.stalled())
}

// stalled says who waits for whom: those who wait, for those who are down or compute for ever, if
// rounds or clocks count them.
func (s *engine[F]) stalled() string {
	var wait, gone, stand []int
	for i := range s.fleet {
		switch {
		case s.clients.on && s.clients.Of[i].Slot == none: // it has no job
		case s.fleet[i].State == waiting:
			wait = append(wait, i)
		case s.fleet[i].State == computing:
			stand = append(stand, i)
		case s.counts(i):
			gone = append(gone, i)
		}
	}
	var why []string
	if len(stand) > 0 {
		why = append(why, someWorkers(stand)+": computing at speed 0 for good")
	}
	if len(gone) > 0 {
		why = append(why, someWorkers(gone)+": down for good")
	}
	switch {
	case len(wait) == s.workers, len(wait) > 0 && len(why) == 0:
		return someWorkers(wait) + ": waiting for replies that cannot come"
	case len(wait) > 0:
		return someWorkers(wait) + ": waiting for " + strings.Join(why, "; and ")
	case len(why) == 0:
		return "nobody is left: every worker has gone, and none will come back"
	}
	return "nobody is left: " + strings.Join(why, "; ")
}

// counts says whether a worker that is down is one that others may wait for; where nobody waits,
// each is.
func (s *engine[F]) counts(i int) bool {
	slowest := s.checks.consistency.Hold == optimizers.HoldClock
	for _, h := range s.hubs {
		if h.Member(i) && (!slowest || h.Lead(i) == 0) {
			return true
		}
	}
	return !slices.ContainsFunc(s.fleet, func(w worker) bool { return w.State == waiting })
}
