package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An experiment draws what it was asked to; a report draws the same again, byte for byte, from the records alone.
func TestReport(t *testing.T) {
	status, stdout, stderr, out := command(t, mixed+`
[[figure]]
name = "loss"
kind = "convergence"
[[table]]
name = "final"
group = "method"
`)
	if status != Done || !strings.Contains(stdout, "loss.png") || !strings.Contains(stdout, "AEASGD") {
		t.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
	}
	dir := filepath.Join(out, "mixed")
	first := filesOf(t, dir)
	for _, name := range []string{"loss.png", "loss.svg", "loss.pdf", "loss.txt", "final.tex", "final.csv", "final.txt", "figures.toml"} {
		if len(first[name]) == 0 {
			t.Errorf("%s was not drawn", name)
			continue
		}
		if name != drawingsFile {
			os.Remove(filepath.Join(dir, name))
		}
	}
	var o, e bytes.Buffer
	if status := ReportMain([]string{dir}, &o, &e); status != Done {
		t.Fatalf("exit status %d\n%s", status, e.String())
	}
	again := filesOf(t, dir)
	for name, text := range first {
		if again[name] != text {
			t.Errorf("%s is different when drawn again", name)
		}
	}
	for _, part := range []string{"<h1>mixed</h1>", `src="loss.svg"`, "<h2>final</h2>"} {
		if !strings.Contains(again[pageFile], part) {
			t.Errorf("the page has no %s:\n%s", part, again[pageFile])
		}
	}
	// Without what the experiment left, a few figures that always make sense.
	os.Remove(filepath.Join(dir, drawingsFile))
	if status := ReportMain([]string{dir}, &o, &e); status != Done {
		t.Fatalf("exit status %d\n%s", status, e.String())
	}
	if got := filesOf(t, dir); got["train-loss.png"] == "" || got["staleness.png"] == "" || got["summary.tex"] == "" {
		t.Error("the usual figures were not drawn")
	}
}

func TestReportMistakes(t *testing.T) {
	dir := t.TempDir()
	wrong := filepath.Join(dir, "f.toml")
	if err := os.WriteFile(wrong, []byte("\n[[figure]]\nkind = \"nonsense\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, _, out := command(t, small)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "want one folder of results"},
		{[]string{dir}, "holds no finished run"},
		{[]string{filepath.Join(dir, "none")}, "no such file"},
		{[]string{out, "-figures", wrong}, `f.toml:3: figure[0].kind: unknown figure "nonsense"`},
	} {
		var o, e bytes.Buffer
		if status := ReportMain(c.args, &o, &e); status != Usage || !strings.Contains(e.String(), c.want) {
			t.Errorf("%v: exit status %d: %s", c.args, status, e.String())
		}
	}
}
