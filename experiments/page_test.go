package experiments

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"staleness/experiments/internal/files"
	"staleness/plots"
	"staleness/plots/page"
	"staleness/sim/record"
)

// readPage is the page of an experiment.
func readPage(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, files.PageFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever was asked to be drawn, a command ends with a short table of what came out, and a page.
func TestEndsWithWhatCameOut(t *testing.T) {
	status, stdout, stderr, out := command(t, small)
	if status != Done || !strings.Contains(stdout, "seeds  status     ") || !strings.Contains(stdout, "    1  completed  ") || !strings.HasSuffix(stdout, "report.html\n") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
	text := readPage(t, filepath.Join(out, "exp"))
	for _, want := range []string{"1 run: 1 completed.", "Workers: 2.", "A gradient takes: constant (mean 10ms).", "<code>cluster.server.nic</code>: unlimited.", "exp.toml", "asgd: asynchronous SGD."} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(text, "<code>cluster.workers</code>") {
		t.Error("a key that was given stands among those that nobody gave")
	}
	status, stdout, stderr, _ = command(t, small+"[sweep]\n\"strategy.rate\" = {linear = [0.01, 0.3], n = 40}\n")
	if status != Done || !strings.Contains(stdout, "... and 20 more settings: all are in ") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
	for line := range strings.Lines(stdout) {
		if len([]rune(line)) > 81 && !strings.Contains(line, "report.html") {
			t.Errorf("over 80 columns: %s", line)
		}
	}
}

// What failed is on the page, with why, and a report shows it again.
func TestPageOfFailures(t *testing.T) {
	text := strings.Replace(small, "updates = 6", "updates = 1000", 1) + "[[axis.time]]\nlabel = \"good\"\nset = {\"cluster.compute\" = \"10ms\"}\n[[axis.time]]\nlabel = \"<bad>\"\nset = {\"cluster.compute\" = \"800000h\"}\n"
	status, stdout, stderr, out := command(t, text)
	if status == Done || !strings.Contains(stdout, "<bad>") || !strings.Contains(stdout, "failed") {
		t.Fatalf("exit status %d: %s%s", status, stdout, stderr)
	}
	dir := filepath.Join(out, "exp")
	first := readPage(t, dir)
	if !strings.Contains(first, "2 runs: 1 completed, 1 failed.") || !strings.Contains(first, "&lt;bad&gt;") || !strings.Contains(first, "292 years") {
		t.Errorf("the page says nothing of the failure:\n%s", first[strings.Index(first, "<body>"):])
	}
	var o, e bytes.Buffer
	if status := ReportMain([]string{dir}, &o, &e); status != Failed || !strings.Contains(e.String(), "1 of 2 runs left out: ") || !strings.Contains(e.String(), " failed: ") {
		t.Fatalf("exit status %d: %s", status, &e)
	}
	if again := readPage(t, dir); !strings.Contains(again, "2 runs: 1 completed, 1 failed.") || !strings.Contains(again, "292 years") {
		t.Errorf("the report's page says nothing of the failure: %s", &e)
	}
}

// Where every run fails there is a page all the same.
func TestPageOfNoRun(t *testing.T) {
	status, stdout, stderr, out := command(t, strings.Replace(strings.Replace(small, "updates = 6", "updates = 1000", 1), "10ms", "800000h", 1))
	if status == Done || !strings.Contains(stdout, "failed") {
		t.Fatalf("exit status %d: %s%s", status, stdout, stderr)
	}
	if text := readPage(t, filepath.Join(out, "exp")); !strings.Contains(text, "1 run: 1 failed.") {
		t.Errorf("%s", text)
	}
}

// Other figures do not drop the earlier ones from the page, which are said to be of other runs once
// they are; runs that are not asked for any more are counted.
func TestEarlierFiguresStay(t *testing.T) {
	file, out := experimentFile(t, small+"[[figure]]\nname = \"first\"\nkind = \"convergence\"\n[[table]]\nname = \"numbers\"\n")
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	other := strings.Replace(small, "rate = 0.1", "rate = 0.2", 1) + "[[figure]]\nname = \"second\"\nkind = \"staleness\"\n"
	if err := os.WriteFile(file, []byte(other), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	text := readPage(t, filepath.Join(out, "exp"))
	for _, want := range []string{`aria-label="first"`, `aria-label="second"`, "<h3>numbers</h3>", "Drawn earlier, of 1 run that are not quite", "The folder holds 1 finished run more"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Index(text, `aria-label="second"`) > strings.Index(text, `aria-label="first"`) {
		t.Error("what is older comes first")
	}
	// A folder whose notes are damaged says so.
	if err := os.WriteFile(filepath.Join(out, "exp", page.SessionFile), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	if status := ReportMain([]string{filepath.Join(out, "exp")}, &o, &e); status != Failed || !strings.Contains(e.String(), page.SessionFile+" cannot be read") {
		t.Errorf("exit status %d: %s", status, &e)
	}
}

// A figure that a program draws by itself is on the page, and stays there in a report.
func TestPageOfAProgram(t *testing.T) {
	p := Program{Name: "own", Files: fstest.MapFS{"own.toml": {Data: []byte(small)}}, Report: func(ctx context.Context, _ io.Writer, dir string, runs []record.Run) error {
		fig, err := plots.Decode("figure", map[string]any{"kind": "convergence"})
		if err != nil {
			return err
		}
		_, _, err = plots.Draw(ctx, fig, runs, dir, "by-itself")
		return err
	}}
	out := t.TempDir()
	var o, e bytes.Buffer
	if status := p.Main([]string{"-out", out}, &o, &e); status != Done {
		t.Fatalf("exit status %d: %s", status, &e)
	}
	dir := filepath.Join(out, "own")
	for range 2 {
		if text := readPage(t, dir); !strings.Contains(text, `aria-label="by-itself"`) || strings.Contains(text, "Drawn earlier") {
			t.Error("the page has no figure of the program's own, or says that it is old")
		}
		if status := ReportMain([]string{dir}, &o, &e); status != Done {
			t.Fatalf("exit status %d: %s", status, &e)
		}
	}
}
