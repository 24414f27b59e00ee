//go:build !windows

package experiments

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/slurm"
)

// fake puts commands in front of PATH that do as Slurm's, and makes jobs start this test as the
// program. It returns a folder that says how they behave.
func fake(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("testdata/slurm/fake")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_SLURM", dir)
	t.Setenv(childEnv, "1")
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// run is the command on arguments.
func run(args ...string) (status int, said string) {
	var b bytes.Buffer
	status = Main(args, &b, &b)
	return status, b.String()
}

// recordsOnly are the records of an experiment, without what tells how it was submitted.
func recordsOnly(t *testing.T, dir string) map[string]string {
	t.Helper()
	fs := records(t, dir)
	for name := range fs {
		if slices.Contains(strings.Split(name, string(filepath.Separator)), slurm.Dir) {
			delete(fs, name)
		}
	}
	return fs
}

// What Slurm refuses is said in its words, with the place and what to do, and leaves nothing
// behind.
func TestSlurmRefuses(t *testing.T) {
	dir := fake(t)
	for _, c := range []struct {
		words, args, want string
		status            int
	}{
		{"sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified\n", "-p nope",
			"slurm: -slurm-args '-p nope': sbatch: invalid partition specified: nope; Batch job submission failed: Invalid partition name specified: sinfo -s lists the partitions", Usage},
		{"sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified\n", "", "slurm: -engine slurm: sbatch: ", Usage},
		{"sbatch: error: Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)\n", "", "ask for less by -slurm-args --time=", Usage},
		{"sbatch: error: Memory specification can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available\n", "--mem=1T", "no node has that: sinfo -o", Usage},
		{"sbatch: unrecognized option '--foo'\n", "--foo", "slurm: -slurm-args --foo: sbatch: unrecognized option '--foo': change what -slurm-args asks for", Usage},
		{"sbatch: error: Batch job submission failed: Access/permission denied\n", "", "ask those who run the site for the right", Usage},
		{"sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n", "", "is it up? scontrol ping", Failed},
		{"sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n", "", "the controller is busy or down", Failed},
		{"", "", "slurm: -engine slurm: sbatch: exit status 1", Usage},
	} {
		write(t, filepath.Join(dir, "refuse"), c.words)
		status, stdout, stderr, out := command(t, small, "-engine", "slurm", "-slurm-args", c.args)
		if status != c.status || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit status %d: %s%swant %s", c.words, status, stdout, stderr, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%q leaves %v", c.words, filesOf(t, out))
		}
	}
}

func TestSlurmMistakes(t *testing.T) {
	dir := fake(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-slurm-args", "'"}, `slurm: -slurm-args`},
		{[]string{"-slurm-args", "-p x -J mine"}, "slurm: -slurm-args '-p x -J mine': --job-name is what -engine slurm says itself"},
		{[]string{"-slurm-args", "--array=0-9"}, "slurm: -slurm-args --array=0-9: --array is what -engine slurm says itself"},
		{[]string{"-slurm-shard", "-1s"}, "-slurm-shard -1s: want a time such as 30s"},
	} {
		if status, _, stderr, _ := command(t, small, append([]string{"-engine", "slurm"}, c.args...)...); status != Usage || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit status %d: %s", c.args, status, stderr)
		}
	}
	for _, args := range [][]string{{"-slurm-args", "-p x"}, {"-slurm-args", ""}, {"-engine", "local", "-slurm-shard", "1m"}} {
		status, _, stderr, out := command(t, small, args...)
		if status != Usage || !strings.Contains(stderr, " is for -engine slurm, and -engine local would ignore it: give -engine slurm or leave it out") {
			t.Errorf("%v: exit status %d: %s", args, status, stderr)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v leaves %v", args, filesOf(t, out))
		}
	}
	if status, said := run("-resume", dir); status != Usage || !strings.Contains(said, "there is no slurm/experiment.json") {
		t.Errorf("exit status %d: %s", status, said)
	}
	for _, args := range [][]string{{shardCommand}, {shardCommand, dir, "x"}, {shardCommand, dir, "1"}, {collectCommand, dir, "1"}} {
		if status, said := run(args...); status != Failed || !strings.HasPrefix(said, args[0]+": ") {
			t.Errorf("%v: exit status %d: %s", args, status, said)
		}
	}
	t.Setenv("PATH", dir)
	if status, _, stderr, _ := command(t, small, "-engine", "slurm"); status != Usage || !strings.Contains(stderr, "slurm: -engine slurm: there is no sbatch in PATH") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// A folder that cannot be written is said before anything is submitted.
