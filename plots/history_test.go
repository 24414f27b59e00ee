package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	madeup "staleness/plots/internal/made"
	"staleness/sim/record"
)

// pushes writes an updates.csv for a run.
func pushes(t *testing.T, run record.Run) {
	t.Helper()
	var b bytes.Buffer
	if err := record.WriteUpdates(&b, madeup.Pushes(run.Summary.Seed)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run.Dir, record.UpdatesFile), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestHistory(t *testing.T) {
	var ms []made
	for _, window := range []int64{1, 4} {
		for seed := uint64(1); seed <= 2; seed++ {
			ms = append(ms, made{config: map[string]any{"strategy.window": window}, seed: seed, rows: training(seed, .1, .2, .1, 3)})
		}
	}
	runs := store(t, ms)
	fig := decode(t, map[string]any{"kind": "history"})
	if _, err := Make(fig, runs); err == nil || !strings.Contains(err.Error(), "record.updates = true") {
		t.Errorf("without updates.csv: %v", err)
	}
	for _, r := range runs {
		pushes(t, r)
	}
	golden(t, "history", fig, runs)
}

// Each line is the mean over its pieces, of a worker or of all.
func TestHistoryMeans(t *testing.T) {
	rows := []record.Row{{Worker: 0, Loss: 4}, {Worker: 1, Loss: 2}, {Worker: 0, Loss: 1}, {Worker: 0, Loss: 3}}
	f := History{X: "pushes", Pieces: 2}
	marks, _, _ := f.lines(rows)
	for i, want := range []struct{ x, y []float64 }{
		{[]float64{1, 3}, []float64{4, 2}}, {[]float64{3}, []float64{2}}, {[]float64{1, 3}, []float64{4, 2}},
	} {
		l := marks[i].(Line)
		for k := range want.x {
			if len(l.X) != len(want.x) || l.X[k] != want.x[k] || l.Y[k] != want.y[k] {
				t.Errorf("line %d: %v %v, want %v", i, l.X, l.Y, want)
			}
		}
	}
}
