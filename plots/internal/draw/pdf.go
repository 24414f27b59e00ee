package draw

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/vg"
)

// PDF draws on a canvas of our own: that of gonum/plot has the letters of code page 1252 only,
// hence no τ, stamps the time of day into the file and joins lines with miters, spikes on a noisy
// curve. The letters are a part of the fonts, embedded.
func (d *Drawing) PDF(ctx context.Context) ([]byte, error) {
	c := newPDF(d.Width, d.Height)
	c.doc.SetSubject(d.about, true)
	if err := d.On(ctx, c); err != nil {
		return nil, err
	}
	return c.bytes(ctx)
}

// A pdfCanvas implements vg.Canvas with fpdf. Transformations are applied here, not by the viewer,
// so that no state is nested; text alone is written in a frame of its own where it is turned.
type pdfCanvas struct {
	doc   *fpdf.Fpdf
	h     vg.Length
	stack []pdfState
	fonts map[*sfnt.Font]*pdfFont
	order []*pdfFont
	n     int // images
	err   error
}

type pdfState struct {
	color  color.Color
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
	m      affine
}

var _ vg.CanvasSizer = (*pdfCanvas)(nil)

func newPDF(w, h vg.Length) *pdfCanvas {
	d := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: float64(w), Ht: float64(h)}})
	epoch := time.Unix(0, 0).UTC()
	d.SetCreationDate(epoch)
	d.SetModificationDate(epoch)
	d.SetCatalogSort(true)
	d.SetMargins(0, 0, 0)
	d.SetAutoPageBreak(false, 0)
	d.AddPage()
	d.SetLineJoinStyle("round")
	c := &pdfCanvas{doc: d, h: h, stack: []pdfState{{m: affine{1, 0, 0, 1, 0, 0}}}, fonts: map[*sfnt.Font]*pdfFont{}}
	vg.Initialize(c)
	return c
}

// bytes is the file. fpdf names an embedded font as it likes; readers know a part of a font by a
// tag of six capitals before its name, so that is put there, as long as the name it replaces.
func (c *pdfCanvas) bytes(ctx context.Context) ([]byte, error) {
	var b bytes.Buffer
	if err := c.doc.Output(stopper{ctx, &b}); err != nil {
		return nil, err
	}
	out := b.Bytes()
	for _, f := range c.order {
		out = bytes.ReplaceAll(out, []byte("/utf8"+f.family), []byte("/"+f.tagged()))
	}
	return out, c.err
}

func (c *pdfCanvas) top() *pdfState { return &c.stack[len(c.stack)-1] }

// Size implements vg.CanvasSizer.
func (c *pdfCanvas) Size() (w, h vg.Length) {
	x, y := c.doc.GetPageSize()
	return vg.Length(x), vg.Length(y)
}

// SetLineWidth implements vg.Canvas.
func (c *pdfCanvas) SetLineWidth(w vg.Length) { c.top().width = w }

// SetLineDash implements vg.Canvas.
func (c *pdfCanvas) SetLineDash(ds []vg.Length, offset vg.Length) {
	c.top().dashes, c.top().offset = ds, offset
}

// SetColor implements vg.Canvas.
func (c *pdfCanvas) SetColor(k color.Color) {
	if k == nil {
		k = color.Black
	}
	c.top().color = k
}

// Rotate implements vg.Canvas.
func (c *pdfCanvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.top().m = c.top().m.after(affine{cos, sin, -sin, cos, 0, 0})
}

// Translate implements vg.Canvas.
func (c *pdfCanvas) Translate(by vg.Point) {
	c.top().m = c.top().m.after(affine{1, 0, 0, 1, float64(by.X), float64(by.Y)})
}

// Scale implements vg.Canvas.
func (c *pdfCanvas) Scale(x, y float64) { c.top().m = c.top().m.after(affine{x, 0, 0, y, 0, 0}) }

// Push implements vg.Canvas.
func (c *pdfCanvas) Push() { c.stack = append(c.stack, *c.top()) }

// Pop implements vg.Canvas.
func (c *pdfCanvas) Pop() { c.stack = c.stack[:len(c.stack)-1] }

