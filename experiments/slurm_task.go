package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/slurm"
	"staleness/experiments/internal/sweep"
	"staleness/internal/files"
)

// Words instead of a file, by which jobs call the program. They are not for people.
const (
	shardCommand   = "slurm-shard"
	collectCommand = "slurm-collect"
)

// isSlurmJob says whether the arguments are what a job of Slurm is called with.
func isSlurmJob(args []string) bool {
	return len(args) > 0 && (args[0] == shardCommand || args[0] == collectCommand)
}

// slurmJob does what a job of Slurm is to do: "slurm-shard DIR ROUND" or "slurm-collect DIR ROUND".
func slurmJob(args []string, stdout, stderr io.Writer) (status int) {
	stdout, stderr = inTurn(stdout, stderr) // there is no guard that does
	job := collectJob
	if args[0] == shardCommand {
		job = shardJob
	}
	err := fmt.Errorf("want DIR ROUND, not %q", args[1:])
	if len(args) == 3 {
		var n int
		if n, err = strconv.Atoi(args[2]); err == nil {
			status, err = job(args[1], n, stdout, stderr)
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", args[0], err)
		return Failed
	}
	return status
}

// sessionOf is a session that computes here what was submitted.
func (k *submission) session(stdout, stderr io.Writer) *Session {
	s := &Session{Options: k.Options, Command: k.Command, Stdout: stdout, Stderr: stderr, singly: true}
	s.Engine = "local"
	return s
}

// shardJob computes the runs of one element. Slurm may run it twice, even at once: each run is
// locked and its folder finished by one rename, so that a second time finds them or waits for them.
func shardJob(dir string, n int, stdout, stderr io.Writer) (int, error) {
	element, err := strconv.Atoi(os.Getenv("SLURM_ARRAY_TASK_ID"))
	if err != nil {
		return Failed, fmt.Errorf("SLURM_ARRAY_TASK_ID: %w: this is called by jobs that -engine slurm submitted", err)
	}
	var k submission
	if err := slurm.ReadJSON(filepath.Join(slurm.Home(dir), submissionFile), &k); err != nil {
		return Failed, err
	}
	r, err := slurm.ReadRound(slurm.Home(dir), n)
	if err != nil {
		return Failed, err
	}
	var want []slurm.ShardRun
	if err := slurm.ReadJSON(r.File(element, ".json"), &want); err != nil {
		return Failed, err
	}
	s := k.session(stdout, stderr)
	x := &Experiment{Name: k.Name, problems: config.NewProblems(s.usable())}
	for _, w := range want {
		run, err := loadShardRun(&w, filepath.Dir(dir), x.problems)
		if err != nil {
			return Failed, err
		}
		x.Runs = append(x.Runs, run)
	}
	if cpus, err := strconv.Atoi(os.Getenv("SLURM_CPUS_ON_NODE")); err == nil && cpus > 0 {
		// where no cgroup keeps this job to its share of the node
		runtime.GOMAXPROCS(min(cpus, runtime.GOMAXPROCS(0)))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	outcomes, status := s.Compute(ctx, x)
	var report slurm.ElementReport
	for i, o := range outcomes {
		if o.Err != nil && !o.interrupted() {
			report.Failed = append(report.Failed, slurm.FailedRun{ID: x.Runs[i].ID, Name: x.Runs[i].name(), Error: o.Err.Error()})
		}
	}
	if status == Stopped {
		return status, nil
	}
	return status, slurm.WriteJSON(r.ReportFile(element), report)
}

// loadShardRun reads a run again. It must be the very run that was submitted.
func loadShardRun(w *slurm.ShardRun, out string, ps *config.Problems) (*PlannedRun, error) {
	doc := document.New()
	if err := doc.Add(w.ID, w.TOML); err != nil {
		return nil, err
	}
	e, err := sweep.Open(doc, "")
	if err != nil {
		return nil, err
	}
	runs, err := runsOf(e, ps, out)
	if err != nil {
		return nil, err
	}
	r := runs[0]
	r.Point = w.Point
	if text := r.config.TOML(r.Experiment, r.Labels); len(runs) != 1 || r.ID != w.ID || text != w.TOML {
		return nil, fmt.Errorf("run %s was submitted and is %s here: the data, or what computes, are not what they were; wanted\n%s\ngot\n%s", w.ID, r.ID, w.TOML, text)
	}
	return r, nil
}

// collectJob looks for all runs, writes what is missing and how to finish, and draws the figures if
// nothing is. If these were the trials of a tuning it chooses, and submits the runs that are
// reported. It runs after the array has ended in whatever way, and trusts the folders alone.
func collectJob(dir string, _ int, stdout, stderr io.Writer) (int, error) {
	k, x, err := openSubmission(dir)
	if err != nil {
		return Failed, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	here := k.session(stdout, stderr)
	here.whole = x
	runs := slices.Clone(x.Runs)
	for _, t := range x.tunings {
		runs = append(runs, t.trials.Runs...)
	}
	text, complete, err := k.report(x, runs)
	if err == nil && complete && len(x.tunings) > 0 {
		for _, t := range x.tunings {
			chosen, status := here.tune(ctx, t)
			if status != Done {
				return status, nil
			}
			x.Runs = append(x.Runs, chosen...)
		}
		x.tunings = nil
		if err := k.submitNew(ctx, x, stderr); err != nil {
			fmt.Fprintf(stderr, "the runs with the values chosen are not submitted: %v\n", err)
		}
		text, complete, err = k.report(x, x.Runs)
	}
	if err != nil {
		return Failed, err
	}
	fmt.Fprint(stdout, text)
	status := Failed
	if complete {
		status = here.run(ctx, x)
	}
	return status, files.Write(filepath.Join(slurm.Home(x.home()), reportText), text)
}

// submitNew submits runs that never were. What was submitted and is missing waits for a person.
func (k *submission) submitNew(ctx context.Context, x *Experiment, stderr io.Writer) error {
	all, err := slurm.Rounds(slurm.Home(x.home()))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range all {
		for _, id := range slices.Concat(r.Shards...) {
			known[id] = true
		}
	}
	s := k.session(io.Discard, stderr)
	s.Engine, s.whole = "slurm", x
	b := &batch{session: s, experiment: x, progress: newProgress(stderr, len(x.Runs)), outcomes: make([]Outcome, len(x.Runs)), settled: make([]bool, len(x.Runs))}
	defer b.progress.close()
	for i, r := range x.Runs {
		if !known[r.ID] && s.finished(r) == nil {
			b.todo = append(b.todo, i)
		}
	}
	if len(b.todo) == 0 {
		return nil
	}
	var e slurmEngine
	kept, err := e.prepare(b)
	if err != nil {
		return err
	}
	return e.submit(ctx, kept)
}

// report says which runs are finished and which are missing, and how to finish.
func (k *submission) report(x *Experiment, runs []*PlannedRun) (text string, complete bool, err error) {
	dir := x.home()
	all, err := slurm.Rounds(slurm.Home(dir))
	if err != nil {
		return "", false, err
	}
	assigned := lastAssignments(all)
	s := k.session(io.Discard, io.Discard)
	var b strings.Builder
	missing := 0
	for _, r := range runs {
		if s.finished(r) != nil {
			continue
		}
		missing++
		what := "not submitted"
		if at, ok := assigned[r.ID]; ok {
			what = "not computed: " + at.round.Log(at.element)
			f, err := at.round.Failure(at.element, r.ID)
			if err != nil {
				return "", false, err
			}
			if f != nil {
				what = "failed: " + firstLine(errors.New(f.Error)) + ": " + at.round.Log(at.element)
			}
		}
		fmt.Fprintf(&b, "%s  %s: %s\n", r.ID, r.name(), what)
	}
	if missing == 0 {
		return fmt.Sprintf("%s: all of %s finished, in %s\n", x.Name, prose.Count(len(runs), "run"), dir), true, nil
	}
	again := " -resume " + prose.Quote(dir)
	return fmt.Sprintf("%s: %d of %s finished, %d missing\nto finish:\n  %s%s\nor, where the sources are not at hand:\n  %s%s\nWith -engine local the rest is computed where the command is given.\n\n",
		x.Name, len(runs)-missing, prose.Count(len(runs), "run"), missing, k.Command, again, prose.Quote(filepath.Join(slurm.Home(dir), k.Program)), again) + b.String(), false, nil
}

// lastAssignments is the last element that each run was given to, by id.
func lastAssignments(all []*slurm.Round) map[string]assignment {
	out := map[string]assignment{}
	for _, r := range all {
		for n, ids := range r.Shards {
			for _, id := range ids {
				out[id] = assignment{r, n}
			}
		}
	}
	return out
}

// resume goes on with an experiment that was submitted: everything but its folder may be forgotten.
// What is given now about the way of computing replaces what was given then.
func (s *Session) resume(ctx context.Context, names []string) int {
	k, x, err := openSubmission(s.Resume)
	if err != nil {
		return s.refuse("run", err)
	}
	if len(names) > 0 {
		return s.refuse("run", &fault.Error{Place: fault.Place{Arg: "-resume " + prose.Quote(s.Resume)}, Err: fmt.Errorf("the folder says which experiment it is: leave out %s", strings.Join(names, " "))})
	}
	now := s.Options
	s.Options, s.Command = k.Options, k.Command
	for _, name := range now.given {
		switch name {
		case "engine":
			s.Engine = now.Engine
		case "slurm-args":
			s.SlurmArgs = now.SlurmArgs
		case "slurm-shard":
			s.SlurmShard = now.SlurmShard
		case "jobs":
			s.Jobs = now.Jobs
		case "memory":
			s.Memory = now.Memory
		case "retries":
			s.Retries = now.Retries
		case "checkpoint":
			s.Checkpoint = now.Checkpoint
		case "fail-fast":
			s.FailFast = now.FailFast
		case "dry-run":
			s.DryRun = now.DryRun
		case "reuse":
			s.Reuse = now.Reuse
		case "matplotlib":
			s.Matplotlib = now.Matplotlib
		case "only":
			s.Only = now.Only
		case "resume":
		default:
			return s.refuse("run", &fault.Error{Place: fault.Place{Arg: "-" + name}, Err: fmt.Errorf("does not go with -resume, which goes on with what was submitted: give the files again to compute something else")})
		}
	}
	s.given = now.given
	if s.slurmOnly() != "" {
		return s.refuse("run", s.ignored())
	}
	s.Out = filepath.Dir(x.home())
	return s.run(ctx, x)
}
