//go:build !windows

package experiments

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"staleness/plots/page"
	"staleness/sim/record"
)

// Ctrl-C ends a run that would never end, says how to go on, and leaves what is needed for that.
func TestInterrupt(t *testing.T) {
	var once sync.Once // a second Ctrl-C would end the test
	touched = func() {
		once.Do(func() {
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				t.Error(err)
			}
		})
	}
	text := strings.Replace(strings.Replace(small, "asgd", "touchy", 1), "updates = 6", "updates = 1000000000000", 1)
	status, _, stderr, out := command(t, text, "-set", "strategy.rate=1e-9")
	if status != Stopped || !strings.Contains(stderr, "interrupted: 0 of 1 run finished") || !strings.Contains(stderr, "go on with\n  go run ./experiments/run exp.toml -set strategy.rate=1e-9 -out ") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	var left []string
	for name := range filesOf(t, out) {
		left = append(left, filepath.Base(name))
	}
	slices.Sort(left)
	if want := []string{record.CheckpointFile, record.EvalFile + ".part", page.SessionFile, record.ConfigFile}; !slices.Equal(left, want) {
		t.Errorf("left behind: %v, want %v", left, want)
	}
}

// A sweep that was ended halfway: a report misses none of its runs, not those either that were
// never begun.
func TestPageOfHalfASweep(t *testing.T) {
	var once sync.Once
	touched = func() {
		once.Do(func() {
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				t.Error(err)
			}
		})
	}
	defer func() { touched = nil }()
	text := small
	for _, set := range []string{`"strategy.kind" = "asgd"`, `"strategy.kind" = "touchy", "stop.updates" = 1_000_000_000_000`, `"strategy.kind" = "dynsgd"`, `"strategy.kind" = "dc-asgd"`} {
		text += "[[axis.method]]\nlabel = '" + set + "'\nset = {" + set + "}\n"
	}
	status, _, stderr, out := command(t, text, "-jobs", "1", "-set", "strategy.rate=1e-9")
	if status != Stopped {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	dir := filepath.Join(out, "exp")
	runs, err := record.Load(dir)
	if err != nil || len(runs) == 0 || len(runs) > 2 {
		t.Fatal(runs, err)
	}
	var o, e bytes.Buffer
	left := fmt.Sprintf("%d of 4 runs left out: ", 4-len(runs))
	if status := ReportMain([]string{dir}, &o, &e); status != Failed || !strings.Contains(e.String(), left) || !strings.Contains(e.String(), "is not computed") {
		t.Errorf("exit status %d: %s", status, &e)
	}
	text = readPage(t, dir)
	for _, want := range []string{left, fmt.Sprintf("4 runs: %d completed, %d missing.", len(runs), 4-len(runs)), "dc-asgd", "dynsgd"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
