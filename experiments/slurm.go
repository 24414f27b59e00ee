package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// slurm computes runs on a cluster. It submits an array of jobs, each of which computes some of the runs with the local engine into
// the folder of the experiment, which all nodes must see; then it looks on. What it knows is in that folder, so that it may end at
// any time and be called again: then it submits what is neither finished nor under way.
type slurm struct {
	b       *batch
	home    string
	rounds  []*round
	missing map[string]int  // number of the run by id: neither finished nor failed here
	seats   map[string]seat // the last element that each run was given to
	said    map[string]bool // what was said of elements
	last    []jobElement    // what squeue said last
	quiet   error           // why it gave no answer after that
}

// A seat is an element of a round.
type seat struct {
	round   *round
	element int
}

// maxRounds bounds how often a session submits what got lost. A run that failed is not submitted again: it had its tries.
const maxRounds = 3

// slurmPause is how long to wait between two looks at the queue: it begins with the first, so that short work ends soon, and grows to
// the second, which spares a controller that serves many.
var slurmPause = [2]time.Duration{500 * time.Millisecond, 10 * time.Second}

func (e *slurm) compute(ctx context.Context, b *batch) error {
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
		e.b.progress.say("%s got lost: submitted again", count(lost, "run"))
	}
	for _, i := range b.todo {
		if _, open := e.missing[x.Runs[i].ID]; open {
			at := e.seats[x.Runs[i].ID]
			b.end(i, Outcome{Err: fmt.Errorf("it was submitted and not computed: %s; what the element said is in %s, unless its node does not see this folder", e.fate(at), at.round.log(at.element))})
		}
	}
	return nil
}

// home is the folder of an experiment: that of its runs, or, where these are still to be tuned, the one they will have.
func (x *Experiment) home() string {
	if len(x.Runs) == 0 && len(x.tunings) > 0 {
		return x.tunings[0].home
	}
	return x.Runs[0].home()
}

// prepare checks that there is a Slurm, and keeps the experiment and the program where jobs find them.
func (e *slurm) prepare(b *batch) (*submission, error) {
	e.b, e.missing, e.said = b, map[string]int{}, map[string]bool{}
	s, whole := b.session, b.experiment
	if s.whole != nil {
		whole = s.whole
	}
	if err := commands(); err != nil {
		return nil, err
	}
	for _, i := range b.todo {
		e.missing[b.experiment.Runs[i].ID] = i
	}
	kept, err := newSubmission(s, whole)
	if err == nil {
		e.home, err = filepath.Abs(atHome(whole.home()))
	}
	if err == nil {
		err = kept.keep(e.home)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: results go into a folder that can be written and that all nodes see: -out FOLDER", err)
	}
	return kept, nil
}

// commands wants those of Slurm that nothing goes without.
func commands() error {
	for _, c := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(c); err != nil {
			return missing(c)
		}
	}
	return nil
}

// afresh refuses -fresh where it would remove records and then could not compute them again, or would compute beside elements that
// still do. Elements themselves know nothing of -fresh: one that runs twice finds what it did the first time.
func (s *Session) afresh(ctx context.Context, x *Experiment) error {
	place := Place{Arg: "-fresh"}
	if s.whole != nil {
		x = s.whole
	}
	if len(x.tunings) > 0 {
		return &ConfigError{place, fmt.Errorf("does not go with -engine slurm and [tune], where jobs choose and submit by themselves: remove %s and %s, or give another -out", x.tunings[0].trials.home(), x.home())}
	}
	if err := commands(); err != nil {
		return err
	}
	home, err := filepath.Abs(atHome(x.home()))
	if err != nil {
		return err
	}
	e := slurm{b: &batch{session: s, experiment: x}}
	if e.rounds, err = rounds(home); err != nil {
		return err
	}
	underWay, err := e.underWay(ctx)
	if err != nil {
		return err
	}
	if jobs := e.jobs(); len(underWay) > 0 {
		return &ConfigError{place, fmt.Errorf("%s of this experiment under way, as job %s: wait for the end, or scancel %s, then give the command again", count(len(underWay), "run"), strings.Join(jobs, ", "), strings.Join(jobs, " "))}
	}
	args, err := splitWords(s.SlurmArgs)
	if err != nil {
		return &ConfigError{Place{Arg: "-slurm-args " + quoteShell(s.SlurmArgs)}, err}
	}
	if _, err := said(exec.CommandContext(ctx, "sbatch", append([]string{"--test-only", "--wrap=true"}, args...)...)); err != nil {
		return refusedBy(err, s.SlurmArgs)
	}
	return nil
}

// fate says how an element ended, as far as Slurm remembers.
func (e *slurm) fate(at seat) string {
	id := jobElement{job: at.round.jobs.Array, index: at.element}.id()
	for _, el := range e.last {
		if el.id() == id {
			return fmt.Sprintf("element %s is %s", id, el.words())
		}
	}
	return fmt.Sprintf("element %s is gone", id)
}

// leave is the word at an interrupt. At the first failure under -fail-fast it also takes what waits out of the queue.
func (e *slurm) leave() {
	jobs := e.jobs()
	if len(jobs) == 0 {
		return
	}
	if e.stopped() {
		if _, err := said(exec.Command("scancel", jobs...)); err != nil {
			e.b.progress.say("scancel: %v", err)
		}
		return
	}
	e.b.progress.say("the jobs go on; scancel %s stops them", strings.Join(jobs, " "))
}

