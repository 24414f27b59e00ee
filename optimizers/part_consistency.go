package optimizers

import (
	"fmt"
)

// A Consistency says when pushes are merged, refused and answered. It is data, so that a run can
// state it, a record keep it and a check bound it. The zero value is fully asynchronous.
type Consistency struct {
	Gather int  // pushes merged into one update; 0: each alone; All: one of each live worker
	Limit  int  // refuse pushes of staleness >= Limit; 0: take all
	Stop   bool // interrupt workers whose computation has reached Limit, or whose round is over
	Hold   Hold // when a reply may leave
	Slack  int  // of HoldClock: how many pushes a worker may be ahead of the slowest
}

// All as Gather means one push of each live worker.
const All = -1

// Hold says what a reply waits for.
type Hold uint8

const (
	HoldNever Hold = iota // nothing
	HoldNews              // a version newer than the worker's last
	HoldClock             // the slowest worker, within Slack
)

// Async applies and answers each push at once.
func Async() Consistency { return Consistency{} }

// BSP merges one push of each worker, in the order of workers, and answers all of them then.
func BSP() Consistency { return Consistency{Gather: All, Hold: HoldClock} }

// SSP answers a worker only while it is at most slack pushes ahead of the slowest (Ho et al. 2013).
func SSP(slack int) Consistency { return Consistency{Hold: HoldClock, Slack: slack} }

// Softsync merges c pushes of whomever into one update and answers at once (Gupta et al. 2015,
// arXiv 1509.04210).
func Softsync(c int) Consistency { return Consistency{Gather: c} }

// KAsync merges k pushes of different workers, who wait for that update (Dutta et al. 2018, arXiv
// 1803.01113).
func KAsync(k int) Consistency { return Consistency{Gather: k, Hold: HoldNews} }

// KSync merges the first k pushes made at the present version and refuses the rest; abort stops the
// rest at once, else they finish in vain (Chen et al. 2016, arXiv 1604.00981, where k = M minus the
// backup workers).
func KSync(k int, abort bool) Consistency {
	return Consistency{Gather: k, Limit: 1, Stop: abort, Hold: HoldNews}
}

// KBatchSync is KSync where a worker may contribute several times (Dutta et al. 2018; Rennala,
// arXiv 2305.12387).
func KBatchSync(k int, abort bool) Consistency { return Consistency{Gather: k, Limit: 1, Stop: abort} }

// Bounded refuses pushes of staleness limit and above; stops interrupts whoever can only be refused
// (Ringmaster, arXiv 2501.16168).
func Bounded(limit int, stops bool) Consistency { return Consistency{Limit: limit, Stop: stops} }

// Rounds takes all, and interrupts workers that compute at a point of a round which the server, a
// Breaker, has ended.
func Rounds() Consistency { return Consistency{Stop: true} }

// check reports a consistency that contradicts itself or could never proceed.
func (c Consistency) check(workers int) error {
	switch {
	case c.Gather < All || c.Limit < 0 || c.Slack < 0:
		return fmt.Errorf("consistency: gather %d, limit %d, slack %d: none may be negative", c.Gather, c.Limit, c.Slack)
	case c.Stop && c.Limit == 0:
		return fmt.Errorf("consistency: stops needs a limit: nobody is ever too late without one")
	case c.Slack > 0 && c.Hold != HoldClock:
		return fmt.Errorf("consistency: slack %d bounds nothing: only ssp holds replies by the clock", c.Slack)
	case c.Gather == All && (c.Hold == HoldNever || c.Slack > 0):
		return fmt.Errorf("consistency: one push of each worker can only be gathered from workers that wait for the round: take bsp")
	case c.Gather == All && c.Limit > 0:
		return fmt.Errorf("consistency: a round that waits for every worker cannot refuse one: take k-sync for a limit")
	case c.Gather > 1 && c.Hold == HoldClock:
		return fmt.Errorf("consistency: a clock bound cannot gather %d pushes: take bsp (all) or k-async", c.Gather)
	case c.Gather > workers && c.Hold == HoldNews:
		return fmt.Errorf("consistency: %d pushes from %d workers that wait for them can never come together: take at most %d, or softsync or k-batch-sync",
			c.Gather, workers, workers)
	}
	return nil
}

// merges says how many pushes an update may be made of.
func (c Consistency) merges(workers int) bool {
	return c.Gather > 1 || c.Gather == All && workers > 1
}

