package draw

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rings are circles around points, such as the ones that were chosen.
type Rings struct {
	Whose
	X, Y  []float64
	Style Style
}

var _ Mark = Rings{}

// ring is the radius, in that of a marker.
const ring = 2

// Extent implements Ranger.
func (m Rings) Extent(grow func(x, y float64)) { extentOf(m.X, m.Y, grow) }

// Plot implements plot.Plotter.
func (m Rings) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	for i := range min(len(m.X), len(m.Y)) {
		if a, ok := f.at(m.X[i], m.Y[i]); ok && f.inside(a) && f.holds(m.X[i], m.Y[i]) {
			f.SetLineStyle(plain(m.Style.Color, 1))
			f.Stroke(circle(a, ring*f.look.Marker))
		}
	}
}

// Thumbnail implements plot.Thumbnailer.
func (m Rings) Thumbnail(c *draw.Canvas) {
	c.SetLineStyle(plain(m.Style.Color, 1))
	c.Stroke(circle(vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: (c.Min.Y + c.Max.Y) / 2}, ring*Paper.Marker))
}