func TestSlurmNoPermission(t *testing.T) {
	dir := fake(t)
	file := filepath.Join(dir, "exp.toml")
	write(t, file, small)
	write(t, filepath.Join(dir, "results"), "a file where the folder should be")
	status, said := run(file, "-engine", "slurm", "-out", filepath.Join(dir, "results"))
	if status != Failed || !strings.Contains(said, "results go into a folder that can be written and that all nodes see") {
		t.Errorf("exit status %d: %s", status, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "1.args")); err == nil {
		t.Error("submitted")
	}
}

const twelve = small + "[record]\nupdates = true\n[sweep]\n\"strategy.rate\" = [0.1, 0.2, 0.3, 0.4]\n\"problem.noise\" = [0.1, 0.2, 0.3]\n[[figure]]\nkind = \"convergence\"\n"

// The engine computes what the local one does; what got lost is submitted again, and nothing else.
func TestSlurmLost(t *testing.T) {
	_, _, _, local := command(t, twelve)
	dir := fake(t)
	write(t, filepath.Join(dir, "lose"), "1\n3\n")
	status, stdout, stderr, out := command(t, twelve, "-engine", "slurm", "-slurm-shard", "0s", "-slurm-args", "--partition='a b'")
	if status != Done || !strings.Contains(stderr, "submitted 12 runs as job 1, 4 elements") || !strings.Contains(stderr, "6 runs got lost: submitted again") {
		t.Fatalf("exit status %d: %s%s", status, stdout, stderr)
	}
	home := slurm.Home(filepath.Join(out, "exp"))
	if status, said := run(collectCommand, filepath.Join(out, "exp"), "1"); status != Done {
		t.Errorf("exit status %d: %s", status, said)
	}
	all, err := slurm.Rounds(home)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d rounds, %v", len(all), err)
	}
	first, second := all[0].Shards, all[1].Shards
	if got, want := slices.Concat(second...), slices.Concat(first[1], first[3]); !slices.Equal(got, want) {
		t.Errorf("submitted again: %v, want %v", got, want)
	}
	args := read(t, filepath.Join(dir, "1.args"))
	for _, want := range []string{"--parsable\n", "--requeue\n", "--array=0-3\n", "--partition=a b\n"} {
		if !strings.Contains(args, want) {
			t.Errorf("no %q in the arguments of sbatch:\n%s", want, args)
		}
	}
	if args := read(t, filepath.Join(dir, "2.args")); !strings.Contains(args, "--dependency=afterany:1\n") || strings.Contains(args, "--array") {
		t.Errorf("arguments of the job that collects:\n%s", args)
	}
	compare(t, "by a Slurm that loses elements", recordsOnly(t, out), recordsOnly(t, local))
	if text := read(t, filepath.Join(home, reportText)); !strings.HasPrefix(text, "exp: all of 12 runs finished") {
		t.Error(text)
	}
	jobs, err := filepath.Glob(filepath.Join(dir, "*.args"))
	if err != nil {
		t.Fatal(err)
	}
	status, said := run("-resume", filepath.Join(out, "exp"))
	if again, _ := filepath.Glob(filepath.Join(dir, "*.args")); status != Done || len(again) != len(jobs) || !strings.Contains(said, "12 found finished") {
		t.Errorf("exit status %d: %s", status, said)
	}
}