// ink sets the color in the document.
func (c *pdfCanvas) ink() {
	k := color.NRGBAModel.Convert(c.top().color).(color.NRGBA)
	r, g, b := int(k.R), int(k.G), int(k.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	if alpha, _ := c.doc.GetAlpha(); alpha != float64(k.A)/0xff {
		c.doc.SetAlpha(float64(k.A)/0xff, "Normal")
	}
}

// Stroke implements vg.Canvas.
func (c *pdfCanvas) Stroke(p vg.Path) {
	s := c.top()
	if s.width <= 0 {
		return
	}
	c.ink()
	by := s.m.scale()
	c.doc.SetLineWidth(float64(s.width) * by)
	ds := make([]float64, len(s.dashes))
	for i, d := range s.dashes {
		ds[i] = float64(d) * by
	}
	c.doc.SetDashPattern(ds, float64(s.offset)*by)
	c.path(p)
	c.doc.DrawPath("D")
}

// Fill implements vg.Canvas.
func (c *pdfCanvas) Fill(p vg.Path) {
	c.ink()
	c.path(p)
	c.doc.DrawPath("F")
}

// at is a point in the document, whose y runs down. Hundredths of a point compress well.
func (c *pdfCanvas) at(a vg.Point) (x, y float64) {
	x, y = c.top().m.apply(a)
	return hundredths(x), hundredths(float64(c.h) - y)
}

func hundredths(x float64) float64 { return math.Round(100*x) / 100 }

func (c *pdfCanvas) path(p vg.Path) {
	var last vg.Point
	began := false
	for _, s := range p {
		switch s.Type {
		case vg.MoveComp:
			c.doc.MoveTo(c.at(s.Pos))
		case vg.LineComp:
			c.doc.LineTo(c.at(s.Pos))
		case vg.CurveComp:
			c.curve(last, s)
		case vg.ArcComp:
			last, began = c.arc(s, began), true
			continue
		case vg.CloseComp:
			c.doc.ClosePath()
			continue
		}
		last, began = s.Pos, true
	}
}

// curve is a cubic. fpdf's own quadratic is a cubic whose first control point is its start.
func (c *pdfCanvas) curve(last vg.Point, s vg.PathComp) {
	a, b := s.Control[0], s.Control[len(s.Control)-1]
	if len(s.Control) == 1 {
		third := func(p vg.Point) vg.Point { return p.Add(a.Sub(p).Scale(2. / 3)) }
		a, b = third(last), third(s.Pos)
	}
	ax, ay := c.at(a)
	bx, by := c.at(b)
	x, y := c.at(s.Pos)
	c.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
}

// arc is cubics of a quarter turn or less, joined to what was before, and its end.
func (c *pdfCanvas) arc(s vg.PathComp, began bool) (end vg.Point) {
	on := func(angle float64) (at, along vg.Point) {
		sin, cos := math.Sincos(angle)
		r := s.Radius
		return s.Pos.Add(vg.Point{X: r * vg.Length(cos), Y: r * vg.Length(sin)}), vg.Point{X: -r * vg.Length(sin), Y: r * vg.Length(cos)}
	}
	n := max(1, int(math.Ceil(math.Abs(s.Angle)/(math.Pi/2)-1e-9)))
	step := s.Angle / float64(n)
	k := vg.Length(4. / 3 * math.Tan(step/4))
	a, da := on(s.Start)
	if began {
		c.doc.LineTo(c.at(a))
	} else {
		c.doc.MoveTo(c.at(a))
	}
	for i := range n {
		b, db := on(s.Start + float64(i+1)*step)
		c.curve(a, vg.PathComp{Pos: b, Control: []vg.Point{a.Add(da.Scale(k)), b.Sub(db.Scale(k))}})
		a, da = b, db
	}
	return a
}

// DrawImage implements vg.Canvas.
func (c *pdfCanvas) DrawImage(r vg.Rectangle, m image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		c.err = err
		return
	}
	c.n++
	name, opts := fmt.Sprintf("image%d", c.n), fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, opts, &b)
	a, size := c.top().m, r.Size()
	c.doc.TransformBegin()
	c.doc.Transform(fpdf.TransformMatrix{A: a[0], B: a[1], C: a[2], D: a[3], E: a[4], F: a[5]})
	c.doc.ImageOptions(name, float64(r.Min.X), float64(c.h-r.Max.Y), float64(size.X), float64(size.Y), false, opts, 0, "")
	c.doc.TransformEnd()
}
