package plots

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// crowd makes up n runs, each of a setting of its own.
func crowd(t *testing.T, n int) []record.Run {
	var ms []made
	rows := training(1, .1, .2, .1, 5)
	for i := range n {
		m := made{seed: 1, config: map[string]any{"strategy.rate": float64(i+1) / 1000, "cluster.workers": int64(i%7 + 1)}, rows: rows,
			finish: func(s *record.Summary) { s.Staleness = record.StalenessOf([]int64{3, int64(1 + i%5), 1}) }}
		if i%10 == 9 {
			m.status = record.Diverged
		}
		ms = append(ms, m)
	}
	return store(t, ms)
}

// More groups than an eye can tell apart are quantiles of all runs, of no more marks than a few
// groups have, and say what they are.
func TestCrowdsAreQuantiles(t *testing.T) {
	runs := crowd(t, 300)
	for _, c := range []struct {
		table map[string]any
		want  []string
	}{
		{map[string]any{"kind": "convergence"}, []string{"median of 300 runs; band: first to ninth decile", "300 settings are too many to tell apart", "no seeds of one setting", "the runs, 30 of 300"}},
		{map[string]any{"kind": "convergence", "group": []any{"strategy.rate", "cluster.workers"}, "band": "quartiles"}, []string{"median of 300 runs; band: first to third quartile"}},
		{map[string]any{"kind": "staleness"}, []string{"Bars: median of 300 runs; whisker: first to ninth decile", "300 settings are too many"}},
		{map[string]any{"kind": "final", "x": "cluster.workers"}, []string{"whisker: first to ninth decile", "300 settings are too many"}},
		{map[string]any{"kind": "time-to-target", "x": "cluster.workers", "target": 1.0}, []string{"300 settings are too many"}},
	} {
		pic, err := Make(decode(t, c.table), runs)
		if err != nil {
			t.Errorf("%v: %v", c.table, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(pic.Caption(), w) {
				t.Errorf("%v: lacks %q:\n%s", c.table, w, pic.Caption())
			}
		}
		if n := len(pic.Panels[0].Marks); n > 10 || len(pic.Key) > 0 {
			t.Errorf("%v: %d marks, %d keys", c.table, n, len(pic.Key))
		}
	}
	// As many as can be told apart still are.
	if pic, err := Make(decode(t, map[string]any{"kind": "convergence"}), runs[:manyGroups]); err != nil || len(pic.Key) != manyGroups {
		t.Errorf("%v: %d keys of %d groups", err, len(pic.Key), manyGroups)
	}
}

// What cannot be a picture of any use is an error that says what to do.
func TestTooManyPanelsAndCells(t *testing.T) {
	runs := crowd(t, 150)
	for i := range runs {
		runs[i].Config["stop"] = map[string]any{"updates": int64(i * i)}
	}
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"kind": "convergence", "facet": "strategy.rate"}, "facet: makes 150 panels"},
		{map[string]any{"kind": "history"}, "facet: makes 150 panels"},
		{map[string]any{"kind": "heatmap", "x": "strategy.rate", "y": "stop.updates"}, `x = "strategy.rate": 150 values, and 150 of stop.updates, make 22500 cells`},
	} {
		if _, err := Make(decode(t, c.table), runs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.table, err, c.want)
		}
		if err := Check(decode(t, c.table), Plan{Runs: runs}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, before the runs: %v, want %q", c.table, err, c.want)
		}
	}
}

// The work of a report grows with the number of runs, not with its square: four times the runs,
// about four times the memory.
func TestWorkIsLinearInRuns(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it counts the work of one goroutine")
	}
	many := crowd(t, 1200)
	few := many[:300]
	for name, work := range map[string]func(runs []record.Run) error{
		"convergence": func(runs []record.Run) error {
			_, err := Make(decode(t, map[string]any{"kind": "convergence"}), runs)
			return err
		},
		"staleness": func(runs []record.Run) error {
			_, err := Make(decode(t, map[string]any{"kind": "staleness"}), runs)
			return err
		},
		"table": func(runs []record.Run) error {
			sh, err := DefaultTable().Make(runs)
			if err == nil {
				_, _, _ = sh.Text(), sh.LaTeX(), sh.CSV()
			}
			return err
		},
	} {
		bytesOf := func(runs []record.Run) float64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := work(runs); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			return float64(after.TotalAlloc - before.TotalAlloc)
		}
		if a, b := bytesOf(few), bytesOf(many); b > 7*a {
			t.Errorf("%s: %.3g bytes for 300 runs, %.3g for 1200", name, a, b)
		}
	}
}

