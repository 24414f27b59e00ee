package experiments

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/origin"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/record"
)

// mixed is an experiment with every kind of file: two methods, two seeds, noise, random delays,
// links, groups, shards.
const mixed = `name = "mixed"
seed = 5
repeat = 2
[problem]
kind = "softmax"
data = "digits"
test = 0.2
validation = 0.1
batch = 8
[cluster]
workers = 3
compute = {law = "exponential", mean = "10ms"}
up = {latency = "1ms", bandwidth = "1Gbit/s"}
down = {latency = {law = "gamma", mean = "1ms", cv = 0.5}}
server = {shards = 2, service = "200us"}
[[cluster.group]]
count = 1
scale = 4.0
[stop]
epochs = 0.3
[eval]
every = "50ms"
[record]
updates = true
[[axis.method]]
label = "ASGD"
set = {strategy = {kind = "asgd", rate = 0.1}}
[[axis.method]]
label = "AEASGD"
set = {strategy = {kind = "aeasgd", window = 2, rate = 0.1}}
`

// The same files at any GOMAXPROCS, whether side by side or one after the other, and run twice.
func TestSameFiles(t *testing.T) {
	var want map[string]string
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, c := range []struct {
		procs int
		jobs  string
	}{{1, "1"}, {2, "1"}, {2, "2"}, {8, "1"}, {8, "3"}} {
		runtime.GOMAXPROCS(c.procs)
		status, _, stderr, out := command(t, mixed, "-jobs", c.jobs)
		if status != Done {
			t.Fatal(stderr)
		}
		got := filesOf(t, out)
		for name := range got { // the page says which file was given
			got[name] = strings.ReplaceAll(got[name], filepath.Dir(out), "")
		}
		if want == nil {
			want = got
			if len(want) != 4*4+3 {
				t.Fatalf("%d files, want run.toml, summary.json, eval.csv and updates.csv of 4 runs, the page, what it is made of, and the order of the axes", len(want))
			}
			continue
		}
		for name, text := range want {
			if got[name] != text {
				t.Errorf("GOMAXPROCS %d, -jobs %s: %s differs\n%s\nwant\n%s", c.procs, c.jobs, name, head10(got[name]), head10(text))
			}
		}
	}
}

func head10(s string) string {
	lines := strings.SplitN(s, "\n", 11)
	return strings.Join(lines[:min(10, len(lines))], "\n")
}

// A run's files are as the manual says: run.toml runs again to the same id, summary.json holds,
// eval.csv has the columns that apply.
func TestFilesOfARun(t *testing.T) {
	status, _, stderr, out := command(t, mixed)
	if status != Done {
		t.Fatal(stderr)
	}
	rs, err := record.Load(out)
	if err != nil || len(rs) != 4 {
		t.Fatalf("%d runs, %v", len(rs), err)
	}
	for _, r := range rs {
		if r.Name != "mixed" || r.Labels["method"] == "" || filepath.Base(filepath.Dir(r.Dir)) != "mixed" {
			t.Errorf("%s has name %q and labels %v", r.Dir, r.Name, r.Labels)
		}
		if r.Summary.Status != record.Completed || r.Summary.Build != origin.Build() || len(r.Summary.Fingerprint) != 64 || len(r.Summary.Invariants) == 0 {
			t.Errorf("summary %+v", r.Summary)
		}
		for name, verdict := range r.Summary.Invariants {
			if verdict != record.Held {
				t.Errorf("%s: %s", name, verdict)
			}
		}
		again, err := ReadFiles([]string{filepath.Join(r.Dir, record.ConfigFile)})
		if err != nil {
			t.Fatal(err)
		}
		x, err := Load(again, Options{})
		if err != nil {
			t.Fatalf("run.toml is not runnable: %v\n%s", err, again[0].Text)
		}
		if len(x.Runs) != 1 || x.Runs[0].ID != r.ID || x.Runs[0].Labels["method"] != r.Labels["method"] {
			t.Errorf("run.toml of %s makes %v", r.ID, x.Runs[0])
		}
		if text := x.Runs[0].config.TOML(x.Name, x.Runs[0].Labels); text != again[0].Text {
			t.Errorf("run.toml changes when it is resolved again:\n%s\nwant\n%s", text, again[0].Text)
		}
		evals, err := r.Evals()
		if err != nil || len(evals) < 3 || evals[0].Updates != 0 || math.IsNaN(evals[0].TestAccuracy) || math.IsNaN(evals[0].ValidationLoss) {
			t.Errorf("eval.csv: %+v, %v", evals, err)
		}
		updates, err := r.Updates()
		if err != nil || int64(len(updates)) != r.Summary.Pushes {
			t.Errorf("updates.csv has %d rows, %d pushes, %v", len(updates), r.Summary.Pushes, err)
		}
		env, err := os.ReadFile(filepath.Join(r.Dir, record.EnvFile))
		if err != nil || !strings.Contains(string(env), "wall time") {
			t.Errorf("env.txt: %s, %v", env, err)
		}
	}
}

