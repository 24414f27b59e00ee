package sim

import (
	"fmt"
	"strings"

	"staleness/optimizers/hub"
)

// checkIdle finds the workers that nothing will ever wake: who waits although no part of its
// request or of the reply is on its way and no hub owes it one, or is owed one when nobody is left
// whose push could release it.
func (s *engine[F]) checkIdle() error {
	if s.clients.on {
		return s.checkJobs()
	}
	moving := s.moving()
	owed := make([][]hub.Owed, len(s.hubs))
	for j, h := range s.hubs {
		owed[j] = h.Owed()
	}
	waits := make([]wait, s.workers)
	awake := false // somebody computes, or something is on its way
	s.eachLetter(func(*letter) { awake = true })
	for i := range waits {
		var stirs bool
		waits[i], stirs = s.waitOf(i, moving, owed)
		awake = awake || stirs
	}
	var lost []int
	blocked := make([]bool, len(s.hubs)) // the slowest are among the lost
	for i, w := range waits {
		if w == lostWait || w != noWait && !awake && !s.missing() {
			lost = append(lost, i)
			for j, h := range s.hubs {
				blocked[j] = blocked[j] || h.Lead(i) == 0
			}
		}
	}
	for i, w := range waits {
		for j := range s.hubs {
			if awake && w == heldWait && blocked[j] && owed[j][i] == hub.OwedSlowest {
				lost = append(lost, i)
				break
			}
		}
	}
	if len(lost) > 0 {
		return fmt.Errorf("nothing will ever wake %s", someWorkers(lost))
	}
	return nil
}

// wait is what a worker waits for.
type wait uint8

const (
	noWait   wait = iota // it computes, or its wait ends by what is on its way
	heldWait             // a hub that holds its reply back
	lostWait             // nothing
)

// waitOf says what worker i waits for, and whether it computes or any part of what it asked for is
// on its way.
func (s *engine[F]) waitOf(i int, moving []int, owed [][]hub.Owed) (what wait, stirs bool) {
	w := &s.fleet[i]
	switch {
	case w.State != waiting:
		return noWait, true
	case w.Asked == none:
		return lostWait, false
	}
	found, held := moving[w.Asked], false
	stirs = found > 0
	for j := range owed {
		if o := owed[j][i]; o != hub.NotOwed {
			found++
			held = held || o != hub.OwedNow
			stirs = stirs || o == hub.OwedNow
		}
	}
	switch {
	case found == 0, !s.whole && found < int(s.messages[w.Asked].Undue):
		return lostWait, stirs
	case held:
		return heldWait, stirs
	}
	return noWait, stirs
}

// moving counts, for each message, its parts that are on their way, in a queue or being served.
func (s *engine[F]) moving() []int {
	parts := make([]int, len(s.messages))
	if s.faults.on { // a part that got lost is sent again
		for p := range s.faults.Parts {
			if st := s.faults.Parts[p].State; st == sent || st == early || st == atServer || st == replied {
				m, _ := s.of(partHandle(p))
				parts[m]++
			}
		}
		return parts
	}
	count := func(p partHandle) {
		m, _ := s.of(p)
		parts[m]++
	}
	s.queue.each(func(e *event) {
		if s.ofPart(e) {
			count(partHandle(e.arg))
		}
	})
	for _, m := range s.around {
		parts[m] += s.shards
	}
	for j := range s.servers {
		v := &s.servers[j]
		for _, w := range v.line.parts[v.line.head:] {
			count(w.part)
		}
		for _, job := range v.share.jobs {
			for p := job.part; p != none; p = s.parts[p].Behind {
				count(p)
			}
		}
		for _, job := range v.nic.jobs {
			for p := job.part; p != none; p = s.parts[p].Next {
				count(p)
			}
		}
	}
	return parts
}

// missing says whether a member is down, for whom others wait.
func (s *engine[F]) missing() bool {
	for i := range s.faults.Workers {
		if s.fleet[i].State == down && s.hubs[0].Member(i) {
			return true
		}
	}
	return false
}

// someWorkers names workers, the first few if there are many.
func someWorkers(list []int) string {
	var who []string
	for _, i := range list[:min(len(list), 8)] {
		who = append(who, fmt.Sprint(i))
	}
	if len(who) < len(list) {
		who = append(who, fmt.Sprintf("... (%d in all)", len(list)))
	}
	if len(list) == 1 {
		return "worker " + who[0]
	}
	return "workers " + strings.Join(who, ", ")
}
