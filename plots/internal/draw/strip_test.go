package draw

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

// What no axis reaches stands beyond the frame, each row apart; what ends inside stays there.
func TestCrossesStandBeyondTheFrame(t *testing.T) {
	st := Style{Color: Ink}
	for _, below := range []bool{false, true} {
		rise, end := 1., math.Inf(1)
		if below {
			rise, end = -1, math.Inf(-1)
		}
		for _, m := range []lost{
			Gone{X: 0.5, N: 1, Below: below, Style: st}, Gone{X: 0.5, N: 2, Below: below, Drop: 2, Style: st},
			Departures{X: [][]float64{{0, 0.5, 1}}, Y: [][]float64{{0.5, 0.5 + rise, end}}, Below: below, Style: st},
		} {
			rec, c, p := square(t, scale{0, 1, false}, scale{0, 1, false})
			m.(Mark).Plot(c, p)
			over, under := m.rows(Axis{Max: 1}, Axis{Max: 1})
			if (over > 0) == below || (under > 0) != below {
				t.Errorf("%+v needs %d rows above and %d below", m, over, under)
			}
			reach := stripGap + 1 + vg.Length(over+under)*Paper.row()
			for _, a := range points(rec) {
				if !below && !(a.Y > 100+stripGap && a.Y < 100+reach) || below && !(a.Y < -stripGap && a.Y > -reach) {
					t.Errorf("%+v: %v is not in the strip", m, a)
				}
			}
		}
		inside := Departures{X: [][]float64{{0, 0.5}}, Y: [][]float64{{0.5, 0.5}}, Below: below, Style: st}
		if over, under := inside.rows(Axis{Max: 1}, Axis{Max: 1}); over+under > 0 {
			t.Errorf("a run that ends inside has a strip")
		}
	}
	// the strip is part of the height, of every panel
	height := func(marks ...Mark) vg.Length {
		line := Line{X: []float64{0, 1}, Y: []float64{0, 1}}
		p := Picture{Shared: true, Panels: []Panel{{Marks: append(marks, line)}, {Marks: []Mark{line}}}}
		d, err := Lay(&p, Page{Look: Paper, Width: ColumnWidth, Ratio: 0.6})
		if err != nil {
			t.Fatal(err)
		}
		return d.Height
	}
	if got := height(Gone{X: 0.5, N: 1}) - height(); got < Paper.row() {
		t.Errorf("the strip takes %v", got)
	}
}

// Markers along a line stand on its points, none twice.
func TestMarkersStandOnPoints(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 200} {
		l := Line{Style: Style{Color: Ink, Marker: 2, Width: 1}, Phase: 0.4}
		at := map[vg.Point]int{}
		rec, c, p := square(t, scale{0, 1, false}, scale{0, 1, false})
		for i := range n {
			x := (float64(i) + 0.5) / float64(n)
			l.X, l.Y = append(l.X, x), append(l.Y, 0.5+0.4*math.Sin(20*x))
			a, _ := frameOf(c, p).at(l.X[i], l.Y[i])
			at[vg.Point{X: vg.Length(math.Round(float64(a.X * 100))), Y: vg.Length(math.Round(float64(a.Y * 100)))}] = 1
		}
		l.Plot(c, p)
		found := 0
		for _, a := range rec.Actions {
			fill, ok := a.(*recorder.Fill)
			if !ok {
				continue
			}
			found++
			var middle vg.Point
			for _, s := range fill.Path[:4] { // a square
				middle = middle.Add(s.Pos.Scale(0.25))
			}
			key := vg.Point{X: vg.Length(math.Round(float64(middle.X * 100))), Y: vg.Length(math.Round(float64(middle.Y * 100)))}
			if at[key]--; at[key] < 0 {
				t.Errorf("%d points: a marker at %v is on none, or on one that has one", n, middle)
			}
		}
		if found == 0 || n > 9 && found != 5 {
			t.Errorf("%d points: %d markers", n, found)
		}
	}
}
