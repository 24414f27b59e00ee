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

	"staleness/experiments/internal/cost"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/origin"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/slurm"
	disk "staleness/internal/files"
)

// submit sends off what is missing and not under way, if there is such.
func (e *slurmEngine) submit(ctx context.Context, kept *submission) error {
	lock, err := e.alone(ctx)
	if err != nil {
		return err
	}
	err = e.submitAlone(ctx, kept)
	lock.Unlock()
	files.SweepHome(filepath.Dir(e.home))
	if err != nil && len(e.rounds) == 0 {
		e.undo()
	}
	return err
}

func (e *slurmEngine) submitAlone(ctx context.Context, kept *submission) (err error) {
	if e.rounds, err = slurm.Rounds(e.home); err != nil {
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
			e.b.progress.say("%s under way already, as job %s", prose.Count(n, "run"), slurm.JobList(e.jobs()))
		}
		return nil
	}
	args, err := slurm.Args(e.b.session.SlurmArgs)
	if err != nil {
		return err
	}
	estimate := cost.New()
	for i, r := range x.Runs {
		if e.b.settled[i] {
			estimate.Measure(r.config, r.Dir)
		}
	}
	costs := make([]time.Duration, len(todo))
	for n, i := range todo {
		if costs[n], _, err = estimate.Of(x.Runs[i].config, x.problems); err != nil {
			return err
		}
	}
	var elements [][]slurm.ShardRun
	for _, shard := range slurm.Shards(costs, e.b.session.SlurmShard, slurm.MaxElements(ctx, slurm.Clusters(args))-1) {
		var list []slurm.ShardRun
		for _, n := range shard {
			r := x.Runs[todo[n]]
			list = append(list, slurm.ShardRun{ID: r.ID, Point: r.Point, TOML: r.config.TOML(r.Experiment, r.Labels)})
		}
		elements = append(elements, list)
	}
	r, err := slurm.NewRound(e.home, elements)
	if err != nil {
		return err
	}
	err = e.send(ctx, kept, r, args, len(todo))
	if err == nil || slurm.MayRun(err) {
		e.rounds = append(e.rounds, r)
	}
	if errors.Is(err, slurm.ErrUnknown) && ctx.Err() != nil {
		e.b.progress.say("note: %v", err)
		return nil
	}
	return err
}

// send submits a round: the array, and the job that collects when it has ended.
func (e *slurmEngine) send(ctx context.Context, kept *submission, r *slurm.Round, args []string, runs int) error {
	program := prose.Quote(filepath.Join(e.home, kept.Program))
	dir, n := prose.Quote(filepath.Dir(e.home)), r.Number()
	script := func(name, command string) (string, error) {
		file := filepath.Join(r.Dir, name)
		return file, disk.Write(file, fmt.Sprintf("#!/bin/sh\nexec %s %s %s %d\n", program, command, dir, n))
	}
	pattern := strings.ReplaceAll(strings.ReplaceAll(r.Dir, `\`, `\\`), "%", "%%")
	common := []string{"--chdir=" + kept.WorkDir, "--open-mode=append", "--requeue"}
	file, err := script("array.sh", shardCommand)
	if err != nil {
		return err
	}
	name := r.JobName(kept.Name)
	options := append(slices.Clone(common), fmt.Sprintf("--array=0-%d", len(r.Shards)-1), "--output="+filepath.Join(pattern, "%a.log"))
	took, err := slurm.Submit(ctx, name, options, args, file)
	if err != nil {
		if !slurm.MayRun(err) {
			os.RemoveAll(r.Dir)
		}
		return slurm.Refused(err, e.b.session.SlurmArgs)
	}
	r.Jobs.Array, r.Jobs.Cluster = took.ID, took.Cluster
	r.Jobs.Build = origin.Build()
	if err := slurm.WriteJSON(filepath.Join(r.Dir, slurm.JobsFile), r.Jobs); err != nil {
		return err
	}
	e.b.progress.say("submitted %s as job %s, %s; this terminal may be closed: %s looks on again", prose.Count(runs, "run"), slurm.JobList(took.On()), prose.Count(len(r.Shards), "element"), e.b.session.command(e.b.experiment))
	// afterany: with afterok, one element that fails, or that Slurm puts back into the queue, would
	// keep the collector waiting for ever.
	if file, err = script("collect.sh", collectCommand); err != nil {
		return err
	}
	options = append(slices.Clone(common), "--dependency=afterany:"+r.Jobs.Array, "--output="+filepath.Join(pattern, "collect.log"))
	if took.Cluster != "" { // it can wait for jobs of its own cluster only
		args = append(slices.Clone(args), "--clusters="+took.Cluster)
	}
	took, err = slurm.Submit(ctx, name+"-collect", options, args, file)
	if r.Jobs.Collect = took.ID; err != nil {
		e.b.progress.say("note: sbatch takes no job that collects (%v): if this terminal is closed, nobody writes %s and draws the figures until the command above is given", err, filepath.Join(e.home, reportText))
		return nil
	}
	return slurm.WriteJSON(filepath.Join(r.Dir, slurm.JobsFile), r.Jobs)
}

// undo removes what was written if nothing was ever submitted, and what is empty then.
func (e *slurmEngine) undo() {
	os.RemoveAll(e.home)
	for dir, n := filepath.Dir(e.home), 0; n < 2; dir, n = filepath.Dir(dir), n+1 {
		os.Remove(dir) // stays if it holds something
	}
}

// alone waits until no other session submits for this experiment. Where there are no locks there is
// none: two that submit at once then make elements that share the work.
func (e *slurmEngine) alone(ctx context.Context) (*files.RunLock, error) {
	for {
		lock, err := files.LockRun(e.home)
		if err == nil || !errors.Is(err, files.ErrHeld) {
			return lock, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(slurmPause[0]):
		}
	}
}
