package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"staleness/experiments/internal/clock"
	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
	"staleness/internal/crew"
	"staleness/internal/files"
	"staleness/plots"
	"staleness/sim/record"
)

// A File is the text of an experiment: a TOML file, or one that a program carries with it.
type File struct{ Name, Text string }

// An Experiment is what a set of files asks for: a list of runs, and figures of them.
type Experiment struct {
	Name string
	Runs []*PlannedRun

	drawings []drawing
	orders   []sweep.Order // of its axes, and
	scheme   plots.Scheme  // what these are for its drawings
	inputs   string        // the files, as one would type them; "" if a program carries them
	problems *config.Problems
	// what it was read from; several where a program carries several experiments
	parts [][]File
	// what is to be tuned first; the runs that are reported come after
	tunings []*tuning
	// what comes after these runs, to be refused before these are begun if it cannot fit
	then []*PlannedRun
	// of a Program; or nil
	report func(ctx context.Context, w io.Writer, dir string, runs []record.Run) error
}

// A PlannedRun is one run of an experiment, computed or not; what it left is a record.Run.
type PlannedRun struct {
	Experiment string            // name of its experiment
	ID         string            // hash of what can change its record
	Dir        string            // its folder
	Labels     map[string]string // where it stands on labelled axes
	Point      string            // where it stands on all axes, for people; "" if there is no axis

	config *config.Config
}

// name is what a person calls the run.
func (r *PlannedRun) name() string {
	if r.Point == "" {
		return r.Experiment
	}
	return r.Experiment + " (" + r.Point + ")"
}

// home is the folder of the run's experiment.
func (r *PlannedRun) home() string { return filepath.Dir(r.Dir) }

// An Outcome is how a run ended here.
type Outcome struct {
	Reused  bool            // it was there already
	Resumed bool            // it went on from a checkpoint
	Summary *record.Summary // nil if it did not get as far
	Err     error           // why it failed; context.Canceled if it was interrupted
}

func (o Outcome) interrupted() bool { return errors.Is(o.Err, context.Canceled) }
func (o Outcome) diverged() bool    { return o.Summary != nil && o.Summary.Status == record.Diverged }

// Load reads an experiment from TOML files, each laid over the ones before, and settings
// "key=value". An error that is the configuration's is a *ConfigError.
func Load(texts []File, o Options) (*Experiment, error) {
	doc := document.New()
	for _, s := range texts {
		if err := doc.Add(s.Name, s.Text); err != nil {
			return nil, err
		}
	}
	for _, s := range o.Set {
		if err := doc.Set(s); err != nil {
			return nil, err
		}
	}
	name := ""
	if len(texts) > 0 {
		name = strings.TrimSuffix(filepath.Base(texts[0].Name), filepath.Ext(texts[0].Name))
	}
	x, err := plan(doc, name, o)
	if err == nil {
		x.parts = [][]File{texts}
	}
	return x, err
}

// ReadFiles reads the files of an experiment.
func ReadFiles(names []string) ([]File, error) {
	var out []File
	for _, f := range names {
		text, err := files.Read(f)
		if odd := (*files.Foreign)(nil); errors.As(err, &odd) {
			return nil, &fault.Error{Place: fault.Place{File: f}, Err: errors.New(odd.Said())}
		}
		if err != nil {
			var path *os.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return nil, &fault.Error{Place: fault.Place{File: f}, Err: fmt.Errorf("%w; an experiment is a TOML file, see docs/configuration.md", err)}
		}
		out = append(out, File{f, string(text)})
	}
	return out, nil
}

// plan expands a document and resolves every run, so that a mistake in the last one is found before
// the first starts.
func plan(doc *document.Document, name string, o Options) (*Experiment, error) {
	e, err := sweep.Open(doc, name)
	if err != nil {
		return nil, err
	}
	x := &Experiment{Name: e.Name, problems: config.NewProblems(o.usable())}
	if err = x.readDrawings(doc, e); err != nil {
		return nil, err
	}
	out := orResults(o.Out)
	if e.Tune == nil {
		x.Runs, err = runsOf(e, x.problems, out)
		return x, err
	}
	t := &tuning{Tuning: e.Tune}
	t.home = filepath.Join(out, e.Name)
	t.trials = &Experiment{Name: e.Name + tunedSuffix, problems: x.problems}
	numbers := map[string]int{}
	err = e.PlanTrials(e.Base(), func(v sweep.Variant) (int, error) {
		r, err := runOf(e, &v, x.problems, out, t.trials.Name)
		if err != nil {
			return 0, err
		}
		if n, ok := numbers[r.ID]; ok { // settings may share trials
			return n, nil
		}
		if err := t.checkCriterion(r.config, x.problems); err != nil {
			return 0, doc.Fault("tune", err)
		}
		numbers[r.ID] = len(t.trials.Runs)
		t.trials.Runs = append(t.trials.Runs, r)
		return numbers[r.ID], nil
	})
	if err != nil {
		return nil, err
	}
	t.report = func() ([]*PlannedRun, error) { return runsOf(e, x.problems, out) }
	// with the first of all values: mistakes are found now, not after the tuning
	tentative, err := t.report()
	if err != nil {
		return nil, err
	}
	t.tentative = tentative
	x.tunings = []*tuning{t}
	return x, nil
}

