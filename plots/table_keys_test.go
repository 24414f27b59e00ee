package plots

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// rivals are three methods at three numbers of workers, a few seeds each: the second is best, the
// third not always at the target.
func rivals(seeds int) (runs []mock.Run) {
	for m, method := range []string{"ASGD", "EASGD", "DANA"} {
		for w, workers := range []int64{4, 16, 64} {
			for seed := uint64(1); seed <= uint64(seeds); seed++ {
				rows := mock.Training(seed, .1+.06*float64(m%2)-.01*float64(w), .2, .1, 20)
				runs = append(runs, mock.Run{
					Seed: seed, Rows: rows, Labels: map[string]string{"method": method},
					Config: map[string]any{"strategy.kind": method, "cluster.workers": workers},
					Finish: func(s *record.Summary) {
						s.Staleness, s.IdleFraction = mock.Queue(seed, int(workers), 50), 0.1*float64(w+1)
					},
				})
			}
		}
	}
	return runs
}

// written is a table in all its forms, or why it is refused.
func writtenTable(t *testing.T, table map[string]any, runs []record.Run) string {
	t.Helper()
	spec, err := DecodeTable("table[0]", table)
	if err == nil {
		err = params.At("table[0]", spec.Check(Plan{Runs: runs}))
	}
	if err != nil {
		return "refused: " + err.Error()
	}
	sh, err := spec.Make(runs)
	if err != nil {
		return "refused: " + err.Error()
	}
	return sh.Text() + sh.LaTeX() + sh.CSV()
}

// Every key of a table changes it, every word differs from every other, and what means nothing is
// refused at its place.
func TestEveryKeyOfTables(t *testing.T) {
	runs := mock.Store(t, rivals(7))
	base := map[string]any{"rows": "method", "columns": []any{"cluster.workers", "train_loss"}}
	over := func(more map[string]any) map[string]any {
		out := base
		for k, v := range more {
			out = with(out, k, v)
		}
		return out
	}
	against := over(map[string]any{"against": "ASGD", "columns": []any{"cluster.workers", "train_loss", "test_accuracy"}})
	target := over(map[string]any{"target": 1.5, "columns": []any{"cluster.workers"}})
	cases := map[string]struct {
		base  map[string]any
		value any
		wrong map[any]string // what is refused, and words of why
	}{
		"name":    {base, "best", nil},
		"where":   {base, map[string]any{"method": []any{"ASGD", "DANA"}}, map[any]string{"ASGD": "want a table"}},
		"rows":    {over(map[string]any{"rows": []any{"method", "cluster.workers"}, "columns": []any{"train_loss"}}), []any{"cluster.workers", "method"}, map[any]string{"nothing": "no run has a key"}},
		"order":   {base, []any{"DANA"}, map[any]string{"DANO": "order"}},
		"columns": {base, []any{"train_loss", "cluster.workers", "time"}, map[any]string{"los": "columns"}},
		"head":    {base, map[string]any{"cluster.workers": "$M$"}, map[any]string{"M": "want a table of names"}},
		"band":    {base, "quartiles", map[any]string{"t-test": "one of"}},
		"bold":    {base, "row", map[any]string{"all": "one of"}},
		"against": {base, "ASGD", map[any]string{"EASG": "is no row; there are ASGD"}},
		"compare": {against, "difference", map[any]string{"percent": "one of"}},
		"target":  {base, 1.5, map[any]string{"low": "want"}},
		"metric":  {target, "test_loss", map[any]string{"tset_loss": `did you mean "test_loss"?`, "time": "no such quantity"}},
		"cost":    {target, "gradients", map[any]string{"train_loss": "no such quantity"}},
		"caption": {base, "What we found", nil},
		"label":   {base, "tab:found", nil},
		"width":   {with(base, "columns", []any{"cluster.workers", "train_loss", "test_accuracy", "time"}), "page", map[any]string{"wide": "one of"}},
	}
	for _, k := range DescribeTable() {
		c, ok := cases[k.Key]
		if !ok {
			t.Errorf("%s is not tried", k.Key)
			continue
		}
		delete(cases, k.Key)
		before, after := writtenTable(t, c.base, runs), writtenTable(t, with(c.base, k.Key, c.value), runs)
		if before == after || strings.HasPrefix(before, "refused") || strings.HasPrefix(after, "refused") {
			t.Errorf("%s = %v changes nothing:\n%s\n%s", k.Key, c.value, before, after)
		}
		for v, want := range c.wrong {
			if k.Key == "order" || k.Key == "columns" {
				v = []any{v}
			}
			got := writtenTable(t, with(c.base, k.Key, v), runs)
			if !strings.HasPrefix(got, "refused: table[0]."+k.Key) || !strings.Contains(got, want) {
				t.Errorf("%s = %v: %s", k.Key, v, got)
			}
		}
		if k.In == "" {
			continue
		}
		seen := map[string]string{}
		for _, word := range strings.Split(k.In, "|") {
			got := writtenTable(t, with(c.base, k.Key, word), runs)
			if other, twice := seen[got]; twice && other != "auto" {
				t.Errorf("%s: %s is the same as %s", k.Key, word, other)
			}
			seen[got] = word
		}
	}
	for k := range cases {
		t.Errorf("%s is no key", k)
	}
}

