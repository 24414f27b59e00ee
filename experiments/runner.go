package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"staleness/results"
)

// A Source is the text of an experiment: a TOML file, or one that a program carries with it.
type Source struct{ Name, Text string }

// An Experiment is what a set of files asks for: a list of runs, and figures of them.
type Experiment struct {
	Name string
	Runs []*Run

	drawings []drawing
	inputs   string // the files, as one would type them; "" if a program carries them
	problems *problems
}

// A Run is one run of an experiment.
type Run struct {
	Experiment string            // name of its experiment
	ID         string            // hash of what can change its record
	Dir        string            // its folder
	Labels     map[string]string // where it stands on labelled axes
	Point      string            // where it stands on all axes, for people; "" if there is no axis

	config *config
}

// name is what a person calls the run.
func (r *Run) name() string {
	if r.Point == "" {
		return r.Experiment
	}
	return r.Experiment + " (" + r.Point + ")"
}

// An Outcome is how a run ended here.
type Outcome struct {
	Reused  bool             // it was there already
	Summary *results.Summary // nil if it did not get as far
	Err     error            // why it failed; context.Canceled if it was interrupted
}

func (o Outcome) interrupted() bool { return errors.Is(o.Err, context.Canceled) }
func (o Outcome) diverged() bool    { return o.Summary != nil && o.Summary.Status == results.Diverged }

// Load reads an experiment from TOML sources, each laid over the ones before, and settings "key=value". An error that is the
// configuration's is a *ConfigError.
func Load(sources []Source, o Options) (*Experiment, error) {
	doc := newDocument()
	for _, s := range sources {
		if err := doc.add(s.Name, s.Text); err != nil {
			return nil, err
		}
	}
	for _, s := range o.Set {
		if err := doc.set(s); err != nil {
			return nil, err
		}
	}
	name := ""
	if len(sources) > 0 {
		name = strings.TrimSuffix(filepath.Base(sources[0].Name), filepath.Ext(sources[0].Name))
	}
	return plan(doc, name, o)
}

// ReadSources reads the files of an experiment.
func ReadSources(files []string) ([]Source, error) {
	var out []Source
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			var path *os.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return nil, &ConfigError{Place{File: f}, fmt.Errorf("%w; an experiment is a TOML file, see docs/configuration.md", err)}
		}
		out = append(out, Source{f, string(text)})
	}
	return out, nil
}

