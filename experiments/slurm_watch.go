package experiments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// underWay lists the runs of elements that Slurm has not ended, after it found jobs whose numbers were not noted.
func (e *slurm) underWay(ctx context.Context) (map[string]bool, error) {
	x := e.b.experiment
	out := map[string]bool{}
	args, err := sbatchArgs(e.b.session.SlurmArgs)
	if err != nil {
		return nil, err
	}
	among := clusters(args)
	for _, r := range e.rounds {
		if r.jobs.Array == "" {
			found, err := jobNamed(ctx, r.jobName(x.Name), among)
			if err != nil {
				return nil, err
			}
			r.jobs.Array, r.jobs.Cluster = found.id, found.cluster
		}
	}
	if err := e.look(ctx); err != nil {
		return nil, err
	}
	for _, el := range e.last {
		r := e.roundOf(el)
		if r == nil || el.ended() {
			continue
		}
		if r.jobs.Build != "" && r.jobs.Build != Build() && !e.b.session.Reuse {
			return nil, &ConfigError{Place{Arg: "job " + el.job}, fmt.Errorf("is still queued and computes with other sources (build %s, now %s): wait for its end, or %s, then give the command again", r.jobs.Build, Build(), howToCancel(job{el.job, el.cluster}.on()))}
		}
		for _, id := range r.Shards[el.index] {
			out[id] = true
		}
	}
	return out, nil
}

// look asks for all elements of all rounds.
func (e *slurm) look(ctx context.Context) error {
	var jobs []jobsOn
	for _, r := range e.rounds {
		if r.jobs.Array != "" {
			jobs = addJobs(jobs, r.jobs.Cluster, r.jobs.Array)
		}
	}
	if len(jobs) == 0 {
		e.last = nil
		return nil
	}
	elements, err := queue(ctx, jobs)
	if err == nil {
		e.last = elements
	}
	return err
}

// roundOf is the round that an element of the queue belongs to; nil: to none.
func (e *slurm) roundOf(el jobElement) *round {
	for _, r := range e.rounds {
		if r.jobs.Array == el.job && r.jobs.Cluster == el.cluster && el.index >= 0 && el.index < len(r.Shards) {
			return r
		}
	}
	return nil
}

// watch looks on until no element is under way or the context ends, and reports what is finished.
func (e *slurm) watch(ctx context.Context) error {
	e.seats = lastSeats(e.rounds)
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
		over := err == nil && !slices.ContainsFunc(e.last, func(el jobElement) bool { return !el.ended() })
		if err := e.gather(); err != nil {
			return err
		}
		if len(e.missing) == 0 || over || ctx.Err() != nil {
			return nil
		}
		e.tell()
		if now := summaryOf(e.last); err == nil && now != status {
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
func (e *slurm) gather() error {
	x := e.b.experiment
	for _, i := range e.b.todo {
		r := x.Runs[i]
		if _, open := e.missing[r.ID]; !open {
			continue
		}
		if sum := e.b.session.finished(r); sum != nil {
			e.b.end(i, Outcome{Summary: sum})
		} else if at, ok := e.seats[r.ID]; !ok {
			continue
		} else if f, err := at.round.failure(at.element, r.ID); err != nil {
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
func (e *slurm) tell() {
	for _, el := range e.last {
		r := e.roundOf(el)
		word := ""
		switch {
		case r == nil:
		case el.held():
			release := slices.Concat([]string{"scontrol"}, onCluster(el.cluster), []string{"release", el.id()})
			word = fmt.Sprintf("held: element %s, %s: %s lets it go", el.id(), el.words(), strings.Join(release, " "))
		case el.ended() && el.state != "COMPLETED":
			word = fmt.Sprintf("failed: element %s is %s: see %s", el.id(), el.words(), r.log(el.index))
		}
		if word != "" && !e.said[word] {
			e.said[word] = true
			e.b.progress.say("%s", word)
		}
	}
}

// summaryOf counts elements by state, those that wait by reason: "2 running, 5 pending (Resources)".
func summaryOf(elements []jobElement) string {
	counts := map[string]int{}
	for _, el := range elements {
		if el.state != "PENDING" {
			el.reason = ""
		}
		counts[el.words()]++
	}
	var parts []string
	for _, word := range sortedKeys(counts) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
	}
	return strings.Join(parts, ", ")
}
