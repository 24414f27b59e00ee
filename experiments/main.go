package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
	"staleness/internal/crew"
	"staleness/plots/page"
	"staleness/sim/record"
)

// Main is the command experiments/run: it returns an exit status.
func Main(args []string, stdout, stderr io.Writer) int {
	command := guard.Invoked("go run ./experiments/run")
	if isSlurmJob(args) {
		return guard.Caught(command, args, stderr, func() int { return slurmJob(args, stdout, stderr) })
	}
	return guard.Run(command, args, stdout, stderr, func(ctx context.Context, stdout, stderr io.Writer) int {
		return runFiles(ctx, command, args, stdout, stderr)
	})
}

// runFiles is the command experiments/run.
func runFiles(ctx context.Context, command string, args []string, stdout, stderr io.Writer) int {
	usage := command + " FILE.toml ... [flags]"
	s := Session{Command: command, Stdout: stdout, Stderr: stderr}
	names, status, ok := s.parse("run", usage, args, stderr)
	if !ok {
		return status
	}
	if s.Resume != "" {
		return s.resume(ctx, names)
	}
	if len(names) == 0 {
		fmt.Fprintf(stderr, "run: which experiment? usage: %s\n", usage)
		return Usage
	}
	sources, err := ReadFiles(names)
	if err == nil {
		var x *Experiment
		end := s.stage("reading the data and working out the runs")
		x, err = Load(sources, s.Options)
		end()
		if err == nil {
			for i := range names {
				names[i] = prose.Quote(names[i])
			}
			x.inputs = strings.Join(names, " ")
			return s.run(ctx, x)
		}
	}
	return s.refuse("run", err)
}

// A Program is a named experiment that carries its files with it.
type Program struct {
	Name string
	// every *.toml at its root is an experiment; their runs and figures belong together
	Files fs.FS
	Blurb string // one line for -help

	// Report, if there is one, is called when all figures are drawn, with the finished runs and the
	// folder of their experiment: it writes what takes more than one run to compute, such as the
	// figure of a model whose constants are measured.
	Report func(ctx context.Context, w io.Writer, dir string, runs []record.Run) error
}

// Main is the program as a function: it returns an exit status.
func (p Program) Main(args []string, stdout, stderr io.Writer) int {
	command := guard.Invoked("go run ./experiments/" + p.Name)
	if isSlurmJob(args) {
		return guard.Caught(command, args, stderr, func() int { return slurmJob(args, stdout, stderr) })
	}
	return guard.Run(command, args, stdout, stderr, func(ctx context.Context, stdout, stderr io.Writer) int {
		return p.main(ctx, command, args, stdout, stderr)
	})
}

func (p Program) main(ctx context.Context, command string, args []string, stdout, stderr io.Writer) int {
	s := Session{Command: command, Stdout: stdout, Stderr: stderr}
	names, status, ok := s.parse(p.Name, command+" [flags]\n"+p.Blurb, args, stderr)
	if !ok {
		return status
	}
	if len(names) > 0 {
		fmt.Fprintf(stderr, "%s: %s: this experiment carries its files with it; change it by -set key=value, or run your own by %s\n", p.Name, names[0], guard.Beside("run"))
		return Usage
	}
	if s.Resume != "" {
		return s.resume(ctx, nil)
	}
	end := s.stage("reading the data and working out the runs")
	x, err := p.load(s.Options)
	end()
	if err != nil {
		return s.refuse(p.Name, err)
	}
	x.report = p.Report
	return s.run(ctx, x)
}

// load joins the experiments of a program.
func (p Program) load(o Options) (*Experiment, error) {
	names, err := fs.Glob(p.Files, "*.toml")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("%s carries no TOML file", p.Name)
	}
	var parts [][]File
	for _, n := range names {
		text, err := fs.ReadFile(p.Files, n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, []File{{n, string(text)}})
	}
	return loadParts(p.Name, parts, o)
}

// loadParts joins experiments, each of them files laid over each other.
func loadParts(name string, parts [][]File, o Options) (*Experiment, error) {
	all := &Experiment{Name: name, problems: config.NewProblems(o.usable()), parts: parts}
	seen := map[string]bool{}
	for _, files := range parts {
		x, err := Load(files, o)
		if err != nil {
			return nil, err
		}
		for _, r := range x.Runs {
			if !seen[r.Dir] { // experiments may share runs
				seen[r.Dir] = true
				all.Runs = append(all.Runs, r)
			}
		}
		all.drawings = append(all.drawings, x.drawings...)
		all.orders = sweep.Join(all.orders, x.orders)
		all.scheme.Axes = all.scheme.Axes.Join(x.scheme.Axes)
		all.scheme.Paper = cmp.Or(all.scheme.Paper, x.scheme.Paper)
		for _, t := range x.tunings {
			name := filepath.Base(files[0].Name)
			t.file = "tuning-" + strings.TrimSuffix(name, filepath.Ext(name)) + ".csv"
			all.tunings = append(all.tunings, t)
		}
	}
	if len(all.tunings) == 1 {
		all.tunings[0].file = tuningFile
	}
	return all, nil
}

// refuse says what is wrong with the configuration.
func (s *Session) refuse(command string, err error) int {
	fmt.Fprintf(s.Stderr, "%s: %v\n", command, err)
	if fault.Refusal(err) {
		return Usage
	}
	return Failed
}

