package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/stream"
	"staleness/sim/record"
)

// queueing writes an updates.csv in which workers 0 to 3 push, the last one seldom, and a stall in
// the middle leaves all behind.
func queueing(t *testing.T, run record.Run) {
	t.Helper()
	r := stream.NewKey(run.Summary.Seed, "queueing").At(0, 0)
	var rows []record.Row
	for i := range int64(800) {
		row := record.Row{Update: i + 1, TimeS: float64(i) / 200, Worker: i % 3, Staleness: 2 + int64(3*r.Float64()), Verdict: "applied"}
		if i%40 == 39 {
			row.Worker, row.Staleness = 3, 30+int64(10*r.Float64())
		}
		if i > 400 && i < 480 {
			row.Staleness += 12
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	if err := record.WriteUpdates(&b, rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run.Dir, record.UpdatesFile), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestStalenessOverTime(t *testing.T) {
	runs := store(t, []made{{seed: 1}, {seed: 2}})
	fig := decode(t, map[string]any{"kind": "staleness-over-time"})
	if _, err := Make(fig, runs); err == nil || !strings.Contains(err.Error(), "record.updates = true") {
		t.Errorf("without updates.csv: %v", err)
	}
	for _, r := range runs {
		queueing(t, r)
	}
	golden(t, "staleness-over-time", fig, runs)
	golden(t, "staleness-over-time-workers", decode(t, map[string]any{"kind": "staleness-over-time", "by": "workers", "y_scale": "log"}), runs)
}

// The pieces hold the messages of all seeds, up to where the first seed ends.
func TestStalenessQuantiles(t *testing.T) {
	a := ages{StalenessOverTime: StalenessOverTime{X: "pushes", Pieces: 2}}
	all, last := a.messages([]record.Row{{Staleness: 1}, {Staleness: -1}, {Staleness: 9}, {Staleness: 3}})
	if len(all) != 3 || last != 4 {
		t.Fatalf("%v, %v", all, last)
	}
	marks := a.quantiles(append(all, stale{1, 5}, stale{40, 1000}), 4, 1)
	mid, most := marks[2].(Line), marks[1].(Line)
	if mid.Y[0] != 3 || mid.Y[1] != 6 || most.Y[0] != 5 || most.Y[1] != 9 || mid.X[1] != 3 {
		t.Errorf("medians %v at %v, largest %v", mid.Y, mid.X, most.Y)
	}
}
