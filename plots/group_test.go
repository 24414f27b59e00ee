package plots

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/sim/record"
)

// Runs of different settings never pass for seeds of one.
func TestSettingsAreNotPooled(t *testing.T) {
	runs := wrap(t.Context(), store(t, windows()))
	_, err := Grouping{Group: Keys{"method"}}.split(runs)
	if err == nil || !strings.Contains(err.Error(), "strategy.window") || !strings.Contains(err.Error(), `the runs of "SGD"`) {
		t.Errorf("windows pooled: %v", err)
	}
	s, err := Grouping{Group: Keys{"method"}, Facet: Keys{"strategy.window"}}.split(runs)
	if err != nil || len(s.facets) != 4 || len(s.groups) != 4 || len(s.cells) != 16 {
		t.Fatalf("%+v, %v", s, err)
	}
	if want := []string{"window = 1", "window = 4", "window = 16", "window = 64"}; !slices.Equal(s.facets, want) {
		t.Errorf("%v: numbers go by size", s.facets)
	}
	for _, c := range s.cells {
		if len(c.runs) != 3 {
			t.Errorf("%s: %d runs, want the 3 seeds", s.nameOf(c), len(c.runs))
		}
	}
}

// Without keys, rows and lines are told apart by all that the runs differ in, and by no more.
func TestKeysAreFound(t *testing.T) {
	runs := wrap(t.Context(), store(t, windows()))
	s, err := Grouping{}.split(runs)
	if err != nil || !slices.Equal(s.keys, Keys{"method", "strategy.window"}) || len(s.groups) != 16 {
		t.Errorf("%v, %v", s, err)
	}
	s, err = Grouping{Order: []string{"SGD", "EAMSGD"}}.split(runs, "strategy.window")
	if err != nil || !slices.Equal(s.groups, []string{"SGD", "EAMSGD", "AEASGD", "Downpour"}) {
		t.Errorf("%v, %v", s, err)
	}
	one := runs[:3]
	if s, err = (Grouping{}).split(one); err != nil || len(s.keys) != 0 || len(s.cells) != 1 {
		t.Errorf("three seeds: %+v, %v", s, err)
	}
}

// The order of the runs does not matter: a folder lists them by their hashes.
func TestOrderOfRunsDoesNotMatter(t *testing.T) {
	runs := store(t, windows())
	fig := decode(t, map[string]any{"kind": "convergence", "facet": "strategy.window"})
	a, err := Make(fig, runs)
	if err != nil {
		t.Fatal(err)
	}
	back := slices.Clone(runs)
	slices.Reverse(back)
	b, err := Make(fig, back)
	if err != nil {
		t.Fatal(err)
	}
	if svg(t, fig, a) != svg(t, fig, b) {
		t.Error("another order, another picture")
	}
}

