package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

// tuned tries rates of two methods on a quadratic, where the best rate of gradient descent is 1:
// one step to the minimum.
const tuned = `
seed = 1
repeat = 2
[problem]
kind = "quadratic"
curvature = [1.0, 0.5]
noise = 0.1
start = [1.0, 1.0]
[cluster]
workers = 1
compute = "10ms"
[stop]
updates = 40
[[axis.method]]
label = "A"
set = {strategy = {kind = "asgd"}}
tune = {"strategy.rate" = [0.001, 0.5, 30.0]}
[[axis.method]]
label = "B"
set = {strategy = {kind = "sgd"}}
tune = {"strategy.local.rate" = {log = [1e-4, 1e-2], n = 3}}
[tune]
seeds = [101, 102, 103]
at = {updates = 20}
`

// Equal trials on seeds of their own, the best by the criterion, a diverged trial worst, the
// winners on the experiment's seeds, and a warning at the edge of a grid.
func TestTune(t *testing.T) {
	status, stdout, stderr, out := command(t, tuned)
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	trials, err := record.Load(filepath.Join(out, "exp-tune"))
	if err != nil || len(trials) != 2*3*3 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	for _, r := range trials {
		if n, _ := r.Value("stop.updates"); n != int64(20) || r.Summary.Seed < 101 {
			t.Errorf("trial %s stops at %v updates and has seed %d", r.ID, n, r.Summary.Seed)
		}
	}
	rs, err := record.Load(filepath.Join(out, "exp"))
	if err != nil || len(rs) != 4 {
		t.Fatalf("%d runs, %v", len(rs), err)
	}
	for _, r := range rs {
		want, key := .5, "strategy.rate"
		if r.Labels["method"] == "B" {
			want, key = .01, "strategy.local.rate"
		}
		if rate, _ := r.Value(key); rate != want || r.Summary.Seed > 2 || r.Summary.Updates != 40 {
			t.Errorf("%s: rate %v, seed %d, %d updates", r.Labels["method"], rate, r.Summary.Seed, r.Summary.Updates)
		}
	}
	for _, want := range []string{"setting", "strategy.rate=0.5", "warning: at the edge of its grid: strategy.local.rate = 0.01"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	curve, err := os.ReadFile(filepath.Join(out, "exp", tuningFile))
	lines := strings.Split(strings.TrimSpace(string(curve)), "\n")
	if err != nil || len(lines) != 1+6 || lines[0] != "setting,strategy.local.rate,strategy.rate,train_loss,runs,diverged,best,edge,low,high" || !strings.HasPrefix(lines[3], "method=A,,30.0,Inf,3,3,false,false,Inf,Inf") {
		t.Errorf("%v\n%s", err, curve)
	}
	if status, _, stderr, _ := command(t, tuned, "-strict"); status != Failed || !strings.Contains(stderr, "at the edge of its grid: widen the grid") {
		t.Errorf("-strict: exit status %d: %s", status, stderr)
	}
}

// A dry run estimates trials and the runs that are reported, each by themselves and together; once
// the trials are there it knows which runs these are.
func TestDryRunOfATuning(t *testing.T) {
	file, out := experimentFile(t, tuned)
	dry := func(flags ...string) string {
		t.Helper()
		status, said := session(append([]string{file, "-out", out, "-dry-run"}, flags...)...)
		if status != Done {
			t.Fatalf("exit status %d: %s", status, said)
		}
		return said
	}
	before := dry()
	for _, want := range []string{"exp-tune: 18 runs, 0 finished", "exp: 4 runs with the values that these choose: 2 settings, 3 trials each on 3 seeds\nabout ", "all together: about "} {
		if !strings.Contains(before, want) {
			t.Errorf("no %q in\n%s", want, before)
		}
	}
	if n := strings.Count(before, "of one core"); n != 3 {
		t.Errorf("%d estimates, want those of the trials, of the runs and of all:\n%s", n, before)
	}
	if status, said := session(file, "-out", out); status != Done {
		t.Fatalf("exit status %d: %s", status, said)
	}
	if after := dry(); !strings.Contains(after, "exp-tune: 18 runs, 18 finished") || !strings.Contains(after, "exp: 4 runs, 4 finished") || strings.Contains(after, "of one core") {
		t.Errorf("when all is finished:\n%s", after)
	}
	if more := dry("-set", "repeat=3"); !strings.Contains(more, "exp: 6 runs, 4 finished") || strings.Count(more, "of one core") != 2 {
		t.Errorf("with a seed more:\n%s", more)
	}
	if fresh := dry("-fresh"); strings.Count(fresh, "of one core") != 3 {
		t.Errorf("with -fresh:\n%s", fresh)
	}
}

// Over an axis that is not in per, the criterion is averaged, and one value is chosen for all of
// it.
func TestTunePer(t *testing.T) {
	status, stdout, stderr, out := command(t, tuned+"per = [\"method\"]\n[sweep]\n\"problem.noise\" = [0.0, 0.1, 0.2]\n")
	if status != Done || strings.Count(stdout, "method=") != 2 {
		t.Fatalf("exit status %d: %s%s", status, stdout, stderr)
	}
	if trials, err := record.Load(filepath.Join(out, "exp-tune")); err != nil || len(trials) != 2*3*3*3 {
		t.Errorf("%d trials, %v", len(trials), err)
	}
	status, stdout, stderr, _ = command(t, tuned+"[sweep]\n\"problem.noise\" = [0.0, 0.1, 0.2]\n")
	if status != Done || strings.Count(stdout, "method=") != 6 {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
}

// What makes a comparison unfair, or cannot be meant, is refused before anything is computed.
func TestTuneMistakes(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"[tune]", "[tune]\nby = \"test_loss\"", `exp.toml:23: tune.by = "test_loss": the test part is not for choosing`},
		{"[tune]", "[tune]\nby = \"validation_loss\"", `tune.by = "validation_loss": there is no validation part`},
		{"[tune]", "[tune]\nby = \"loss\"", `exp.toml:23: tune.by = "loss"`},
		{"[101, 102, 103]", "[]", `exp.toml:23: tune.seeds: is missing`},
		{"[101, 102, 103]", "[101, 2]", `exp.toml:23: tune.seeds[1] = 2: is also a seed of the runs that are reported`},
		{"[101, 102, 103]", "[101, 101]", `exp.toml:23: tune.seeds[1] = 101: stands here twice`},
		{"n = 3", "n = 4", `exp.toml:22: tune: method=A would get 3 trials, method=B 4 trials: a comparison is fair`},
		{"[tune]", "[tune]\nper = [\"methods\"]", `exp.toml:23: tune.per[0] = "methods": is no axis of this experiment; known: method`},
		{`"strategy.rate" =`, `"strategy.rat" =`, `exp.toml:17: strategy.rat: unknown key of "asgd"; did you mean "rate"?`},
		{"at = {updates = 20}", "at = {update = 20}", `exp.toml:24: stop.update: unknown key`},
		{"at = {updates = 20}", "at = 20", `exp.toml:24: tune.at = 20: want a table as in [stop]`},
		{"at = {updates = 20}", "grid = {seed = [3, 4]}", `exp.toml:24: tune.grid.seed: a seed is not tuned`},
		{"at = {updates = 20}", "grid = {\"strategy.rate\" = [1.0, 2.0]}", `tunes strategy.rate, and so does tune.grid`},
		{"[tune]\nseeds = [101, 102, 103]\nat = {updates = 20}", "", `exp.toml:17: axis.method[0].tune: says what to tune, but there is no [tune]`},
		{"{\"strategy.rate\" = [0.001, 0.5, 30.0]}", "{\"strategy.rate\" = []}", `exp.toml:17: axis.method[0].tune."strategy.rate": is an empty list`},
	} {
		text := strings.Replace(tuned, c.old, c.new, 1)
		if text == tuned {
			t.Fatalf("%q is not there", c.old)
		}
		status, _, stderr, out := command(t, text)
		if status != Usage || !strings.Contains(stderr, c.want) {
			t.Errorf("%s\n  exit status %d: %s  want %s", c.new, status, stderr, c.want)
		}
		if fs := filesOf(t, filepath.Dir(out)); len(fs) != 1 {
			t.Errorf("%s: left behind: %d files", c.new, len(fs))
		}
	}
	if status, _, stderr, _ := command(t, strings.ReplaceAll(strings.Replace(tuned, "[0.001, 0.5, 30.0]", "[30.0, 40.0, 50.0]", 1), "\n\n", "\n")); status != Failed || !strings.Contains(stderr, "tune: method=A: no trial can be used") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}
