package draw

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Spans are horizontal lines from Lo to Hi.
type Spans struct {
	Whose
	Y, Lo, Hi []float64
	Style     Style
}

var _ Mark = Spans{}

// Extent implements Ranger.
func (m Spans) Extent(grow func(x, y float64)) { extentOf(m.Lo, m.Y, grow); extentOf(m.Hi, m.Y, grow) }

// Plot implements plot.Plotter.
func (m Spans) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	for i := range min(len(m.Y), len(m.Lo), len(m.Hi)) {
		for _, ps := range f.pieces([]float64{m.Lo[i], m.Hi[i]}, []float64{m.Y[i], m.Y[i]}) {
			f.curve(m.Style.line(), ps)
		}
	}
}
