package plots

import (
	"math"
	"strings"
	"testing"

	"staleness/sim/record"
)

// sprint reaches a loss of 1 at a time, in steps of a tenth of it.
func sprint(until float64) (rows []record.Evaluation) {
	for i := range 12 {
		e := row(until * float64(i) / 10)
		e.TrainLoss = 2 - float64(i)/10
		rows = append(rows, e)
	}
	return rows
}

func scaling() (ms []made) {
	for _, m := range []string{"ASGD", "EASGD", "synchronous"} {
		for _, workers := range []int64{1, 2, 4, 8, 16, 32} {
			for seed := uint64(1); seed <= 3; seed++ {
				n := float64(workers)
				cost := map[string]float64{"ASGD": 100 / n * (1 + 0.002*n*n), "EASGD": 100/n + 2, "synchronous": 100/n + 4*math.Log2(n)}[m] * (1 + 0.05*float64(seed)*math.Log2(n)/5)
				r := made{labels: map[string]string{"method": m}, config: map[string]any{"strategy.kind": m, "cluster.workers": workers}, seed: seed, rows: sprint(cost)}
				if m == "ASGD" && (workers == 32 || workers == 16 && seed == 3) {
					r.rows, r.status = r.rows[:5], record.Diverged
				}
				ms = append(ms, r)
			}
		}
	}
	return ms
}

func TestSpeedUp(t *testing.T) {
	golden(t, "speed-up", decode(t, map[string]any{"kind": "speed-up", "group": "method", "target": 1.0}), store(t, scaling()))
}

// Speed-ups are of the same seed; what does not arrive is worse than any, what has nothing to be
// compared with is none.
func TestSpeedUpIsPaired(t *testing.T) {
	at := func(seed uint64, workers int64, cost float64) made {
		m := made{seed: seed, config: map[string]any{"cluster.workers": workers}, rows: sprint(cost)}
		if math.IsInf(cost, 1) {
			m.rows = sprint(1)[:3]
		}
		return m
	}
	runs := wrap(t.Context(), store(t, []made{at(1, 2, 10), at(1, 8, 5), at(2, 2, 40), at(2, 8, 10), at(3, 2, inf), at(3, 8, 1), at(4, 2, 1), at(4, 8, inf), at(5, 8, 1)}))
	f := decode(t, map[string]any{"kind": "speed-up", "target": 1.0}).(SpeedUp)
	metric, cost, _ := f.quantities()
	m, err := f.measured(runs, func(r *Run) (float64, string) { return f.reach(r, metric, cost) })
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 2, 1, 4, nan, nan, 1, -inf, nan} {
		v, why := m.speedUp(runs[i])
		e, _ := m.efficiency(runs[i])
		if n := m.cost[runs[i]].workers / 2; !alike(v, want) || !alike(e, 100*want/n) || math.IsNaN(v) != (why != "") {
			t.Errorf("run %d: %v (%s), efficiency %v; want %v", i, v, why, e, want)
		}
	}
}

func alike(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9
}

func TestSpeedUpAgainst(t *testing.T) {
	ms := scaling()
	ms = append(ms, made{labels: map[string]string{"method": "SGD"}, config: map[string]any{"strategy.kind": "SGD"}, seed: 1, rows: sprint(50)})
	runs := store(t, ms)
	pic, err := Make(decode(t, map[string]any{"kind": "speed-up", "group": "method", "target": 1.0, "against": map[string]any{"method": "SGD"}, "where": map[string]any{"seed": int64(1)}}), runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range pic.Panels[0].Marks {
		if l, ok := m.(Line); ok && len(l.X) > 2 && math.Abs(l.Y[0]-0.5) > 0.011 {
			t.Errorf("one worker of twice the time has speed-ups %v", l.Y)
		}
	}
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"against": map[string]any{"method": "EASGD"}}, "against = {method = \"EASGD\"}: selects several runs of seed 1"},
		{map[string]any{"against": map[string]any{"metod": "SGD"}}, "against = \"metod\": no run has a key"},
		{map[string]any{"against": map[string]any{"method": "none"}}, "selects none of the runs"},
		{map[string]any{"x": "method"}, "x = \"method\": is \"ASGD\" in some runs"},
	} {
		c.table["kind"], c.table["target"] = "speed-up", 1.0
		if c.table["x"] == nil {
			c.table["group"] = "method"
		}
		fig := decode(t, c.table)
		if _, err := Make(fig, runs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.table, err, c.want)
		}
		if err := Check(fig, Plan{Runs: runs}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, before the runs: %v, want %q", c.table, err, c.want)
		}
	}
}
