package draw

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// square is a frame of a hundred points on a canvas that keeps what is drawn, with scales along it.
func square(t *testing.T, x, y scale) (*recorder.Canvas, draw.Canvas, *plot.Plot) {
	c := new(recorder.Canvas)
	return c, draw.NewCanvas(guard{c, t.Context()}, 100, 100), axes(Paper, x, y)
}

// points are all those of the paths that were drawn.
func points(c *recorder.Canvas) (ps []vg.Point) {
	add := func(p vg.Path) {
		for _, s := range p {
			if s.Type != vg.CloseComp {
				ps = append(ps, s.Pos)
			}
		}
	}
	for _, a := range c.Actions {
		switch a := a.(type) {
		case *recorder.Stroke:
			add(a.Path)
		case *recorder.Fill:
			add(a.Path)
		}
	}
	return ps
}

// What leaves the frame is cut at its edge, and comes back where it comes back.
func TestClip(t *testing.T) {
	_, c, p := square(t, scale{0, 1, false}, scale{0, 1, false})
	f := frameOf(c, p)
	parts := f.ClipLinesXY([]vg.Point{{X: -50, Y: 50}, {X: 50, Y: 50}, {X: 50, Y: 150}, {X: 70, Y: 150}, {X: 70, Y: 50}, {X: 80, Y: 50}})
	if len(parts) != 2 || parts[0][0] != (vg.Point{X: 0, Y: 50}) || parts[0][2] != (vg.Point{X: 50, Y: 100}) || parts[1][0] != (vg.Point{X: 70, Y: 100}) {
		t.Errorf("%v", parts)
	}
	if parts := f.ClipLinesXY([]vg.Point{{X: -10, Y: 120}, {X: 110, Y: 120}}); len(parts) != 0 {
		t.Errorf("%v lies outside", parts)
	}
	if parts := f.ClipLinesXY([]vg.Point{{X: -4000, Y: -4000}, {X: 4000, Y: 4000}}); len(parts) != 1 || len(parts[0]) != 2 {
		t.Errorf("%v: a line through the frame, both ends outside", parts)
	}
	area := vg.Length(0)
	ps := f.ClipPolygonXY([]vg.Point{{X: -50, Y: -50}, {X: 150, Y: -50}, {X: 150, Y: 50}, {X: -50, Y: 50}})
	for i, a := range ps {
		b := ps[(i+1)%len(ps)]
		area += (a.X*b.Y - b.X*a.Y) / 2
	}
	if math.Abs(math.Abs(float64(area))-5000) > 1e-6 {
		t.Errorf("area %v of %v, want 5000", area, ps)
	}
}

// No mark draws anything beyond the frame, whatever its numbers, but for the size of a marker
// and the strip beyond a broken axis.
func TestMarksStayInside(t *testing.T) {
	st := StyleOf(0)
	values := []float64{-1e300, math.Inf(-1), -1, 0, 0.3, math.NaN(), 0.6, 1, 3, 1e300, math.Inf(1), 0.5}
	back := make([]float64, len(values))
	for i, v := range values {
		back[len(values)-1-i] = v
	}
	function := plotter.NewFunction(func(x float64) float64 { return 1e9 * x })
	for _, log := range []bool{false, true} {
		for _, m := range []Mark{
			Line{X: values, Y: back, Style: st}, Line{X: values, Y: back, Style: st, Dots: true}, Level{Y: 1e300, Style: st},
			Band{X: values, Lo: back, Hi: values, Style: st}, Dots{X: values, Y: back, Style: st},
			Whiskers{X: values, Lo: back, Hi: values, Style: st}, Bars{X: values, H: back, Width: 0.5, Style: st},
			Gone{X: 7, N: 3, Style: st}, Departures{X: [][]float64{values}, Y: [][]float64{back}, Style: st}, function,
		} {
			rec, c, p := square(t, scale{0.1, 1, log}, scale{0.1, 1, log})
			m.Plot(c, p)
			beyond := vg.Length(5)
			if _, ok := m.(lost); ok {
				beyond += stripGap + Paper.row()
			}
			for _, a := range points(rec) {
				if a.X < -5 || a.X > 105 || a.Y < -beyond || a.Y > 100+beyond {
					t.Errorf("log %v, %T: %v is outside", log, m, a)
					break
				}
			}
		}
	}
}