// runOf resolves one run, of the experiment or of its trials.
func runOf(e *sweep.Plan, v *sweep.Variant, ps *config.Problems, out, name string) (*PlannedRun, error) {
	point := strings.Join(v.Point, ", ")
	c, err := config.Resolve(v.Doc, sweep.Keys, ps)
	if err != nil {
		return nil, inRun(err, point)
	}
	id, err := record.ID(c.Tree())
	if err != nil {
		return nil, e.Doc.Fault("", err)
	}
	return &PlannedRun{Experiment: name, ID: id, Dir: filepath.Join(out, name, id), Labels: v.Labels, Point: point, config: c}, nil
}

// resolvedTogether is how many runs are resolved on all cores before the next are expanded, which
// bounds memory.
const resolvedTogether = 256

// runsOf resolves all runs of the experiment.
func runsOf(e *sweep.Plan, ps *config.Problems, out string) ([]*PlannedRun, error) {
	var all []*PlannedRun
	seen := map[string]*PlannedRun{}
	var waiting []sweep.Variant
	resolve := func() error {
		runs, errs := make([]*PlannedRun, len(waiting)), make([]error, len(waiting))
		crew.Each(len(waiting), func(i int) { runs[i], errs[i] = runOf(e, &waiting[i], ps, out, e.Name) })
		for i, r := range runs {
			if errs[i] != nil {
				return errs[i]
			}
			if twin := seen[r.ID]; twin != nil {
				return e.Doc.Fault(e.Where(), fmt.Errorf("two runs are the same: %s and %s; a run is computed once, so take one of them out", twin.name(), r.name()))
			}
			seen[r.ID] = r
		}
		all, waiting = append(all, runs...), waiting[:0]
		return nil
	}
	err := e.Expand(func(v sweep.Variant) error {
		if waiting = append(waiting, v); len(waiting) == resolvedTogether {
			return resolve()
		}
		return nil
	})
	if err == nil {
		err = resolve()
	}
	return all, err
}

// inRun says which run of many a mistake is in.
func inRun(err error, point string) error {
	var c *fault.Error
	if !errors.As(err, &c) || point == "" {
		return err
	}
	return &fault.Error{Place: c.Place, Err: fmt.Errorf("%w [in the run with %s]", c.Err, point)}
}

// A Session computes experiments and reports to a person.
type Session struct {
	Options
	Command string // what was typed before files and flags: "go run ./experiments/run"
	Stdout  io.Writer
	Stderr  io.Writer

	whole *Experiment // what the session is about, of which the trials of a tuning are a part
	told  *progress   // what shows how far it is; nil: nothing is computed now
	// a run that cannot fit into memory fails by itself: the others are an element's work all the
	// same
	singly bool
}

// Compute runs what is not there yet. It returns how each run ended and an exit status; what went
// wrong has been said.
func (s *Session) Compute(ctx context.Context, x *Experiment) ([]Outcome, int) {
	p := newProgress(s.Stderr, len(x.Runs))
	s.told = p
	defer func() { s.told = nil }()
	b := &batch{session: s, experiment: x, progress: p, outcomes: make([]Outcome, len(x.Runs)), settled: make([]bool, len(x.Runs))}
	if err := s.prepare(ctx, b); err != nil {
		p.close()
		return b.outcomes, s.refuse("run", err)
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	b.failed = stop
	var err error
	if len(b.todo) > 0 && ctx.Err() == nil {
		err = engines[s.engine()]().compute(work, b)
	}
	if err == nil {
		b.collect(work)
	}
	p.close()
	if err != nil {
		return b.outcomes, s.refuse(s.engine(), err)
	}
	return b.outcomes, s.conclude(ctx, x, b.outcomes, clock.Since(p.start))
}

// prepare finds what is to be computed. What cannot be is refused before anything is written or
// removed.
func (s *Session) prepare(ctx context.Context, b *batch) error {
	x := b.experiment
	if s.Fresh {
		if err := s.admit(slices.Concat(x.Runs, x.then), x.problems); err != nil {
			return err
		}
		if s.engine() == "slurm" {
			if err := s.afresh(ctx, x); err != nil {
				return err
			}
		}
	}
	if err := s.freshen(ctx, b.progress, x); err != nil {
		return err
	}
	end := s.stage("looking for runs that are finished")
	b.todo = s.survey(b)
	end()
	if len(b.todo) == 0 {
		return nil
	}
	if !s.singly {
		if err := s.admit(append(b.missing(), x.then...), x.problems); err != nil {
			return err
		}
	}
	if s.engine() != "local" {
		return nil
	}
	homes := map[string]bool{}
	for _, r := range b.missing() {
		homes[r.home()] = true
	}
	for _, home := range prose.SortedKeys(homes) {
		if err := writable(home); err != nil {
			return err
		}
	}
	return s.keepPlan(x, b.outcomes)
}

// writable makes a folder and sees whether files can be made in it, so that not each of thousands
// of runs finds out for itself.
func writable(dir string) error {
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		var f *os.File
		// always the same, so that a session that is killed now leaves nothing that the next does
		// not remove
		name := filepath.Join(dir, ".try")
		if f, err = files.Create(name); err == nil {
			f.Close()
			if err = os.Remove(name); errors.Is(err, fs.ErrNotExist) {
				err = nil // another session did
			}
		}
	}
	if fault.Foreign(err) {
		return err
	}
	if err != nil {
		return fmt.Errorf("results cannot be written: %w; choose a folder that can be written with -out; nothing was computed", err)
	}
	return nil
}