func TestWhere(t *testing.T) {
	runs := wrap(t.Context(), store(t, windows()))
	for _, c := range []struct {
		where map[string]any
		n     int
	}{
		{nil, 48},
		{map[string]any{"method": "SGD"}, 12},
		{map[string]any{"method": []any{"SGD", "AEASGD"}, "strategy.window": 4.0}, 6},
		{map[string]any{"seed": int64(2), "status": "diverged"}, 2},
		{map[string]any{"method": "nobody"}, 0},
	} {
		var w Where
		if c.where != nil {
			if err := w.FromParam(c.where); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.pick(runs)
		if err != nil || len(got) != c.n {
			t.Errorf("%v: %d runs, %v; want %d", c.where, len(got), err, c.n)
		}
	}
	if _, err := (Where{"strategy.windw": {"1"}}).pick(runs); err == nil || !strings.Contains(err.Error(), `did you mean "strategy.window"`) {
		t.Error(err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	runs := store(t, windows())
	for _, c := range []struct {
		table map[string]any
		want  []string
	}{
		{map[string]any{"kind": "convergance"}, []string{"figure[3].kind", "convergence", "heatmap"}},
		{map[string]any{}, []string{"figure[3].kind", "is missing"}},
		{map[string]any{"kind": "convergence", "band": "sigma"}, []string{"figure[3].band", "quartiles"}},
		{map[string]any{"kind": "convergence", "colour": "red"}, []string{"figure[3].colour", "unknown key"}},
		{map[string]any{"kind": "convergence", "ratio": 9.0}, []string{"figure[3].ratio", "[0.2,3]"}},
		{map[string]any{"kind": "convergence", "group": int64(4)}, []string{"figure[3].group", "want a key"}},
		{map[string]any{"kind": "final"}, []string{"figure[3].x", "is missing"}},
		{map[string]any{"kind": "time-to-target", "x": "seed"}, []string{"figure[3].target", "is missing"}},
		{map[string]any{"kind": "convergence", "x": "tiem"}, []string{`figure[3].x = "tiem"`, "epoch"}},
		{map[string]any{"kind": "convergence", "y": "test_acuracy"}, []string{`did you mean "test_accuracy"`}},
		{map[string]any{"kind": "convergence", "y": "consensus", "facet": "strategy.window"}, []string{"no column consensus", "there are: time_s", "train_loss"}},
		{map[string]any{"kind": "convergence", "group": "methods"}, []string{"group", `did you mean "method"`}},
		{map[string]any{"kind": "convergence", "where": map[string]any{"method": "X"}}, []string{"where", "selects none of 48 runs"}},
		{map[string]any{"kind": "convergence", "facet": "strategy.window", "y_min": 3.0, "y_max": 2.0}, []string{"y_min", "is not below y_max = 2.0"}},
		{map[string]any{"kind": "convergence", "facet": "strategy.window", "y_min": -3.0, "y_scale": "log"}, []string{"y_min", "above 0"}},
		{map[string]any{"kind": "final", "x": "method", "x_scale": "log"}, []string{"x_scale", "category"}},
		{map[string]any{"kind": "final", "x": "strategy.window", "y": "lost"}, []string{"y", `"lost"`, "train_loss"}},
		{map[string]any{"kind": "stability", "x": "strategy.window", "y": "seed", "facet": "method", "value": "train_loss"}, []string{"curvature", "theory"}},
		{map[string]any{"kind": "heatmap", "x": "strategy.window", "y": "cluster.workers"}, []string{"not seeds of one setting", "method"}},
		{map[string]any{"kind": "curves", "x_label": "x", "y_label": "y", "curve": []map[string]any{{"x": []any{1.0}, "y": []any{}}}}, []string{"curve[0]", "1 values of x and 0 of y"}},
	} {
		fig, err := Decode("figure[3]", c.table)
		if err == nil {
			_, _, err = Draw(t.Context(), fig, runs, t.TempDir(), "figure")
		}
		if err == nil {
			t.Errorf("%v is fine", c.table)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v: %v\nlacks %q", c.table, err, w)
			}
		}
	}
	if _, err := DecodeTable("table[0]", map[string]any{"columns": "train_loss"}); err == nil || !strings.Contains(err.Error(), "table[0].columns") {
		t.Error(err)
	}
	if _, err := DecodeTable("table[0]", map[string]any{"cost": "tiem"}); err == nil || !strings.Contains(err.Error(), `table[0].cost = "tiem"`) {
		t.Error(err)
	}
	spec := DefaultTable()
	spec.Columns = []string{"nothing"}
	if _, _, err := WriteTable(t.Context(), spec, runs, t.TempDir(), "t"); err == nil || !strings.Contains(err.Error(), "columns[0]") {
		t.Error(err)
	}
	for _, name := range []string{"", "a/b", ".."} {
		if _, _, err := Draw(t.Context(), registered(t, "convergence"), runs, t.TempDir(), name); err == nil {
			t.Errorf("%q is a file name", name)
		}
	}
	var e *params.Error
	fig := registered(t, "convergence").(Convergence)
	fig.X = "tiem" // in a program: a file with it is refused
	if _, _, err := Draw(t.Context(), fig, runs, t.TempDir(), "f"); !errors.As(err, &e) || e.Path != "x" {
		t.Errorf("%v carries no key", err)
	}
}

// registered is a kind as it is registered.
func registered(t *testing.T, kind string) Figure {
	e, ok := kinds.Lookup(kind)
	if !ok {
		t.Fatal(kind)
	}
	return e.Defaults.(Figure)
}

// What is to be known about the runs is said with every figure and table.
func TestWarnings(t *testing.T) {
	ms := []made{
		{seed: 1, rows: training(1, .1, .2, .1, 5)},
		{seed: 2, rows: training(2, .1, .2, .1, 5), status: record.Interrupted},
		{seed: 3, rows: training(3, .1, .2, .1, 5), status: record.Failed, finish: func(s *record.Summary) {
			s.Build, s.Invariants = "b2", map[string]string{"time": record.Held, "conservation": "off by 3"}
		}},
	}
	runs := store(t, ms)
	pic, err := Make(registered(t, "convergence"), runs)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := DefaultTable().Make(runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{pic.Caption(), sh.Text(), sh.LaTeX()} {
		for _, want := range []string{"of 3 runs, 1 interrupted and 1 failed", "1 run violates an invariant", "2 builds"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s\nlacks %q", text, want)
			}
		}
	}
}

// A run that does not have what the panels are about, such as a sequential baseline, is compared in
// each of them.
func TestBaselinesStandInEveryPanel(t *testing.T) {
	runs := store(t, windows())
	for i := range runs {
		if runs[i].Labels["method"] == "SGD" {
			delete(runs[i].Config["strategy"].(map[string]any), "window")
		}
	}
	s, err := Grouping{Group: Keys{"method"}, Facet: Keys{"strategy.window"}}.split(wrap(t.Context(), runs))
	if err != nil || len(s.facets) != 4 || len(s.cells) != 16 {
		t.Fatalf("%+v, %v", s, err)
	}
	for _, c := range s.cells {
		if want := 3; s.groups[c.group] == "SGD" && len(c.runs) != 4*want {
			t.Errorf("%s: %d runs", s.nameOf(c), len(c.runs))
		}
	}
}
