package experiments

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// This file talks to Slurm, by its commands: they are on every site's login nodes, and their options change less than its
// interfaces.

// A jobElement is a job, or one element of a job array, as squeue shows it.
type jobElement struct {
	job    string
	index  int    // in the array; -1: the job is no array
	state  string // RUNNING, PENDING, TIMEOUT, ...
	reason string // why it waits or how it ended; "" if there is nothing to say
	node   string
}

// id is what scontrol and scancel call it.
func (e jobElement) id() string {
	if e.index < 0 {
		return e.job
	}
	return fmt.Sprintf("%s_%d", e.job, e.index)
}

// words are its state, and the reason in brackets.
func (e jobElement) words() string {
	words := strings.ReplaceAll(strings.ToLower(e.state), "_", " ")
	if e.reason != "" {
		words += " (" + e.reason + ")"
	}
	return words
}

// endedStates are those that an element does not leave by itself. Whatever else squeue may say, now or in a later version, is under way.
var endedStates = []string{"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT"}

func (e jobElement) ended() bool { return slices.Contains(endedStates, e.state) }

// held says whether the element waits for a person.
func (e jobElement) held() bool {
	switch e.state {
	case "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
		return true
	}
	return e.state == "PENDING" && strings.Contains(strings.ToLower(e.reason), "held")
}

// parseQueue reads lines of squeue -r -o "%i|%T|%N|%r".
func parseQueue(text []byte) ([]jobElement, error) {
	var out []jobElement
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		f := strings.SplitN(lines.Text(), "|", 4)
		if len(f) < 4 {
			return nil, fmt.Errorf("squeue said %q: want ID|STATE|NODES|REASON", lines.Text())
		}
		e := jobElement{job: f[0], index: -1, state: f[1], node: f[2], reason: f[3]}
		if job, index, ok := strings.Cut(f[0], "_"); ok {
			n, err := strconv.Atoi(index)
			if err != nil {
				return nil, fmt.Errorf("squeue said %q: %s is no element of an array", lines.Text(), f[0])
			}
			e.job, e.index = job, n
		}
		if e.reason == "None" {
			e.reason = ""
		}
		out = append(out, e)
	}
	return out, nil
}

// queue asks for the state of jobs. One that Slurm has forgotten is not in the answer.
func queue(ctx context.Context, jobs []string) ([]jobElement, error) {
	out, err := said(exec.CommandContext(ctx, "squeue", "-h", "-r", "-t", "all", "-j", strings.Join(jobs, ","), "-o", "%i|%T|%N|%r"))
	if err != nil {
		if strings.Contains(err.Error(), "Invalid job id") {
			return nil, nil
		}
		return nil, fmt.Errorf("squeue: %w", err)
	}
	return parseQueue(out)
}

// jobNamed finds a job in the queue by its name; "" if there is none.
func jobNamed(ctx context.Context, name string) (string, error) {
	out, err := said(exec.CommandContext(ctx, "squeue", "-h", "-n", name, "-o", "%F"))
	if err != nil {
		return "", fmt.Errorf("squeue: %w", err)
	}
	id, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return id, nil
}

// maxElements is the largest job array that the site takes; Slurm's own default if it does not say.
func maxElements(ctx context.Context) int {
	const usual = 1001
	out, err := said(exec.CommandContext(ctx, "scontrol", "show", "config"))
	if err != nil {
		return usual
	}
	m := regexp.MustCompile(`(?m)^MaxArraySize\s*=\s*(\d+)`).FindSubmatch(out)
	if m == nil {
		return usual
	}
	if n, err := strconv.Atoi(string(m[1])); err == nil && n > 1 {
		return n
	}
	return usual
}

// said runs a command and returns its output. The error is what the command itself says.
func said(c *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if words := plainWords(stderr.String()); words != "" {
			return nil, errors.New(words)
		}
	}
	return out, err
}

// plainWords takes what a command of Slurm says without its "sbatch: error: ".
func plainWords(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		for _, p := range []string{"sbatch: ", "squeue: ", "error: ", "fatal: "} {
			line = strings.TrimPrefix(line, p)
		}
		if line != "" && !slices.Contains(words, line) {
			words = append(words, line)
		}
	}
	return strings.Join(words, "; ")
}

// sbatch submits a script and returns the id of its job.
func sbatch(ctx context.Context, options []string, script string) (string, error) {
	out, err := said(exec.CommandContext(ctx, "sbatch", append(append([]string{"--parsable"}, options...), script)...))
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(string(out)), ";") // "id;cluster" where there are several clusters
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return "", fmt.Errorf("sbatch said %q: want the number of a job", strings.TrimSpace(string(out)))
	}
	return id, nil
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
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) {
		return missing("sbatch")
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