// run computes an experiment, draws its figures and reports.
func (s *Session) run(ctx context.Context, x *Experiment) int {
	s.whole = x
	if err := x.checkDrawings(); err != nil {
		return s.refuse("run", err)
	}
	if err := s.checkExport(x); err != nil {
		return s.refuse("run", err)
	}
	if s.DryRun {
		err := s.admit(x.all(), x.problems) // first: what does not fit is not probed
		if err == nil {
			err = s.list(x)
		}
		if err != nil {
			return s.refuse("dry run", err)
		}
		return Done
	}
	table := files.Target{Flag: "-export", File: s.Export, Begins: []string{"run,name,seed,status"}}
	if s.Export != "" {
		table.Inputs, table.Homes = x.inputFiles(), x.homes()
		if err := table.Check(); err != nil {
			return s.refuse("run", err)
		}
	}
	x.announce()
	s.sayReplays(x)
	for _, t := range x.tunings {
		runs, status := s.tune(ctx, t)
		if status != Done {
			return status
		}
		x.Runs = append(x.Runs, runs...)
	}
	outcomes, status := s.Compute(ctx, x)
	if status == Stopped || !began(outcomes) {
		return status
	}
	end := s.stage("reading the records and drawing")
	defer end()
	runs, err := x.load(outcomes)
	if err == nil && s.Export != "" {
		err = table.Write(ctx, func(w io.Writer) error { return record.Export(w, exports[s.Table], runs) })
	}
	if err == nil {
		err = s.show(ctx, x, outcomes, runs)
	}
	if ctx.Err() != nil {
		fmt.Fprintf(s.Stderr, "interrupted: all runs are finished, not all figures are drawn; go on with\n  %s\n", s.command(x))
		return Stopped
	}
	if err != nil {
		return max(status, s.refuse("run", err))
	}
	return status
}

// sayReplays says of what the runs replay that it is durations alone.
func (s *Session) sayReplays(x *Experiment) {
	said := map[string]bool{}
	for _, r := range x.all() {
		if text := r.config.Replays(); text != "" && !said[text] {
			said[text] = true
			fmt.Fprintf(s.Stderr, "replay: %s\n", text)
		}
	}
}

// began says whether any run was looked at: nothing is said of an experiment that was refused.
func began(outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Summary != nil || o.Err != nil })
}

// show draws what was asked for, says what came out and writes the page.
func (s *Session) show(ctx context.Context, x *Experiment, outcomes []Outcome, runs []record.Run) (err error) {
	dir := x.Runs[0].home()
	var drawn []page.Drawn
	if len(runs) > 0 {
		x.scheme.Matplotlib, x.scheme.Forget = s.Matplotlib, s.Only
		drawn, err = draw(ctx, s.Stdout, x.scheme, x.drawings, runs, dir)
		err = errors.Join(keepDrawings(dir, x.drawings, x.orders, x.scheme.Paper), err)
		if x.report != nil {
			err = errors.Join(err, x.report(ctx, s.Stdout, dir, runs))
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, s.present(ctx, x, outcomes, runs, drawn))
}

// homes are the folders of the runs.
func (x *Experiment) homes() []string {
	homes := map[string]bool{}
	for _, r := range x.all() {
		homes[r.home()] = true
	}
	return prose.SortedKeys(homes)
}

// checkExport refuses an export of records that the runs will not have.
func (s *Session) checkExport(x *Experiment) error {
	if s.Export == "" || exports[s.Table] != record.Pushes {
		return nil
	}
	runs := slices.Clone(x.Runs)
	for _, t := range x.tunings {
		runs = append(runs, t.tentative...)
	}
	n := 0
	for _, r := range runs {
		if !r.config.Record.Updates {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	err := fmt.Errorf("updates.csv is not kept by %d of %s: give record.updates = true, or another table", n, prose.Count(len(runs), "run"))
	return &fault.Error{Place: fault.Place{Arg: "-table updates"}, Err: err}
}

// all are the runs of an experiment and of its tunings.
func (x *Experiment) all() []*PlannedRun {
	runs := slices.Clone(x.Runs)
	for _, t := range x.tunings {
		runs = slices.Concat(runs, t.trials.Runs, t.tentative)
	}
	return runs
}

// announce tells the trials of every tuning what comes after them.
func (x *Experiment) announce() {
	after := slices.Clone(x.Runs)
	for _, t := range x.tunings {
		after = append(after, t.tentative...)
	}
	for _, t := range slices.Backward(x.tunings) {
		t.trials.then = slices.Clone(after)
		after = append(after, t.trials.Runs...)
	}
}

// load reads the records of the runs that have one.
func (x *Experiment) load(outcomes []Outcome) ([]record.Run, error) {
	loaded := make([]record.Run, len(x.Runs))
	errs := make([]error, len(x.Runs))
	crew.Each(len(x.Runs), func(i int) {
		if outcomes[i].Summary != nil {
			loaded[i], errs[i] = record.LoadRun(x.Runs[i].Dir)
		}
	})
	return slices.DeleteFunc(loaded, func(r record.Run) bool { return r.Dir == "" }), errors.Join(errs...)
}

// exports are the tables that -export writes.
var exports = map[string]record.Table{"eval": record.Evaluations, "updates": record.Pushes, "summary": record.Summaries}

func orResults(out string) string {
	if out == "" {
		return "results"
	}
	return out
}

// inputFiles are the files that an experiment is made of, with those of its data.
func (x *Experiment) inputFiles() []string {
	var names []string
	for _, part := range x.parts {
		for _, s := range part {
			names = append(names, s.Name)
		}
	}
	for _, r := range x.all() {
		t := r.config.Tables()
		config.Absolute(t["problem"], r.config.Dir)
		names = append(names, config.DataPaths(t["problem"])...)
		names = append(names, r.config.LawFiles()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