// Resolve is the consistency under which s runs: its own, or run where it leaves the choice. The
// error names a remedy.
func (s *Strategy[F]) Resolve(run Consistency, workers int) (Consistency, error) {
	c := s.Consistency
	switch {
	case workers < 1:
		return c, fmt.Errorf("%d workers: at least one is needed", workers)
	case s.MaxWorkers > 0 && workers > s.MaxWorkers:
		return c, fmt.Errorf("%d workers: this method has at most %d", workers, s.MaxWorkers)
	case s.Fits != nil && s.Fits(workers) != nil:
		return c, s.Fits(workers)
	case c == (Consistency{}) || s.Also != nil && s.Also(run):
		c = run
	case run != (Consistency{}) && run != c:
		return c, fmt.Errorf("this method prescribes its own consistency (%v), not %v: leave [consistency] out", c, run)
	}
	if own := s.Consistency == Rounds() && c == Rounds(); !own {
		if err := c.check(workers); err != nil {
			return c, err
		}
	}
	switch {
	case c.merges(workers) && s.Combine == Alone:
		return c, fmt.Errorf("this method needs to know whose push it applies, so pushes cannot be merged (%v): take async, ssp or bounded", c)
	case c.Limit == 1 && s.Trails:
		return c, fmt.Errorf("in this method a worker's own last push is newer than what it read, so no push is ever fresh (%v): take bsp, ssp or a limit of 2 and more", c)
	case c.Stop && (s.Overlaps || s.Keeps):
		return c, fmt.Errorf("a worker of this method has a variable of its own and cannot start again in the middle (%v): take late = \"finish\", or stops = false", c)
	case c.Hold != HoldNever && s.Overlaps && !s.Awaits:
		return c, fmt.Errorf("this method never waits for a reply, so none can be held back (%v): take async, softsync or bounded", c)
	case s.Ring && c.Gather != All:
		return c, fmt.Errorf("reduce_cost = \"ring\": a ring all-reduce takes a push of every worker, and here not all are waited for (%v): take bsp, or reduce_cost = \"server\"", c)
	case s.Peers && c != (Consistency{}):
		return c, fmt.Errorf("this method has no server that could hold or merge (%v): take async", c)
	}
	return c, nil
}

// Shardable reports why the server cannot be one server per shard under consistency c; nil: it can.
// Otherwise only the timing of messages is sharded, and one server acts when all slices have come.
func (s *Strategy[F]) Shardable(c Consistency) error {
	switch {
	case !s.Elementwise:
		return fmt.Errorf("this method looks at whole vectors: it is not elementwise")
	case c.Limit > 0:
		return fmt.Errorf("a limit on staleness must be judged once for the whole push")
	case s.Clip.Push > 0:
		return fmt.Errorf("clipping needs the norm of the whole push")
	case s.Peers:
		return fmt.Errorf("the method has no server")
	}
	return nil
}

// String names the consistency as [consistency] would.
func (c Consistency) String() string {
	late := func() string {
		if c.Stop {
			return "abort"
		}
		return "finish"
	}
	switch {
	case c == Consistency{}:
		return "async"
	case c == BSP():
		return "bsp"
	case c == SSP(c.Slack):
		return fmt.Sprintf("ssp(slack %d)", c.Slack)
	case c == Softsync(c.Gather):
		return fmt.Sprintf("softsync(gather %d)", c.Gather)
	case c == KAsync(c.Gather):
		return fmt.Sprintf("k-async(%d)", c.Gather)
	case c.Gather > 0 && c == KSync(c.Gather, c.Stop):
		return fmt.Sprintf("k-sync(%d, %s)", c.Gather, late())
	case c.Gather > 0 && c == KBatchSync(c.Gather, c.Stop):
		return fmt.Sprintf("k-batch-sync(%d, %s)", c.Gather, late())
	case c.Gather > 0 && c == Consistency{Gather: c.Gather, Limit: c.Limit}:
		return fmt.Sprintf("softsync(gather %d, limit %d)", c.Gather, c.Limit)
	case c == Rounds():
		return "rounds of the server"
	case c == Bounded(c.Limit, c.Stop):
		return fmt.Sprintf("bounded(limit %d, stops %t)", c.Limit, c.Stop)
	}
	type plain Consistency
	return fmt.Sprintf("%+v", plain(c))
}
