package draw

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cells are colored rectangles with text.
type Cells struct {
	Whose
	X, Y, Value    []float64 // what each stands for
	X0, X1, Y0, Y1 []float64
	Color          []color.Color
	Text           []string // may be nil; left out as a whole where one does not fit
}

var _ Mark = Cells{}

// Extent implements Ranger.
func (m Cells) Extent(grow func(x, y float64)) {
	extentOf(m.X0, m.Y0, grow)
	extentOf(m.X1, m.Y1, grow)
}

// Plot implements plot.Plotter.
func (m Cells) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	m.each(f, func(i int, a, b vg.Point) {
		// A little too large, or seams would shine through; the next cells cover it.
		b = vg.Point{X: min(b.X+0.3, f.Max.X), Y: min(b.Y+0.3, f.Max.Y)}
		f.rectangle(Style{Color: color.NRGBAModel.Convert(m.Color[i]).(color.NRGBA)}, a, b)
	})
	size, fits := m.size(f)
	if !fits {
		return
	}
	m.each(f, func(i int, a, b vg.Point) {
		ink := f.look.White
		if luminance(m.Color[i]) > 0.2 {
			ink = f.look.Ink
		}
		f.look.text(f, m.Text[i], vg.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}, anchor{0.5, 0.5}, size, ink, false)
	})
}

// each visits the cells as far as they are inside.
func (m Cells) each(f *frame, do func(i int, a, b vg.Point)) {
	for i := range m.X0 {
		a, oka := f.at(m.X0[i], m.Y0[i])
		b, okb := f.at(m.X1[i], m.Y1[i])
		if !oka || !okb {
			continue
		}
		a = vg.Point{X: max(a.X, f.Min.X), Y: max(a.Y, f.Min.Y)}
		b = vg.Point{X: min(b.X, f.Max.X), Y: min(b.Y, f.Max.Y)}
		if a.X < b.X && a.Y < b.Y {
			do(i, a, b)
		}
	}
}

// size is that of the text, which may shrink to 0.8 of what is usual so as to fit into all cells.
func (m Cells) size(f *frame) (size vg.Length, fits bool) {
	usual := f.look.Tick - 0.3
	size, fits = usual, m.Text != nil
	m.each(f, func(i int, a, b vg.Point) {
		if fits {
			size = min(size, size*(b.X-a.X-3)/max(f.look.width(m.Text[i], size), 1))
			fits = size >= 0.8*usual && b.Y-a.Y > 1.2*size
		}
	})
	return size, fits
}
