package plots

import (
	"encoding/csv"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"staleness/plots/internal/draw"
	mock "staleness/plots/internal/made"
)

// readPoints reads a table of numbers as one would elsewhere.
func readPoints(t testing.TB, text []byte) (points []draw.Point) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	if !slices.Equal(rows[0][:8], pointColumns) {
		t.Fatalf("the columns are %q", rows[0])
	}
	number := func(s string) (float64, string) {
		if s == "" {
			return math.NaN(), ""
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return math.NaN(), s
		}
		return v, ""
	}
	for _, r := range rows[1:] {
		p := draw.Point{Panel: r[0], Group: r[1], Mark: r[7], Value: math.NaN()}
		p.X, p.NameX = number(r[2])
		p.Y, p.NameY = number(r[3])
		p.Low, _ = number(r[4])
		p.High, _ = number(r[5])
		if len(r) > 8 {
			p.Value, _ = number(r[8])
		}
		p.Seeds, _ = strconv.Atoi(r[6])
		points = append(points, p)
	}
	return points
}

// Whatever numbers the marks of a figure hold are in its table, with all their digits: the table is
// compared with the fields of the marks, not with what these say of themselves.
func TestPointsAreWhatIsDrawn(t *testing.T) {
	runs := mock.Store(t, keyRuns())
	for _, kind := range Kinds() {
		table := map[string]any{"kind": kind.Name}
		for k, v := range keyBases[kind.Name] {
			table[k] = v
		}
		for k, v := range Example(kind.Name) {
			table[k] = v
		}
		fig := decode(t, table)
		pic, err := Make(fig, runs)
		if err != nil {
			t.Errorf("%s: %v", kind.Name, err)
			continue
		}
		d, err := draw.Lay(pic, fig.common().page())
		if err != nil {
			t.Fatal(err)
		}
		there, measured := map[string]bool{}, kind.Name == "curves"
		for _, p := range readPoints(t, pointsCSV(d.Points())) {
			for _, v := range []float64{p.X, p.Y, p.Low, p.High, p.Value} {
				there[fmt.Sprint(p.Panel, " ", v)] = true
			}
			if measured = measured || p.Seeds > 0; p.Mark == "" {
				t.Errorf("%s: %+v", kind.Name, p)
			}
		}
		if !measured {
			t.Errorf("%s: no row says of how many seeds it is", kind.Name)
		}
		names := pic.PanelNames()
		for i, q := range pic.Panels {
			for _, m := range q.Marks {
				for _, v := range numbersOf(q, m) {
					if !there[fmt.Sprint(draw.Legible(names[i]), " ", v)] {
						t.Errorf("%s: %v of a %T in %q is in no row", kind.Name, v, m, names[i])
					}
				}
			}
		}
	}
}

// numbersOf are the numbers in the fields of a mark. Of curves that diverge only the place is drawn
// where they leave, of cells their value.
func numbersOf(q Panel, m Mark) (vs []float64) {
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Struct {
		return nil
	}
	for _, name := range []string{"X", "Y", "Lo", "Hi", "H", "Value"} {
		f := v.FieldByName(name)
		switch {
		case !f.IsValid():
		case f.Kind() == reflect.Float64:
			vs = append(vs, place(q, name, f.Float()))
		case f.Type() == reflect.TypeFor[[]float64]():
			for i := range f.Len() {
				vs = append(vs, place(q, name, f.Index(i).Float()))
			}
		}
	}
	return vs
}

// place is the number that a table shows of a field; NaN where a word stands instead.
func place(q Panel, field string, v float64) float64 {
	axis := map[string]Axis{"X": q.X, "Y": q.Y}[field]
	if axis.Plus == 0 && axis.Names != nil {
		return math.NaN()
	}
	return v - axis.Plus
}

// A category stands by its word, in full; a logarithmic axis of staleness by the staleness.
func TestPointsOfWords(t *testing.T) {
	a := draw.Axis{At: []float64{0, 1}, Names: []string{"0.12", "b"}, Whole: []string{"0.123456789", "b"}, Min: -1, Max: 2}
	tau := draw.Axis{Log: true, Plus: 1, At: []float64{1, 11}, Names: []string{"0", "10"}, Min: .9, Max: 12}
	p := &Picture{Notes: []string{"a"}, Panels: []Panel{
		{Title: "words", X: a, Marks: []Mark{Dots{Whose: Whose{Group: "g", Seeds: []int{3, 4}}, X: []float64{0, 1}, Y: []float64{0.1, math.Inf(1)}}}},
		{Title: "τ\x00", X: tau, Marks: []Mark{Line{X: []float64{1, 2, 11}, Y: []float64{1. / 3, math.NaN(), 5e-324}}}},
	}}
	d, err := draw.Lay(p, Defaults().page())
	if err != nil {
		t.Fatal(err)
	}
	want := `panel,group,x,y,low,high,seeds,mark
words,g,0.123456789,0.1,,,3,dot
words,g,b,inf,,,4,dot
τ?,,0,0.3333333333333333,,,,line
τ?,,1,,,,,line
τ?,,10,5e-324,,,,line
`
	if got := string(pointsCSV(d.Points())); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Whiskers go with the marker of their setting, in their order, where settings of a group stand at
// one place; a diverged run is a row.
func TestPointsJoin(t *testing.T) {
	g := Whose{Group: "g", Seeds: []int{2}}
	p := &Picture{Notes: []string{"a"}, Panels: []Panel{{Y: Axis{Min: 0, Max: 10}, X: Axis{Min: 0, Max: 4}, Marks: []Mark{
		Whiskers{Whose: g, X: []float64{1}, Lo: []float64{1}, Hi: []float64{3}},
		Whiskers{Whose: g, X: []float64{1}, Lo: []float64{4}, Hi: []float64{6}},
		Dots{Whose: g, X: []float64{1, 1}, Y: []float64{2, 5}},
		Spans{Whose: g, Y: []float64{2}, Lo: []float64{0}, Hi: []float64{3}},
		Departures{Group: "g", X: [][]float64{{0, 4}}, Y: [][]float64{{0, 20}}},
		Gone{Group: "g", X: 3, N: 4},
	}}}}
	d, err := draw.Lay(p, Defaults().page())
	if err != nil {
		t.Fatal(err)
	}
	want := `panel,group,x,y,low,high,seeds,mark
,g,1,2,1,3,2,dot
,g,1,5,4,6,2,dot
,g,,2,0,3,2,span
,g,2,10,,,1,cross
,g,3,inf,,,4,cross
`
	if got := string(pointsCSV(d.Points())); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
