package draw

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Whiskers are vertical bars from Lo to Hi, with a short bar across at either end unless Bare.
type Whiskers struct {
	Whose
	X, Lo, Hi []float64
	Style     Style
	Shift     vg.Length // to the right
	Bare      bool
}

var _ Mark = Whiskers{}

// Extent implements Ranger.
func (m Whiskers) Extent(grow func(x, y float64)) {
	extentOf(m.X, m.Lo, grow)
	extentOf(m.X, m.Hi, grow)
}

// Plot implements plot.Plotter.
func (m Whiskers) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	end := vg.Length(1.8) // half the length of the bars across
	if n := vg.Length(len(m.X)); m.Bare || n > 1 && (f.Max.X-f.Min.X)/n < 5 {
		end = 0
	}
	f = f.shifted(m.Shift)
	for i := range min(len(m.X), len(m.Lo), len(m.Hi)) {
		a, oka := f.at(m.X[i], m.Lo[i])
		b, okb := f.at(m.X[i], m.Hi[i])
		if !oka || !okb || m.Lo[i] == m.Hi[i] || !f.holds(m.X[i], m.Hi[i]) {
			continue
		}
		f.curve(plain(m.Style.Color, 0.7), []vg.Point{a, b})
		for _, e := range []vg.Point{a, b} {
			if f.inside(e) && end > 0 {
				f.StrokeLine2(plain(m.Style.Color, 0.8), e.X-end, e.Y, e.X+end, e.Y)
			}
		}
	}
}
