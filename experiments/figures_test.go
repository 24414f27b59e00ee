package experiments

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"staleness/results"
)

// A figure or a table that cannot be made of the runs is refused before the first of them, at its place.
func TestDrawingsThatCannotBe(t *testing.T) {
	swept := small + "[sweep]\n\"strategy.rate\" = [0.1, 0.2]\n\"cluster.workers\" = [1, 2]\n"
	tuned := small + "[sweep]\n\"cluster.workers\" = [1, 2]\n[tune]\nseeds = [7]\n[tune.grid]\n\"strategy.rate\" = [0.1, 0.2]\n"
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
	// What only records can tell does not stand in the way.
	if status, _, stderr, _ := command(t, swept+"[[figure]]\nkind = \"convergence\"\nwhere = {status = [\"completed\", \"diverged\"]}\n"); status != Done {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// What a drawing is checked on is what will be recorded.
func TestPlannedIsRecorded(t *testing.T) {
	text := strings.Replace(small, "compute = \"10ms\"", "compute = {law = \"gamma\", mean = \"10ms\", cv = 0.2}\nup = {latency = \"1ms\", bandwidth = \"1Gbit/s\"}\n[[cluster.group]]\nshare = 0.5\nscale = 4", 1) +
		"[seeds]\nstart = 3\n[eval]\nevery = \"50ms\"\n[labels]\nmachine = \"fast\"\n[[axis.method]]\nlabel = \"one\"\nset = {\"strategy.rate\" = 0.25}\n"
	x, err := Load([]Source{{"exp.toml", text}}, Options{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	rs := runs(t, text)
	planned := x.Runs[0].planned()
	delete(rs[0].Config, "labels")
	if !reflect.DeepEqual(planned.Config, rs[0].Config) || !reflect.DeepEqual(planned.Labels, rs[0].Labels) || planned.Summary.Seed != rs[0].Summary.Seed || planned.ID != rs[0].ID {
		t.Errorf("planned:\n%v\nrecorded:\n%v\ndiffer in %v", planned, rs[0], results.Varying([]results.Run{planned, rs[0]}))
	}
}
