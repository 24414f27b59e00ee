package experiments

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Runs that cannot fit into the memory are refused, all of them, before the first of the others
// begins.
func TestMemory(t *testing.T) {
	text := small + "[sweep]\n\"cluster.workers\" = [2,\n1000,\n2000]\n\"strategy.rate\" = [0.1, 0.2, 0.3, 0.4, 0.5]\n"
	line := strings.Count(small, "\n") + 3
	status, _, stderr, out := command(t, text, "-memory", "2MB")
	for _, want := range []string{
		fmt.Sprintf("exp.toml:%d: cluster.workers: 10 of 15 runs cannot fit into memory, each by itself: 2 MB may be used", line),
		fmt.Sprintf("\n  exp.toml:%d: exp (cluster.workers=1000, strategy.rate=0.1): 3.13 MB for 1000 workers of 1 coordinate\n", line),
		fmt.Sprintf("\n  exp.toml:%d: exp (cluster.workers=2000, strategy.rate=0.3): 5.", line+1),
		"\n  and 2 more\nnothing was computed: take fewer workers",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in %s", want, stderr)
		}
	}
	if fs := filesOf(t, filepath.Dir(out)); status != Usage || len(fs) != 1 {
		t.Errorf("exit status %d, left behind: %d files", status, len(fs))
	}
	if status, _, stderr, _ := command(t, text, "-memory", "2MB", "-dry-run"); status != Usage || !strings.Contains(stderr, "10 of 15 runs cannot fit") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// Runs that fit one by one wait for each other.
func TestMemoryShared(t *testing.T) {
	text := "repeat = 3\n" + strings.Replace(small, "workers = 2", "workers = 1000", 1)
	if status, _, stderr, _ := command(t, text, "-memory", "4MB", "-jobs", "3"); status != Done {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// What is finished is not refused, however large it was; -fresh is, and removes nothing.
func TestMemoryOfFinished(t *testing.T) {
	file, out := experimentFile(t, strings.Replace(small, "workers = 2", "workers = 1000", 1))
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	before := filesOf(t, out)
	if status, said := session(file, "-out", out, "-memory", "2MB", "-fresh"); status != Usage || !strings.Contains(said, "1 of 1 run cannot fit") {
		t.Errorf("exit status %d: %s", status, said)
	}
	for _, way := range []struct{ flag, says string }{{"-dry-run", "1 finished"}, {"-strict", "1 found finished"}} {
		if status, said := session(file, "-out", out, "-memory", "2MB", way.flag); status != Done || !strings.Contains(said, way.says) {
			t.Errorf("exit status %d: %s", status, said)
		}
	}
	if after := filesOf(t, out); len(after) != len(before) {
		t.Errorf("%d files, before %d", len(after), len(before))
	}
}

// Of a tuning, what cannot fit later is refused before the first trial.
func TestMemoryOfTuned(t *testing.T) {
	text := small + "[[axis.size]]\nlabel = \"large\"\nset = {\"cluster.workers\" = 1000}\n[tune]\nat = {updates = 5}\nseeds = [7]\n[tune.grid]\n\"strategy.rate\" = [0.1, 0.2]\n"
	status, _, stderr, out := command(t, text, "-memory", "2MB")
	if status != Usage || !strings.Contains(stderr, "3 of 3 runs cannot fit") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// What is under way where staleness is injected counts, but not beyond what the run can make.
func TestMemoryOfStaleness(t *testing.T) {
	text := strings.Replace(small, "compute = \"10ms\"", "[staleness]\nlaw = \"constant\"\ntau = 1000000", 1)
	if status, _, stderr, _ := command(t, text, "-memory", "20MB"); status != Usage || !strings.Contains(stderr, "1 of 1 run cannot fit") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr, _ := command(t, text, "-memory", "20MB", "-set", "stop.gradients=50"); status != Done {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}