// cancelled says whether an element of what is missing was cancelled: by somebody who does not want it submitted again at once.
func (e *slurm) cancelled() bool {
	return slices.ContainsFunc(e.last, func(el jobElement) bool {
		r := e.roundOf(el)
		return r != nil && el.state == "CANCELLED" && slices.ContainsFunc(r.Shards[el.index], func(id string) bool {
			_, open := e.missing[id]
			return open && e.seats[id] == seat{r, el.index}
		})
	})
}

// stopped says whether a run failed where the first failure ends all.
func (e *slurm) stopped() bool {
	return e.b.session.FailFast && slices.ContainsFunc(e.b.outcomes, func(o Outcome) bool { return o.Err != nil && !o.interrupted() })
}

// jobs lists arrays that are not known to have ended, and what waits for them.
func (e *slurm) jobs() (out []string) {
	for _, r := range e.rounds {
		open := func(el jobElement) bool { return el.job == r.jobs.Array && !el.ended() }
		if slices.ContainsFunc(e.last, open) {
			out = append(out, r.jobs.Array)
			if r.jobs.Collect != "" {
				out = append(out, r.jobs.Collect)
			}
		}
	}
	return out
}

// submit sends off what is missing and not under way, if there is such.
func (e *slurm) submit(ctx context.Context, kept *submission) error {
	lock, err := e.alone(ctx)
	if err != nil {
		return err
	}
	err = e.submitAlone(ctx, kept)
	lock.unlock()
	sweepLocks(filepath.Dir(e.home))
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
			e.b.progress.say("%s under way already, as job %s", count(n, "run"), strings.Join(e.jobs(), ", "))
		}
		return nil
	}
	args, err := splitWords(e.b.session.SlurmArgs)
	if err != nil {
		return &ConfigError{Place{Arg: "-slurm-args " + quoteShell(e.b.session.SlurmArgs)}, err}
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
	for _, shard := range shards(costs, e.b.session.SlurmShard, maxElements(ctx)-1) {
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
	if err := e.send(ctx, kept, r, args, len(todo)); err != nil {
		return err
	}
	e.rounds = append(e.rounds, r)
	return nil
}

// send submits a round: the array, and the job that collects when it has ended.
func (e *slurm) send(ctx context.Context, kept *submission, r *round, args []string, runs int) error {
	program := quoteShell(filepath.Join(e.home, kept.Program))
	dir, n := quoteShell(filepath.Dir(e.home)), r.number()
	script := func(name, command string) (string, error) {
		file := filepath.Join(r.dir, name)
		return file, writeWhole(file, fmt.Sprintf("#!/bin/sh\nexec %s %s %s %d\n", program, command, dir, n))
	}
	pattern := strings.ReplaceAll(strings.ReplaceAll(r.dir, `\`, `\\`), "%", "%%")
	common := []string{"--chdir=" + kept.WorkDir, "--open-mode=append", "--requeue"}
	file, err := script("array.sh", shardCommand)
	if err != nil {
		return err
	}
	name := r.jobName(kept.Name)
	options := append(slices.Clone(common), "--job-name="+name, fmt.Sprintf("--array=0-%d", len(r.Shards)-1), "--output="+filepath.Join(pattern, "%a.log"))
	if r.jobs.Array, err = sbatch(ctx, append(options, args...), file); err != nil {
		os.RemoveAll(r.dir) // nothing was submitted
		return refusedBy(err, e.b.session.SlurmArgs)
	}
	r.jobs.Build = Build()
	if err := writeJSON(filepath.Join(r.dir, jobsFile), r.jobs); err != nil {
		return err
	}
	e.b.progress.say("submitted %s as job %s, %s; this terminal may be closed: %s looks on again", count(runs, "run"), r.jobs.Array, count(len(r.Shards), "element"), e.b.session.command(e.b.experiment))
	// afterany: with afterok, one element that fails, or that Slurm puts back into the queue, would keep the collector waiting for ever.
	if file, err = script("collect.sh", collectCommand); err != nil {
		return err
	}
	options = append(slices.Clone(common), "--job-name="+name+"-collect", "--dependency=afterany:"+r.jobs.Array, "--output="+filepath.Join(pattern, "collect.log"))
	if r.jobs.Collect, err = sbatch(ctx, append(options, args...), file); err != nil {
		e.b.progress.say("note: sbatch takes no job that collects (%v): if this terminal is closed, nobody writes %s and draws the figures until the command above is given", err, filepath.Join(e.home, reportText))
		return nil
	}
	return writeJSON(filepath.Join(r.dir, jobsFile), r.jobs)
}

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

// underWay lists the runs of elements that Slurm has not ended, after it found jobs whose numbers were not noted.
func (e *slurm) underWay(ctx context.Context) (map[string]bool, error) {
	x := e.b.experiment
	out := map[string]bool{}
	for _, r := range e.rounds {
		if r.jobs.Array == "" {
			id, err := jobNamed(ctx, r.jobName(x.Name))
			if err != nil {
				return nil, err
			}
			r.jobs.Array = id
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
			return nil, &ConfigError{Place{Arg: "job " + el.job}, fmt.Errorf("is still queued and computes with other sources (build %s, now %s): wait for its end, or scancel %s, then give the command again", r.jobs.Build, Build(), el.job)}
		}
		for _, id := range r.Shards[el.index] {
			out[id] = true
		}
	}
	return out, nil
}

// look asks for all elements of all rounds.
func (e *slurm) look(ctx context.Context) error {
	var jobs []string
	for _, r := range e.rounds {
		if r.jobs.Array != "" {
			jobs = append(jobs, r.jobs.Array)
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
		if r.jobs.Array == el.job && el.index >= 0 && el.index < len(r.Shards) {
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
			word = fmt.Sprintf("held: element %s, %s: scontrol release %s lets it go", el.id(), el.words(), el.id())
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