// The run-id depends on what can change a record and on nothing else.
func TestRunID(t *testing.T) {
	id := func(text string, set ...string) string {
		t.Helper()
		x, err := Load([]File{{"x.toml", text}}, Options{Set: set})
		if err != nil {
			t.Fatal(err)
		}
		return x.Runs[0].ID
	}
	base := id(small)
	for name, other := range map[string]string{
		"another name":      id(small, "name=\"y\"", "labels.a=\"b\""),
		"figures, repeat":   id("repeat = 2\n" + small + "[[figure]]\nkind = \"convergence\"\n"),
		"defaults written":  id(small, "strategy.order=\"commit-pull\"", "problem.batch=1", "seed=1"),
		"other order":       id("[stop]\nupdates = 6\n[cluster]\ncompute = {mean = \"0.01s\", law = \"constant\"}\nworkers = 2\n[strategy]\nrate = 0.1\nkind = \"asgd\"\n[problem]\nkind = \"quadratic\"\n"),
		"by a sweep":        id(strings.Replace(small, "rate = 0.1\n", "", 1) + "[sweep]\n\"strategy.rate\" = [0.1, 0.2]\n"),
		"a rate over L = 1": id(small, "strategy.rate=\"0.1/L\""),
	} {
		if other != base {
			t.Errorf("%s: %s, not %s", name, other, base)
		}
	}
	seen := map[string]string{base: "the base"}
	for _, set := range []string{"seed=2", "seeds.delays=1", "strategy.rate=0.2", "cluster.workers=3", "stop.updates=7", "eval.updates=1", "record.updates=true", "record.model=true", "problem.noise=0.1", "cluster.compute=\"11ms\""} {
		other := id(small, set)
		if seen[other] != "" {
			t.Errorf("%s has the id of %s", set, seen[other])
		}
		seen[other] = set
	}
	// Data enter by content, wherever they lie.
	csv := func(text string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "d.csv"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "x.toml")
		sources := []File{{file, strings.Replace(small, `kind = "quadratic"`, "kind = \"least-squares\"\ndata = \"csv:d.csv\"", 1)}}
		x, err := Load(sources, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return x.Runs[0].ID
	}
	if a, b := csv("1,2,3\n4,5,7\n"), csv("1,2,3\n4,5,7\n"); a != b {
		t.Error("the same data in another folder are another run")
	}
	if a, b := csv("1,2,3\n4,5,7\n"), csv("1,2,3\n4,5,8\n"); a == b {
		t.Error("other data are the same run")
	}
}

