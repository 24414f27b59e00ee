//go:build !windows

package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C ends a run that would never end, says how to go on, and leaves no folder of an unfinished run.
func TestInterrupt(t *testing.T) {
	touched = func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
	}
	text := strings.Replace(strings.Replace(small, "asgd", "touchy", 1), "updates = 6", "updates = 1000000000000", 1)
	status, _, stderr, out := command(t, text, "-set", "strategy.rate=1e-9")
	if status != Stopped || !strings.Contains(stderr, "interrupted: 0 of 1 run finished") || !strings.Contains(stderr, "go on with\n  go run ./experiments/run exp.toml -set strategy.rate=1e-9 -out ") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if fs := filesOf(t, filepath.Dir(out)); len(fs) != 1 {
		t.Errorf("left behind: %v", fs)
	}
}
