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
