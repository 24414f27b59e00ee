package plots

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// methods are runs of labels and worker counts, in the order of the alphabet, in a scheme.
func methods(t *testing.T, axes Axes, labels []string, workers ...int64) []*Run {
	t.Helper()
	var runs []record.Run
	for _, l := range slices.Sorted(slices.Values(labels)) {
		for _, w := range workers {
			runs = append(runs, record.Run{Labels: map[string]string{"method": l}, Config: map[string]any{"cluster": map[string]any{"workers": w}, "strategy": map[string]any{"kind": l}}})
		}
	}
	return Scheme{Axes: axes}.wrap(t.Context(), runs)
}

func entries(names ...string) (es []Entry) {
	for _, n := range names {
		es = append(es, Entry{Value: n})
	}
	return es
}

// Groups and panels stand in the order of the experiment, and a group has the color of its entry,
// whichever others are shown.
func TestOrderAndColorsOfTheExperiment(t *testing.T) {
	axes := Axes{{"method", entries("Sync", "ASGD", "DANA")}, {"cluster.workers", entries("64", "4", "16")}}
	axes[0].Entries[2].Looks = Looks{Color: "#102030", Dash: "dotted"}
	all := methods(t, axes, []string{"Sync", "ASGD", "DANA", "Adag"}, 4, 16, 64)
	s, err := Grouping{Group: Keys{"method"}, Facet: Keys{"cluster.workers"}}.split(all)
	if err != nil || !slices.Equal(s.groups, []string{"Sync", "ASGD", "DANA", "Adag"}) {
		t.Fatalf("%v %v: entries come first, as they are written, then what is no entry", s.groups, err)
	}
	if !slices.Equal(s.facets, []string{"workers = 64", "workers = 4", "workers = 16"}) {
		t.Errorf("panels %v are not in the order of the sweep", s.facets)
	}
	if s.styles[0].Color != draw.Hues[0] || s.styles[1].Color != draw.Hues[1] || s.styles[2].Color != (color.NRGBA{0x10, 0x20, 0x30, 0xff}) || !slices.Equal(s.styles[2].Dashes, draw.Dashes[2]) {
		t.Errorf("styles %+v", s.styles)
	}
	some, err := Grouping{Group: Keys{"method"}, Facet: Keys{"cluster.workers"}, Order: []string{"DANA", "ASGD"}}.split(methods(t, axes, []string{"DANA", "ASGD"}, 4))
	if err != nil || !slices.Equal(some.groups, []string{"DANA", "ASGD"}) || !identical(some.styles[0], s.styles[2]) || !identical(some.styles[1], s.styles[1]) {
		t.Errorf("%v, %v: order chooses places, not colors", some, err)
	}
	sheet, err := Scheme{Axes: axes}.makeTable(t.Context(), Table{Rows: Keys{"method"}, Band: "none", Columns: []string{"updates"}}, recordsOf(methods(t, axes, []string{"Sync", "ASGD"}, 4)))
	if err != nil || sheet.Rows[0][0].Text != "Sync" {
		t.Errorf("%+v, %v: rows are not in the order of the experiment", sheet, err)
	}
	a, _, err := Sweep{"method", "category"}.axis(all)
	if err != nil || !slices.Equal(a.Names, []string{"Sync", "ASGD", "DANA", "Adag"}) {
		t.Errorf("categories %v, %v", a.Names, err)
	}
}

// A setting that was tuned looks as its runs do.
func TestTunedSettingsHaveTheColorsOfTheExperiment(t *testing.T) {
	axes := Axes{{"method", entries("Sync", "ASGD", "DANA")}}
	ts := tries{settings: []string{"method=ASGD, cluster.workers=4", "method=DANA, cluster.workers=4"}}
	ts.paint(axes)
	s, err := Grouping{Group: Keys{"method"}}.split(methods(t, axes, []string{"ASGD", "DANA"}, 4))
	if err != nil || !identical(ts.styles[0], s.styles[0]) || !identical(ts.styles[1], s.styles[1]) || s.styles[0].Color != draw.Hues[1] {
		t.Errorf("%+v, %+v, %v", ts.styles, s, err)
	}
}

// Curves that are numbers have no entries, and share colors as openly.
func TestManyCurvesSayThatColorsComeAgain(t *testing.T) {
	for n, said := range map[int]bool{8: false, 9: true} {
		var curves []any
		for i := range n {
			curves = append(curves, map[string]any{"name": fmt.Sprint("c", i), "x": []any{1., 2.}, "y": []any{1., float64(i)}})
		}
		pic, err := Make(decode(t, map[string]any{"kind": "curves", "x_label": "a", "y_label": "b", "curve": curves}), nil)
		if err != nil || strings.Contains(pic.Caption(), "9 groups have 8 colors") != said {
			t.Errorf("%d curves: %v, %s", n, err, pic.Caption())
		}
	}
}

func recordsOf(runs []*Run) (out []record.Run) {
	for _, r := range runs {
		out = append(out, r.Run)
	}
	return out
}

// However many groups there are, and of however many keys, no two share color, dash and marker,
// and as far as there are so many, none color and dash or color and marker; that colors come again
// is said.
func TestGroupsLookDifferent(t *testing.T) {
	var names []string
	for i := range 16 {
		names = append(names, fmt.Sprintf("m%02d", i))
	}
	reversed := slices.Clone(names)
	slices.Reverse(reversed)
	given := Axes{{"method", entries(reversed...)}, {"cluster.workers", entries("1", "2", "3")}}
	given[0].Entries[3].Color, given[0].Entries[4].Color = "green", "green"
	for at, axes := range []Axes{nil, given[:1], given, given[1:]} {
		for _, w := range [][]int64{{1}, {1, 2, 3}, {1, 2, 9}} {
			runs := methods(t, axes, names, w...)
			s, err := Grouping{Group: Keys{"method", "cluster.workers"}}.split(runs)
			if err != nil || len(s.styles) != len(runs) {
				t.Fatal(err)
			}
			for i, a := range s.styles {
				for k, b := range s.styles[:i] {
					// six markers do not tell sixteen groups of one color apart
					if identical(a, b) || lookAlike(a, b) && at < 3 {
						t.Errorf("axes %d, %d workers: %q and %q look alike: %+v", at, len(w), s.groups[i], s.groups[k], a)
					}
				}
			}
			if !strings.Contains(s.note, "colors: those of one color differ by dash and marker") {
				t.Errorf("note %q", s.note)
			}
		}
	}
	few := methods(t, given, names[:2], 1)
	if s, err := (Grouping{Group: Keys{"method"}}).split(few); err != nil || s.note != "" {
		t.Errorf("two groups: %q, %v", s.note, err)
	}
}

// A look that is none, or that two entries have, is refused.
func TestBadLooks(t *testing.T) {
	for _, c := range []string{"pink", "#12345", "#1234567", "123456#", "#12345g", ""} {
		if err := new(Color).FromParam(c); err == nil {
			t.Errorf("color %q is taken", c)
		}
	}
	if err := new(Dash).FromParam("wavy"); err == nil || new(Dash).FromParam(3) == nil {
		t.Error("a dash of no name is taken")
	}
	for want, o := range map[string]AxisOrder{
		`[1].color: and dash are those of "a" too: take another of either`:      {"m", []Entry{{"a", Looks{"blue", "solid"}}, {"b", Looks{"blue", "solid"}}}},
		`[1]: "a" looks otherwise in entry 0: one label has one color and dash`: {"m", []Entry{{"a", Looks{"blue", ""}}, {"a", Looks{"green", ""}}}},
	} {
		if err := o.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
