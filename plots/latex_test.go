package plots_test

import (
	"fmt"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	"staleness/plots"
	"staleness/plots/internal/made"
	"staleness/plots/plotstest"
	"staleness/sim/record"
)

// study is six methods at three numbers of workers, with labels and numbers as given.
func study(t *testing.T, seeds int, label func(m int) string, number func(m, w int, seed uint64) float64) []record.Run {
	var ms []made.Run
	for m := range 6 {
		for w, workers := range []int64{4, 16, 64} {
			for seed := range uint64(seeds) {
				rows := made.Training(seed+1, .1+.01*float64(m), .2, .1, 8)
				rows[len(rows)-1].TrainLoss = number(m, w, seed)
				ms = append(ms, made.Run{Seed: seed + 1, Rows: rows, Labels: map[string]string{"method": label(m)},
					Config: map[string]any{"strategy.kind": label(m), "cluster.workers": workers}})
			}
		}
	}
	return made.Store(t, ms)
}

func latexOf(t *testing.T, runs []record.Run, table map[string]any) string {
	t.Helper()
	spec, err := plots.DecodeTable("table[0]", table)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := spec.Make(runs)
	if err != nil {
		t.Fatal(err)
	}
	return sh.LaTeX()
}

// Tables of any width, with any label, compile within the columns of an article.
func TestLaTeXOfTables(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it is LaTeX that runs")
	}
	methods := []string{"ASGD", "DOWNPOUR", "EAMSGD", "DC-ASGD", "FedBuff", "Sync"}
	small := func(m, w int, seed uint64) float64 {
		return 8.08e-4 * float64(1+m) / float64(1+w) * (1 + .1*float64((seed+2*uint64(m+w))%5))
	}
	plain := study(t, 7, func(m int) string { return methods[m] }, small)
	nasty := []string{`a & b < c > \d $ 100 % _ # { } "`, "[bracket] *", "τ ≤ ∞, Ωμέγα → ∇f", "日本語のラベル", strings.Repeat("very long label ", 8), strings.Repeat("unbroken", 12)}
	odd := study(t, 2, func(m int) string { return nasty[m] }, small)
	pivot := []any{"cluster.workers", "train_loss"}
	var body strings.Builder
	for _, c := range []struct {
		runs  []record.Run
		table map[string]any
	}{
		{plain, map[string]any{"rows": "method", "columns": pivot, "label": "tab:a_b"}},
		{plain, map[string]any{"rows": "method", "columns": pivot, "band": "t"}},
		{plain, map[string]any{"rows": "method", "columns": pivot, "against": "ASGD"}},
		{plain, map[string]any{"rows": "method", "columns": pivot, "bold": "row", "head": map[string]any{"cluster.workers": "$M$"}}},
		{plain, map[string]any{"rows": "method", "columns": []any{"cluster.workers"}, "target": 1.2}},
		{plain, map[string]any{"rows": "method", "columns": []any{"cluster.workers", "train_loss", "test_accuracy", "time"}}},
		{plain, map[string]any{"rows": "method", "columns": []any{"cluster.workers", "train_loss", "test_accuracy", "time"}, "width": "page"}},
		{plain, map[string]any{"target": 1.2}},
		{plain, map[string]any{"target": 1.2, "width": "page"}},
		{odd, map[string]any{"rows": "method", "columns": pivot, "caption": strings.Join(nasty, "; ")}},
		{odd, map[string]any{"rows": "cluster.workers", "columns": []any{"method", "train_loss"}}},
		{odd, map[string]any{}},
	} {
		fmt.Fprintln(&body, latexOf(t, c.runs, c.table), "\\clearpage")
	}
	for _, f := range plotstest.LaTeX(t, body.String(), nil) {
		t.Error(f)
	}
	if f := plotstest.LaTeX(t, "\\begin{tabular}{l}"+strings.Repeat("too wide ", 20)+"\\end{tabular}", nil); len(f) != 1 {
		t.Errorf("a table that is too wide passes: %q", f)
	}
	if f := plotstest.LaTeX(t, "日", nil); len(f) == 0 {
		t.Error("a letter that LaTeX has not passes")
	}
}
