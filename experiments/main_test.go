package experiments

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

// small is a run that takes no time.
const small = `[problem]
kind = "quadratic"
[strategy]
kind = "asgd"
rate = 0.1
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 6
`

// command runs experiments/run on TOML text and returns what it leaves.
func command(t *testing.T, text string, args ...string) (status int, stdout, stderr, out string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(dir, "results")
	var o, e bytes.Buffer
	status = Main(append([]string{file, "-out", out}, args...), &o, &e)
	return status, o.String(), strings.ReplaceAll(e.String(), dir+string(filepath.Separator), ""), out
}

// experimentFile puts an experiment and the folder of its results into a folder of the test.
func experimentFile(t *testing.T, text string) (file, out string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "results")
}

// session runs experiments/run in this process.
func session(args ...string) (status int, said string) {
	var o bytes.Buffer
	status = Main(args, &o, &o)
	return status, o.String()
}

// runs is command that must succeed, and loads what it left.
func runs(t *testing.T, text string, args ...string) []record.Run {
	t.Helper()
	status, _, stderr, out := command(t, text, args...)
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	rs, err := record.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// Every mistake gives the place, the value and the remedy, exit status 2, and leaves nothing
// behind.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ edit, with, want string }{
		{"rate = 0.1", "rate = 0.1\nrtae = 1", `exp.toml:6: strategy.rtae: unknown key of "asgd"; did you mean "rate"? known: `},
		{`kind = "asgd"`, `kind = "assgd"`, `exp.toml:4: strategy.kind: unknown strategy "assgd"; did you mean "asgd"? known: `},
		{"[stop]", "[stpo]", `exp.toml:9: stpo: unknown key; did you mean "stop"? known: `},
		{`compute = "10ms"`, `compute = "10 m"`, `exp.toml:8: cluster.compute.mean = "10 m": want a duration with its unit: "10ms"`},
		{`compute = "10ms"`, "compute = \"10ms\"\nup = {latency = \"1 msec\"}", `exp.toml:9: cluster.up.latency.mean = "1 msec": want a duration with its unit`},
		{`compute = "10ms"`, `compute = 10`, `exp.toml:8: cluster.compute = 10: want a delay law, such as {law = "gamma"`},
		{`compute = "10ms"`, `compute = {law = "gamma", mean = "10ms", cv = "0.2"}`, `exp.toml:8: cluster.compute.cv = "0.2": want a number; standard deviation over mean`},
		{`compute = "10ms"`, `compute = {law = "gama", mean = "10ms"}`, `exp.toml:8: cluster.compute.law: unknown delay law "gama"; did you mean "gamma"? known: `},
		{`compute = "10ms"`, `compute = {law = "gamma", mean = "10ms", per = "batch"}`, `exp.toml:8: cluster.compute.per = "batch": is neither "gradient" nor "sample"`},
		{`compute = "10ms"`, "compute = \"10ms\"\nup = {latency = \"1ms\", bandwidth = \"1Gb\"}", `exp.toml:9: cluster.up.bandwidth = "1Gb": want a bandwidth, such as "1Gbit/s"`},
		{`compute = "10ms"`, "compute = \"10ms\"\nmessage = 4", `exp.toml:9: cluster.message = 4: want a size, such as "4MB"`},
		{`compute = "10ms"`, "", `exp.toml:6: cluster.compute: is missing, and not every worker is in a group with a compute of its own: how long a gradient takes, such as {law = "exponential"`},
		{"rate = 0.1", "rate = -0.1", `exp.toml:5: strategy.rate = -0.1: is outside `},
		{"rate = 0.1", "rate = nan", `exp.toml:5: strategy.rate = NaN: is not a number`},
		{"rate = 0.1", "rate = inf", `exp.toml:5: strategy.rate = `},
		{"rate = 0.1", `rate = "0.1/K"`, `exp.toml:5: strategy.rate = "0.1/K": want `},
		{"workers = 2", "workers = 0", `exp.toml:7: cluster.workers = 0: is outside [1,1000000]; number of workers M`},
		{"workers = 2", "workers = 2.5", `exp.toml:7: cluster.workers = 2.5: want a whole number`},
		{"updates = 6", "", `exp.toml:9: stop: nothing would end the run; give at least one of updates, pushes, gradients, epochs, time`},
		{"updates = 6", "train_loss = 0.1", `exp.toml:9: stop: nothing would end the run`},
		{"updates = 6", "updates = 0", `exp.toml:10: stop.updates = 0: is outside [1,1000000000000000000]`},
		{"updates = 6", "updates = 6\ntest_accuracy = 1.5", `exp.toml:11: stop.test_accuracy = 1.5: is outside (0,1]`},
		{"updates = 6", "updates = 6\ntest_accuracy = 0.5", `exp.toml:11: stop.test_accuracy: this problem has no classes; take train_loss`},
		{"updates = 6", "updates = 6\n[eval]\nevery = \"1s\"\nupdates = 3", `exp.toml:11: eval: every, updates and gradients are three clocks`},
		{"updates = 6", "updates = 6\n[record]\ncenter = true", `exp.toml:12: record.center = true: means nothing here: it applies only with updates`},
		{"rate = 0.1", "rate = 0.1\n[consistency]\nkind = \"ssp\"\nslak = 3", `exp.toml:8: consistency.slak: unknown key of "ssp"; did you mean "slack"?`},
		{"rate = 0.1", "rate = 0.1\n[consistency]\nkind = \"backup\"\nextra = 2", `exp.toml:8: consistency.extra: 2 of 2 workers leave nobody: take at most 1`},
		{"kind = \"asgd\"\nrate = 0.1", "kind = \"downpour\"\nwindow = 0", `exp.toml:5: strategy.window = 0: is outside [1,`},
		{"kind = \"asgd\"\nrate = 0.1", "kind = \"easgd\"\n[consistency]\nkind = \"async\"", `exp.toml:6: consistency.kind = "async": does not go with strategy "easgd": this method prescribes its own consistency (bsp), not async: leave [consistency] out`},
		{"compute = \"10ms\"\n[stop]", "[staleness]\nlaw = \"constant\"\ntau = -1\n[stop]", `exp.toml:10: staleness.tau = -1: is outside [0,`},
		{"kind = \"asgd\"\nrate = 0.1", "kind = \"sync\"\nrate = 0.1\n[consistency]\nkind = \"ssp\"\nslack = 2", `exp.toml:7: consistency.kind = "ssp": does not go with strategy "sync": `},
		{"[stop]", "[staleness]\nlaw = \"constant\"\ntau = 4\n[stop]", `exp.toml:8: cluster.compute: means nothing where [staleness] is injected`},
		{"compute = \"10ms\"\n[stop]", "[staleness]\nlaw = \"constant\"\ntau = 4\n[stop]\ntime = \"1s\"", `exp.toml:12: stop.time: there is no model time where staleness is injected`},
		{"[stop]", "[[cluster.group]]\nshare = 0.5\n[stop]", `exp.toml:9: cluster.group[0]: a group differs in something: give compute, scale, up or down`},
		{"[stop]", "[[cluster.group]]\ncount = 3\nscale = 2\n[stop]", `exp.toml:9: cluster.group[0]: takes 3 workers where 2 of 2 are left`},
		{`kind = "quadratic"`, "kind = \"softmax\"\ndata = \"idx:nowhere\"", `exp.toml:3: problem.data`},
		{`kind = "quadratic"`, "kind = \"softmax\"\ndata = \"digit\"", `exp.toml:3: problem.data.kind: unknown data set "digit"; did you mean "digits"?`},
		{`kind = "quadratic"`, "kind = \"none\"\nbatch = 3", `exp.toml:3: problem.batch: unknown key of "none"`},
		{`kind = "quadratic"`, "kind = \"softmax\"\ndata = \"digits\"\nbatch = 0", `exp.toml:4: problem.batch = 0: a batch has at least one sample`},
		{`kind = "quadratic"`, "kind = \"softmax\"\ndata = \"digits\"\nvalidation = 0.99999", `exp.toml:4: problem.validation: a share of 0.99999 of 1797 samples leaves nothing to train on`},
		{"[problem]\nkind = \"quadratic\"\n[strategy]\nkind = \"asgd\"\nrate = 0.1\n[cluster]\nworkers = 2", "[problem]\nkind = \"softmax\"\ndata = \"digits\"\npartition = \"shards\"\n[strategy]\nkind = \"asgd\"\n[cluster]\nworkers = 2000", `exp.toml:4: problem.partition: 1797 samples for 2000 workers: some would have none`},
		{`kind = "asgd"`, `kind = "sgd"`, `exp.toml:7: cluster.workers = 2: is more than strategy "sgd" takes: 1`},
		{"[stop]", "[sweep]\n\"strategy.rat\" = [1.0, 2.0]\n[stop]", `exp.toml:10: strategy.rat: unknown key of "asgd"; did you mean "rate"? `},
		{"[stop]", "[sweep]\n\"strategy.rate\" = [1.0,\n -2.0]\n[stop]", `exp.toml:11: strategy.rate = -2.0: is outside (0,1e30]; `},
		{"[stop]", "[sweep]\n\"cluster.workers\" = [2, 2]\n[stop]", `exp.toml:10: two runs are the same: exp (cluster.workers=2) and exp (cluster.workers=2)`},
		{"[stop]", "[[axis.m]]\nlabel = \"a\"\nset = {stratgy = {kind = \"asgd\"}}\n[stop]", `exp.toml:11: stratgy: unknown key; did you mean "strategy"?`},
		{"[stop]", "[[axis.m]]\nlabel = \"x\"\nset = {\"strategy.wndow\" = 4}\n[stop]", `exp.toml:11: strategy.wndow: unknown key of "asgd"; known: `},
		{"[stop]", "[[axis.m]]\nlabel = \"x\"\nset = {strategy = {kind = \"agn\", wndow = 4}}\n[stop]", `exp.toml:11: strategy.wndow: unknown key of "agn"; did you mean "window"?`},
		{"[stop]", "[sweep]\n\"strateg.rate\" = [1, 2]\n[stop]", `exp.toml:10: strateg: unknown key; did you mean "strategy"?`},
		{"[stop]", "[sweep]\n\"strategy.rate\" = [0.1, 0.1]\n[stop]", `exp.toml:10: two runs are the same: exp (strategy.rate=0.1) and exp (strategy.rate=0.1); a run is computed once, so take one of them out`},
		{"[stop]", "[sweep]\n\"cluster.workers\" = [1, \"two\"]\n[stop]", `exp.toml:10: cluster.workers = "two": want a whole number`},
		{"[stop]", "[[figure]]\nkind = \"convergance\"\n[stop]", `exp.toml:10: figure[0].kind: unknown figure "convergance"; did you mean "convergence"?`},
		{"[stop]", "[[figure]]\nkind = \"convergence\"\ny = \"test_los\"\n[stop]", `exp.toml:11: figure[0].y = "test_los": there is no such quantity; did you mean "test_loss"? known: `},
		{"[stop]", "[[table]]\ncolumns = [\"time\", \"los\"]\n[stop]", `exp.toml:10: table[0].columns[1] = "los": there is no such quantity; `},
		{"[problem]", "seed = -3\n[problem]", `exp.toml:1: seed = -3: is outside [0,9000000000000000000]`},
		{"updates = 6", "updates = 6\ntrain_loss = 0.1", `exp.toml:9: stop: a target needs evaluations: say how often in [eval]`},
		{`compute = "10ms"`, "compute = \"10ms\"\nserver = {shards = 3}", `exp.toml:9: cluster.server.shards: shards = 3, but the problem has only 1 coordinates`},
		{`compute = "10ms"`, "compute = \"10ms\"\nmessage = \"4GB\"\nserver = {nic = \"1B/s\"}", `exp.toml:10: cluster.server.nic: 1 bytes/s: a message would take `},
		{"[stop]", "[eval]\nof = \"ensemble\"\n[stop]", `exp.toml:10: eval.of: an ensemble needs a problem that predicts classes`},
		{"kind = \"asgd\"\nrate = 0.1", `kind = "one-shot"`, `exp.toml:8: stop: workers of this method never push, so it makes no updates: stop by gradients, epochs or time`},
		{"kind = \"asgd\"\nrate = 0.1\n[cluster]\nworkers = 2\ncompute = \"10ms\"\n[stop]\nupdates = 6", "kind = \"ensemble\"\n[cluster]\nworkers = 2\ncompute = \"10ms\"\n[stop]\ntime = \"1s\"", `exp.toml: eval.of: this method is measured by the mean of 2 predictions`},
		{"[problem]\nkind = \"quadratic\"\n[strategy]\nkind = \"asgd\"\nrate = 0.1\n[cluster]\nworkers = 2\ncompute = \"10ms\"\n[stop]\nupdates = 6", "[problem]\nkind = \"none\"\n[cluster]\ncompute = \"10ms\"\n[strategy]\nkind = \"asgd\"\n[stop]\nepochs = 1", `exp.toml:8: stop.epochs: a run without a problem has no epochs`},
		{"compute = \"10ms\"\n[stop]", "[staleness]\nlaw = \"constant\"\ntau = 4\n[consistency]\nkind = \"ssp\"\n[stop]", `exp.toml:8: staleness: injected staleness leaves nothing for a consistency (ssp(slack 0)) to decide: take async`},
	} {
		if !strings.Contains(small, c.edit) {
			t.Fatalf("%q is not in the file", c.edit)
		}
		status, stdout, stderr, out := command(t, strings.Replace(small, c.edit, c.with, 1))
		if status != Usage || !strings.HasPrefix(stderr, "run: "+c.want) {
			t.Errorf("%q:\nexit status %d: %s%swant    run: %s", c.with, status, stdout, stderr, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%q leaves a folder", c.with)
		}
	}
}

