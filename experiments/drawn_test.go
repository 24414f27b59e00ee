package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments/internal/files"
)

// Beside a figure stand its numbers, under -matplotlib a script too, and figures.tex includes it
// with its caption; figures of before stay in it until -only says that they should not.
func TestReportFiguresOfBefore(t *testing.T) {
	status, _, stderr, out := command(t, small+"[[figure]]\nname = \"early-one\"\nkind = \"convergence\"\n", "-matplotlib")
	if status != Done {
		t.Fatalf("exit status %d\n%s", status, stderr)
	}
	homes, _ := filepath.Glob(filepath.Join(out, "*", "early-one.csv"))
	if len(homes) != 1 {
		t.Fatalf("%q", homes)
	}
	dir := filepath.Dir(homes[0])
	if script, err := os.ReadFile(filepath.Join(dir, "early-one.py")); err != nil || !strings.Contains(string(script), "matplotlib") {
		t.Errorf("%v: %s", err, script)
	}
	other := filepath.Join(t.TempDir(), "other.toml")
	if err := os.WriteFile(other, []byte("[[figure]]\nname = \"later-one\"\nkind = \"convergence\"\nx = \"updates\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	report := func(args ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		if status := ReportMain(append([]string{dir}, args...), &o, &e); status != Done {
			t.Fatalf("exit status %d\n%s", status, e.String())
		}
		b, err := os.ReadFile(filepath.Join(dir, "figures.tex"))
		page, err2 := os.ReadFile(filepath.Join(dir, files.PageFile))
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for _, name := range []string{"early-one", "later-one"} {
			if strings.Contains(string(b), "{"+name+".pdf}") != strings.Contains(string(page), name) {
				t.Errorf("%v: %s is on the page and not in figures.tex, or the other way", args, name)
			}
		}
		return string(b)
	}
	if tex := report("-figures", other); !strings.Contains(tex, "{early-one.pdf}") || !strings.Contains(tex, "{later-one.pdf}") || !strings.Contains(tex, "Train loss against updates.") {
		t.Error(tex)
	}
	if _, err := os.Stat(filepath.Join(dir, "later-one.py")); err == nil {
		t.Error("a script that nobody asked for")
	}
	if tex := report("-figures", other, "-only", "-matplotlib"); strings.Contains(tex, "{early-one.pdf}") || !strings.Contains(tex, "{later-one.pdf}") {
		t.Error(tex)
	}
	if _, err := os.Stat(filepath.Join(dir, "later-one.py")); err != nil {
		t.Error(err)
	}
}
