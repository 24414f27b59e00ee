package plots

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is the resolution of a PNG: that of print.
const dpi = 300

// encodePNG draws with gonum/plot's raster canvas.
func encodePNG(ctx context.Context, s *scene) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(s.w), vg.Length(s.h)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(white))
	for _, it := range s.items {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var p vg.Path
		for _, g := range it.path {
			at := func(i int) vg.Point { return vg.Point{X: vg.Length(g.p[i].x), Y: vg.Length(g.p[i].y)} }
			switch g.op {
			case 'm':
				p.Move(at(0))
			case 'l':
				p.Line(at(0))
			case 'q':
				p.QuadTo(at(0), at(1))
			case 'c':
				p.CubeTo(at(0), at(1), at(2))
			case 'z':
				p.Close()
			}
		}
		c.SetColor(it.color)
		if it.width == 0 {
			c.Fill(p)
			continue
		}
		ds := make([]vg.Length, len(it.dashes))
		for i, d := range it.dashes {
			ds[i] = vg.Length(d)
		}
		c.SetLineWidth(vg.Length(it.width))
		c.SetLineDash(ds, 0)
		c.Stroke(p)
	}
	var b bytes.Buffer
	err := png.Encode(stopper{ctx, &b}, c.Image())
	return b.Bytes(), err
}

// A stopper is a writer that fails when ctx ends: the compressor has no other way to be stopped.
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

// num writes a length with the precision that a printer can show.
func num(x float64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(x, 'f', 2, 64), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// encodeSVG writes paths alone, hence no fonts, no scripts, no ids. The y axis is turned here, not by a transform.
func encodeSVG(ctx context.Context, s *scene) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %[1]s %[2]s" stroke-linejoin="round">`+"\n",
		num(s.w), num(s.h))
	if s.desc != "" {
		fmt.Fprintf(&b, "<desc>%s</desc>\n", html.EscapeString(s.desc))
	}
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="#fff"/>`+"\n", num(s.w), num(s.h))
	for _, it := range s.items {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		b.WriteString(`<path d="`)
		writePath(&b, it.path, s.h)
		c := fmt.Sprintf("#%02x%02x%02x", it.color.R, it.color.G, it.color.B)
		attr := func(name, value string) { fmt.Fprintf(&b, ` %s="%s"`, name, value) }
		b.WriteByte('"')
		kind := "fill"
		if it.width > 0 {
			kind = "stroke"
			attr("fill", "none")
			attr("stroke-width", num(it.width))
			if len(it.dashes) > 0 {
				ds := make([]string, len(it.dashes))
				for i, d := range it.dashes {
					ds[i] = num(d)
				}
				attr("stroke-dasharray", strings.Join(ds, " "))
			}
		}
		attr(kind, c)
		if it.color.A < 0xff {
			attr(kind+"-opacity", num(float64(it.color.A)/0xff))
		}
		b.WriteString("/>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// writePath writes a path in steps of a hundredth of a point, relative to the last point, as short as the syntax allows.
func writePath(b *bytes.Buffer, p path, h float64) {
	var x, y, x0, y0 int // the last point and the start, in hundredths
	last := byte(0)
	for _, g := range p {
		if g.op == 'z' {
			b.WriteByte('z')
			x, y, last = x0, y0, 'z'
			continue
		}
		fresh := g.op != last
		if fresh {
			b.WriteByte(g.op)
		}
		last = g.op
		var nx, ny int
		for _, a := range g.p[:g.points()] {
			nx, ny = int(math.Round(100*a.x)), int(math.Round(100*(h-a.y)))
			for _, d := range [2]int{nx - x, ny - y} {
				t := num(float64(d) / 100)
				if t = strings.Replace(t, "-0.", "-.", 1); strings.HasPrefix(t, "0.") {
					t = t[1:]
				}
				if !fresh && t[0] != '-' {
					b.WriteByte(' ')
				}
				b.WriteString(t)
				fresh = false
			}
		}
		if x, y = nx, ny; g.op == 'm' {
			x0, y0, last = x, y, 'm'
		}
	}
}

// encodePDF uses the PDF writer beneath gonum/plot rather than its canvas, which stamps the time of day into the file and
// joins lines with miters, spikes on a noisy curve.
func encodePDF(ctx context.Context, s *scene) ([]byte, error) {
	d := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: s.w, Ht: s.h}})
	epoch := time.Unix(0, 0).UTC()
	d.SetCreationDate(epoch)
	d.SetModificationDate(epoch)
	d.SetCatalogSort(true)
	d.SetMargins(0, 0, 0)
	d.SetAutoPageBreak(false, 0)
	d.SetSubject(s.desc, true)
	d.AddPage()
	d.SetLineJoinStyle("round")
	alpha := uint8(0xff)
	for _, it := range s.items {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if it.color.A != alpha {
			alpha = it.color.A
			d.SetAlpha(float64(alpha)/0xff, "Normal")
		}
		r, g, b := int(it.color.R), int(it.color.G), int(it.color.B)
		style := "F"
		if it.width > 0 {
			style = "D"
			d.SetDrawColor(r, g, b)
			d.SetLineWidth(it.width)
			d.SetDashPattern(it.dashes, 0)
		} else {
			d.SetFillColor(r, g, b)
		}
		var last point
		for _, g := range it.path {
			p := g.p
			for i := range p { // hundredths of a point compress well
				p[i] = hundredths(point{p[i].x, s.h - p[i].y})
			}
			switch g.op {
			case 'm':
				d.MoveTo(p[0].x, p[0].y)
			case 'l':
				d.LineTo(p[0].x, p[0].y)
			case 'q': // fpdf's own quadratic is a cubic whose first control point is its start
				third := func(a, b point) point { return hundredths(point{a.x + (b.x-a.x)*2/3, a.y + (b.y-a.y)*2/3}) }
				a, b := third(last, p[0]), third(p[1], p[0])
				d.CurveBezierCubicTo(a.x, a.y, b.x, b.y, p[1].x, p[1].y)
			case 'c':
				d.CurveBezierCubicTo(p[0].x, p[0].y, p[1].x, p[1].y, p[2].x, p[2].y)
			case 'z':
				d.ClosePath()
			}
			if n := g.points(); n > 0 {
				last = p[n-1]
			}
		}
		d.DrawPath(style)
	}
	var b bytes.Buffer
	err := d.Output(stopper{ctx, &b})
	return b.Bytes(), err
}

func hundredths(a point) point { return point{math.Round(100*a.x) / 100, math.Round(100*a.y) / 100} }
