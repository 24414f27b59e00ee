package plots

import (
	"math"
	"testing"

	"staleness/sim/record"
)

// Whatever is wrong with the data is an error or an honest panel, and names what is missing.
func TestBadData(t *testing.T) {
	one := []made{{rows: training(1, .1, .2, .1, 1), seed: 1}}
	nothing := []made{{seed: 1}}
	bare := []made{{seed: 1, rows: []record.Evaluation{row(0), row(1)}}}
	all := []made{{seed: 1, status: record.Diverged, rows: blowUp(training(1, .1, .2, .1, 5), 0)}, {seed: 2, status: record.Diverged, rows: blowUp(training(2, .1, .2, .1, 5), 1)}}
	zero := []made{{seed: 1, rows: []record.Evaluation{row(0), row(1)}}}
	for i := range zero[0].rows {
		zero[0].rows[i].Suboptimality, zero[0].rows[i].TrainLoss = 0, math.Inf(1)
	}
	huge := []made{{seed: 1, rows: []record.Evaluation{row(0), row(1)}}}
	huge[0].rows[1].TimeS = 1e300
	for i := range huge[0].rows {
		huge[0].rows[i].TrainLoss, huge[0].rows[i].Suboptimality = -math.MaxFloat64+float64(i)*math.MaxFloat64, 5e-324
		if i == 1 {
			huge[0].rows[i].TrainLoss = math.MaxFloat64
		}
	}
	sets := map[string][]made{"none": nil, "one point": one, "no rows": nothing, "no columns": bare, "all diverged": all, "zero": zero, "huge": huge}
	tables := []map[string]any{
		{"kind": "convergence"}, {"kind": "convergence", "y_scale": "log", "x_scale": "log"}, {"kind": "convergence", "y": "suboptimality"},
		{"kind": "convergence", "y": "test_accuracy"}, {"kind": "staleness"}, {"kind": "staleness", "y_scale": "log", "max": int64(0)},
		{"kind": "final", "x": "seed"}, {"kind": "final", "x": "seed", "y": "suboptimality", "y_scale": "log"}, {"kind": "final", "x": "status"},
		{"kind": "time-to-target", "x": "seed", "target": 0.1}, {"kind": "time-to-target", "x": "seed", "target": 5.0, "y_scale": "log"},
		{"kind": "heatmap", "x": "seed", "y": "status"}, {"kind": "heatmap", "x": "seed", "y": "seed", "scale": "log", "value": "suboptimality"},
		{"kind": "stability", "x": "seed", "y": "seed"}, {"kind": "stability", "x": "seed", "y": "seed", "curvature": 1.0, "value": "train_loss"},
	}
	for name, ms := range sets {
		runs := store(t, ms)
		for i, table := range tables {
			fig := decode(t, table)
			pic, err := Make(fig, runs)
			if err == nil {
				err = sound(t, fig, pic)
			}
			if err != nil && len(err.Error()) < 20 {
				t.Errorf("%s, table %d: %v", name, i, err)
			}
		}
	}
}
