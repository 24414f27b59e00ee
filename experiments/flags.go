package experiments

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// Options say how an experiment is run; none of them can change a result.
type Options struct {
	Set    []string // key=value, laid over the files
	Jobs   int      // runs at once; 0: as many as help
	Out    string   // folder of the results; empty: "results"
	DryRun bool     // list the runs, compute nothing
	Fresh  bool     // compute again what is there
	Reuse  bool     // take what is there even if it was computed by other sources

	Engine     string        // what computes: "local", the default, or "slurm"
	Resume     string        // folder of an experiment that was submitted; empty: a new one
	SlurmArgs  string        // further arguments of sbatch
	SlurmShard time.Duration // least work for an element of a job array
	FailFast   bool          // stop at the first run that fails
	Retries    int           // how often a run that failed is tried again
	Checkpoint time.Duration // wall time between checkpoints of a run; 0: only when interrupted
	// finished runs keep their state, so that a later stop can go on from it
	Keep   bool
	Export string      // file for one long table of the runs
	Table  string      // which table it is: "eval", "updates" or "summary"
	Strict bool        // a best value at the edge of its grid is an error
	Verify bool        // look at every byte of finished runs
	Memory params.Size // bytes that runs may use together; 0: most of what is free

	Matplotlib bool // a script beside every figure that draws it
	Only       bool // what was drawn before is no longer on the page

	given []string // flags that were on the command line
}

// What -matplotlib and -only are, wherever figures are drawn.
const (
	matplotlibHelp = "write NAME.py beside every figure, which draws NAME.csv by matplotlib"
	onlyHelp       = "the page and figures.tex hold what is drawn now; without it what was drawn before stays on them"
)

// repeated collects a flag that may be given more than once.
type repeated struct{ list *[]string }

func (r repeated) String() string { return "" }
func (r repeated) Set(s string) error {
	*r.list = append(*r.list, s)
	return nil
}