// plan expands a document and resolves every run, so that a mistake in the last one is found before the first starts.
func plan(doc *document, name string, o Options) (*Experiment, error) {
	e, err := open(doc, name)
	if err != nil {
		return nil, err
	}
	x := &Experiment{Name: e.Name, problems: newProblems()}
	if x.drawings, err = e.decodeDrawings(); err != nil {
		return nil, err
	}
	seen := map[string]*Run{}
	err = e.expand(func(v variant) error {
		point := strings.Join(v.point, ", ")
		c, err := resolve(&v, x.problems)
		if err != nil {
			return inRun(err, point)
		}
		id, err := results.ID(c.tree())
		if err != nil {
			return doc.fault("", err)
		}
		r := &Run{Experiment: e.Name, ID: id, Dir: filepath.Join(orResults(o.Out), e.Name, id), Labels: v.labels, Point: point, config: c}
		if twin := seen[id]; twin != nil {
			return doc.fault(e.where(), fmt.Errorf("two runs are the same: %s and %s; a run is computed once, so take one of them out", twin.name(), r.name()))
		}
		seen[id] = r
		x.Runs = append(x.Runs, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// inRun says which run of many a mistake is in.
func inRun(err error, point string) error {
	var c *ConfigError
	if !errors.As(err, &c) || point == "" {
		return err
	}
	return &ConfigError{c.Place, fmt.Errorf("%w [in the run with %s]", c.Err, point)}
}

// A Session computes experiments and reports to a person.
type Session struct {
	Options
	Command string // what was typed before files and flags: "go run ./experiments/run"
	Stdout  io.Writer
	Stderr  io.Writer
}

// Compute runs what is not there yet. It returns how each run ended and an exit status; what went wrong has been said.
func (s *Session) Compute(ctx context.Context, x *Experiment) ([]Outcome, int) {
	jobs, parallel := s.share(len(x.Runs))
	p := newProgress(s.Stderr, len(x.Runs))
	outcomes := make([]Outcome, len(x.Runs))
	todo := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range todo {
				o := s.one(ctx, x, i, p, parallel)
				outcomes[i] = o
				p.end(i, o)
				if o.Err != nil && !o.interrupted() {
					p.say("failed: %s: %v\n  again: %s", x.Runs[i].name(), o.Err, s.again(x, x.Runs[i]))
				}
			}
		})
	}
feed:
	for i := range x.Runs {
		select {
		case todo <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(todo)
	workers.Wait()
	p.close()
	return outcomes, s.conclude(ctx, x, outcomes, time.Since(p.start))
}

// share divides the machine: as many runs side by side as there are cores, and the cores that are left over go to the
// gradients of each. Side by side is faster whenever there are runs enough, for runs never wait for each other.
func (s *Session) share(runs int) (jobs, parallel int) {
	cores := runtime.GOMAXPROCS(0)
	jobs = s.Jobs
	if jobs == 0 {
		jobs = cores
	}
	jobs = max(1, min(jobs, runs))
	return jobs, max(1, cores/jobs)
}

// one computes a run, or finds it computed.
func (s *Session) one(ctx context.Context, x *Experiment, i int, p *progress, parallel int) (o Outcome) {
	r := x.Runs[i]
	if err := ctx.Err(); err != nil {
		return Outcome{Err: err}
	}
	text := r.config.toml(r.Experiment, r.Labels)
	if sum, err := results.ReadSummary(r.Dir); err == nil && sum.Done() && !s.Fresh {
		if sum.Build == Build() || s.Reuse {
			if old, err := os.ReadFile(filepath.Join(r.Dir, results.ConfigFile)); err != nil || string(old) != text {
				if err := results.WriteConfig(r.Dir, []byte(text)); err != nil {
					return Outcome{Err: err}
				}
			}
			return Outcome{Reused: true, Summary: sum}
		}
		p.say("%s: was computed by other sources (build %s, now %s): computing it again; -reuse takes it as it is", r.name(), sum.Build, Build())
	}
	var g gauge
	p.begin(i, g.get)
	defer func() {
		if bug := recover(); bug != nil {
			o = Outcome{Err: fmt.Errorf("a bug in the program: %v\n%s", bug, stack())}
		}
	}()
	sum, err := r.config.compute(ctx, text, r.Dir, x.problems, parallel, &g)
	return Outcome{Summary: sum, Err: err}
}

// again is the command that computes one run anew.
func (s *Session) again(x *Experiment, r *Run) string {
	if _, err := os.Stat(filepath.Join(r.Dir, results.ConfigFile)); err == nil {
		return "go run ./experiments/run -fresh " + quoteShell(filepath.Join(r.Dir, results.ConfigFile))
	}
	return s.command(x)
}

// command is what was typed.
func (s *Session) command(x *Experiment) string {
	c := s.Command
	if x.inputs != "" {
		c += " " + x.inputs
	}
	return c + s.arguments()
}

// conclude says how it all went.
func (s *Session) conclude(ctx context.Context, x *Experiment, outcomes []Outcome, took time.Duration) int {
	var done, reused, failed, diverged, refused int
	builds := map[string]bool{}
	for _, o := range outcomes {
		switch {
		case o.Err != nil && !o.interrupted():
			failed++
			if c := (*ConfigError)(nil); errors.As(o.Err, &c) {
				refused++
			}
		case o.Summary != nil:
			if o.Reused {
				reused++
			} else {
				done++
			}
			if o.diverged() {
				diverged++
			}
			builds[o.Summary.Build] = true
		}
	}
	dir := filepath.Dir(x.Runs[0].Dir)
	if ctx.Err() != nil {
		fmt.Fprintf(s.Stderr, "interrupted: %d of %s finished and kept in %s; go on with\n  %s\n", done+reused, count(len(outcomes), "run"), dir, s.command(x))
		return Stopped
	}
	line := fmt.Sprintf("%s: %s", x.Name, count(len(outcomes), "run"))
	for _, n := range []struct {
		n    int
		what string
	}{{done, "computed"}, {reused, "found finished"}, {diverged, "diverged"}, {failed, "failed"}} {
		if n.n > 0 {
			line += fmt.Sprintf(", %d %s", n.n, n.what)
		}
	}
	fmt.Fprintf(s.Stderr, "%s in %.1fs: %s\n", line, took.Seconds(), dir)
	if len(builds) > 1 {
		fmt.Fprintf(s.Stderr, "note: these runs were computed by %d builds of the sources; compare them with care, or compute all again with -fresh\n", len(builds))
	}
	switch {
	case refused > 0:
		return Usage
	case failed > 0:
		return Failed
	}
	return Done
}