// What is missing after the array has ended is listed by the job that collects, with commands that
// finish it; -resume needs the folder alone.
func TestSlurmResume(t *testing.T) {
	_, _, _, local := command(t, twelve)
	dir := fake(t)
	write(t, filepath.Join(dir, "lose"), "0\n1\n2\n3\n")
	write(t, filepath.Join(dir, "queue"), "1_0|COMPLETED|n1|None\n1_1|CANCELLED|n1|None\n")
	status, _, stderr, out := command(t, twelve, "-engine", "slurm", "-slurm-shard", "0s")
	exp := filepath.Join(out, "exp")
	if status != Failed || strings.Contains(stderr, "submitted again") || !strings.Contains(stderr, "it was submitted and not computed: element 1_1 is cancelled;") || !strings.Contains(stderr, "go run ./experiments/run -resume ") {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if status, said := run(collectCommand, exp, "1"); status != Failed {
		t.Errorf("exit status %d: %s", status, said)
	}
	report := read(t, filepath.Join(slurm.Home(exp), reportText))
	if !strings.HasPrefix(report, "exp: 0 of 12 runs finished, 12 missing\n") || strings.Count(report, ": not computed: ") != 12 {
		t.Error(report)
	}
	commands := 0
	for line := range strings.Lines(report) {
		if word, rest, ok := strings.Cut(strings.TrimSpace(line), " -resume "); ok && (strings.HasPrefix(word, "go run") || strings.HasPrefix(word, "/")) {
			commands++
			if rest != exp {
				t.Errorf("%q", line)
			}
		}
	}
	if commands != 2 {
		t.Errorf("%d commands in\n%s", commands, report)
	}
	write(t, filepath.Join(dir, "queue"), "")
	if status, said := run("-resume", exp, "-set", "seed=2"); status != Usage || !strings.Contains(said, "run: -set: does not go with -resume") {
		t.Errorf("exit status %d: %s", status, said)
	}
	for _, args := range [][]string{{"-slurm-args", "-p x"}, {"-slurm-shard", "1m"}} {
		if status, said := run(append([]string{"-resume", exp, "-engine", "local"}, args...)...); status != Usage || !strings.Contains(said, "run: "+args[0]+": is for -engine slurm, and -engine local would ignore it") {
			t.Errorf("exit status %d: %s", status, said)
		}
	}
	if status, said := run("-resume", exp, "-engine", "local"); status != Done || !strings.Contains(said, "12 runs, 12 computed") {
		t.Fatalf("exit status %d: %s", status, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "3.args")); err == nil {
		t.Error("-engine local submits")
	}
	compare(t, "finished here", recordsOnly(t, out), recordsOnly(t, local))
}

// A session that was killed between sbatch and noting the number of the job finds the job by its
// name, and submits nothing.
func TestSlurmFindsJob(t *testing.T) {
	dir := fake(t)
	write(t, filepath.Join(dir, "lose"), "0\n")
	write(t, filepath.Join(dir, "queue"), "1_0|CANCELLED|n1|None\n")
	_, _, _, out := command(t, small, "-engine", "slurm")
	exp := filepath.Join(out, "exp")
	if err := os.Remove(filepath.Join(slurm.Home(exp), "round-1", slurm.JobsFile)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "named"), "1\n")
	write(t, filepath.Join(dir, "queue"), "1_0|RUNNING|n1|None\n")
	_, x, err := openSubmission(exp)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	s := &Session{Options: Options{Engine: "slurm"}, Stdout: io.Discard, Stderr: &said, whole: x}
	b := &batch{session: s, experiment: x, progress: newProgress(&said, 1), outcomes: make([]Outcome, 1), settled: make([]bool, 1), todo: []int{0}}
	var e slurmEngine
	kept, err := e.prepare(b)
	if err == nil {
		err = e.submit(context.Background(), kept)
	}
	b.progress.close()
	if err != nil || !strings.Contains(said.String(), "1 run under way already, as job 1") {
		t.Errorf("%v: %s", err, &said)
	}
	// But not what other sources compute.
	e.rounds[0].Jobs = slurm.RoundJobs{Array: "1", Build: "other"}
	var c *fault.Error
	if _, err := e.underWay(context.Background()); !errors.As(err, &c) || !strings.Contains(err.Error(), "scancel 1") {
		t.Errorf("%v", err)
	}
}

