package draw

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Line joins points. It is broken at NaN and at what has no place on a logarithmic axis, and cut
// off at the edges of the panel.
type Line struct {
	Whose
	X, Y  []float64
	Style Style
	Dots  bool      // a marker at each point; otherwise a few along the way if Style has one
	Phase float64   // in [0, 1): shifts the few, so that those of several lines do not coincide
	Loose bool      // the axes need not reach it
	Shift vg.Length // to the right
}

var _ Mark = Line{}

// Extent implements Ranger.
func (m Line) Extent(grow func(x, y float64)) {
	if !m.Loose {
		extentOf(m.X, m.Y, grow)
	}
}

// Plot implements plot.Plotter.
func (m Line) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p).shifted(m.Shift)
	for _, ps := range f.pieces(m.X, m.Y) {
		if len(ps) == 1 && !m.Dots {
			f.marker(ps[0], m.Style)
		}
		f.curve(m.Style.line(), ps)
		switch {
		case m.Style.Marker == 0:
		case m.Dots:
			for _, a := range ps {
				f.marker(a, m.Style)
			}
		default:
			m.few(f, ps)
		}
	}
}

// few sets markers on points of a curve, at nearly equal distances across the frame.
func (m Line) few(f *frame, ps []vg.Point) {
	const few = 5
	last := vg.Point{X: vg.Length(math.Inf(1))}
	for k := range few {
		x := f.Min.X + vg.Length((float64(k)+0.2+0.8*m.Phase)/few)*(f.Max.X-f.Min.X)
		if x < ps[0].X || ps[len(ps)-1].X < x {
			continue
		}
		nearest := slices.MinFunc(ps, func(a, b vg.Point) int { return cmp.Compare(math.Abs(float64(a.X-x)), math.Abs(float64(b.X-x))) })
		if nearest != last {
			f.marker(nearest, m.Style)
		}
		last = nearest
	}
}

// A Level is a line across the panel.
type Level struct {
	Whose
	Y     float64
	Style Style
}

var _ Mark = Level{}

// Extent implements Ranger.
func (m Level) Extent(grow func(x, y float64)) { grow(math.NaN(), m.Y) }

// Plot implements plot.Plotter.
func (m Level) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	if a, ok := f.at(p.X.Min, m.Y); ok {
		f.curve(m.Style.line(), []vg.Point{{X: f.Min.X, Y: a.Y}, {X: f.Max.X, Y: a.Y}})
	}
}