// Our marks draw the same on a plot of gonum/plot, whose logarithmic scale panics at 0.
func TestMarksOnAPlotOfGonum(t *testing.T) {
	m := Line{X: []float64{0, 1, 10}, Y: []float64{0, 1, 10}, Style: StyleOf(0)}
	var got []string
	for _, ours := range []bool{true, false} {
		rec, c, p := square(t, scale{1, 10, true}, scale{1, 10, true})
		if !ours {
			p = plot.New()
			p.X.Min, p.X.Max, p.X.Scale = 1, 10, plot.LogScale{}
			p.Y.Min, p.Y.Max, p.Y.Scale = 1, 10, plot.LogScale{}
		}
		m.Plot(c, p)
		got = append(got, fmt.Sprintf("%.3f", points(rec)))
	}
	if got[0] != got[1] {
		t.Errorf("%s\n%s", got[0], got[1])
	}
}

// The last gate: nothing that is not finite is drawn, so it is in no format; and nothing once the
// context has ended.
func TestGuard(t *testing.T) {
	rec, c, _ := square(t, scale{0, 1, false}, scale{0, 1, false})
	before := len(rec.Actions)
	for _, x := range []vg.Length{vg.Length(math.NaN()), vg.Length(math.Inf(1)), vg.Length(math.Inf(-1)), 1e9} {
		for _, a := range []vg.Point{{X: x}, {Y: x}} {
			var p vg.Path
			p.Move(vg.Point{})
			p.Line(a)
			c.Stroke(p)
			c.Fill(p)
			var q vg.Path
			q.Move(vg.Point{})
			q.QuadTo(a, vg.Point{})
			c.Fill(q)
			c.FillString(fonts().Lookup(Paper.font(8), 8), a, "a")
		}
	}
	if len(rec.Actions) != before {
		t.Errorf("%d actions", len(rec.Actions)-before)
	}
	Paper.text(c, "a", vg.Point{}, anchor{}, 8, Ink, false)
	if len(rec.Actions) == before {
		t.Error("nor what can be drawn")
	}
}

// No mark draws anything left of its first point that has a place on a logarithmic axis, nor
// between points of which one has none.
func TestMarksKeepToALogarithmicAxis(t *testing.T) {
	st := StyleOf(0)
	y := []float64{5, 5, 5}
	lo, hi := []float64{4, 4, 4}, []float64{6, 6, 6}
	for _, first := range []float64{0, -3, math.Inf(-1)} {
		x := []float64{first, 10, 20}
		for _, m := range []Mark{
			Line{X: x, Y: y, Style: st}, Line{X: x, Y: y, Style: st, Dots: true}, Band{X: x, Lo: lo, Hi: hi, Style: st},
			Dots{X: x, Y: y, Style: st}, Whiskers{X: x, Lo: lo, Hi: hi, Style: st},
			Gone{X: first, N: 2, Style: st}, Departures{X: [][]float64{{first}}, Y: [][]float64{{5}}, Style: st},
			Departures{X: [][]float64{{first, 10}}, Y: [][]float64{{5, math.Inf(1)}}, Style: st},
		} {
			rec, c, p := square(t, scale{0.1, 100, true}, scale{0, 10, false})
			m.Plot(c, p)
			at, _ := frameOf(c, p).at(10, 5)
			for _, a := range points(rec) {
				if a.X < at.X-5 {
					t.Fatalf("%T from x = %v: something at %v, left of what was measured at %v", m, first, a, at)
				}
			}
		}
	}
	// The same upwards: between 1 and 0 nothing was measured, so there is no line towards either.
	rec, c, p := square(t, scale{0, 4, false}, scale{0.1, 10, true})
	Line{X: []float64{0, 1, 2, 3, 4}, Y: []float64{1, 1, 0, 1, 1}, Style: Style{Color: Ink, Width: 1}}.Plot(c, p)
	strokes := 0
	for _, a := range rec.Actions {
		if _, ok := a.(*recorder.Stroke); ok {
			strokes++
		}
	}
	if strokes != 2 {
		t.Errorf("%d strokes, want two with a gap around the 0", strokes)
	}
}