// Held and failed elements are shown once, with the reason.
func TestSlurmTells(t *testing.T) {
	var said bytes.Buffer
	e := slurmEngine{b: &batch{progress: newProgress(&said, 3)}, said: map[string]bool{}, rounds: []*slurm.Round{{Dir: "round-1", Shards: make([][]string, 3), Jobs: slurm.RoundJobs{Array: "7"}}}}
	e.last = []slurm.Element{{Job: "7", Index: 0, State: "PENDING", Reason: "JobHeldUser", Node: "", Cluster: ""}, {Job: "7", Index: 1, State: "TIMEOUT", Reason: "TimeLimit", Node: "n1", Cluster: ""}, {Job: "7", Index: 2, State: "RUNNING", Reason: "", Node: "n2", Cluster: ""}, {Job: "8", Index: 0, State: "FAILED", Reason: "", Node: "", Cluster: ""}, {Job: "7", Index: 0, State: "FAILED", Reason: "", Node: "", Cluster: "alpha"}}
	e.tell()
	e.tell()
	e.b.progress.close()
	want := "held: element 7_0, pending (JobHeldUser): scontrol release 7_0 lets it go\nfailed: element 7_1 is timeout (TimeLimit): see round-1/1.log\n"
	if said.String() != want {
		t.Errorf("%s", &said)
	}
}

// -fresh removes what is there when it is sure that it can be computed again, once: an element that
// runs twice finds what it did.
func TestSlurmFresh(t *testing.T) {
	dir := fake(t)
	file, out := experimentFile(t, "repeat = 2\n"+small)
	exp := filepath.Join(out, "exp")
	slurm := func(want int, says string, args ...string) {
		t.Helper()
		if status, said := session(append([]string{file, "-out", out, "-engine", "slurm", "-slurm-shard", "0s"}, args...)...); status != want || !strings.Contains(said, says) {
			t.Errorf("%v: exit status %d, want %q in %s", args, status, says, said)
		}
	}
	slurm(Done, "2 runs, 2 computed")
	want := recordsOnly(t, out)
	write(t, filepath.Join(dir, "refuse"), "sbatch: error: invalid partition specified: nope\n")
	slurm(Usage, "invalid partition specified: nope", "-fresh")
	if err := os.Remove(filepath.Join(dir, "refuse")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "queue"), "1_0|RUNNING|n1|None\n")
	slurm(Usage, "-fresh: 1 run of this experiment under way, as job 1, 2: wait for the end, or scancel 1 2", "-fresh")
	if err := os.Remove(filepath.Join(dir, "queue")); err != nil {
		t.Fatal(err)
	}
	slurm(Done, "2 runs, 2 found finished")
	slurm(Done, "2 runs, 2 computed", "-fresh")
	compare(t, "computed again", recordsOnly(t, out), want)
	t.Setenv("SLURM_ARRAY_TASK_ID", "0")
	if status, said := run(shardCommand, exp, "2"); status != Done || !strings.Contains(said, "1 run, 1 found finished") {
		t.Errorf("exit status %d: %s", status, said)
	}
	slurm(Done, "2 runs, 2 found finished")

	status, _, stderr, _ := command(t, tuned, "-engine", "slurm", "-fresh")
	if status != Usage || !strings.Contains(stderr, "run: -fresh: does not go with -engine slurm and [tune], where jobs choose and submit by themselves: remove ") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// A run that fails in an element is reported as if it had failed here, and is not submitted again.
