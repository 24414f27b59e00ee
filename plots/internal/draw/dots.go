package draw

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dots are markers.
type Dots struct {
	Whose
	X, Y  []float64
	Style Style
	Shift vg.Length // to the right
}

var _ Mark = Dots{}

// Extent implements Ranger.
func (m Dots) Extent(grow func(x, y float64)) { extentOf(m.X, m.Y, grow) }

// Plot implements plot.Plotter.
func (m Dots) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p).shifted(m.Shift)
	for i := range min(len(m.X), len(m.Y)) {
		if a, ok := f.at(m.X[i], m.Y[i]); ok {
			f.marker(a, m.Style)
		}
	}
}

// markers is the number of shapes.
const markers = 6

// A glyph is shape 1 ... markers with a thin white edge, so that overlapping ones stay apart.
type glyph int

var _ draw.GlyphDrawer = glyph(1)

// corners of the shapes, in radii; the first shape is a circle.
var corners = [markers + 1][]vg.Point{
	2: {{X: -.9, Y: -.9}, {X: .9, Y: -.9}, {X: .9, Y: .9}, {X: -.9, Y: .9}},
	3: {{X: -1.1, Y: -.8}, {X: 1.1, Y: -.8}, {X: 0, Y: 1.15}},
	4: {{X: 0, Y: -1.3}, {X: 1.3, Y: 0}, {X: 0, Y: 1.3}, {X: -1.3, Y: 0}},
	5: {{X: -1.1, Y: .8}, {X: 0, Y: -1.15}, {X: 1.1, Y: .8}},
	6: {{X: -.4, Y: -1.2}, {X: .4, Y: -1.2}, {X: .4, Y: -.4}, {X: 1.2, Y: -.4}, {X: 1.2, Y: .4}, {X: .4, Y: .4}, {X: .4, Y: 1.2},
		{X: -.4, Y: 1.2}, {X: -.4, Y: .4}, {X: -1.2, Y: .4}, {X: -1.2, Y: -.4}, {X: -.4, Y: -.4}},
}

// DrawGlyph implements draw.GlyphDrawer.
func (g glyph) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	var p vg.Path
	if g < 2 || g > markers {
		p = circle(at, sty.Radius)
	} else {
		for i, k := range corners[g] {
			if a := at.Add(k.Scale(sty.Radius)); i == 0 {
				p.Move(a)
			} else {
				p.Line(a)
			}
		}
		p.Close()
	}
	c.SetColor(sty.Color)
	c.Fill(p)
	c.SetLineStyle(plain(White, 0.4))
	c.Stroke(p)
}

// circle is four cubics.
func circle(c vg.Point, r vg.Length) (p vg.Path) {
	const k = 0.5522847498
	at := func(x, y vg.Length) vg.Point { return vg.Point{X: c.X + x*r, Y: c.Y + y*r} }
	p.Move(at(1, 0))
	p.CubeTo(at(1, k), at(k, 1), at(0, 1))
	p.CubeTo(at(-k, 1), at(-1, k), at(-1, 0))
	p.CubeTo(at(-1, -k), at(-k, -1), at(0, -1))
	p.CubeTo(at(k, -1), at(1, -k), at(1, 0))
	p.Close()
	return p
}

// marker draws a marker if its place is inside.
func (f *frame) marker(at vg.Point, s Style) {
	if f.inside(at) {
		f.DrawGlyphNoClip(draw.GlyphStyle{Color: s.Color, Radius: f.look.Marker, Shape: glyph(max(s.Marker, 1))}, at)
	}
}
