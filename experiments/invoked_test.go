package experiments

import (
	"strings"
	"testing"
)

// What is to be typed again is what was typed.
func TestCalledBy(t *testing.T) {
	const command = "go run ./experiments/run"
	for _, c := range []struct{ program, main, want string }{
		{"/tmp/go-build1/b001/exe/run", "staleness/experiments/run", command},
		{"/tmp/go-build1/b001/exe/mine", "example.org/mine", "go run example.org/mine"},
		{"./staleness", "staleness/experiments/run", "./staleness"},
		{"/opt/my tools/run", "staleness/experiments/run", "'/opt/my tools/run'"},
	} {
		if got := calledBy(command, c.program, c.main); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.program, c.main, got, c.want)
		}
	}
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
	_, err := Load([]Source{{"x.toml", "name = \"x\"\nproblem = " + deep + "\n"}}, Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "x.toml:2: tables and lists lie deeper than") {
		t.Errorf("%.100v", err)
	}
	for _, set := range []string{"problem=" + deep, strings.Repeat("a.", 50) + "a=1"} {
		if _, err := Load([]Source{{"x.toml", small}}, Options{Set: []string{set}}); err == nil || !strings.Contains(err.Error(), "deeper than") {
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
			x, err := Load([]Source{{"x.toml", src + "order = " + order + "\n"}}, Options{})
			if err == nil {
				err = x.checkDrawings()
			}
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.toml:")) {
				t.Errorf("%s, order = %s: %v", drawing, order, err)
			}
		}
	}
}
