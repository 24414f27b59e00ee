package draw

import (
	"context"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Page says how a picture is set.
type Page struct {
	Look  Look
	Width vg.Length
	Ratio float64 // height of a panel over its width; 0: as suits the picture
	Fine  bool    // the notes stand below the panels
}

// narrow says whether the page is a column, for letters of this size.
func (p Page) narrow() bool { return p.Width <= 45*p.Look.Text }

// A Drawing is a picture that is laid out; it can be written in any format, any number of times,
// with the same bytes each time.
type Drawing struct {
	Width, Height vg.Length

	about  string // for formats that can hold it
	layout *layout
}

// Lay arranges a picture on the page: title, legend, panels in rows, fine print, from above. The
// width is given; the height follows from the panels' ratio.
func Lay(p *Picture, page Page) (*Drawing, error) {
	l := layout{Picture: p, page: page, look: page.Look, ratio: page.Ratio}
	if l.ratio <= 0 {
		l.ratio = suits(p, page)
	}
	l.grid()
	l.ranges()
	l.measure()
	if err := l.roomy(); err != nil {
		return nil, err
	}
	return &Drawing{Width: page.Width, Height: l.height(), about: p.Caption(), layout: &l}, nil
}

// On draws on a canvas, whose page is as large as the drawing. It ends early with ctx, whose error
// it returns.
func (d *Drawing) On(ctx context.Context, c vg.Canvas) error {
	d.layout.place(draw.NewCanvas(guard{c, ctx}, d.Width, d.Height))
	return ctx.Err()
}

// A stopper is a writer that fails when ctx ends: compressors have no other way to be stopped.
type stopper struct {
	ctx context.Context
	io.Writer
}

func (s stopper) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Writer.Write(b)
}

// suits is the ratio of the panels of a picture for which none is given.
func suits(p *Picture, page Page) float64 {
	switch {
	case p.Bar != nil: // cells are best near square
		return 0.85
	case len(p.Panels) == 1 && !page.narrow():
		return 0.45
	}
	return 0.66
}
