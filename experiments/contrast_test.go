package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// paired is a small experiment of two numbers of workers and six seeds.
const paired = `name = "NAME"
repeat = 6
strategy = {kind = "asgd", rate = RATE}
problem = {kind = "quadratic", curvature = [1.0, 0.1], noise = 0.1}
cluster = {compute = {law = "exponential", mean = "10ms"}}
stop = {updates = 40}
eval = {updates = 10}
[sweep]
"cluster.workers" = [WORKERS]
`

// Two experiments are set against each other: in what their configurations differ, and what came
// out of runs of the same setting and seed, with those that have no partner counted.
func TestReportOfTwo(t *testing.T) {
	root := t.TempDir()
	for _, x := range [][3]string{{"slow", "0.01", "1, 4"}, {"fast", "0.2", "4, 16"}, {"wild", "30.0", "4"}} {
		file := filepath.Join(root, x[0]+".toml")
		text := strings.NewReplacer("NAME", x[0], "RATE", x[1], "WORKERS", x[2]).Replace(paired)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		var o, e bytes.Buffer
		if status := Main([]string{file, "-out", filepath.Join(root, "results")}, &o, &e); status != Done {
			t.Fatalf("exit status %d\n%s", status, e.String())
		}
	}
	at := func(name string) string { return filepath.Join(root, "results", name) }
	report := func(dirs ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		if status := ReportMain(dirs, &o, &e); status != Done {
			t.Fatalf("exit status %d\n%s", status, e.String())
		}
		return o.String()
	}
	said := report(at("slow"), at("fast"))
	for _, want := range []string{
		"slow and fast: 6 pairs of runs", "\nstrategy.rate  0.01  0.2\n", "workers = 4  train loss", "6 runs of slow have no partner in the other", "6 runs of fast have no partner in the other",
		"page: " + filepath.Join(at("slow"), "against-fast.html"),
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	line := said[strings.Index(said, "workers = 4  train loss"):]
	if line, _, _ = strings.Cut(line, "\n"); !strings.Contains(line, " *") {
		t.Errorf("twenty times the rate is a difference: %s", line)
	}
	b, err := os.ReadFile(filepath.Join(at("slow"), "against-fast.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<td>strategy.rate</td>", "workers = 4", "report "} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q on the page\n%s", want, b)
		}
	}
	if said := report(at("fast"), at("wild")); !strings.Contains(said, "× (×6)") || !strings.Contains(said, "their pairs are in no ratio") {
		t.Errorf("no word of what diverged:\n%s", said)
	}
	// a folder of experiments is none; its list says what there is
	var o, e bytes.Buffer
	if status := ReportMain([]string{filepath.Join(root, "results")}, &o, &e); status != Usage {
		t.Errorf("exit status %d", status)
	}
	for _, want := range []string{"a folder of 3 experiments", "\n  " + at("slow") + " (12 runs)\n", "\n  " + at("wild") + " (6 runs)\n"} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("no %q in\n%s", want, e.String())
		}
	}
}
