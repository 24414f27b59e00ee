package experiments

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/slurm"
)

// slurmEngine computes runs on a cluster. It submits an array of jobs, each of which computes some
// of the runs with the local engine into the folder of the experiment, which all nodes must see;
// then it looks on. What it knows is in that folder, so that it may end at any time and be called
// again: then it submits what is neither finished nor under way.
type slurmEngine struct {
	b        *batch
	home     string
	rounds   []*slurm.Round
	missing  map[string]int        // number of the run by id: neither finished nor failed here
	assigned map[string]assignment // the last element that each run was given to
	said     map[string]bool       // what was said of elements
	last     []slurm.Element       // what squeue said last
	quiet    error                 // why it gave no answer after that
}

// A assignment is an element of a round.
type assignment struct {
	round   *slurm.Round
	element int
}

// maxRounds bounds how often a session submits what got lost. A run that failed is not submitted
// again: it had its tries.
const maxRounds = 3

// slurmPause is how long to wait between two looks at the queue: it begins with the first, so that
// short work ends soon, and grows to the second, which spares a controller that serves many.
var slurmPause = [2]time.Duration{500 * time.Millisecond, 10 * time.Second}

func (e *slurmEngine) compute(ctx context.Context, b *batch) error {
	kept, err := e.prepare(b)
	if err != nil {
		return err
	}
	x := b.experiment
	for n := 0; ; n++ {
		before := len(e.missing)
		if err := e.submit(ctx, kept); err != nil {
			return err
		}
		if err := e.watch(ctx); err != nil || ctx.Err() != nil {
			e.leave()
			return err
		}
		lost := len(e.missing)
		if lost == 0 {
			break
		}
		if n+1 == maxRounds || lost == before && n > 0 || e.cancelled() {
			break
		}
		e.b.progress.say("%s got lost: submitted again", prose.Count(lost, "run"))
	}
	for _, i := range b.todo {
		if _, open := e.missing[x.Runs[i].ID]; open {
			at := e.assigned[x.Runs[i].ID]
			b.end(i, Outcome{Err: fmt.Errorf("it was submitted and not computed: %s; what the element said is in %s, unless its node does not see this folder", e.fate(at), at.round.Log(at.element))})
		}
	}
	return nil
}

// home is the folder of an experiment: that of its runs, or, where these are still to be tuned, the
// one they will have.
func (x *Experiment) home() string {
	if len(x.Runs) == 0 && len(x.tunings) > 0 {
		return x.tunings[0].home
	}
	return x.Runs[0].home()
}

// prepare checks that there is a Slurm, and keeps the experiment and the program where jobs find
// them.
func (e *slurmEngine) prepare(b *batch) (*submission, error) {
	e.b, e.missing, e.said = b, map[string]int{}, map[string]bool{}
	s, whole := b.session, b.experiment
	if s.whole != nil {
		whole = s.whole
	}
	if err := slurm.Commands(); err != nil {
		return nil, err
	}
	for _, i := range b.todo {
		e.missing[b.experiment.Runs[i].ID] = i
	}
	kept, err := newSubmission(s, whole)
	if err == nil {
		e.home, err = filepath.Abs(slurm.Home(whole.home()))
	}
	if err == nil {
		err = kept.keep(e.home)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: results go into a folder that can be written and that all nodes see: -out FOLDER", err)
	}
	return kept, nil
}

// afresh refuses -fresh where it would remove records and then could not compute them again, or
// would compute beside elements that still do. Elements themselves know nothing of -fresh: one that
// runs twice finds what it did the first time.
func (s *Session) afresh(ctx context.Context, x *Experiment) error {
	place := fault.Place{Arg: "-fresh"}
	if s.whole != nil {
		x = s.whole
	}
	if len(x.tunings) > 0 {
		return &fault.Error{Place: place, Err: fmt.Errorf("does not go with -engine slurm and [tune], where jobs choose and submit by themselves: remove %s and %s, or give another -out", x.tunings[0].trials.home(), x.home())}
	}
	if err := slurm.Commands(); err != nil {
		return err
	}
	home, err := filepath.Abs(slurm.Home(x.home()))
	if err != nil {
		return err
	}
	e := slurmEngine{b: &batch{session: s, experiment: x}}
	if e.rounds, err = slurm.Rounds(home); err != nil {
		return err
	}
	underWay, err := e.underWay(ctx)
	if err != nil {
		return err
	}
	if jobs := e.jobs(); len(underWay) > 0 {
		return &fault.Error{Place: place, Err: fmt.Errorf("%s of this experiment under way, as job %s: wait for the end, or %s, then give the command again", prose.Count(len(underWay), "run"), slurm.JobList(jobs), slurm.HowToCancel(jobs))}
	}
	args, err := slurm.Args(s.SlurmArgs)
	if err != nil {
		return err
	}
	if _, err := slurm.Output(exec.CommandContext(ctx, "sbatch", append([]string{"--test-only", "--wrap=true"}, args...)...)); err != nil {
		return slurm.Refused(err, s.SlurmArgs)
	}
	return nil
}

// fate says how an element ended, as far as Slurm remembers.
func (e *slurmEngine) fate(at assignment) string {
	id := slurm.Element{Job: at.round.Jobs.Array, Index: at.element}.ID()
	for _, el := range e.last {
		if el.ID() == id && el.Cluster == at.round.Jobs.Cluster {
			return fmt.Sprintf("element %s is %s", id, el.Words())
		}
	}
	return fmt.Sprintf("element %s is gone", id)
}

// leave is the word at an interrupt. At the first failure under -fail-fast it also takes what waits
// out of the queue.
func (e *slurmEngine) leave() {
	jobs := e.jobs()
	if len(jobs) == 0 {
		return
	}
	if e.stopped() {
		for _, c := range slurm.CancelCommands(jobs) {
			if _, err := slurm.Output(exec.Command(c[0], c[1:]...)); err != nil {
				e.b.progress.say("scancel: %v", err)
			}
		}
		return
	}
	e.b.progress.say("the jobs go on; to stop them: %s", slurm.HowToCancel(jobs))
}

// cancelled says whether an element of what is missing was cancelled: by somebody who does not want
// it submitted again at once.
func (e *slurmEngine) cancelled() bool {
	return slices.ContainsFunc(e.last, func(el slurm.Element) bool {
		r := e.roundOf(el)
		return r != nil && el.State == "CANCELLED" && slices.ContainsFunc(r.Shards[el.Index], func(id string) bool {
			_, open := e.missing[id]
			return open && e.assigned[id] == assignment{r, el.Index}
		})
	})
}

// stopped says whether a run failed where the first failure ends all.
func (e *slurmEngine) stopped() bool {
	return e.b.session.FailFast && slices.ContainsFunc(e.b.outcomes, func(o Outcome) bool { return o.Err != nil && !o.interrupted() })
}

// jobs lists arrays that are not known to have ended, and what waits for them.
func (e *slurmEngine) jobs() (out []slurm.Jobs) {
	for _, r := range e.rounds {
		open := func(el slurm.Element) bool { return e.roundOf(el) == r && !el.Ended() }
		if !slices.ContainsFunc(e.last, open) {
			continue
		}
		ids := []string{r.Jobs.Array}
		if r.Jobs.Collect != "" {
			ids = append(ids, r.Jobs.Collect)
		}
		out = slurm.AddJobs(out, r.Jobs.Cluster, ids...)
	}
	return out
}