// The command line has its own mistakes.
func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "which experiment? usage: go run ./experiments/run FILE.toml"},
		{[]string{"none.toml"}, "run: none.toml: no such file or directory; an experiment is a TOML file"},
		{[]string{"x.toml", "-jobs", "-1"}, "-jobs -1: want a number of runs at once"},
		{[]string{"x.toml", "-fresh", "-reuse"}, "-fresh computes everything again and -reuse nothing"},
		{[]string{"-frehs"}, "flag provided but not defined: -frehs"},
	} {
		var o, e bytes.Buffer
		if status := Main(c.args, &o, &e); status != Usage || !strings.Contains(e.String(), c.want) {
			t.Errorf("%v: exit status %d, %s", c.args, status, e.String())
		}
	}
	status, _, stderr, _ := command(t, small, "-set", "strategy.rate=x")
	if want := "run: -set strategy.rate=x: strategy.rate = \"x\": want a number"; status != Usage || !strings.HasPrefix(stderr, want) {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// The hand-computed traces of F = x^2/2, x0 = 1, eta = .1, two workers of equal speed, window 2:
// the center after each of six commits.
func TestTraces(t *testing.T) {
	for _, c := range []struct {
		name, strategy string
		want           []float64
	}{
		{"downpour", "kind = \"downpour\"\nwindow = 2\nrate = 0.1", []float64{.81, .62, .4661, .3483, .259741, .193564}},
		{"aeasgd", "kind = \"aeasgd\"\nwindow = 2\nalpha = 0.1\nrate = 0.1", []float64{.981, .9639, .93483, .908496, .8747919, .84407346}},
		{"eamsgd without momentum", "kind = \"eamsgd\"\nwindow = 2\nalpha = 0.1\nrate = 0.1\nmomentum = 0.0", []float64{.981, .9639, .93483, .908496, .8747919, .84407346}},
		{"asgd", "kind = \"asgd\"\nrate = 0.1", []float64{.9, .8, .71, .63, .559, .496}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs := runs(t, strings.Replace(small, "kind = \"asgd\"\nrate = 0.1", c.strategy, 1)+"[record]\nupdates = true\ncenter = true\n")
			rows, err := rs[0].Updates()
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != len(c.want) {
				t.Fatalf("%d rows, not %d", len(rows), len(c.want))
			}
			for i, r := range rows {
				if len(r.Center) != 1 || math.Abs(r.Center[0]-c.want[i]) > 1e-12 {
					t.Errorf("commit %d: center %v, want %v", i+1, r.Center, c.want[i])
				}
			}
		})
	}
}

