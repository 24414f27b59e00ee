package plots

import (
	"math"
	"testing"

	"staleness/internal/stream"
	"staleness/results"
)

// queue makes up staleness: n messages of a geometric law with mean M-1, drawn.
func queue(seed uint64, workers, n int) *results.Staleness {
	r := stream.NewKey(seed, "staleness").At(uint64(workers), 0)
	h := make([]int64, 400)
	for range n {
		tau := int(math.Log(r.Float64()) / math.Log(1-1/float64(workers)))
		h[min(tau, 399)]++
	}
	return results.StalenessOf(h)
}

func TestStaleness(t *testing.T) {
	var ms []made
	for _, workers := range []int64{4, 8, 16} {
		for seed := uint64(1); seed <= 3; seed++ {
			ms = append(ms, made{config: map[string]any{"cluster.workers": workers}, seed: seed, rows: training(seed, .1, .2, .1, 3),
				finish: func(s *results.Summary) { s.Staleness = queue(seed, int(workers), 2000) }})
		}
	}
	runs := store(t, ms)
	golden(t, "staleness-facets", decode(t, map[string]any{"kind": "staleness", "facet": "cluster.workers", "overlay": "geometric", "width": "page"}), runs)
	golden(t, "staleness-lines", decode(t, map[string]any{"kind": "staleness", "group": "cluster.workers", "overlay": "geometric", "y_scale": "log"}), runs)
}

func TestFinal(t *testing.T) {
	runs := store(t, windows())
	order := []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}
	golden(t, "final-window", decode(t, map[string]any{"kind": "final", "x": "strategy.window", "group": "method", "order": order}), runs)
	golden(t, "final-category", decode(t, map[string]any{"kind": "final", "x": "method", "group": "strategy.window", "y": "test_accuracy"}), runs)
}

// A method that was not swept is a level beside those that were.
func TestFinalWithABaseline(t *testing.T) {
	ms := windows()
	for i := range ms {
		if ms[i].labels["method"] == "SGD" {
			delete(ms[i].config, "strategy.window")
		}
	}
	golden(t, "final-baseline", decode(t, map[string]any{"kind": "final", "x": "strategy.window", "group": "method", "y": "test_accuracy",
		"order": []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}}), store(t, append(ms[:3], ms[12:]...)))
}

func TestTarget(t *testing.T) {
	golden(t, "target-window", decode(t, map[string]any{"kind": "time-to-target", "x": "strategy.window", "group": "method", "target": 0.8,
		"order": []any{"SGD", "Downpour", "AEASGD", "EAMSGD"}}), store(t, windows()))
}

func TestHeatmap(t *testing.T) {
	var ms []made
	for _, m := range []string{"AGN", "AEASGD"} {
		for _, workers := range []int64{4, 8, 16, 32} {
			for _, w := range []int64{1, 4, 16, 64} {
				for seed := uint64(1); seed <= 3; seed++ {
					r := made{labels: map[string]string{"method": m}, config: map[string]any{"cluster.workers": workers, "strategy.window": w, "strategy.kind": m}, seed: seed,
						finish: func(s *results.Summary) {
							s.FinalTestAccuracy = 0.9 - 0.02*math.Log2(float64(workers))*math.Log2(float64(w)+1)/5 - 0.01*float64(seed)
							if m == "AEASGD" {
								s.FinalTestAccuracy -= 0.05 * math.Log2(float64(w)+1) / 3
							}
						}}
					if m == "AEASGD" && workers == 32 && (w == 64 || w == 16 && seed == 1) {
						r.status = results.Diverged
					}
					if m == "AGN" && workers == 32 && w == 64 {
						continue
					}
					ms = append(ms, r)
				}
			}
		}
	}
	runs := store(t, ms)
	golden(t, "heatmap-against", decode(t, map[string]any{"kind": "heatmap", "x": "cluster.workers", "y": "strategy.window", "facet": "method", "value": "test_accuracy", "against": "AEASGD"}), runs)
	golden(t, "heatmap-facets", decode(t, map[string]any{"kind": "heatmap", "x": "cluster.workers", "y": "strategy.window", "facet": "method", "value": "test_accuracy", "width": "page"}), runs)
}

func TestStability(t *testing.T) {
	var ms []made
	for tau := int64(0); tau <= 8; tau++ {
		for i := range 20 {
			rate := 0.05 * float64(i+1)
			bound := 2 * math.Sin(math.Pi/(2*(2*float64(tau)+1)))
			r := made{config: map[string]any{"strategy.rate": rate, "staleness.tau": tau, "problem.curvature": []any{1.0}}, seed: 1,
				finish: func(s *results.Summary) { s.Growth = 0.3 * (rate - bound) / bound }}
			ms = append(ms, r)
		}
	}
	golden(t, "stability", decode(t, map[string]any{"kind": "stability"}), store(t, ms))
}

func TestCurves(t *testing.T) {
	var tau, naive, average []float64
	for k := 1; k <= 100; k++ {
		tau = append(tau, float64(k))
		naive = append(naive, 5/(1+1/float64(k)))
		average = append(average, 5*(1-math.Exp(-float64(k)/20)))
	}
	fig := Curves{Common: Defaults(), XLabel: "local steps between averages", YLabel: "speed-up over one worker", XScale: "log", YScale: "linear",
		Note:  "5 workers; communication takes the time of 20 steps",
		Curve: []Curve{{Name: "naive split", X: tau, Y: naive}, {Name: "averaging", X: tau, Y: average}, {Name: "linear", X: []float64{1, 100}, Y: []float64{5, 5}, Gray: true}}}
	golden(t, "curves", fig, nil)
}

// Whatever is wrong with the data is an error or an honest panel, and names what is missing.
func TestBadData(t *testing.T) {
	one := []made{{rows: training(1, .1, .2, .1, 1), seed: 1}}
	nothing := []made{{seed: 1}}
	bare := []made{{seed: 1, rows: []results.EvalRow{row(0), row(1)}}}
	all := []made{{seed: 1, status: results.Diverged, rows: blowUp(training(1, .1, .2, .1, 5), 0)}, {seed: 2, status: results.Diverged, rows: blowUp(training(2, .1, .2, .1, 5), 1)}}
	zero := []made{{seed: 1, rows: []results.EvalRow{row(0), row(1)}}}
	for i := range zero[0].rows {
		zero[0].rows[i].Suboptimality, zero[0].rows[i].TrainLoss = 0, math.Inf(1)
	}
	huge := []made{{seed: 1, rows: []results.EvalRow{row(0), row(1)}}}
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
