package slurm

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
)

// A Job is what sbatch took: its number, and its cluster where there are several.
type Job struct{ ID, Cluster string }

func (j Job) On() []Jobs { return []Jobs{{j.Cluster, []string{j.ID}}} }

// jobLine is a line that names a job: "id", or "id;cluster" where there are several clusters.
var jobLine = regexp.MustCompile(`^([0-9]+)(?:;([^\s;]+))?$`)

// parseJob reads one line of sbatch --parsable.
func parseJob(line string) (Job, bool) {
	m := jobLine.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return Job{}, false
	}
	if n, err := strconv.ParseUint(m[1], 10, 32); err != nil || n == 0 {
		return Job{}, false // Slurm's own numbers have 32 bits: this is a date, or the like
	}
	return Job{m[1], m[2]}, true
}

// lastJob is the last line that names a job: sites print greetings, checks and warnings before it,
// and some after it.
func lastJob(text string) (found Job, ok bool) {
	for line := range strings.Lines(text) {
		if j, is := parseJob(line); is {
			found, ok = j, true
		}
	}
	return found, ok
}

// ErrUnknown is about a script of which nobody can say whether sbatch took it, errCancelled about
// one that it may have taken, and that was cancelled.
var (
	ErrUnknown   = errors.New("whether it was submitted is not known")
	errCancelled = errors.New("what it may have submitted was cancelled")
)

// Submit submits a script as a job of the given name. Sites make it say more than the number of its
// job, or something else; then the job is looked for by its name, and cancelled where it cannot be
// found, for it must not compute beside what is submitted next. The error is errCancelled then, and
// errUnknown where that fails as well; after any other error nothing was submitted.
func Submit(ctx context.Context, name string, options, args []string, script string) (Job, error) {
	among := Clusters(args)
	words := slices.Concat([]string{"--parsable", "--job-name=" + name}, options, args, []string{script})
	out, failed := Output(exec.CommandContext(ctx, "sbatch", words...))
	if errors.Is(failed, exec.ErrNotFound) || errors.Is(failed, exec.ErrDot) {
		return Job{}, failed
	}
	took, named := lastJob(string(out))
	if named && failed == nil {
		if took.Cluster == "" && !strings.Contains(among, ",") && among != "all" {
			took.Cluster = among
		}
		return took, nil
	}
	what := fmt.Errorf("sbatch said %q, which names no job", strings.TrimSpace(string(out)))
	if failed != nil {
		what = fmt.Errorf("sbatch: %w", failed)
	}
	if ctx.Err() != nil {
		return Job{}, fmt.Errorf("%w: %w; the same command looks for it by its name, %s", what, ErrUnknown, name)
	}
	found, err := JobNamed(ctx, name, among)
	switch {
	case err == nil && found.ID != "":
		return found, nil
	case failed != nil && !named && (err == nil || unreachable(failed)):
		return Job{}, failed
	case err == nil:
		err = errors.New("squeue knows none of its name")
	}
	cancel := slices.Concat([]string{"scancel"}, OnCluster(among), []string{"--name=" + name})
	if _, no := Output(exec.CommandContext(ctx, cancel[0], cancel[1:]...)); no != nil {
		return Job{}, fmt.Errorf("%w, %w, and scancel: %w: %w; squeue --name=%s shows it", what, err, no, ErrUnknown, name)
	}
	return Job{}, fmt.Errorf("%w, and %w: %w, by %s", what, err, errCancelled, strings.Join(cancel, " "))
}

// unreachable says whether sbatch failed before it could ask the controller for anything.
func unreachable(err error) bool {
	low := strings.ToLower(err.Error())
	return slices.ContainsFunc([]string{"contact slurm controller", "connection refused", "configuration source", "fetch config"}, func(w string) bool {
		return strings.Contains(low, w)
	})
}

// remedies are for what sbatch refuses, by its words. Where the fault is not in what was asked for,
// passing is true.
var remedies = []struct {
	words, remedy string
	passing       bool
}{
	{"partition", "sinfo -s lists the partitions; name one by -slurm-args --partition=NAME", false},
	{"account", "your accounts: sacctmgr show associations user=$USER; name one by -slurm-args --account=NAME", false},
	{"time limit", "the partitions' limits: sinfo -o '%P %l'; ask for less by -slurm-args --time=HH:MM:SS (a run that is cut off goes on from its checkpoint)", false},
	{"qos", "take another by -slurm-args --qos=NAME; with a limit on submitted jobs, make fewer elements by -slurm-shard 10m", false},
	{"job array", "the site takes smaller arrays: make fewer elements by -slurm-shard 10m", false},
	{"contact slurm controller", "is it up? scontrol ping; then the same command again", true},
	{"timed out", "the controller is busy or down: scontrol ping; then the same command again", true},
	{"connection refused", "is the controller up? scontrol ping; then the same command again", true},
	{"temporarily", "the same command again, later", true},
	{"permission", "ask those who run the site for the right, or name what is allowed by -slurm-args", false},
	{"node configuration", "no node has that: sinfo -o '%P %D %c %m %G' shows cores and memory of each partition's nodes; ask for less by -slurm-args", false},
	{"configuration", "is this machine set up for the cluster? SLURM_CONF names its slurm.conf", false},
}

// Refused says what to do about an error of sbatch: place, words, remedy.
func Refused(err error, args string) error {
	place := "-engine slurm"
	if args != "" {
		place = "-slurm-args " + prose.Quote(args)
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return missing("sbatch")
	case errors.Is(err, ErrUnknown), errors.Is(err, errCancelled):
		return fmt.Errorf("%s: %w", place, err)
	}
	low := strings.ToLower(err.Error())
	for _, r := range remedies {
		if strings.Contains(low, r.words) {
			err = fmt.Errorf("sbatch: %w: %s", err, r.remedy)
			if r.passing {
				return fmt.Errorf("%s: %w", place, err)
			}
			return &fault.Error{Place: fault.Place{Arg: place}, Err: err}
		}
	}
	return &fault.Error{Place: fault.Place{Arg: place}, Err: fmt.Errorf("sbatch: %w: change what -slurm-args asks for; nothing was submitted", err)}
}

// missing is the error about a command that is not here.
func missing(command string) error {
	return &fault.Error{Place: fault.Place{Arg: "-engine slurm"}, Err: fmt.Errorf("there is no %s in PATH: is this a login node of the cluster (perhaps after: module load slurm)? -engine local computes here", command)}
}

// MayRun says whether after an error of sbatch a job may run, or have run, all the same.
func MayRun(err error) bool { return errors.Is(err, ErrUnknown) || errors.Is(err, errCancelled) }

// Commands wants those of Slurm that nothing goes without.
func Commands() error {
	for _, c := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(c); err != nil {
			return missing(c)
		}
	}
	return nil
}
