//go:build !windows

package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"staleness/experiments/internal/files"
	"staleness/plots"
	"staleness/sim/record"
)

// pressing is a figure that presses Ctrl-C while it is drawn, and then goes on reading as long as
// it may.
type pressing struct{ plots.Common }

func (pressing) Picture(runs []*plots.Run) (*plots.Picture, error) {
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		return nil, err
	}
	for {
		if _, err := runs[0].Evals(); err != nil {
			return nil, err
		}
	}
}

func init() { plots.Register("pressing", "a figure of the tests", pressing{plots.Defaults()}) }

// Ctrl-C while figures are drawn ends the program: the figure at work is given up, those after it
// are not begun.
func TestInterruptDrawing(t *testing.T) {
	status, stdout, stderr, out := command(t, small+"[[figure]]\nname = \"before\"\nkind = \"convergence\"\n[[figure]]\nkind = \"pressing\"\n[[figure]]\nname = \"after\"\nkind = \"convergence\"\n")
	if status != Stopped || !strings.Contains(stderr, "interrupted: all runs are finished, not all figures are drawn; go on with\n  go run ./experiments/run exp.toml") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if !strings.Contains(stdout, "before.png") || strings.Contains(stdout, "after.png") {
		t.Errorf("drawn: %s", stdout)
	}
	runs, err := record.Load(out)
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	var o, e bytes.Buffer
	dir := filepath.Dir(runs[0].Dir)
	if status := ReportMain([]string{dir}, &o, &e); status != Stopped || !strings.Contains(e.String(), "report: interrupted") {
		t.Errorf("exit status %d: %s", status, &e)
	}
	for _, name := range []string{"after.png", files.PageFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was written all the same", name)
		}
	}
}
