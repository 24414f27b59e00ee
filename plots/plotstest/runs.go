package plotstest

import (
	"math"
	"strings"

	"staleness/plots/internal/made"
	"staleness/sim/record"
)

// A set is runs to draw a figure of.
type set struct {
	name string
	runs []made.Run
	must bool // there is something to see in any figure
}

// sets are what a kind is drawn on: seeds of one setting first, then what is little or wrong.
func sets() []set {
	nan, inf := math.NaN(), math.Inf(1)
	several := set{name: "three seeds", must: true}
	for seed := uint64(1); seed <= 3; seed++ {
		several.runs = append(several.runs, run(seed, made.Training(seed, .1, .2, .1, 20)))
	}
	one := run(1, made.Training(1, .1, .2, .1, 20))

	strange := set{name: "strange names"}
	for i, name := range []string{`& < > \ $ % _ # { } "`, "τ 漢字 \x00\xff\u202e", `$\frac{1}{\tau$ and $x_k^2$`, strings.Repeat("very long ", 60)} {
		r := run(1, made.Training(uint64(i), .1, .2, .1, 20))
		r.Labels["method"], r.Config["strategy.kind"] = name, name
		strange.runs = append(strange.runs, r)
	}

	point := run(1, made.Training(1, .1, .2, .1, 1))
	point.Updates, point.Trace = point.Updates[:1], point.Trace[:1]
	point.Finish = finish(record.StalenessOf([]int64{1}), 0.01)

	diverged := set{name: "diverged"}
	for seed := uint64(1); seed <= 2; seed++ {
		r := run(seed, made.BlowUp(made.Training(seed, .1, .2, .1, 8), int(seed)-1))
		r.Status, r.Finish = record.Diverged, finish(made.Queue(seed, 4, 50), inf)
		diverged.runs = append(diverged.runs, r)
	}

	empty := run(1, []record.Evaluation{made.Row(0), made.Row(1)})
	empty.Finish = finish(nil, nan)
	for i := range empty.Updates {
		empty.Updates[i].Loss, empty.Updates[i].TimeS = nan, nan
	}

	for i := range empty.Trace {
		empty.Trace[i].StartS, empty.Trace[i].EndS = nan, nan
	}

	huge := run(1, []record.Evaluation{made.Row(0), made.Row(1e300)})
	huge.Rows[1].Updates, huge.Rows[1].Bytes, huge.Rows[1].Epoch = math.MaxInt64, math.MaxInt64, math.MaxFloat64
	for i, v := range []float64{-math.MaxFloat64, math.MaxFloat64} {
		e := &huge.Rows[i]
		e.TrainLoss, e.TestLoss, e.TestAccuracy, e.Suboptimality = v, v, v, 5e-324
		huge.Updates[i].Loss, huge.Updates[i].Update = v, math.MaxInt64
	}
	tail := make([]int64, 1<<16)
	tail[0], tail[len(tail)-1] = 1<<50, 1
	huge.Finish = finish(record.StalenessOf(tail), math.MaxFloat64)

	return []set{several, {name: "no run"}, {name: "one run", runs: []made.Run{one}, must: true}, {name: "one point", runs: []made.Run{point}},
		strange, diverged, {name: "NaN", runs: []made.Run{empty}}, {name: "huge", runs: []made.Run{huge}}}
}

// run is a run with all that records can hold.
func run(seed uint64, rows []record.Evaluation) made.Run {
	for i := range rows {
		rows[i].Consensus = rows[i].TrainLoss / 10
	}
	return made.Run{
		Seed: seed, Rows: rows, Updates: made.Pushes(seed), Trace: made.Intervals(seed), Labels: map[string]string{"method": "ASGD"}, Finish: finish(made.Queue(seed, 4, 500), -0.02),
		Config: map[string]any{
			"strategy.kind": "asgd", "strategy.rate": 0.1, "strategy.window": int64(4), "cluster.workers": int64(4), "staleness.tau": int64(3),
			"problem.curvature": []any{1.0, 0.1}, "problem.batch": int64(1), "record.updates": true, "record.center": true, "record.trace": true,
		},
	}
}

func finish(staleness *record.Staleness, growth float64) func(s *record.Summary) {
	return func(s *record.Summary) {
		s.Staleness, s.Growth, s.Discarded, s.UsedGradients, s.BytesUp, s.BytesDown = staleness, growth, 3, s.Gradients-min(3, s.Gradients), 1e6, 1e6
		s.Pushes, s.Samples, s.IdleFraction, s.Utilization = s.Updates, s.Gradients, 0.2, 0.7
	}
}
