package experiments

import (
	"context"
	"fmt"
	"sync"

	"staleness/sim/record"
)

// An engine computes runs by whatever means, in this process or on other machines. It leaves
// finished runs in their folders; what is there already was found before it is asked, and whatever
// it does not report is looked for in the folders when it is done.
type engine interface {
	// compute computes the runs of b. An error is about the engine as a whole, not about a run.
	compute(ctx context.Context, b *batch) error
}

// engines by the name that -engine takes.
var engines = map[string]func() engine{
	"local": func() engine { return new(local) },
	"slurm": func() engine { return new(slurmEngine) },
}

// A batch is what an engine is to compute.
type batch struct {
	session    *Session
	experiment *Experiment
	todo       []int // numbers of the runs that are missing, in order
	progress   *progress

	mu       sync.Mutex
	outcomes []Outcome // of all runs of the experiment
	settled  []bool    // runs that have an outcome
	failed   func()    // called at the first failure under -fail-fast
}

// missing are the runs that are to be computed.
func (b *batch) missing() []*PlannedRun {
	runs := make([]*PlannedRun, len(b.todo))
	for k, i := range b.todo {
		runs[k] = b.experiment.Runs[i]
	}
	return runs
}

// end reports how run i ended; safe for concurrent use.
func (b *batch) end(i int, o Outcome) {
	b.mu.Lock()
	b.outcomes[i], b.settled[i] = o, true
	b.mu.Unlock()
	b.progress.end(i, o)
	if o.Err == nil || o.interrupted() {
		return
	}
	r := b.experiment.Runs[i]
	b.progress.say("failed: %s: %v\n  again: %s", r.name(), o.Err, b.session.again(b.experiment, r))
	if b.session.FailFast {
		b.failed()
	}
}

// collect looks in the folders for the runs that nobody reported.
func (b *batch) collect(ctx context.Context) {
	for _, i := range b.todo {
		if b.settled[i] {
			continue
		}
		r := b.experiment.Runs[i]
		switch sum, err := record.ReadSummary(r.Dir); {
		case err == nil && sum.Done() && b.session.current(r, sum):
			b.outcomes[i] = Outcome{Summary: sum}
		case ctx.Err() != nil:
			b.outcomes[i] = Outcome{Err: context.Canceled}
		case err == nil && sum.Status == record.Failed:
			b.end(i, Outcome{Summary: sum, Err: fmt.Errorf("%s", sum.Reason)})
		default:
			b.end(i, Outcome{Err: fmt.Errorf("it was not computed: there is no record in %s", r.Dir)})
		}
	}
}
