package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

func (c *Config[F]) checkFaults() error {
	f := c.Cluster.Faults
	if f == nil {
		return nil
	}
	if n := len(f.Crash); n != 0 && n != c.Workers {
		return mistake("cluster.faults.crash", "%d laws for %d workers", n, c.Workers)
	}
	if n := len(f.Repair); n != 0 && n != c.Workers {
		return mistake("cluster.faults.repair", "%d laws for %d workers", n, c.Workers)
	}
	switch {
	case !(f.Loss >= 0 && f.Loss < 1):
		return mistake("cluster.faults.loss", "loss = %g: at 1 nothing would ever arrive; give a probability from 0 to below 1", f.Loss)
	case f.Loss > 0 && f.Timeout <= 0:
		return mistake("cluster.faults.timeout", "timeout = %v: a lost message has to be sent again; give a time above 0, such as that of a few round trips", f.Timeout)
	case f.Timeout < 0 || f.Timeout > maxTimeout:
		return mistake("cluster.faults.timeout", "timeout = %v: give a time above 0 and at most %v", f.Timeout, maxTimeout)
	case f.Detect < 0:
		return mistake("cluster.faults.detect", "detect = %v: it may not be negative", f.Detect)
	case len(f.Events) > turnMask:
		return mistake("cluster.faults.event", "%d events: at most %d", len(f.Events), turnMask)
	}
	for k := range f.Events {
		if key, wrong := f.Events[k].check(c.Workers); wrong != "" {
			return mistake(eventKey(k)+key, "%s", wrong)
		}
	}
	return f.checkLives(c.Workers)
}

const maxTimeout = 876000 * time.Hour

func eventKey(k int) string { return fmt.Sprintf("cluster.faults.event[%d]", k) }

// check says which key of an event is wrong, and how.
func (e *FaultEvent) check(workers int) (key, wrong string) {
	switch {
	case e.At < 0:
		return ".at", fmt.Sprintf("at = %v: it may not be negative", e.At)
	case e.Do > DoPause:
		return ".do", fmt.Sprintf("%d is no deed", e.Do)
	case e.Server && e.Do != DoPause:
		return ".do", fmt.Sprintf("do = %q: the server can only pause", e.Do)
	case !e.Server && (e.Worker < 0 || e.Worker >= workers):
		return ".worker", fmt.Sprintf("worker = %d: there are %d workers, 0 to %d", e.Worker, workers, workers-1)
	case e.Do == DoPause && e.For <= 0:
		return ".for", fmt.Sprintf("for = %v: a pause takes some time", e.For)
	case e.Do != DoPause && e.For != 0:
		return ".for", "means nothing here: only a pause takes a time"
	}
	return "", ""
}

// checkLives follows each worker through the listed events, as far as no law moves it too.
func (f *Faults) checkLives(workers int) error {
	order := make([]int, len(f.Events))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.Events[a].At, f.Events[b].At) })
	lives := map[int]presence{} // of those with an event
	for _, k := range order {
		e := &f.Events[k]
		if e.Server {
			continue
		}
		was, known := lives[e.Worker]
		if !known && e.Do == DoJoin {
			was = away
		}
		is, wrong := e.lead(was, len(f.Crash) > 0 || len(f.Repair) > 0)
		if wrong != "" {
			return mistake(eventKey(k)+".do", "do = %q: at %v worker %d %s", e.Do, e.At, e.Worker, wrong)
		}
		lives[e.Worker] = is
	}
	return nil
}

// lead says where an event brings its worker from where it was, or why it cannot. By law it may be
// up or down.
func (e *FaultEvent) lead(was presence, byLaw bool) (is presence, wrong string) {
	there := was != away
	switch {
	case e.Do == DoJoin && there:
		if was == crashed {
			return was, "has crashed: let it recover"
		}
		return was, "has not left, so it cannot join"
	case e.Do == DoJoin:
		return present, ""
	case !there:
		return was, "has left: let it join first"
	case e.Do == DoLeave:
		return away, ""
	case byLaw:
		return was, ""
	case e.Do == DoRecover && was != crashed:
		return was, "is up: take the event out, or let it crash before"
	case e.Do == DoRecover:
		return present, ""
	case was == crashed:
		return was, "has crashed: let it recover first"
	case e.Do == DoCrash:
		return crashed, ""
	}
	return was, ""
}