func TestSlurmFailedRun(t *testing.T) {
	dir := fake(t)
	text := strings.Replace(small, "updates = 6", "updates = 300", 1) + "[sweep]\n\"strategy.kind\" = [\"touchy\", \"asgd\"]\n"
	// in the elements there is nothing to touch
	status, _, stderr, out := command(t, text, "-engine", "slurm", "-retries", "0")
	if status != Failed || !strings.Contains(stderr, "failed: exp (strategy.kind=touchy): a bug in the program") || !strings.Contains(stderr, "2 runs, 1 computed, 1 failed") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "3.args")); err == nil {
		t.Error("submitted again")
	}
	if status, said := run(collectCommand, filepath.Join(out, "exp"), "1"); status != Failed {
		t.Errorf("exit status %d: %s", status, said)
	}
	report := read(t, filepath.Join(slurm.Home(filepath.Join(out, "exp")), reportText))
	if !strings.HasPrefix(report, "exp: 1 of 2 runs finished, 1 missing\n") || !strings.Contains(report, "exp (strategy.kind=touchy): failed: a bug in the program") {
		t.Error(report)
	}
}

// An element computes just what was submitted, or nothing.
func TestSlurmElementChecks(t *testing.T) {
	dir := fake(t)
	write(t, filepath.Join(dir, "lose"), "0\n")
	write(t, filepath.Join(dir, "queue"), "1_0|CANCELLED|n1|None\n")
	_, _, _, out := command(t, small, "-engine", "slurm")
	exp := filepath.Join(out, "exp")
	r, err := slurm.ReadRound(slurm.Home(exp), 1)
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, r.File(0, ".json"))
	write(t, r.File(0, ".json"), strings.Replace(text, "rate = 0.1", "rate = 0.2", 1))
	t.Setenv("SLURM_ARRAY_TASK_ID", "0")
	if status, said := run(shardCommand, exp, "1"); status != Failed || !strings.Contains(said, "was submitted and is") {
		t.Errorf("exit status %d: %s", status, said)
	}
	write(t, r.File(0, ".json"), text)
	for range 2 { // a restart of the controller may run an element twice
		if status, said := run(shardCommand, exp, "1"); status != Done {
			t.Errorf("exit status %d: %s", status, said)
		}
	}
}

// The trials of a tuning are one array, the runs that are reported another. If nobody looks on, the
// job that collects chooses and submits.
func TestSlurmTunes(t *testing.T) {
	text := small + "[tune]\nby = \"train_loss\"\nseeds = [11, 12]\n[tune.grid]\n\"strategy.rate\" = [0.1, 0.5, 5.0]\n[[figure]]\nkind = \"convergence\"\n"
	status, _, stderr, local := command(t, text)
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	fake(t)
	status, _, stderr, out := command(t, text, "-engine", "slurm", "-slurm-shard", "0s")
	if status != Done || strings.Count(stderr, "submitted ") != 2 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	compare(t, "by Slurm", recordsOnly(t, out), recordsOnly(t, local))

	dir := fake(t)
	write(t, filepath.Join(dir, "lose"), "0\n1\n2\n3\n")
	write(t, filepath.Join(dir, "queue"), "1_0|CANCELLED|n1|None\n")
	status, _, stderr, out = command(t, text, "-engine", "slurm")
	if status != Failed {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	exp := filepath.Join(out, "exp")
	if status, said := run(collectCommand, exp, "1"); status != Failed || !strings.Contains(said, "exp: 0 of 6 runs finished, 6 missing") {
		t.Errorf("exit status %d: %s", status, said)
	}
	t.Setenv("SLURM_ARRAY_TASK_ID", "0")
	if status, said := run(shardCommand, exp, "1"); status != Done {
		t.Fatalf("exit status %d: %s", status, said)
	}
	if status, said := run(collectCommand, exp, "1"); status != Done || !strings.Contains(said, "submitted 1 run as job 3, 1 element") {
		t.Errorf("exit status %d: %s", status, said)
	}
	compare(t, "by Slurm alone", recordsOnly(t, out), recordsOnly(t, local))
}
