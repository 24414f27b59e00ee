//go:build !windows

package experiments

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

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
	if want := []string{record.CheckpointFile, record.EvalFile + ".part", record.ConfigFile}; !slices.Equal(left, want) {
		t.Errorf("left behind: %v, want %v", left, want)
	}
}
