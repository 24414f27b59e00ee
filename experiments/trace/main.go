// Command trace tells what durations are like, of a recorded run or of any log: statistics, laws
// that fit, and what simulates them; and it shows a recorded run in Perfetto.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"staleness/experiments"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/fit"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/measured"
	"staleness/sim/record"
)

// A question is what the command was asked.
type question struct {
	file      string
	columns   measured.Columns
	holdout   float64
	chrome    string // files to write; "": none
	fit       string
	durations string
	plot      string
}

func main() { os.Exit(answer(os.Args[1:], os.Stdout, os.Stderr)) }

// answer is the command. It returns an exit status.
func answer(args []string, stdout, stderr io.Writer) int {
	command := guard.Invoked("go run ./experiments/trace")
	usage := "usage: " + command + " FILE.csv|RUN-FOLDER [flags]\n\nFILE.csv, or FILE.csv.gz, is a trace.csv or any table of durations; RUN-FOLDER that of a run that was computed under record.trace = true.\n"
	var q question
	f := flag.NewFlagSet("trace", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	f.StringVar(&q.columns.Worker, "worker", "", "the `column` of a CSV that says whose time it is")
	f.StringVar(&q.columns.Value, "value", "", "the `column` of the times")
	f.StringVar(&q.columns.Unit, "unit", "", "their `unit`: ns, us, ms, s (default), m, h")
	f.IntVar(&q.columns.Skip, "skip", 0, "leave out the first so many times of each worker")
	f.Float64Var(&q.holdout, "holdout", 0, "fit to the beginning of each worker's times and judge by so large a `share` of them at the end, such as 0.5")
	f.StringVar(&q.fit, "fit", "", "write the table [cluster] of what fits best to `file`")
	f.StringVar(&q.chrome, "chrome", "", "write a recorded trace as Chrome trace events to `file`, for ui.perfetto.dev")
	f.StringVar(&q.durations, "durations", "", "write the durations to `file`, as the law empirical and cluster.replay read them")
	f.StringVar(&q.plot, "plot", "", "draw quantiles of the times against those of the best law: `name`.png, .svg, .pdf, with .csv and .txt")
	names, err := guard.Arguments(f, args)
	if err != nil {
		return guard.Misused(err)
	}
	if len(names) != 1 {
		fmt.Fprint(stderr, "trace: want one file, or the folder of one run\n", usage)
		return experiments.Usage
	}
	q.file = names[0]
	if err := q.check(); err != nil {
		fmt.Fprintf(stderr, "trace: %v\n", err)
		return experiments.Usage
	}
	return guard.Run(command, args, stdout, stderr, func(ctx context.Context, stdout, stderr io.Writer) int {
		err := q.run(ctx, stdout)
		if err == nil {
			return experiments.Done
		}
		fmt.Fprintf(stderr, "trace: %s\n", strings.TrimPrefix(err.Error(), "record: "))
		switch w := (*wrong)(nil); {
		case errors.Is(err, context.Canceled):
			return experiments.Stopped
		case errors.As(err, &w), fault.Refusal(err), errors.Is(err, fs.ErrNotExist):
			return experiments.Usage
		}
		return experiments.Failed
	})
}

// wrong is an error of what was given.
type wrong struct{ error }

func (w *wrong) Unwrap() error { return w.error }

// check finds what is wrong with the question itself.
func (q *question) check() error {
	switch {
	case !(q.holdout >= 0 && q.holdout < 1):
		return fmt.Errorf("-holdout %g: want a share of the times, from 0 to below 1", q.holdout)
	case q.columns.Skip < 0:
		return fmt.Errorf("-skip %d: want a number of times, not negative", q.columns.Skip)
	}
	for _, t := range q.targets() {
		if err := t.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Heads of the files that are written, by which they are known again.
const (
	fitHead       = "# What fits"
	chromeHead    = `{"displayTimeUnit":`
	durationsHead = "worker,seconds\n"
)

func (q *question) targets() map[string]*files.Target {
	out := map[string]*files.Target{}
	for flag, t := range map[string]struct{ file, begins string }{"-fit": {q.fit, fitHead}, "-chrome": {q.chrome, chromeHead}, "-durations": {q.durations, durationsHead}} {
		if t.file == "" {
			continue
		}
		in := []string{q.file, filepath.Join(q.file, record.TraceFile)}
		out[flag] = &files.Target{Flag: flag, File: t.file, Begins: []string{t.begins}, Inputs: in, Homes: []string{filepath.Dir(filepath.Clean(q.file))}}
	}
	return out
}

// run answers the question.
func (q *question) run(ctx context.Context, stdout io.Writer) error {
	s, err := measured.Read(q.file, q.columns)
	if err != nil {
		return &wrong{err}
	}
	if q.chrome != "" && s.Trace == nil {
		return &wrong{fmt.Errorf("-chrome: %s holds durations, and no times at which they began: give a run that was computed under record.trace = true, or its trace.csv", q.file)}
	}
	m, err := fit.Of(s.Sample)
	if err != nil {
		return &wrong{fmt.Errorf("%s: %w", q.file, err)}
	}
	r := report{w: stdout, source: s, model: m}
	r.statistics(fit.Describe(s.Sample))
	r.laws()
	if err := q.judge(&r); err != nil {
		return err
	}
	r.quantiles(s.Sample)
	cluster := clusterOf(s, m)
	r.cluster(cluster)
	return q.write(ctx, s, m, cluster)
}

// judge fits to the beginning of the times, and judges by the rest of them.
func (q *question) judge(r *report) error {
	if q.holdout == 0 {
		return nil
	}
	known, rest := r.source.Sample.Split(1 - q.holdout)
	if known.Len() < 2 || rest.Len() == 0 {
		return &wrong{fmt.Errorf("-holdout %g leaves %d times to fit and %d to judge by", q.holdout, known.Len(), rest.Len())}
	}
	m, err := fit.Of(known)
	if err != nil {
		return &wrong{fmt.Errorf("%s: -holdout %g: %w", q.file, q.holdout, err)}
	}
	r.heldOut(q.holdout, m, known, rest)
	return nil
}

// write writes the files that were asked for.
func (q *question) write(ctx context.Context, s *measured.Source, m *fit.Model, cluster string) error {
	targets := q.targets()
	for flag, write := range map[string]func(w io.Writer) error{
		"-fit": func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s %s of %s: go run ./experiments/trace\n%s", fitHead, s.What, filepath.Base(q.file), cluster)
			return err
		},
		"-chrome":    func(w io.Writer) error { return chrome(w, s.Trace) },
		"-durations": func(w io.Writer) error { return durations(w, s) },
	} {
		if t, ok := targets[flag]; ok {
			if err := t.Write(ctx, write); err != nil {
				return err
			}
		}
	}
	if q.plot != "" {
		return plot(ctx, q.plot, m, s.Sample)
	}
	return nil
}