func (s *Session) engine() string {
	if s.Engine == "" {
		return "local"
	}
	return s.Engine
}

// jobs is how many runs go side by side.
func (s *Session) jobs(runs int) int {
	jobs := s.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	return max(1, min(jobs, runs))
}

// again is the command that computes one run anew.
func (s *Session) again(x *Experiment, r *PlannedRun) string {
	runner := guard.Invoked("go run ./experiments/run")
	// a built program that takes no files
	carried := s.whole != nil && s.whole.inputs == "" && !strings.HasPrefix(runner, "go run ./")
	if _, err := os.Stat(filepath.Join(r.Dir, record.ConfigFile)); err == nil && !carried {
		return runner + " -fresh " + prose.Quote(filepath.Join(r.Dir, record.ConfigFile))
	}
	return s.command(x)
}

// command is what was typed.
func (s *Session) command(x *Experiment) string {
	c := s.Command
	if s.whole != nil && (s.Engine == "slurm" || s.Resume != "") {
		return c + " -resume " + prose.Quote(s.whole.home())
	}
	if x.inputs != "" {
		c += " " + x.inputs
	}
	return c + s.arguments()
}

// conclude says how it all went.
func (s *Session) conclude(ctx context.Context, x *Experiment, outcomes []Outcome, took time.Duration) int {
	var done, reused, resumed, failed, diverged, refused, bugs, stopped int
	builds := map[string]bool{}
	for _, o := range outcomes {
		switch {
		case o.Err != nil && !o.interrupted():
			failed++
			if fault.Refusal(o.Err) {
				refused++
			}
			if b := (*crew.Bug)(nil); errors.As(o.Err, &b) {
				bugs++
			}
		case o.Summary != nil:
			if o.Reused {
				reused++
			} else {
				done++
			}
			if o.Resumed {
				resumed++
			}
			if o.diverged() {
				diverged++
			}
			builds[o.Summary.Build] = true
		case o.interrupted():
			stopped++
		}
	}
	dir := filepath.Dir(x.Runs[0].Dir)
	if ctx.Err() != nil {
		fmt.Fprintf(s.Stderr, "interrupted: %d of %s finished and kept in %s; go on with\n  %s\n", done+reused, prose.Count(len(outcomes), "run"), dir, s.command(x))
		return Stopped
	}
	line := fmt.Sprintf("%s: %s", x.Name, prose.Count(len(outcomes), "run"))
	for _, n := range []struct {
		n    int
		what string
	}{{done, "computed"}, {resumed, "of them gone on with"}, {reused, "found finished"}, {diverged, "diverged"}, {failed, "failed"}, {stopped, "not finished"}} {
		if n.n > 0 {
			line += fmt.Sprintf(", %d %s", n.n, n.what)
		}
	}
	fmt.Fprintf(s.Stderr, "%s in %.1fs: %s\n", line, took.Seconds(), dir)
	if len(builds) > 1 {
		fmt.Fprintf(s.Stderr, "note: these runs were computed by %d builds of the sources; compare them with care, or compute all again with -fresh\n", len(builds))
	}
	if failed > 0 {
		fmt.Fprintf(s.Stderr, "what is missing is computed by\n  %s\n", s.command(x))
	}
	switch {
	case bugs > 0:
		return Bug
	case refused > 0:
		return Usage
	case failed > 0:
		return Failed
	}
	return Done
}