// Numbers of a key or of a record do not size anything: a worker of number 2^62, a staleness axis
// to 16 million, times below 0.
func TestNumbersSizeNothing(t *testing.T) {
	rows := []record.Row{{Worker: 1 << 62, Loss: 1, TimeS: 1, Update: 1 << 62}, {Worker: -1, Loss: 2, TimeS: -1e300, Update: 3}, {Worker: 3, Loss: 3, TimeS: 1e300, Update: 5}}
	for _, x := range []string{"time", "updates", "pushes"} {
		for _, rs := range [][]record.Row{rows, rows[:1], rows[1:2], nil} {
			History{X: x, Pieces: 1000}.lines(rs)
		}
	}
	runs := crowd(t, 2)
	allocated := testing.AllocsPerRun(1, func() {
		pic, err := Make(decode(t, map[string]any{"kind": "staleness", "max": int64(16777216), "overlay": "geometric", "group": []any{"strategy.rate", "cluster.workers"}}), runs)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pic.Panels[0].Marks {
			if l, ok := m.(Line); ok && len(l.X) > most+2 {
				t.Errorf("%d points", len(l.X))
			}
		}
		if pic.Panels[0].X.Max < 16777216 {
			t.Errorf("the axis ends at %v", pic.Panels[0].X.Max)
		}
	})
	if allocated > 1e5 {
		t.Errorf("%v allocations", allocated)
	}
	// Thousands of workers are a band.
	rows = nil
	for w := range int64(5000) {
		rows = append(rows, record.Row{Worker: w, Loss: float64(w)})
	}
	marks, workers, _ := History{X: "pushes", Pieces: 10}.lines(rows)
	if _, band := marks[0].(Band); !band || len(marks) != 2 || workers != 5000 {
		t.Errorf("%d marks of %d workers", len(marks), workers)
	}
}

// Whatever stage a drawing is in, the end of its context ends it, with the context's error and
// without half a file.
func TestDrawingEndsWithItsContext(t *testing.T) {
	runs := store(t, windows())
	fig := decode(t, map[string]any{"kind": "convergence", "group": "method", "facet": "strategy.window"})
	ended, end := context.WithCancel(t.Context())
	end()
	for name, do := range map[string]func() error{
		"make":  func() error { _, err := Scheme{}.makeFigure(ended, fig, runs); return err },
		"draw":  func() error { _, _, err := Draw(ended, fig, runs, t.TempDir(), "a"); return err },
		"table": func() error { _, _, err := WriteTable(ended, DefaultTable(), runs, t.TempDir(), "a"); return err },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := t.TempDir()
	if _, _, err := Draw(ended, fig, runs, dir, "a"); err == nil {
		t.Error("drawn")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Numbers are math in LaTeX, whatever their size and sign; text is escaped.
func TestTeX(t *testing.T) {
	for v, want := range map[float64]string{
		8.08e-4: `$8.08\times10^{-4}$`, 1e-4: `$10^{-4}$`, -2.5e7: `$-2.5\times10^{7}$`, -0.5: `$-0.5$`, 0.5: "0.5", -1e-9: `$-10^{-9}$`,
		inf: `$\infty$`, -inf: `$-\infty$`, nan: "--",
	} {
		if got := tex(draw.Short(v)); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
	for s, want := range map[string]string{
		"[8.08×10^{−4}, ×]": `[$8.08\times10^{-4}$, $\times$]`, "loss ≤ 10^{−4} (%)": `loss $\leq$ $10^{-4}$ (\%)`, "$\\tau$ of $10^{3}$, 5 \\$": `$\tau$ of $10^{3}$, 5 \$`, "a^{2}_{k} & b_c^d": `a\textsuperscript{2}\textsubscript{k} \& b\_c\textasciicircum{}d`,
	} {
		if got := tex(s); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
	var ms []made
	for i, l := range []float64{8.08e-4, 1e-6, -3e-5} {
		e := row(1)
		e.TrainLoss = l
		ms = append(ms, made{seed: 1, config: map[string]any{"strategy.rate": []float64{1e-5, 2.5e-7, -1}[i]}, rows: []record.Evaluation{e}})
	}
	sh, err := DefaultTable().Make(store(t, ms))
	if err != nil {
		t.Fatal(err)
	}
	text := sh.LaTeX()
	for _, want := range []string{`$8.08\times10^{-4}$`, `$1.00\times10^{-6}$`, `$-3.00\times10^{-5}$`, `$10^{-5}$ &`, `$2.5\times10^{-7}$ &`, `$-1$ &`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "textasciicircum") || strings.Contains(fmt.Sprint(sh.Text()), "{") {
		t.Errorf("mark-up in\n%s%s", text, sh.Text())
	}
}
