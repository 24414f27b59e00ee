package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/origin"
	"staleness/experiments/internal/slurm"
)

// underWay lists the runs of elements that Slurm has not ended, after it found jobs whose numbers
// were not noted.
func (e *slurmEngine) underWay(ctx context.Context) (map[string]bool, error) {
	x := e.b.experiment
	out := map[string]bool{}
	args, err := slurm.Args(e.b.session.SlurmArgs)
	if err != nil {
		return nil, err
	}
	among := slurm.Clusters(args)
	for _, r := range e.rounds {
		if r.Jobs.Array == "" {
			found, err := slurm.JobNamed(ctx, r.JobName(x.Name), among)
			if err != nil {
				return nil, err
			}
			r.Jobs.Array, r.Jobs.Cluster = found.ID, found.Cluster
		}
	}
	if err := e.look(ctx); err != nil {
		return nil, err
	}
	for _, el := range e.last {
		r := e.roundOf(el)
		if r == nil || el.Ended() {
			continue
		}
		if r.Jobs.Build != "" && r.Jobs.Build != origin.Build() && !e.b.session.Reuse {
			return nil, &fault.Error{Place: fault.Place{Arg: "job " + el.Job}, Err: fmt.Errorf("is still queued and computes with other sources (build %s, now %s): wait for its end, or %s, then give the command again", r.Jobs.Build, origin.Build(), slurm.HowToCancel(slurm.Job{ID: el.Job, Cluster: el.Cluster}.On()))}
		}
		for _, id := range r.Shards[el.Index] {
			out[id] = true
		}
	}
	return out, nil
}

// look asks for all elements of all rounds.
func (e *slurmEngine) look(ctx context.Context) error {
	var jobs []slurm.Jobs
	for _, r := range e.rounds {
		if r.Jobs.Array != "" {
			jobs = slurm.AddJobs(jobs, r.Jobs.Cluster, r.Jobs.Array)
		}
	}
	if len(jobs) == 0 {
		e.last = nil
		return nil
	}
	elements, err := slurm.Queue(ctx, jobs)
	if err == nil {
		e.last = elements
	}
	return err
}

// roundOf is the round that an element of the queue belongs to; nil: to none.
func (e *slurmEngine) roundOf(el slurm.Element) *slurm.Round {
	for _, r := range e.rounds {
		if r.Jobs.Array == el.Job && r.Jobs.Cluster == el.Cluster && el.Index >= 0 && el.Index < len(r.Shards) {
			return r
		}
	}
	return nil
}

// watch looks on until no element is under way or the context ends, and reports what is finished.
func (e *slurmEngine) watch(ctx context.Context) error {
	e.assigned = lastAssignments(e.rounds)
	status := ""
	for pause := slurmPause[0]; ; pause = min(pause*5/4, slurmPause[1]) {
		err := e.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && e.quiet == nil {
			e.b.progress.say("no answer from Slurm (%v); the jobs do not need this terminal: asking again", err)
		}
		e.quiet = err
		over := err == nil && !slices.ContainsFunc(e.last, func(el slurm.Element) bool { return !el.Ended() })
		if err := e.gather(); err != nil {
			return err
		}
		if len(e.missing) == 0 || over || ctx.Err() != nil {
			return nil
		}
		e.tell()
		if now := slurm.SummaryOf(e.last); err == nil && now != status {
			e.b.progress.say("Slurm: %s", now)
			status = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// gather reports the runs that are finished or failed by now.
func (e *slurmEngine) gather() error {
	x := e.b.experiment
	for _, i := range e.b.todo {
		r := x.Runs[i]
		if _, open := e.missing[r.ID]; !open {
			continue
		}
		if sum := e.b.session.finished(r); sum != nil {
			e.b.end(i, Outcome{Summary: sum})
		} else if at, ok := e.assigned[r.ID]; !ok {
			continue
		} else if f, err := at.round.Failure(at.element, r.ID); err != nil {
			return err
		} else if f != nil {
			e.b.end(i, Outcome{Err: errors.New(f.Error)})
		} else {
			continue
		}
		delete(e.missing, r.ID)
	}
	return nil
}

// tell says once what is the matter with elements that are held or that ended badly.
func (e *slurmEngine) tell() {
	for _, el := range e.last {
		r := e.roundOf(el)
		word := ""
		switch {
		case r == nil:
		case el.Held():
			release := slices.Concat([]string{"scontrol"}, slurm.OnCluster(el.Cluster), []string{"release", el.ID()})
			word = fmt.Sprintf("held: element %s, %s: %s lets it go", el.ID(), el.Words(), strings.Join(release, " "))
		case el.Ended() && el.State != "COMPLETED":
			word = fmt.Sprintf("failed: element %s is %s: see %s", el.ID(), el.Words(), r.Log(el.Index))
		}
		if word != "" && !e.said[word] {
			e.said[word] = true
			e.b.progress.say("%s", word)
		}
	}
}
