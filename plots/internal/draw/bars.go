package draw

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars stand on the lower edge of the panel, from X - Width/2 to X + Width/2.
type Bars struct {
	Whose
	X, H  []float64
	Width float64
	Style Style
}

var _ Mark = Bars{}

// Extent implements Ranger.
func (m Bars) Extent(grow func(x, y float64)) {
	for i := range min(len(m.X), len(m.H)) {
		if Finite(m.X[i]) {
			grow(m.X[i]-m.Width/2, m.H[i])
			grow(m.X[i]+m.Width/2, m.H[i])
		}
	}
}

// Plot implements plot.Plotter.
func (m Bars) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	for i := range min(len(m.X), len(m.H)) {
		a, oka := f.at(m.X[i]-m.Width/2, m.H[i])
		b, okb := f.at(m.X[i]+m.Width/2, m.H[i])
		if !oka || !okb || a.Y <= f.Min.Y {
			continue
		}
		left, right := max(a.X, f.Min.X), min(b.X, f.Max.X)
		if left < right {
			f.rectangle(m.Style, vg.Point{X: left, Y: f.Min.Y}, vg.Point{X: right, Y: min(a.Y, f.Max.Y)})
		}
	}
}
