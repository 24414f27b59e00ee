package experiments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A job is what sbatch took: its number, and its cluster where there are several.
type job struct{ id, cluster string }

func (j job) on() []jobsOn { return []jobsOn{{j.cluster, []string{j.id}}} }

// jobLine is a line that names a job: "id", or "id;cluster" where there are several clusters.
var jobLine = regexp.MustCompile(`^([0-9]+)(?:;([^\s;]+))?$`)

// parseJob reads one line of sbatch --parsable.
func parseJob(line string) (job, bool) {
	m := jobLine.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return job{}, false
	}
	if n, err := strconv.ParseUint(m[1], 10, 32); err != nil || n == 0 {
		return job{}, false // Slurm's own numbers have 32 bits: this is a date, or the like
	}
	return job{m[1], m[2]}, true
}

// lastJob is the last line that names a job: sites print greetings, checks and warnings before it,
// and some after it.
func lastJob(text string) (found job, ok bool) {
	for line := range strings.Lines(text) {
		if j, is := parseJob(line); is {
			found, ok = j, true
		}
	}
	return found, ok
}

// clusters are those that sbatch may choose from, parted by commas: "" for the one that it speaks
// with by itself, or what its arguments say last, or else its environment.
func clusters(args []string) string {
	list := os.Getenv("SLURM_CLUSTERS")
	if env, ok := os.LookupEnv("SBATCH_CLUSTERS"); ok {
		list = env
	}
	for i, arg := range args {
		if value, ok := sbatchOption(args[i:], "--clusters", "-M"); ok {
			list = value
		} else if arg == "--" {
			break
		}
	}
	return list
}

// sbatchOption reads the value of an option that the arguments begin with.
func sbatchOption(args []string, long, short string) (value string, ok bool) {
	switch arg := args[0]; {
	case arg == long || short != "" && arg == short:
		if len(args) > 1 {
			value = args[1]
		}
		return value, true
	case strings.HasPrefix(arg, long+"="):
		return arg[len(long)+1:], true
	case short != "" && strings.HasPrefix(arg, short) && !strings.HasPrefix(arg, "--"):
		return arg[len(short):], true
	}
	return "", false
}

// ours are the options of sbatch that the engine gives itself. Another value would make it lose the
// job that it submits, or its log.
var ours = [][2]string{{"--array", "-a"}, {"--job-name", "-J"}, {"--output", "-o"}, {"--dependency", "-d"}, {"--chdir", "-D"}, {"--wrap", ""}, {"--test-only", ""}}

// sbatchArgs are the arguments of sbatch in the text of -slurm-args.
func sbatchArgs(text string) ([]string, error) {
	refuse := func(err error) ([]string, error) {
		return nil, &ConfigError{Place{Arg: "-slurm-args " + quoteShell(text)}, err}
	}
	args, err := splitWords(text)
	if err != nil {
		return refuse(err)
	}
	for i := range args {
		for _, o := range ours {
			if _, ok := sbatchOption(args[i:], o[0], o[1]); ok {
				return refuse(fmt.Errorf("%s is what -engine slurm says itself, to find its jobs again: leave it out", o[0]))
			}
		}
	}
	return args, nil
}

// errUnknown is about a script of which nobody can say whether sbatch took it, errCancelled about
// one that it may have taken, and that was cancelled.
var (
	errUnknown   = errors.New("whether it was submitted is not known")
	errCancelled = errors.New("what it may have submitted was cancelled")
)

// sbatch submits a script as a job of the given name. Sites make it say more than the number of its
// job, or something else; then the job is looked for by its name, and cancelled where it cannot be
// found, for it must not compute beside what is submitted next. The error is errCancelled then, and
// errUnknown where that fails as well; after any other error nothing was submitted.
func sbatch(ctx context.Context, name string, options, args []string, script string) (job, error) {
	among := clusters(args)
	words := slices.Concat([]string{"--parsable", "--job-name=" + name}, options, args, []string{script})
	out, failed := said(exec.CommandContext(ctx, "sbatch", words...))
	if errors.Is(failed, exec.ErrNotFound) || errors.Is(failed, exec.ErrDot) {
		return job{}, failed
	}
	took, named := lastJob(string(out))
	if named && failed == nil {
		if took.cluster == "" && !strings.Contains(among, ",") && among != "all" {
			took.cluster = among
		}
		return took, nil
	}
	what := fmt.Errorf("sbatch said %q, which names no job", strings.TrimSpace(string(out)))
	if failed != nil {
		what = fmt.Errorf("sbatch: %w", failed)
	}
	if ctx.Err() != nil {
		return job{}, fmt.Errorf("%w: %w; the same command looks for it by its name, %s", what, errUnknown, name)
	}
	found, err := jobNamed(ctx, name, among)
	switch {
	case err == nil && found.id != "":
		return found, nil
	case failed != nil && !named && (err == nil || unreachable(failed)):
		return job{}, failed
	case err == nil:
		err = errors.New("squeue knows none of its name")
	}
	cancel := slices.Concat([]string{"scancel"}, onCluster(among), []string{"--name=" + name})
	if _, no := said(exec.CommandContext(ctx, cancel[0], cancel[1:]...)); no != nil {
		return job{}, fmt.Errorf("%w, %w, and scancel: %w: %w; squeue --name=%s shows it", what, err, no, errUnknown, name)
	}
	return job{}, fmt.Errorf("%w, and %w: %w, by %s", what, err, errCancelled, strings.Join(cancel, " "))
}

// unreachable says whether sbatch failed before it could ask the controller for anything.
func unreachable(err error) bool {
	low := strings.ToLower(err.Error())
	return slices.ContainsFunc([]string{"contact slurm controller", "connection refused", "configuration source", "fetch config"}, func(w string) bool {
		return strings.Contains(low, w)
	})
}

// remedies are for what sbatch refuses, by its words. Where the fault is not in what was asked for, passing is true.
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

// refusedBy says what to do about an error of sbatch: place, words, remedy.
func refusedBy(err error, args string) error {
	place := "-engine slurm"
	if args != "" {
		place = "-slurm-args " + quoteShell(args)
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return missing("sbatch")
	case errors.Is(err, errUnknown), errors.Is(err, errCancelled):
		return fmt.Errorf("%s: %w", place, err)
	}
	low := strings.ToLower(err.Error())
	for _, r := range remedies {
		if strings.Contains(low, r.words) {
			err = fmt.Errorf("sbatch: %w: %s", err, r.remedy)
			if r.passing {
				return fmt.Errorf("%s: %w", place, err)
			}
			return &ConfigError{Place{Arg: place}, err}
		}
	}
	return &ConfigError{Place{Arg: place}, fmt.Errorf("sbatch: %w: change what -slurm-args asks for; nothing was submitted", err)}
}

// missing is the error about a command that is not here.
func missing(command string) error {
	return &ConfigError{Place{Arg: "-engine slurm"}, fmt.Errorf("there is no %s in PATH: is this a login node of the cluster (perhaps after: module load slurm)? -engine local computes here", command)}
}

// splitWords takes the text of -slurm-args apart as a shell does: blanks part words, quotes and backslashes keep them.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote or a backslash at the end is left open")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
