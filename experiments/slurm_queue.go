package experiments

import (
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

	cluster string // that it is on; "": the one that commands ask by themselves
}

// jobsOn are jobs of one cluster.
type jobsOn struct {
	cluster string
	ids     []string
}

// onCluster makes a command of Slurm speak with a cluster; "" is the one that it asks by itself.
func onCluster(cluster string) []string {
	if cluster == "" {
		return nil
	}
	return []string{"-M", cluster}
}

// cancelCommands are what stops jobs, one command for each cluster.
func cancelCommands(jobs []jobsOn) (commands [][]string) {
	for _, j := range jobs {
		commands = append(commands, slices.Concat([]string{"scancel"}, onCluster(j.cluster), j.ids))
	}
	return commands
}

// howToCancel is what a person types to stop jobs.
func howToCancel(jobs []jobsOn) string {
	var lines []string
	for _, c := range cancelCommands(jobs) {
		lines = append(lines, strings.Join(c, " "))
	}
	return strings.Join(lines, "; ")
}

// jobList lists the numbers of jobs for a person.
func jobList(jobs []jobsOn) string {
	var parts []string
	for _, j := range jobs {
		part := strings.Join(j.ids, ", ")
		if j.cluster != "" {
			part += " on cluster " + j.cluster
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
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

// queueLine is a line of squeue that speaks of a job, whole or not. What sites print around the
// answer, and the name of the cluster that squeue -M puts first, look otherwise.
var queueLine = regexp.MustCompile(`^[0-9]+(_\S*)?([\s|]|$)|\|.*\|`)

// parseQueue reads lines of squeue -r -o "%i|%T|%N|%r" about jobs of one cluster.
func parseQueue(text []byte, cluster string) ([]jobElement, error) {
	var out []jobElement
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if !queueLine.MatchString(line) {
			continue
		}
		f := strings.SplitN(line, "|", 4)
		if len(f) < 4 {
			return nil, fmt.Errorf("squeue said %q: want ID|STATE|NODES|REASON", line)
		}
		e := jobElement{job: f[0], index: -1, state: f[1], node: f[2], reason: f[3], cluster: cluster}
		if job, index, ok := strings.Cut(f[0], "_"); ok {
			n, err := strconv.Atoi(index)
			if err != nil {
				return nil, fmt.Errorf("squeue said %q: %s is no element of an array", line, f[0])
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
func queue(ctx context.Context, jobs []jobsOn) ([]jobElement, error) {
	var all []jobElement
	for _, j := range jobs {
		args := append(onCluster(j.cluster), "-h", "-r", "-t", "all", "-j", strings.Join(j.ids, ","), "-o", "%i|%T|%N|%r")
		out, err := said(exec.CommandContext(ctx, "squeue", args...))
		if err != nil {
			if strings.Contains(err.Error(), "Invalid job id") {
				continue
			}
			return nil, fmt.Errorf("squeue: %w", err)
		}
		elements, err := parseQueue(out, j.cluster)
		if err != nil {
			return nil, err
		}
		all = append(all, elements...)
	}
	return all, nil
}

// jobNamed finds a job in the queue by its name, on whichever of the clusters it is ("a,b"; "": the
// one that commands ask by themselves). Its id is "" if there is none.
func jobNamed(ctx context.Context, name, clusters string) (job, error) {
	out, err := said(exec.CommandContext(ctx, "squeue", append(onCluster(clusters), "-h", "-n", name, "-o", "%F")...))
	if err != nil {
		return job{}, fmt.Errorf("squeue: %w", err)
	}
	found, at := job{}, clusters
	for line := range strings.Lines(string(out)) {
		if c, ok := strings.CutPrefix(line, "CLUSTER: "); ok {
			at = strings.TrimSpace(c)
		}
		if j, ok := parseJob(line); ok {
			found = job{j.id, at}
		}
	}
	return found, nil
}

// maxElements is the largest job array that the site takes, on each of the clusters; Slurm's own
// default if it does not say.
func maxElements(ctx context.Context, clusters string) int {
	const usual = 1001
	least := 0
	for cluster := range strings.SplitSeq(clusters, ",") {
		out, err := said(exec.CommandContext(ctx, "scontrol", append(onCluster(cluster), "show", "config")...))
		if err != nil {
			return usual
		}
		m := regexp.MustCompile(`(?m)^MaxArraySize\s*=\s*(\d+)`).FindSubmatch(out)
		if m == nil {
			return usual
		}
		n, err := strconv.Atoi(string(m[1]))
		if err != nil || n <= 1 {
			return usual
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return least
}

// said runs a command and returns its output, also beside an error. The error is what the command itself says.
func said(c *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if words := plainWords(stderr.String()); words != "" {
			return out, errors.New(words)
		}
	}
	return out, err
}

// plainWords takes what a command of Slurm says without its "sbatch: error: ".
func plainWords(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		for _, p := range []string{"sbatch: ", "squeue: ", "scancel: ", "error: ", "fatal: "} {
			line = strings.TrimPrefix(line, p)
		}
		if line != "" && !slices.Contains(words, line) {
			words = append(words, line)
		}
	}
	return strings.Join(words, "; ")
}
