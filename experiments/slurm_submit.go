package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"staleness/internal/files"
)

// submit sends off what is missing and not under way, if there is such.
func (e *slurm) submit(ctx context.Context, kept *submission) error {
	lock, err := e.alone(ctx)
	if err != nil {
		return err
	}
	err = e.submitAlone(ctx, kept)
	lock.unlock()
	sweepHome(filepath.Dir(e.home))
	if err != nil && len(e.rounds) == 0 {
		e.undo()
	}
	return err
}

func (e *slurm) submitAlone(ctx context.Context, kept *submission) (err error) {
	if e.rounds, err = rounds(e.home); err != nil {
		return err
	}
	underWay, err := e.underWay(ctx)
	if err != nil {
		return err
	}
	x := e.b.experiment
	var todo []int
	for _, i := range e.b.todo {
		if _, open := e.missing[x.Runs[i].ID]; open && !underWay[x.Runs[i].ID] {
			todo = append(todo, i)
		}
	}
	if len(todo) == 0 || ctx.Err() != nil {
		if n := len(e.missing); n > 0 {
			e.b.progress.say("%s under way already, as job %s", count(n, "run"), jobList(e.jobs()))
		}
		return nil
	}
	args, err := sbatchArgs(e.b.session.SlurmArgs)
	if err != nil {
		return err
	}
	estimate := newCosts()
	for i, r := range x.Runs {
		if e.b.settled[i] {
			estimate.measure(r)
		}
	}
	costs := make([]time.Duration, len(todo))
	for n, i := range todo {
		if costs[n], _, err = estimate.of(x.Runs[i], x.problems); err != nil {
			return err
		}
	}
	var elements [][]shardRun
	for _, shard := range shards(costs, e.b.session.SlurmShard, maxElements(ctx, clusters(args))-1) {
		var list []shardRun
		for _, n := range shard {
			r := x.Runs[todo[n]]
			list = append(list, shardRun{r.ID, r.Point, r.config.toml(r.Experiment, r.Labels)})
		}
		elements = append(elements, list)
	}
	r, err := newRound(e.home, elements)
	if err != nil {
		return err
	}
	err = e.send(ctx, kept, r, args, len(todo))
	if err == nil || mayRun(err) {
		e.rounds = append(e.rounds, r)
	}
	if errors.Is(err, errUnknown) && ctx.Err() != nil {
		e.b.progress.say("note: %v", err)
		return nil
	}
	return err
}

// send submits a round: the array, and the job that collects when it has ended.
func (e *slurm) send(ctx context.Context, kept *submission, r *round, args []string, runs int) error {
	program := quoteShell(filepath.Join(e.home, kept.Program))
	dir, n := quoteShell(filepath.Dir(e.home)), r.number()
	script := func(name, command string) (string, error) {
		file := filepath.Join(r.dir, name)
		return file, files.Write(file, fmt.Sprintf("#!/bin/sh\nexec %s %s %s %d\n", program, command, dir, n))
	}
	pattern := strings.ReplaceAll(strings.ReplaceAll(r.dir, `\`, `\\`), "%", "%%")
	common := []string{"--chdir=" + kept.WorkDir, "--open-mode=append", "--requeue"}
	file, err := script("array.sh", shardCommand)
	if err != nil {
		return err
	}
	name := r.jobName(kept.Name)
	options := append(slices.Clone(common), fmt.Sprintf("--array=0-%d", len(r.Shards)-1), "--output="+filepath.Join(pattern, "%a.log"))
	took, err := sbatch(ctx, name, options, args, file)
	if err != nil {
		if !mayRun(err) {
			os.RemoveAll(r.dir)
		}
		return refusedBy(err, e.b.session.SlurmArgs)
	}
	r.jobs.Array, r.jobs.Cluster = took.id, took.cluster
	r.jobs.Build = Build()
	if err := writeJSON(filepath.Join(r.dir, jobsFile), r.jobs); err != nil {
		return err
	}
	e.b.progress.say("submitted %s as job %s, %s; this terminal may be closed: %s looks on again", count(runs, "run"), jobList(took.on()), count(len(r.Shards), "element"), e.b.session.command(e.b.experiment))
	// afterany: with afterok, one element that fails, or that Slurm puts back into the queue, would keep the collector waiting for ever.
	if file, err = script("collect.sh", collectCommand); err != nil {
		return err
	}
	options = append(slices.Clone(common), "--dependency=afterany:"+r.jobs.Array, "--output="+filepath.Join(pattern, "collect.log"))
	if took.cluster != "" { // it can wait for jobs of its own cluster only
		args = append(slices.Clone(args), "--clusters="+took.cluster)
	}
	took, err = sbatch(ctx, name+"-collect", options, args, file)
	if r.jobs.Collect = took.id; err != nil {
		e.b.progress.say("note: sbatch takes no job that collects (%v): if this terminal is closed, nobody writes %s and draws the figures until the command above is given", err, filepath.Join(e.home, reportText))
		return nil
	}
	return writeJSON(filepath.Join(r.dir, jobsFile), r.jobs)
}

// mayRun says whether after an error of sbatch a job may run, or have run, all the same.
func mayRun(err error) bool { return errors.Is(err, errUnknown) || errors.Is(err, errCancelled) }

// undo removes what was written if nothing was ever submitted, and what is empty then.
func (e *slurm) undo() {
	os.RemoveAll(e.home)
	for dir, n := filepath.Dir(e.home), 0; n < 2; dir, n = filepath.Dir(dir), n+1 {
		os.Remove(dir) // stays if it holds something
	}
}

// alone waits until no other session submits for this experiment. Where there are no locks there is none: two that submit at once then
// make elements that share the work.
func (e *slurm) alone(ctx context.Context) (*runLock, error) {
	for {
		lock, err := lockRun(e.home)
		if err == nil || !errors.Is(err, errHeld) {
			return lock, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(slurmPause[0]):
		}
	}
}
