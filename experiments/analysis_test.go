package experiments

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// windowsToml is the experiment that docs/analysis.md speaks of.
const windowsToml = `
name = "windows"
repeat = 2
[problem]
kind = "quadratic"
noise = 0.1
[strategy]
kind = "agn"
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 20
[eval]
updates = 10
[record]
updates = true
[sweep]
"strategy.window" = [1, 4]
`

func TestExport(t *testing.T) {
	dir := t.TempDir()
	for table, want := range map[string]struct {
		rows   int
		column string
	}{"eval": {4 * 3, "train_loss"}, "updates": {4 * 20, "staleness"}, "summary": {4, "final_train_loss"}} {
		file := filepath.Join(dir, table+".csv")
		status, _, stderr, _ := command(t, windowsToml, "-export", file, "-table", table)
		if status != Done {
			t.Fatalf("exit status %d: %s", status, stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 1+want.rows || !slices.Contains(rows[0], "strategy.window") || !slices.Contains(rows[0], want.column) {
			t.Errorf("%s: %d rows, want %d, columns %v, %v", table, len(rows)-1, want.rows, rows[0], err)
		}
	}
	status, _, stderr, out := command(t, windowsToml, "-export", filepath.Join(dir, "no", "x.csv"))
	if _, err := os.Stat(out); err == nil {
		t.Error("a wrong -export is found when all is computed")
	}
	if status != Usage || !strings.Contains(stderr, "-export "+filepath.Join(dir, "no", "x.csv")+": its folder is not there: make it, or give another file") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// The programs of docs/analysis.md run on what the experiment leaves, where their languages are
// installed.
func TestAnalysisPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "analysis.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "windows.toml"), []byte(windowsToml), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var o, e bytes.Buffer
	for _, line := range regexp.MustCompile(`(?m)^    go run ./experiments/run (.*)$`).FindAllSubmatch(page, -1) {
		if status := Main(strings.Fields(string(line[1])), &o, &e); status != Done {
			t.Errorf("%s: exit status %d: %s", line[1], status, e.String())
		}
	}
	for _, lang := range []struct {
		name, program, flag string
		prints              []string // expressions for what each program prints
		needs               []string
	}{
		{"python", "python3", "-c", []string{`(?m)^1 +\S+ +\S+ +2\n4 +\S+ +\S+ +2$`, `(?m)^3 +\d +\d +20 +\S+$`, `(?m)^0 +[\d.]+ +[\d.]+ +[\d.]+$`}, []string{"-c", "import pandas, tomllib"}},
		{"r", "Rscript", "-e", []string{`(?m)^1 +1 +\S+ +\S+\n2 +4 +\S+ +\S+ *$`, `(?m)^4 +\d +20 +\S+$`}, []string{"-e", "library(jsonlite)"}},
	} {
		blocks := regexp.MustCompile("(?s)```"+lang.name+"\n(.*?)```").FindAllSubmatch(page, -1)
		if len(blocks) != len(lang.prints) {
			t.Fatalf("%d programs in %s", len(blocks), lang.name)
		}
		t.Run(lang.name, func(t *testing.T) {
			if err := exec.Command(lang.program, lang.needs...).Run(); err != nil {
				t.Skipf("%s %s: %v", lang.program, strings.Join(lang.needs, " "), err)
			}
			for i, b := range blocks {
				out, err := exec.Command(lang.program, lang.flag, string(b[1])).CombinedOutput()
				if err != nil || !regexp.MustCompile(lang.prints[i]).Match(out) {
					t.Errorf("%s\n%v, and no %s in\n%s", b[1], err, lang.prints[i], out)
				}
			}
		})
	}
}