// What means nothing where it stands is refused, by the name that the file has for it.
func TestTablesRefuse(t *testing.T) {
	runs := mock.Store(t, rivals(2))
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"compare": "ratio"}, "table[0].compare"},
		{map[string]any{"cost": "updates"}, "table[0].cost"},
		{map[string]any{"metric": "test_loss"}, "table[0].metric"},
		{map[string]any{"columns": []any{"reached"}}, "give target too"},
		{map[string]any{"columns": []any{"time", "time"}}, "table[0].columns[1] = \"time\": stands here twice"},
		{map[string]any{"rows": "method", "columns": []any{"method"}}, "is a key of the rows already"},
		{map[string]any{"rows": "method", "group": "method"}, "table[0].group: says the same as rows"},
		{map[string]any{"group": "methud"}, "table[0].group = \"methud\""},
		{map[string]any{"group": int64(1)}, "table[0].group = 1"},
		{map[string]any{"rows": "methud"}, "table[0].rows = \"methud\""},
		{map[string]any{"rows": "method"}, "they differ in cluster.workers; add one of these to rows or columns, or choose by where"},
		{map[string]any{"head": map[string]any{"trian_loss": "l"}}, `table[0].head = {"trian_loss" = ...}: there is no column or key of that name in the table; did you mean "train_loss"?`},
		{map[string]any{"head": map[string]any{"train_loss": " "}}, "table[0].head"},
		{map[string]any{"columns": []any{"cluster.workers", "validation_loss"}, "value": "x"}, "table[0].value"},
	} {
		if got := writtenTable(t, c.table, runs); !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, c.want) {
			t.Errorf("%v: %s\nwants %s", c.table, got, c.want)
		}
	}
	if writtenTable(t, map[string]any{"group": []any{"method", "cluster.workers"}}, runs) != writtenTable(t, map[string]any{"rows": []any{"method", "cluster.workers"}}, runs) {
		t.Error("group is not rows")
	}
}

// Columns are those that are asked for and no others, in their order; keys stand where they are
// named.
func TestColumnsSelect(t *testing.T) {
	runs := mock.Store(t, rivals(2))
	heads := func(columns ...any) (out []string) {
		spec, err := DecodeTable("table[0]", map[string]any{"rows": "method", "columns": columns, "target": 1.5, "band": "none"})
		if err != nil {
			t.Fatal(err)
		}
		sh, err := spec.Make(runs)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range sh.Heads[sh.Stub:] {
			out = append(out, strings.TrimPrefix(fmt.Sprintf("%s|%s", Plain(h.Over), strings.ReplaceAll(h.Text, "\n", " ")), "|"))
		}
		return out
	}
	cost := "model time to train loss ≤ 1.5 (s)"
	for _, c := range []struct {
		columns []any
		want    []string
	}{
		{[]any{"cluster.workers"}, []string{"workers|4", "workers|16", "workers|64"}},
		{[]any{"cluster.workers", "reached"}, []string{
			"workers = 4|reached", "workers = 4|" + cost, "workers = 16|reached", "workers = 16|" + cost, "workers = 64|reached", "workers = 64|" + cost}},
		{[]any{"seeds", "cluster.workers"}, []string{
			"seeds, by workers|4", "seeds, by workers|16", "seeds, by workers|64", cost + ", by workers|4", cost + ", by workers|16", cost + ", by workers|64"}},
	} {
		if got := heads(c.columns...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.columns, got, c.want)
		}
	}
}