// What is finished is found again, under the same build; -fresh and another build compute it anew.
func TestReuse(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte("repeat = 3\n"+small), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(want string, args ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		if status := Main(append([]string{file, "-out", dir}, args...), &o, &e); status != Done || !strings.Contains(e.String()+o.String(), want) {
			t.Errorf("%v: exit status %d, want %q in\n%s%s", args, status, want, e.String(), o.String())
		}
		return e.String()
	}
	run("exp: 3 runs, 0 finished", "-dry-run")
	run("3 runs, 3 computed")
	run("3 runs, 3 found finished")
	run("exp: 3 runs, 3 finished", "-dry-run")
	run("3 runs, 3 computed", "-fresh")
	run("4 runs, 1 computed, 3 found finished", "-set", "repeat=4")
	// A run of other sources.
	rs, err := record.Load(filepath.Join(dir, "exp"))
	if err != nil || len(rs) != 4 {
		t.Fatal(len(rs), err)
	}
	summary := filepath.Join(rs[0].Dir, record.SummaryFile)
	b, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(summary, bytes.Replace(b, []byte(origin.Build()), []byte("0123456789abcdef"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	env := filepath.Join(rs[0].Dir, record.EnvFile)
	if machine, err := os.ReadFile(env); err != nil || os.WriteFile(env, bytes.Replace(machine, []byte(madeOfKey), []byte("was "+madeOfKey), 1), 0o644) != nil {
		t.Fatal(err)
	}
	if e := run("4 runs, 4 found finished", "-set", "repeat=4", "-reuse"); !strings.Contains(e, "computed by 2 builds") {
		t.Errorf("a mixture of builds is not mentioned: %s", e)
	}
	run("was computed by other sources (build 0123456789abcdef, now", "-set", "repeat=4")
	if again, _ := os.ReadFile(summary); !bytes.Equal(again, b) {
		t.Error("the run was not computed again")
	}
	// Labels are no part of the run, but of what is known of it.
	run("3 runs, 3 found finished", "-set", "labels.method=Mine")
	if r, err := record.LoadRun(rs[0].Dir); err != nil || r.Labels["method"] != "Mine" {
		t.Errorf("labels %v, %v", r.Labels, err)
	}
}

// A run that diverges is a result, recorded with numbers that are numbers.
func TestDiverged(t *testing.T) {
	rs := runs(t, strings.Replace(strings.Replace(small, "rate = 0.1", "rate = 30.0", 1), "updates = 6", "updates = 100000\n[record]\nupdates = true", 1))
	s := rs[0].Summary
	if s.Status != record.Diverged {
		t.Fatalf("status %s", s.Status)
	}
	b, err := os.ReadFile(filepath.Join(rs[0].Dir, record.SummaryFile))
	if err != nil {
		t.Fatal(err)
	}
	var any map[string]any
	if err := json.Unmarshal(b, &any); err != nil {
		t.Errorf("summary.json: %v\n%s", err, b)
	}
}

// touchy is asgd whose first worker calls something at its hundredth step.
type touchy struct {
	Rate float64 `doc:"step size" in:"(0,)"`
}

var touched func()

func init() {
	optimizers.Register("touchy", "for tests: calls a function at the hundredth step", "", touchy{0.001}, newTouchy[float32], newTouchy[float64])
}

func newTouchy[F vec.Float](c touchy) optimizers.Strategy[F] {
	s, err := optimizers.New[F](optimizers.ASGD{Rate: c.Rate, Order: "commit-pull", Serving: optimizers.Default[optimizers.ASGD]().Serving})
	if err != nil {
		panic(err)
	}
	inner := s.Worker
	s.Worker = func(e optimizers.Env[F]) optimizers.Worker[F] { return &touchyWorker[F]{Worker: inner(e)} }
	return s
}

type touchyWorker[F vec.Float] struct {
	optimizers.Worker[F]
	n int
}

func (w *touchyWorker[F]) Step(g []F, sched float64) optimizers.Action {
	if w.n++; w.n == 100 {
		touched()
	}
	return w.Worker.Step(g, sched)
}

// A bug in a method is a failed run with its stack and the command that shows it again; the others
// go on.
func TestPanicIsAFailedRun(t *testing.T) {
	touched = func() { panic("a bug in a method") }
	text := strings.Replace(strings.Replace(small, "kind = \"asgd\"\n", "", 1), "updates = 6", "updates = 300", 1)
	status, _, stderr, out := command(t, text+"[sweep]\n\"strategy.kind\" = [\"touchy\", \"asgd\"]\n")
	if status != Bug || !strings.Contains(stderr, "failed: exp (strategy.kind=touchy): a bug in the program: a bug in a method") || !strings.Contains(stderr, "again: go run ./experiments/run") || !strings.Contains(stderr, "2 runs, 1 computed, 1 failed") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if rs, err := record.Load(out); err != nil || len(rs) != 1 {
		t.Errorf("%d runs are left, %v", len(rs), err)
	}
}

// With equal speeds, M = tau + 1 workers have a constant delay of tau, and x' = x - a x(tau ago) is
// stable up to a = 2 sin(pi / (2 (2 tau + 1))). The sign of growth finds that boundary within 2 %.
func TestStabilityBoundary(t *testing.T) {
	for _, tau := range []int{0, 1, 2, 4, 8, 16} {
		boundary := 2 * math.Sin(math.Pi/float64(2*(2*tau+1)))
		text := strings.Replace(small, "updates = 6", "updates = 4000", 1)
		rs := runs(t, text, "-set", fmt.Sprintf("cluster.workers=%d", tau+1), "-set", fmt.Sprintf("sweep={\"strategy.rate\" = [%v, %v]}", .98*boundary, 1.02*boundary))
		if len(rs) != 2 {
			t.Fatalf("%d runs", len(rs))
		}
		for _, r := range rs {
			rate, _ := r.Value("strategy.rate")
			if g := r.Summary.Growth; math.IsNaN(g) || (g > 0) != (rate.(float64) > boundary) {
				t.Errorf("tau = %d, rate %.4f of the boundary: growth %v (%s)", tau, rate.(float64)/boundary, g, r.Summary.Status)
			}
		}
	}
}

// Two strategies with one seed see the same delays and the same batches.
func TestPaired(t *testing.T) {
	// whose losses differ from batch to batch
	text := strings.Replace(mixed, "kind = \"softmax\"", "kind = \"mlp\"\nhidden = [4]", 1)
	rs := runs(t, text, "-set", "repeat=1", "-set", "cluster.server={shards = 1}", "-set", "cluster.up={}", "-set", "cluster.down={}", "-set", "stop={gradients = 60}",
		"-set", `axis.method=[{label = "a", set = {strategy = {kind = "asgd", rate = 1e-9}}}, {label = "b", set = {strategy = {kind = "downpour", window = 1, rate = 1e-9}}}]`)
	type step struct {
		time, compute float64
		loss          float64
	}
	var seen [2][]step
	for i, r := range rs {
		rows, err := r.Updates()
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range rows {
			seen[i] = append(seen[i], step{u.TimeS, u.ComputeS, math.Round(u.Loss * 1e4)})
		}
	}
	if len(seen[0]) < 50 || fmt.Sprint(seen[0]) != fmt.Sprint(seen[1]) {
		t.Errorf("asgd and downpour with window 1 see different draws:\n%v\n%v", seen[0][:3], seen[1][:3])
	}
}

// No program that was built tells how go run would run it.
func TestUsageOfBuiltPrograms(t *testing.T) {
	bin := t.TempDir() + string(filepath.Separator)
	programs := map[string]func(args []string, stdout, stderr io.Writer) int{"run": Main, "report": ReportMain, "mine": Program{Name: "mine"}.Main}
	for _, name := range append(slices.Collect(maps.Keys(programs)), "list", "predict") {
		if err := os.WriteFile(bin+name, nil, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	defer func(was string) { os.Args[0] = was }(os.Args[0])
	for _, args := range [][]string{{"run"}, {"run", "-h"}, {"report"}, {"report", "-h"}, {"report", bin}, {"mine", "-h"}, {"mine", "x.toml"}} {
		os.Args[0] = bin + args[0]
		var said strings.Builder
		programs[args[0]](args[1:], &said, &said)
		if strings.Contains(said.String(), "go run") || !strings.Contains(said.String(), bin) {
			t.Errorf("%v: %s", args, &said)
		}
	}
}
