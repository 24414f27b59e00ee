package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Beside a figure stand its numbers, under -matplotlib a script too, and figures.tex includes it
// with its caption; figures of before stay in it until -only says that they should not.
func TestReportFiguresOfBefore(t *testing.T) {
	status, _, stderr, out := command(t, small+"[[figure]]\nname = \"first\"\nkind = \"convergence\"\n", "-matplotlib")
	if status != Done {
		t.Fatalf("exit status %d\n%s", status, stderr)
	}
	homes, _ := filepath.Glob(filepath.Join(out, "*", "first.csv"))
	if len(homes) != 1 {
		t.Fatalf("%q", homes)
	}
	dir := filepath.Dir(homes[0])
	if script, err := os.ReadFile(filepath.Join(dir, "first.py")); err != nil || !strings.Contains(string(script), "matplotlib") {
		t.Errorf("%v: %s", err, script)
	}
	other := filepath.Join(t.TempDir(), "other.toml")
	if err := os.WriteFile(other, []byte("[[figure]]\nname = \"second\"\nkind = \"convergence\"\nx = \"updates\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	report := func(args ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		if status := ReportMain(append([]string{dir}, args...), &o, &e); status != Done {
			t.Fatalf("exit status %d\n%s", status, e.String())
		}
		b, err := os.ReadFile(filepath.Join(dir, "figures.tex"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if tex := report("-figures", other); !strings.Contains(tex, "{first.pdf}") || !strings.Contains(tex, "{second.pdf}") || !strings.Contains(tex, "Train loss against updates.") {
		t.Error(tex)
	}
	if _, err := os.Stat(filepath.Join(dir, "second.py")); err == nil {
		t.Error("a script that nobody asked for")
	}
	if tex := report("-figures", other, "-only", "-matplotlib"); strings.Contains(tex, "{first.pdf}") || !strings.Contains(tex, "{second.pdf}") {
		t.Error(tex)
	}
	if _, err := os.Stat(filepath.Join(dir, "second.py")); err != nil {
		t.Error(err)
	}
}
