// Package slurm speaks with a Slurm: what sbatch, squeue, scancel and scontrol are asked and say,
// how runs are dealt to the elements of a job array, and the folder in which a submission keeps its
// rounds. When to submit, and what becomes of the runs, is the session's.
package slurm

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

	"staleness/experiments/internal/prose"
)

// Slurm is spoken with by its commands: they are on every site's login nodes, and their options
// change less than its interfaces.

// An Element is a job, or one element of a job array, as squeue shows it.
type Element struct {
	Job    string
	Index  int    // in the array; -1: the job is no array
	State  string // RUNNING, PENDING, TIMEOUT, ...
	Reason string // why it waits or how it ended; "" if there is nothing to say
	Node   string

	Cluster string // that it is on; "": the one that commands ask by themselves
}

// Jobs are jobs of one cluster.
type Jobs struct {
	Cluster string
	IDs     []string
}

// OnCluster makes a command of Slurm speak with a cluster; "" is the one that it asks by itself.
func OnCluster(cluster string) []string {
	if cluster == "" {
		return nil
	}
	return []string{"-M", cluster}
}

// CancelCommands are what stops jobs, one command for each cluster.
func CancelCommands(jobs []Jobs) (commands [][]string) {
	for _, j := range jobs {
		commands = append(commands, slices.Concat([]string{"scancel"}, OnCluster(j.Cluster), j.IDs))
	}
	return commands
}

// HowToCancel is what a person types to stop jobs.
func HowToCancel(jobs []Jobs) string {
	var lines []string
	for _, c := range CancelCommands(jobs) {
		lines = append(lines, strings.Join(c, " "))
	}
	return strings.Join(lines, "; ")
}

// JobList lists the numbers of jobs for a person.
func JobList(jobs []Jobs) string {
	var parts []string
	for _, j := range jobs {
		part := strings.Join(j.IDs, ", ")
		if j.Cluster != "" {
			part += " on cluster " + j.Cluster
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// ID is what scontrol and scancel call it.
func (e Element) ID() string {
	if e.Index < 0 {
		return e.Job
	}
	return fmt.Sprintf("%s_%d", e.Job, e.Index)
}

// Words are its state, and the reason in brackets.
func (e Element) Words() string {
	words := strings.ReplaceAll(strings.ToLower(e.State), "_", " ")
	if e.Reason != "" {
		words += " (" + e.Reason + ")"
	}
	return words
}

// endedStates are those that an element does not leave by itself. Whatever else squeue may say, now
// or in a later version, is under way.
var endedStates = []string{"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT"}

func (e Element) Ended() bool { return slices.Contains(endedStates, e.State) }

// Held says whether the element waits for a person.
func (e Element) Held() bool {
	switch e.State {
	case "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
		return true
	}
	return e.State == "PENDING" && strings.Contains(strings.ToLower(e.Reason), "held")
}

// queueLine is a line of squeue that speaks of a job, whole or not. What sites print around the
// answer, and the name of the cluster that squeue -M puts first, look otherwise.
var queueLine = regexp.MustCompile(`^[0-9]+(_\S*)?([\s|]|$)|\|.*\|`)

// parseQueue reads lines of squeue -r -o "%i|%T|%N|%r" about jobs of one cluster.
func parseQueue(text []byte, cluster string) ([]Element, error) {
	var out []Element
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if !queueLine.MatchString(line) {
			continue
		}
		f := strings.SplitN(line, "|", 4)
		if len(f) < 4 {
			return nil, fmt.Errorf("squeue said %q: want ID|STATE|NODES|REASON", line)
		}
		e := Element{Job: f[0], Index: -1, State: f[1], Node: f[2], Reason: f[3], Cluster: cluster}
		if job, index, ok := strings.Cut(f[0], "_"); ok {
			n, err := strconv.Atoi(index)
			if err != nil {
				return nil, fmt.Errorf("squeue said %q: %s is no element of an array", line, f[0])
			}
			e.Job, e.Index = job, n
		}
		if e.Reason == "None" {
			e.Reason = ""
		}
		out = append(out, e)
	}
	return out, nil
}

// Queue asks for the state of jobs. One that Slurm has forgotten is not in the answer.
func Queue(ctx context.Context, jobs []Jobs) ([]Element, error) {
	var all []Element
	for _, j := range jobs {
		args := append(OnCluster(j.Cluster), "-h", "-r", "-t", "all", "-j", strings.Join(j.IDs, ","), "-o", "%i|%T|%N|%r")
		out, err := Output(exec.CommandContext(ctx, "squeue", args...))
		if err != nil {
			if strings.Contains(err.Error(), "Invalid job id") {
				continue
			}
			return nil, fmt.Errorf("squeue: %w", err)
		}
		elements, err := parseQueue(out, j.Cluster)
		if err != nil {
			return nil, err
		}
		all = append(all, elements...)
	}
	return all, nil
}

// JobNamed finds a job in the queue by its name, on whichever of the clusters it is ("a,b"; "": the
// one that commands ask by themselves). Its id is "" if there is none.
func JobNamed(ctx context.Context, name, clusters string) (Job, error) {
	out, err := Output(exec.CommandContext(ctx, "squeue", append(OnCluster(clusters), "-h", "-n", name, "-o", "%F")...))
	if err != nil {
		return Job{}, fmt.Errorf("squeue: %w", err)
	}
	found, at := Job{}, clusters
	for line := range strings.Lines(string(out)) {
		if c, ok := strings.CutPrefix(line, "CLUSTER: "); ok {
			at = strings.TrimSpace(c)
		}
		if j, ok := parseJob(line); ok {
			found = Job{j.ID, at}
		}
	}
	return found, nil
}

// MaxElements is the largest job array that the site takes, on each of the clusters; Slurm's own
// default if it does not say.
func MaxElements(ctx context.Context, clusters string) int {
	const usual = 1001
	least := 0
	for cluster := range strings.SplitSeq(clusters, ",") {
		out, err := Output(exec.CommandContext(ctx, "scontrol", append(OnCluster(cluster), "show", "config")...))
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

// Output runs a command and returns its output, also beside an error. The error is what the command
// itself says.
func Output(c *exec.Cmd) ([]byte, error) {
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

// AddJobs adds jobs of a cluster to a list.
func AddJobs(list []Jobs, cluster string, ids ...string) []Jobs {
	for i := range list {
		if list[i].Cluster == cluster {
			list[i].IDs = append(list[i].IDs, ids...)
			return list
		}
	}
	return append(list, Jobs{cluster, ids})
}

// SummaryOf counts elements by state, those that wait by reason: "2 running, 5 pending
// (Resources)".
func SummaryOf(elements []Element) string {
	counts := map[string]int{}
	for _, el := range elements {
		if el.State != "PENDING" {
			el.Reason = ""
		}
		counts[el.Words()]++
	}
	var parts []string
	for _, word := range prose.SortedKeys(counts) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
	}
	return strings.Join(parts, ", ")
}
