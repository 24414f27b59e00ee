package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

// perSeed is a problem whose L depends on the seed.
const perSeed = `name = "per-seed"
repeat = 3
strategy = {kind = "asgd", rate = "0.5/L"}
[problem]
kind = "least-squares"
data = {kind = "gaussian", samples = 40, features = 3}
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 20
[eval]
updates = 5
`

// Rates written over L are one setting, whatever L is for each seed: figures and tables pool the
// seeds, also by the key itself.
func TestRatesOverLPool(t *testing.T) {
	status, stdout, stderr, out := command(t, perSeed+"[sweep]\n\"strategy.rate\" = [\"0.5/L\", \"1/L\"]\n[[figure]]\nname = \"loss\"\nkind = \"convergence\"\n[[figure]]\nname = \"rates\"\nkind = \"final\"\nx = \"strategy.rate\"\n[[table]]\n")
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	runs, err := record.Load(out)
	if err != nil || len(runs) != 6 {
		t.Fatal(len(runs), err)
	}
	numbers := map[any]bool{}
	for _, r := range runs {
		v, _ := r.Value("strategy.rate")
		numbers[v] = true
		if w := r.Config["written"].(map[string]any)["strategy.rate"]; w != "0.5/L" && w != "1/L" {
			t.Errorf("written: %v", w)
		}
	}
	if len(numbers) != 6 {
		t.Fatalf("rates %v: L does not depend on the seed", numbers)
	}
	for _, name := range []string{"loss.txt", "rates.txt"} {
		if b, _ := os.ReadFile(filepath.Join(filepath.Dir(runs[0].Dir), name)); !strings.Contains(string(b), "median of 3 seeds") {
			t.Errorf("%s: %s", name, b)
		}
	}
	for _, row := range []string{"\n0.5/L      3 ", "\n1/L        3 "} {
		if !strings.Contains(stdout, row) {
			t.Errorf("no row %q in\n%s", row, stdout)
		}
	}
}

// A run.toml says what its rate came from, is the same run when it is run, and is refused once it
// is no longer true.
func TestWrittenIsTrue(t *testing.T) {
	_, _, _, out := command(t, perSeed)
	runs, err := record.Load(out)
	if err != nil || len(runs) != 3 {
		t.Fatal(len(runs), err)
	}
	for _, r := range runs {
		text, err := os.ReadFile(filepath.Join(r.Dir, record.ConfigFile))
		if err != nil {
			t.Fatal(err)
		}
		status, _, stderr, again := command(t, string(text))
		rs, err := record.Load(again)
		if status != Done || err != nil || len(rs) != 1 || rs[0].ID != r.ID {
			t.Fatalf("exit status %d: %s", status, stderr)
		}
		if b, _ := os.ReadFile(filepath.Join(rs[0].Dir, record.ConfigFile)); string(b) != string(text) {
			t.Errorf("run again, it says\n%s\nnot\n%s", b, text)
		}
	}
	text, _ := os.ReadFile(filepath.Join(runs[0].Dir, record.ConfigFile))
	for _, c := range []struct{ old, new, want string }{
		{`"0.5/L"`, `"0.7/L"`, `written."strategy.rate" = "0.7/L": is `},
		{`"0.5/L"`, `"half"`, "want a number over L"},
		{`"strategy.rate" = "0.5/L"`, `"strategy.momentum" = "0.5/L"`, "which is not strategy.momentum"},
		{`"strategy.rate" = "0.5/L"`, `"strategy.rate" = 0.5`, "want text"},
	} {
		changed := strings.Replace(string(text), c.old, c.new, 1)
		if status, _, stderr, _ := command(t, changed); status != Usage || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit status %d, want %q in %s", c.new, status, c.want, stderr)
		}
	}
}

// A tuning tries rates as they are written, each on seeds whose L differ, and chooses one so; the
// list of runs, the figure of the tuning and the numbers beside it say what was written.
func TestRatesOverLAreTunedAsWritten(t *testing.T) {
	text := strings.Replace(perSeed, `, rate = "0.5/L"`, "", 1) + `
[[axis.method]]
label = "ASGD"
set = {strategy = {kind = "asgd"}}
tune = {"strategy.rate" = ["0.01/L", "0.5/L", "0.1/L"]}
[tune]
per = ["method"]
by = "train_loss"
seeds = [101, 102]
[[figure]]
name = "tuned"
kind = "sensitivity"
[[figure]]
name = "rates"
kind = "final"
x = "strategy.rate"
`
	_, list, _, _ := command(t, text, "-dry-run")
	for _, rate := range []string{"0.01/L", "0.5/L", "0.1/L"} {
		if n := strings.Count(list, "strategy.rate="+rate+", seed=10"); n != 2 {
			t.Errorf("%d trials of %s in the list\n%s", n, rate, list)
		}
	}
	status, said, stderr, out := command(t, text)
	if status != Done || !strings.Contains(said, "strategy.rate=0.5/L") {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for name, want := range map[string]string{
		"tuning.csv": "\nmethod=ASGD,0.5/L,", "tuned.csv": "\n,ASGD,0.5/L,", "rates.csv": "\n,,0.5/L,", "tuned.txt": "mean over the 2 runs of a trial", "rates.txt": "strategy.rate over 3 values",
	} {
		if b, err := os.ReadFile(filepath.Join(out, "per-seed", name)); err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v, no %q in\n%s", name, err, want, b)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(out, "per-seed", "rates.csv")); strings.Count(string(b), "\n") != 2 || !strings.Contains(string(b), ",3,dot\n") {
		t.Errorf("the seeds do not pool:\n%s", b)
	}
}