// filesOf reads all files below a folder but env.txt, which may differ.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == record.EnvFile {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Flags that mean nothing beside the others are refused.
func TestFlagsThatDoNotApply(t *testing.T) {
	file, out := experimentFile(t, small)
	for _, args := range [][]string{{"-slurm-args", "--time=1"}, {"-slurm-shard", "1s"}, {"-table", "summary"}} {
		status, said := session(append([]string{file, "-out", out}, args...)...)
		if status != Usage || !strings.Contains(said, args[0]) {
			t.Errorf("%v: exit status %d: %s", args, status, said)
		}
	}
}

// Deep tables are refused with their line before they are read, in files and in settings.
func TestDeepTables(t *testing.T) {
	deep := strings.Repeat("{a = ", 8000) + "1" + strings.Repeat("}", 8000)
	_, err := Load([]File{{"x.toml", "name = \"x\"\nproblem = " + deep + "\n"}}, Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "x.toml:2: tables and lists lie deeper than") {
		t.Errorf("%.100v", err)
	}
	for _, set := range []string{"problem=" + deep, strings.Repeat("a.", 50) + "a=1"} {
		if _, err := Load([]File{{"x.toml", small}}, Options{Set: []string{set}}); err == nil || !strings.Contains(err.Error(), "deeper than") {
			t.Errorf("%.100v", err)
		}
	}
}

// An order that names no group is refused before anything is computed, in figures and tables.
func TestOrderOfNoGroup(t *testing.T) {
	for _, drawing := range []string{"figure]]\nkind = \"convergence\"", "figure]]\nkind = \"final\"\nx = \"strategy.rate\"", "table]]"} {
		axis := ""
		if strings.Contains(drawing, "final") {
			axis = "\"strategy.rate\" = [0.1, 0.2]\n"
		}
		src := small + "\n[sweep]\n\"cluster.workers\" = [1, 2]\n" + axis + "[[" + drawing + "\ngroup = \"cluster.workers\"\n"
		for order, want := range map[string]string{`["workers = 1"]`: "", `["workers = 3"]`: `order[0] = "workers = 3": is no group`} {
			x, err := Load([]File{{"x.toml", src + "order = " + order + "\n"}}, Options{})
			if err == nil {
				err = x.checkDrawings()
			}
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.toml:")) {
				t.Errorf("%s, order = %s: %v", drawing, order, err)
			}
		}
	}
}
