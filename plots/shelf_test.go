package plots

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// Evaluations for which memory has no room are read again, and give the same; the last ones are
// known without.
func TestShelf(t *testing.T) {
	runs := mock.Store(t, []mock.Run{{Seed: 1, Rows: training(1, .1, .2, .1, 5)}, {Seed: 2, Rows: training(2, .1, .2, .1, 5)}})
	rs := wrap(t.Context(), runs)
	rs[0].shelf.rows = shelfRows - 7
	loss, _ := lookup("", "train_loss", summarised)
	loss.final = nil // of eval.csv
	for i, r := range rs {
		rows, err := r.Evals()
		if err != nil || len(rows) != 5 {
			t.Fatal(len(rows), err)
		}
		if kept := r.read; kept != (i == 0) {
			t.Errorf("run %d: kept %v, room %d", i, kept, r.shelf.rows)
		}
		if err := os.Remove(filepath.Join(r.Dir, record.EvalFile)); err != nil {
			t.Fatal(err)
		}
		if got := r.last(loss); got != rows[4].TrainLoss {
			t.Errorf("run %d: last loss %v", i, got)
		}
		if _, err := r.Evals(); (err == nil) != (i == 0) {
			t.Errorf("run %d: %v", i, err)
		}
	}
	// what the last evaluation lacks is looked for before it
	rows := training(3, .1, .2, .1, 5)
	rows[4].TestLoss = math.NaN()
	r := wrap(t.Context(), mock.Store(t, []mock.Run{{Seed: 3, Rows: rows}}))[0]
	r.shelf.rows = shelfRows
	if _, err := r.Evals(); err != nil {
		t.Fatal(err)
	}
	test, _ := lookup("", "test_loss", summarised)
	if test.final = nil; r.last(test) != rows[3].TestLoss {
		t.Errorf("last test loss %v, want %v", r.last(test), rows[3].TestLoss)
	}
}
