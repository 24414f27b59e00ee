package draw

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A frame is the place of a panel: a rectangle of the canvas and the scales along it.
type frame struct {
	draw.Canvas
	plot *plot.Plot
	look Look
}

// frameOf is what a mark is given by a panel, or by a plot of gonum/plot.
func frameOf(c draw.Canvas, p *plot.Plot) *frame {
	f := &frame{Canvas: c, plot: p, look: Paper}
	if h, ok := p.TextHandler.(Handler); ok {
		f.look = h.look
	}
	return f
}

// axes is the plot that the marks of a panel are given.
func axes(look Look, x, y scale) *plot.Plot {
	p := plot.New()
	p.TextHandler = Handler{look}
	set := func(a *plot.Axis, s scale) {
		// which plotters of images look for
		a.Min, a.Max, a.Scale = s.min, s.max, plot.LinearScale{}
		if s.log {
			a.Scale = s
		}
	}
	set(&p.X, x)
	set(&p.Y, y)
	return p
}

// at places a point of the data, if need be off the page; not ok if a coordinate is NaN.
func (f *frame) at(x, y float64) (a vg.Point, ok bool) {
	if math.IsNaN(x) || math.IsNaN(y) {
		return a, false
	}
	return vg.Point{X: f.X(norm(f.plot.X, x)), Y: f.Y(norm(f.plot.Y, y))}, true
}

// holds says whether the axes have a place for x and y: logarithmic ones have none for 0 and below.
func (f *frame) holds(x, y float64) bool { return holds(f.plot.X, x) && holds(f.plot.Y, y) }

func holds(a plot.Axis, v float64) bool { return !(v <= 0) || !logarithmic(a) }

func logarithmic(a plot.Axis) bool {
	switch s := a.Scale.(type) {
	case scale:
		return s.log
	case plot.LogScale:
		return true
	}
	return false
}

// norm is the place along an axis, which may be one of gonum/plot.
func norm(a plot.Axis, v float64) float64 {
	if !holds(a, v) {
		return -off
	}
	return math.Max(-off, math.Min(off, a.Norm(v)))
}

// shifted is the frame moved to the right.
func (f *frame) shifted(d vg.Length) *frame {
	g := *f
	g.Min.X, g.Max.X = g.Min.X+d, g.Max.X+d
	return &g
}

func (f *frame) inside(a vg.Point) bool {
	const slack = 1e-6
	return a.X >= f.Min.X-slack && a.X <= f.Max.X+slack && a.Y >= f.Min.Y-slack && a.Y <= f.Max.Y+slack
}

// pieces are the stretches of a curve between points that have no place on the axes: a line to one
// would be made up.
func (f *frame) pieces(xs, ys []float64) (out [][]vg.Point) {
	var cur []vg.Point
	n := min(len(xs), len(ys))
	for i := range n {
		a, ok := f.at(xs[i], ys[i])
		if ok = ok && f.holds(xs[i], ys[i]); ok {
			cur = append(cur, a)
		}
		if (!ok || i == n-1) && len(cur) > 0 {
			out, cur = append(out, cur), nil
		}
	}
	return out
}

// curve strokes a curve as far as it is inside.
func (f *frame) curve(sty draw.LineStyle, ps []vg.Point) {
	for _, l := range f.ClipLinesXY(ps) {
		f.StrokeLines(sty, thin(l))
	}
}

// rectangle fills what lies between two corners.
func (f *frame) rectangle(sty Style, a, b vg.Point) {
	f.FillPolygon(sty.Color, []vg.Point{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}})
}

// thin leaves out points of a curve that no eye can see: those within a fiftieth of a point of the
// last one kept.
func thin(ps []vg.Point) []vg.Point {
	if len(ps) == 0 {
		return ps
	}
	out := ps[:1:1]
	for i, a := range ps[1:] {
		if l := out[len(out)-1]; math.Hypot(float64(a.X-l.X), float64(a.Y-l.Y)) > 0.02 || i == len(ps)-2 {
			out = append(out, a)
		}
	}
	return out
}

// extentOf reports the points of a curve.
func extentOf(xs, ys []float64, grow func(x, y float64)) {
	for i := range min(len(xs), len(ys)) {
		if Finite(xs[i]) {
			grow(xs[i], ys[i])
		}
	}
}
