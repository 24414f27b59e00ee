package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"staleness/experiments/internal/files"
	"staleness/sim/record"
)

// A figure or a table that cannot be made of the runs is refused before the first of them, at its
// place.
func TestDrawingsThatCannotBe(t *testing.T) {
	swept := small + "[sweep]\n\"strategy.rate\" = [0.1, 0.2]\n\"cluster.workers\" = [1, 2]\n"
	tuned := small + "[sweep]\n\"cluster.workers\" = [1, 2]\n[tune]\nseeds = [7]\n[tune.grid]\n\"strategy.rate\" = [0.1, 0.2]\n"
	const blue = "color = \"blue\"\ndash = \"solid\"\n"
	for _, c := range []struct{ text, drawing, want string }{
		{swept, "[[figure]]\nkind = \"convergence\"\ngroup = \"strategy.rat\"", `exp.toml:16: figure[0].group = "strategy.rat": no run has a key "strategy.rat"; did you mean "strategy.rate"?`},
		{swept, "[[figure]]\nkind = \"convergence\"\ngroup = \"strategy.rate\"\nfacet = [\"cluster.workers\",\n\"method\"]", `exp.toml:17: figure[0].facet = "method": no run has a key "method"`},
		{swept, "[[figure]]\nkind = \"convergence\"\ngroup = \"strategy.rate\"", `exp.toml:14: figure[0]: the runs of "rate = 0.1" are not seeds of one setting, they differ in cluster.workers`},
		{swept, "[[figure]]\nkind = \"convergence\"\nwhere = {\"strategy.rate\" = 0.3}", `exp.toml:16: figure[0].where = {strategy.rate = "0.3"}: selects none of 4 runs`},
		{swept, "[[figure]]\nkind = \"final\"\nx = \"cluster.worker\"", `exp.toml:16: figure[0].x = "cluster.worker": no run has a key`},
		{swept, "[[figure]]\nkind = \"time-to-target\"\ntarget = 1.0\nx = \"strategy.kind\"\nx_scale = \"log\"", `exp.toml:18: figure[0].x_scale = "log": strategy.kind is not a number in every run`},
		{swept, "[[figure]]\nkind = \"heatmap\"\nx = \"cluster.workers\"\ny = \"strategy.window\"", `exp.toml:17: figure[0].y = "strategy.window": no run has a key`},
		{swept, "[[figure]]\nkind = \"stability\"\ny = \"cluster.workers\"\nx = \"rate\"", `exp.toml:17: figure[0].x = "rate": no run has a key`},
		{swept, "[[figure]]\nkind = \"staleness\"\n[[figure]]\nkind = \"history\"", `exp.toml:16: figure[1]: this figure is made of updates.csv, which not all of its runs write: give record.updates = true`},
		{swept + "[record]\nupdates = true\n", "[[figure]]\nkind = \"history\"\nfacet = \"rate\"", `exp.toml:18: figure[0].facet = "rate": no run has a key`},
		{swept, "[[table]]\ngroup = [\"strategy.rate\", \"workers\"]", `exp.toml:15: table[0].group = "workers": no run has a key "workers"; these runs differ in cluster.workers, `},
		{tuned, "[[figure]]\nkind = \"convergence\"\ngroup = \"workers\"", `exp.toml:19: figure[0].group = "workers": no run has a key "workers"; these runs differ in cluster.workers, `},
		{swept, "[[figure]]\nkind = \"convergence\"\ny_min = 2.0\ny_max = 1.0\ngroup = [\"strategy.rate\", \"cluster.workers\"]", `exp.toml:16: figure[0].y_min = 2.0: is not below y_max = 1.0`},
		{swept, "[[figure]]\nkind = \"convergence\"\ny_scale = \"log\"\ny_min = 0.0", `exp.toml:17: figure[0].y_min = 0.0: has no place on a logarithmic axis`},
		{swept, "[[figure]]\nkind = \"convergence\"\ny = \"suboptimality\"\ny_max = -1.0", `exp.toml:17: figure[0].y_max = -1.0: has no place on a logarithmic axis`},
		{swept, "[[figure]]\nkind = \"convergence\"\ny_scale = \"log\"\ntarget = 0.0", `exp.toml:17: figure[0].target = 0.0: has no place on a logarithmic axis`},
		{swept, "[[figure]]\nkind = \"final\"\nx = \"cluster.workers\"\ny_scale = \"log\"\nlevel = 0.0", `exp.toml:18: figure[0].level = 0.0: has no place on a logarithmic axis`},
		{swept, "[[figure]]\nkind = \"time-to-target\"\nx = \"cluster.workers\"\nmetric = \"test_accuracy\"\ntarget = 80.0", `exp.toml:18: figure[0].target = 80.0: is no test_accuracy, which is in [0, 1]`},
		{swept, "[[figure]]\nkind = \"convergence\"\ny = \"test_accuracy\"", `exp.toml:16: figure[0].y = "test_accuracy": none of the runs will have it: the problem has no test part`},
		{swept, "[[figure]]\nkind = \"final\"\nx = \"cluster.workers\"\ny = \"validation_loss\"", `exp.toml:17: figure[0].y = "validation_loss": none of the runs will have it: the problem has no validation part`},
		{swept, "[[figure]]\nkind = \"heatmap\"\nx = \"cluster.workers\"\ny = \"strategy.rate\"\nvalue = \"final_test_accuracy\"", `exp.toml:18: figure[0].value = "final_test_accuracy": none of the runs will have it`},
		{swept, "[[figure]]\nkind = \"time-to-target\"\nx = \"cluster.workers\"\nmetric = \"grad_norm\"\ntarget = 1.0", `exp.toml:17: figure[0].metric = "grad_norm": none of the runs will have it: eval.grad_norm = true`},
		{swept, "[[table]]\ncolumns = [\"train_loss\", \"test_loss\"]", `exp.toml:15: table[0].columns[1] = "test_loss": none of the runs will have it: the problem has no test part`},
		{swept, "[[table]]\ncolumns = [\"accuracy\"]", `exp.toml:15: table[0].columns[0] = "accuracy": there is no such quantity; did you mean "test_accuracy"?`},
		{swept, "[[figure]]\nkind = \"curves\"\nx_label = \"x\"\ny_label = \"y\"\n[[figure.curve]]\nx = [1.0, 2.0]\ny = [1.0]", `figure[0].curve[0]: "" has 2 values of x and 1 of y`},
		{swept, "[[figure]]\nkind = \"curves\"\nx_label = \"x\"\ny_label = \"y\"\nx_scale = \"log\"\n[[figure.curve]]\nx = [0.0, -2.0]\ny = [1.0, 1.0]", `figure[0].curve: no point can be drawn`},
		{swept, "[[figure]]\nkind = \"convergence\"\ngroup = [\"strategy.rate\", \"cluster.workers\"]\norder = [\"rate = 0.1\", \"nosuch\"]", `exp.toml:17: figure[0].order[1] = "nosuch": is no group; there are rate = 0.1, workers = 1`},
		{swept, "[[figure]]\nkind = \"heatmap\"\nx = \"cluster.workers\"\ny = \"strategy.rate\"\nscale = \"log\"\ncenter = 0.0", `figure[0].center: colors diverge from it along a linear scale`},
		{swept, "[[figure]]\nkind = \"heatmap\"\nx = \"cluster.workers\"\ny = \"strategy.rate\"\nagainst = \"nosuch\"", `exp.toml:18: figure[0].against = "nosuch": is none of the panels`},
		{swept, "[[figure]]\nkind = \"staleness\"\nmax = 99999999999", `exp.toml:16: figure[0].max = 99999999999: is outside`},
		{swept, "[[table]]\nname = \"tuning\"", `exp.toml:15: table[0].name = "tuning": is the name of the table of a tuning`},
		{small, "[[axis.m]]\nlabel = \"a\"\nset = {seed = 3}\ncolor = \"pink\"", `exp.toml:14: axis.m[0].color = "pink": want #rrggbb, or one of blue, vermilion`},
		{small, "[[axis.m]]\nlabel = \"a\"\nset = {seed = 3}\ndash = 2", `exp.toml:14: axis.m[0].dash = 2: want one of solid, dashed`},
		{small, "[[axis.m]]\nlabel = \"a\"\nset = {seed = 3}\ncolour = \"blue\"", `exp.toml:14: axis.m[0].colour: unknown key; an entry of an axis has label, set, tune, color and dash`},
		{small, "[[axis.m]]\nlabel = \"a\"\nset = {seed = 3}\n" + blue + "[[axis.m]]\nlabel = \"b\"\nset = {seed = 4}\n" + blue, `exp.toml:19: axis.m[1].color: and dash are those of "a" too`},
		{swept, "[[figure]]\nkind = \"staleness\"\nname = \"tuning\"", `exp.toml:16: figure[0].name = "tuning": is the name of the table of a tuning`},
		{swept, "[[table]]\nname = \"figures\"", `exp.toml:15: table[0].name = "figures": is the name of the file that includes all figures`},
		{small, "[style]\nfont_size = \"2pt\"", `exp.toml:12: style.font_size = "2pt": is out of range; 4pt to 24pt`},
		{small, "[style]\nfont = \"8pt\"", `exp.toml:12: style.font: unknown key`},
		{swept, "[[figure]]\nkind = \"staleness\"\nname = \"tuned-values\"", `exp.toml:16: figure[0].name = "tuned-values": is the name of the table of what was tuned`},
		{swept, "[[table]]\nname = \"Tuning-exp\"", `exp.toml:15: table[0].name = "Tuning-exp": is the name of the table of a tuning`},
	} {
		for _, flag := range []string{"-strict", "-dry-run"} {
			status, stdout, stderr, out := command(t, c.text+c.drawing+"\n", flag)
			if status != Usage || !strings.Contains(stderr, c.want) {
				t.Errorf("%s\nexit status %d, want %q in %s", c.drawing, status, c.want, stderr)
			}
			if _, err := os.Stat(out); err == nil || stdout != "" {
				t.Errorf("%s\nsomething was written: %s", c.drawing, stdout)
			}
		}
	}
	// Without a problem there are counts and staleness all the same, and figures of them, but no
	// loss.
	timing := "[problem]\nkind = \"none\"\n[strategy]\nkind = \"asgd\"\n[cluster]\nworkers = 2\ncompute = \"10ms\"\n[stop]\nupdates = 6\n[sweep]\n\"cluster.workers\" = [1, 2]\n" +
		"[[figure]]\nkind = \"final\"\nx = \"cluster.workers\"\ny = "
	if status, _, stderr, _ := command(t, timing+`"staleness_mean"`); status != Done {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr, _ := command(t, timing+`"train_loss"`); status != Usage || !strings.Contains(stderr, "none of the runs will have it: there is no problem") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	// What only records can tell does not stand in the way.
	if status, _, stderr, _ := command(t, swept+"[[figure]]\nkind = \"convergence\"\nwhere = {status = [\"completed\", \"diverged\"]}\n"); status != Done {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// What a drawing is checked on is what will be recorded.
func TestPlannedIsRecorded(t *testing.T) {
	text := strings.Replace(small, "compute = \"10ms\"", "compute = {law = \"gamma\", mean = \"10ms\", cv = 0.2}\nup = {latency = \"1ms\", bandwidth = \"1Gbit/s\"}\n[[cluster.group]]\nshare = 0.5\nscale = 4", 1) +
		"[seeds]\nstart = 3\n[eval]\nevery = \"50ms\"\n[labels]\nmachine = \"fast\"\n[[axis.method]]\nlabel = \"one\"\nset = {\"strategy.rate\" = 0.25}\n"
	x, err := Load([]File{{"exp.toml", text}}, Options{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	rs := runs(t, text)
	planned := x.Runs[0].planned()
	delete(rs[0].Config, "labels")
	if !reflect.DeepEqual(planned.Config, rs[0].Config) || !reflect.DeepEqual(planned.Labels, rs[0].Labels) || planned.Summary.Seed != rs[0].Summary.Seed || planned.ID != rs[0].ID {
		t.Errorf("planned:\n%v\nrecorded:\n%v\ndiffer in %v", planned, rs[0], record.Varying([]record.Run{planned, rs[0]}))
	}
}

// What lies in curves beyond all numbers is TOML in what is kept, and a report reads it.
func TestKeptDrawingsAreTOML(t *testing.T) {
	status, _, stderr, out := command(t, small+"[[figure]]\nname = \"inf\"\nkind = \"curves\"\nx_label = \"x\"\ny_label = \"y\"\n[[figure.curve]]\nx = [1.0, 2.0, 3.0]\ny = [1.0, inf, -inf]\n")
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	dirs, _ := filepath.Glob(filepath.Join(out, "*", files.DrawingsFile))
	var o, e bytes.Buffer
	if len(dirs) != 1 {
		t.Fatal(dirs)
	}
	if status := ReportMain([]string{filepath.Dir(dirs[0])}, &o, &e); status != Done || !strings.Contains(o.String(), "inf.png") {
		t.Errorf("exit status %d: %s%s", status, &o, &e)
	}
}

// An export of records that no run keeps is refused before anything is computed.
func TestExportWithoutRecords(t *testing.T) {
	status, _, stderr, out := command(t, small, "-export", filepath.Join(t.TempDir(), "a.csv"), "-table", "updates")
	if status != Usage || !strings.Contains(stderr, "-table updates: updates.csv is not kept by 1 of 1 run: give record.updates = true") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was computed")
	}
}
