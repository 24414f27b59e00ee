package sim

import (
	"errors"
	"fmt"

	"staleness/optimizers"
	"staleness/optimizers/hub"
)

// checks are what a run notes about itself as it goes.
type checks struct {
	consistency optimizers.Consistency
	backwards   int64 // events before their time
	lead        int   // greatest lead over the slowest worker at which a reply left
	restarts    int64 // interrupts that found what they were meant for
}

// invariants looks at every worker and message and compares what is found with what was counted.
// The pool must be still.
func (s *engine[F]) invariants() []Invariant {
	idle := "no worker idles for good"
	if s.clients.on {
		idle = "no job is lost"
	}
	list := []Invariant{
		{"staleness is conserved", s.checkStaleness()},
		{"gradients are accounted for", s.checkGradients()},
		{"worker time adds up", s.checkWorkerTime()},
		{"Little's law holds at the servers", s.checkServers()},
		{"time never runs backwards", s.checkTime()},
		{idle, s.checkIdle()},
		{"vectors are referred to as often as counted", s.checkVectors()},
	}
	c := s.checks.consistency
	if c.Limit > 0 {
		list = append(list, Invariant{"staleness stays below the limit", s.checkLimit(c.Limit)})
	}
	if s.ring {
		list = append(list, Invariant{"an all-reduce waits for a member", s.checkAround()})
	}
	if c.Hold == optimizers.HoldClock {
		list = append(list, Invariant{"no worker gets ahead by more than the slack", s.checkLead(c.Slack)})
	}
	return list
}

// open calls f with every message that is not forgotten.
func (s *engine[F]) eachMessage(f func(m messageHandle, g *message)) {
	for m := range s.messages {
		if g := &s.messages[m]; g.Open != 0 {
			f(messageHandle(m), g)
		}
	}
}

func (s *engine[F]) checkStaleness() error {
	for j, h := range s.hubs {
		var flying []hub.Header
		s.eachMessage(func(m messageHandle, g *message) {
			if read := s.parts[s.number(m, j)].Header; read != none {
				flying = append(flying, hub.Header{From: int(g.Worker), Read: int(read)})
			}
		})
		if err := h.Check(flying); err != nil {
			return fmt.Errorf("hub %d: %w", j, err)
		}
	}
	return nil
}

func (s *engine[F]) checkGradients() error {
	pending := int64(0)
	for i := range s.fleet {
		pending += int64(s.fleet[i].Grads)
	}
	s.eachMessage(func(_ messageHandle, g *message) {
		if g.Open&openRequest != 0 {
			pending += int64(g.Grads)
		}
	})
	return s.totals.check(pending)
}

// check compares the fates of gradients with their number.
func (t *totals) check(pending int64) error {
	if sum := t.Used + t.Dropped + t.Lost + t.Aborted + pending; sum != t.Begun {
		return fmt.Errorf("%d gradients begun, but %d used + %d dropped + %d lost + %d aborted + %d pending = %d",
			t.Begun, t.Used, t.Dropped, t.Lost, t.Aborted, pending, sum)
	}
	return nil
}

func (s *engine[F]) checkWorkerTime() error {
	var sum, all wide
	for _, t := range s.spent {
		sum.plus(t.Hi, t.Lo)
	}
	if all.addProduct(int64(s.workers), s.now); sum != all {
		return fmt.Errorf("%d workers spent %.0f ns computing and waiting, not %.0f", s.workers, sum.float(), all.float())
	}
	return nil
}

func (s *engine[F]) checkServers() error {
	for j := range s.servers {
		v := &s.servers[j]
		present, age := int64(v.line.len()), int64(0)
		for _, w := range v.line.parts[v.line.head:] {
			age += s.now - s.parts[w.part].Arrived
		}
		if v.serving != none {
			present++
			age += s.now - s.parts[v.serving].Arrived
		}
		for _, job := range v.share.jobs {
			for p := job.part; p != none; p = s.parts[p].Behind {
				present++
				age += s.now - s.parts[p].Arrived
			}
		}
		if present != v.present || v.area != v.stayed+age {
			return fmt.Errorf("shard %d: %d parts found, %d counted; integral of their number %d ns, sum of their stays %d + %d ns",
				j, present, v.present, v.area, v.stayed, age)
		}
	}
	return nil
}

func (s *engine[F]) checkTime() error {
	if s.checks.backwards > 0 {
		return fmt.Errorf("%d events came before their time", s.checks.backwards)
	}
	return nil
}

func (s *engine[F]) checkLimit(limit int) error {
	for _, a := range s.ages {
		if n := len(a.Counts); n > limit {
			return fmt.Errorf("a push of staleness %d entered an update, the limit is %d", n-1, limit)
		}
	}
	return nil
}

func (s *engine[F]) checkLead(slack int) error {
	if s.checks.lead > slack {
		return fmt.Errorf("a worker %d pushes ahead of the slowest was answered, the slack is %d", s.checks.lead, slack)
	}
	return nil
}

// checkVectors finds everybody who refers to a vector.
func (s *engine[F]) checkVectors() error {
	found := make([]int32, len(s.store.vecs))
	hold := func(handles ...vectorHandle) {
		for _, h := range handles {
			if h != none {
				found[h]++
			}
		}
	}
	for i := range s.holds {
		x := &s.holds[i]
		hold(x.Has, x.Rests, x.Old)
	}
	s.eachMessage(func(_ messageHandle, g *message) { hold(g.Vec, g.Reply, g.Base, g.ReplyBase) })
	s.eachLetter(func(l *letter) { hold(l.Vec) })
	s.core.holders(hold)
	return s.store.check(found)
}

// holders calls hold with the vectors that the parts common to both engines refer to.
func (s *core[F]) holders(hold func(...vectorHandle)) {
	hold(s.snap)
	for i := range s.tasks {
		hold(s.tasks[i].vec, s.tasks[i].lent)
	}
	hold(s.eval.model...)
	for _, e := range s.eval.pending {
		hold(e.models...)
	}
}

func (s *store[F]) check(found []int32) error {
	live := 0
	for h := range s.vecs {
		if s.vecs[h].refs != found[h] {
			return fmt.Errorf("vector %d is referred to %d times, counted %d times", h, found[h], s.vecs[h].refs)
		}
		if found[h] > 0 {
			live++
		}
	}
	if live != s.live || live+len(s.free) != len(s.vecs) {
		return errors.New("the free list of vectors is damaged")
	}
	return nil
}
