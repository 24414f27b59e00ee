// Package experiments runs what a person asks for: it reads TOML, expands it to runs, computes those that are not there yet,
// and draws their figures. The commands below it are a few lines each; a main of one's own that registers a method, a law, a
// net or a figure calls the same Main:
//
//	func main() { os.Exit(experiments.Main(os.Args[1:], os.Stdout, os.Stderr)) }
package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"staleness/results"
)

// Main is the command experiments/run: it returns an exit status.
func Main(args []string, stdout, stderr io.Writer) int {
	const usage = "go run ./experiments/run FILE.toml ... [flags]"
	s := Session{Command: "go run ./experiments/run", Stdout: stdout, Stderr: stderr}
	files, status, ok := s.parse("run", usage, args, stderr)
	if !ok {
		return status
	}
	if len(files) == 0 {
		fmt.Fprintf(stderr, "run: which experiment? usage: %s\n", usage)
		return Usage
	}
	sources, err := ReadSources(files)
	if err == nil {
		var x *Experiment
		if x, err = Load(sources, s.Options); err == nil {
			for i := range files {
				files[i] = quoteShell(files[i])
			}
			x.inputs = strings.Join(files, " ")
			return s.run(x)
		}
	}
	return s.refuse("run", err)
}

// A Program is a named experiment that carries its files with it.
type Program struct {
	Name  string
	Files fs.FS  // every *.toml at its root is an experiment; their runs and figures belong together
	Blurb string // one line for -help
}

// Main is the program as a function: it returns an exit status.
func (p Program) Main(args []string, stdout, stderr io.Writer) int {
	command := "go run ./experiments/" + p.Name
	s := Session{Command: command, Stdout: stdout, Stderr: stderr}
	files, status, ok := s.parse(p.Name, command+" [flags]\n"+p.Blurb, args, stderr)
	if !ok {
		return status
	}
	if len(files) > 0 {
		fmt.Fprintf(stderr, "%s: %s: this experiment carries its files with it; change it by -set key=value, or run your own by go run ./experiments/run\n", p.Name, files[0])
		return Usage
	}
	x, err := p.load(s.Options)
	if err != nil {
		return s.refuse(p.Name, err)
	}
	return s.run(x)
}

// load joins the experiments of a program.
func (p Program) load(o Options) (*Experiment, error) {
	names, err := fs.Glob(p.Files, "*.toml")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("%s carries no TOML file", p.Name)
	}
	all := &Experiment{Name: p.Name, problems: newProblems()}
	seen := map[string]bool{}
	for _, n := range names {
		text, err := fs.ReadFile(p.Files, n)
		if err != nil {
			return nil, err
		}
		x, err := Load([]Source{{n, string(text)}}, o)
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
	}
	return all, nil
}

// refuse says what is wrong with the configuration.
func (s *Session) refuse(command string, err error) int {
	fmt.Fprintf(s.Stderr, "%s: %v\n", command, err)
	var c *ConfigError
	if errors.As(err, &c) {
		return Usage
	}
	return Failed
}

// run computes an experiment, draws its figures and reports.
func (s *Session) run(x *Experiment) int {
	if s.DryRun {
		s.list(x)
		return Done
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	outcomes, status := s.Compute(ctx, x)
	if status == Stopped {
		return status
	}
	var runs []results.Run
	for i, r := range x.Runs {
		if outcomes[i].Summary == nil {
			continue
		}
		run, err := results.LoadRun(r.Dir)
		if err != nil {
			fmt.Fprintf(s.Stderr, "%v\n", err)
			return Failed
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		return status
	}
	dir := filepath.Dir(x.Runs[0].Dir)
	if err := errors.Join(keepDrawings(dir, x.drawings), draw(s.Stdout, x.drawings, runs, dir)); err != nil {
		fmt.Fprintf(s.Stderr, "%v\n", err)
		return Failed
	}
	return status
}

// list says what would be run.
func (s *Session) list(x *Experiment) {
	there := 0
	for _, r := range x.Runs {
		state := "to do"
		if sum, err := results.ReadSummary(r.Dir); err == nil && sum.Done() && !s.Fresh {
			if sum.Build == Build() || s.Reuse {
				state = sum.Status
				there++
			} else {
				state = "of other sources"
			}
		}
		fmt.Fprintf(s.Stdout, "%s  %-16s  %s\n", r.ID, state, r.Point)
	}
	fmt.Fprintf(s.Stdout, "%s: %s, %d finished, in %s\n", x.Name, count(len(x.Runs), "run"), there, filepath.Join(orResults(s.Out), x.Name))
}

func orResults(out string) string {
	if out == "" {
		return "results"
	}
	return out
}
