package sim

import (
	"fmt"

	"staleness/optimizers/hub"
	"staleness/sim/record"
)

// checkJobs finds every job: on its way to a client, waiting or being done there, on its way back,
// or owed to nobody yet; none is lost, none stands still, and whoever is taken to have none has
// none.
func (s *engine[F]) checkJobs() error {
	c := &s.clients
	found := make([]int, s.jobs)
	has := make([]int, s.workers) // jobs, by client
	moving := s.moving()
	waits, err := s.checkQueues()
	if err != nil {
		return err
	}
	stuck := -1
	s.eachMessage(func(m messageHandle, g *message) {
		t := c.Jobs[m].Slot
		found[t]++
		if !c.Jobs[m].Over {
			has[g.Worker]++
		}
		if g.Open&openReply != 0 && moving[m] == 0 && !waits[m] && c.Slots[t].Next != m {
			stuck = int(g.Worker)
		}
	})
	for i := range c.Of {
		if t := c.Of[i].Slot; t != none {
			found[t]++
			has[i]++
		}
	}
	for _, h := range s.hubs {
		for t, owed := range h.Owed() {
			if owed != hub.NotOwed {
				found[t]++
			}
		}
	}
	for t, n := range found {
		if n == 0 {
			return fmt.Errorf("job %d of %d is nowhere", t, s.jobs)
		}
	}
	if stuck >= 0 {
		return fmt.Errorf("a job on its way to worker %d stands still", stuck)
	}
	for i, n := range has {
		if free := c.Of[i].Place != none; c.rule == Idle && free != (n == 0) {
			return fmt.Errorf("worker %d has %d jobs, and that it is free is held to be %v", i, n, free)
		}
	}
	return nil
}

// checkQueues finds the jobs that wait at clients: each behind one that is being done.
func (s *engine[F]) checkQueues() (waits map[messageHandle]bool, err error) {
	c := &s.clients
	waits = map[messageHandle]bool{}
	for i := range c.Of {
		x := &c.Of[i]
		if x.First != none && x.Slot == none && !s.ended() {
			return nil, fmt.Errorf("jobs wait at worker %d, which does none", i)
		}
		for m := x.First; m != none; m = c.Jobs[m].Next {
			if g := &s.messages[m]; int(g.Worker) != i || g.Open&openReply == 0 || waits[m] {
				return nil, fmt.Errorf("the queue of jobs at worker %d is damaged", i)
			}
			waits[m] = true
		}
	}
	return waits, nil
}

// counts are for the summary; nil where each worker does its own jobs.
func (c *clients) counts() *record.Clients {
	if !c.on {
		return nil
	}
	used := make([]int64, len(c.Of))
	for i := range c.Of {
		used[i] = c.Of[i].Used
	}
	return record.ClientsOf(used)
}