// parse reads flags and files in any order. On an error or -help it has said so, and status is what
// to exit with.
func (o *Options) parse(command, usage string, args []string, stderr io.Writer) (files []string, status int, ok bool) {
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s\n\n", usage)
		f.PrintDefaults()
		fmt.Fprintf(stderr, "\nKeys are in docs/configuration.md; %s shows all methods, laws, nets, data sets and figures.\n", guard.Beside("list"))
	}
	f.Var(repeated{&o.Set}, "set", "lay `key=value` over the files, such as strategy.rate=0.1; may be given again")
	f.IntVar(&o.Jobs, "jobs", o.Jobs, "runs at once; 0: as many as help")
	f.StringVar(&o.Out, "out", "results", "`folder` of the results")
	f.BoolVar(&o.DryRun, "dry-run", false, "list the runs and compute nothing")
	f.BoolVar(&o.Fresh, "fresh", false, "compute again what is there")
	f.StringVar(&o.Engine, "engine", "local", "what computes: "+prose.List(prose.SortedKeys(engines)))
	f.StringVar(&o.Resume, "resume", "", "go on with what -engine slurm submitted: the `folder` of its results says all")
	f.StringVar(&o.SlurmArgs, "slurm-args", "", "what sbatch needs here, such as \"--partition=short --time=1:00:00\"")
	f.DurationVar(&o.SlurmShard, "slurm-shard", 30*time.Second, "least estimated work for an element of a job array")
	f.BoolVar(&o.FailFast, "fail-fast", false, "stop at the first run that fails; without it the others go on")
	f.IntVar(&o.Retries, "retries", 1, "how often a run that failed is tried again, after all others")
	f.DurationVar(&o.Checkpoint, "checkpoint", 30*time.Second, "wall `time` between two checkpoints of a run; 0: only when interrupted")
	f.StringVar(&o.Export, "export", "", "write one long table of all runs to `file`, as CSV")
	f.StringVar(&o.Table, "table", "eval", "the table that -export writes: eval, updates or summary")
	f.BoolVar(&o.Strict, "strict", false, "a tuned value at the edge of its grid is an error, not a warning")
	f.BoolVar(&o.Keep, "keep", false, "finished runs keep their state, so that they can be continued to a later stop")
	f.Func("memory", "`size` that runs may use together, such as 8GB; without it most of what is free", func(text string) error { return o.Memory.UnmarshalText([]byte(text)) })
	f.BoolVar(&o.Verify, "verify", false, "compare all files of finished runs with their checksums, large ones too; what is damaged is computed again")
	f.BoolVar(&o.Matplotlib, "matplotlib", false, matplotlibHelp)
	f.BoolVar(&o.Only, "only", false, onlyHelp)
	f.BoolVar(&o.Reuse, "reuse", false, "take finished runs even if other sources computed them")
	files, err := guard.Arguments(f, args)
	if err != nil {
		return nil, guard.Misused(err), false
	}
	f.Visit(func(given *flag.Flag) { o.given = append(o.given, given.Name) })
	switch {
	case o.Jobs < 0:
		fmt.Fprintf(stderr, "%s: -jobs %d: want a number of runs at once, or 0 for as many as help\n", command, o.Jobs)
		return nil, Usage, false
	case engines[o.Engine] == nil:
		fmt.Fprintf(stderr, "%s: -engine %s: unknown engine; known: %s\n", command, o.Engine, prose.List(prose.SortedKeys(engines)))
		return nil, Usage, false
	case exports[o.Table] == "":
		fmt.Fprintf(stderr, "%s: -table %s: unknown table; known: %s\n", command, o.Table, prose.List(prose.SortedKeys(exports)))
		return nil, Usage, false
	case o.Retries < 0:
		fmt.Fprintf(stderr, "%s: -retries %d: want how often a run that failed is tried again, or 0\n", command, o.Retries)
		return nil, Usage, false
	case o.Checkpoint < 0:
		fmt.Fprintf(stderr, "%s: -checkpoint %v: want a time such as 30s, or 0 for none but when interrupted\n", command, o.Checkpoint)
		return nil, Usage, false
	case o.SlurmShard < 0:
		fmt.Fprintf(stderr, "%s: -slurm-shard %v: want a time such as 30s, or 0 for one run in each element\n", command, o.SlurmShard)
		return nil, Usage, false
	case o.Resume == "" && o.slurmOnly() != "": // with -resume the folder names the engine
		fmt.Fprintf(stderr, "%s: %v\n", command, o.ignored())
		return nil, Usage, false
	case o.Engine != "slurm" && o.Resume == "" && o.has("slurm-args", "slurm-shard"):
		fmt.Fprintf(stderr, "%s: -slurm-args and -slurm-shard mean nothing to -engine %s: leave them out, or give -engine slurm\n", command, o.Engine)
		return nil, Usage, false
	case o.Export == "" && o.has("table"):
		fmt.Fprintf(stderr, "%s: -table %s says what -export writes: give -export FILE.csv too\n", command, o.Table)
		return nil, Usage, false
	case o.Fresh && o.Reuse:
		fmt.Fprintf(stderr, "%s: -fresh computes everything again and -reuse nothing: give one of them\n", command)
		return nil, Usage, false
	}
	return files, Done, true
}

// slurmOnly is a flag that was given and that the engine does not know; "": there is none.
func (o *Options) slurmOnly() string {
	for _, name := range o.given {
		if strings.HasPrefix(name, "slurm-") && o.Engine != "slurm" {
			return name
		}
	}
	return ""
}

// ignored is the error about it.
func (o *Options) ignored() error {
	return &fault.Error{Place: fault.Place{Arg: "-" + o.slurmOnly()}, Err: fmt.Errorf("is for -engine slurm, and -engine %s would ignore it: give -engine slurm or leave it out", o.Engine)}
}

// has says whether one of these flags was on the command line.
func (o *Options) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(o.given, n) })
}

// arguments are the flags again, as one would type them.
func (o *Options) arguments() string {
	var b strings.Builder
	for _, s := range o.Set {
		fmt.Fprintf(&b, " -set %s", prose.Quote(s))
	}
	if o.Out != "results" {
		fmt.Fprintf(&b, " -out %s", prose.Quote(o.Out))
	}
	if o.Matplotlib {
		b.WriteString(" -matplotlib")
	}
	if o.Only {
		b.WriteString(" -only")
	}
	return b.String()
}
