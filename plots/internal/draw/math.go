package draw

import (
	"image/color"
	"strings"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// The mathematics of labels: letters, Greek, signs, ^ and _, \frac, \sqrt, accents, words set
// upright. gonum/plot's own TeX knows neither exponents nor indices and writes each letter by
// itself, so that no search finds a word.

// A formula is TeX that is set: its box, and what is in it, from the beginning of the base line.
type formula struct {
	w, h, d vg.Length // width, and how far it reaches above and below the base line
	letters []letters
	rules   []vg.Rectangle // black boxes: lines of fractions and roots
}

// letters are text of one font.
type letters struct {
	text string
	font mathFont
	size vg.Length
	at   vg.Point
}

type mathFont int

const (
	roman mathFont = iota
	italic
	bold
	drawn // ∇, which the fonts lack: a triangle
)

func (m mathFont) face(size vg.Length) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Serif", Size: size}
	switch m {
	case italic:
		f.Style = xfont.StyleItalic
	case bold:
		f.Weight = xfont.WeightBold
	}
	return fonts().Lookup(f, size)
}

func (m mathFont) width(s string, size vg.Length) vg.Length {
	if m == drawn {
		return nablaWidth * size
	}
	face := m.face(size)
	return face.Width(s)
}

// has says whether the font can write all of s.
func (m mathFont) has(s string) bool {
	var buf sfnt.Buffer
	face := m.face(1).Face
	for _, r := range s {
		if g, err := face.GlyphIndex(&buf, r); err != nil || g == 0 {
			return false
		}
	}
	return true
}

var formulas sync.Map // from source to *formula of size 1; nil: it cannot be set

// setMath sets TeX between dollars, of size 1; nil if it cannot be.
func setMath(s string) *formula {
	if v, ok := formulas.Load(s); ok {
		return v.(*formula)
	}
	p := mathParser{rest: strings.Trim(s, "$")}
	f := p.list(1, "")
	if p.failed || p.rest != "" || len(f.letters) == 0 {
		f = nil
	}
	v, _ := formulas.LoadOrStore(s, f)
	return v.(*formula)
}

// draw writes a formula of size 1 in another size.
func (f *formula) draw(c vg.Canvas, size vg.Length, ink color.Color, at vg.Point) {
	c.SetColor(ink)
	for _, l := range f.letters {
		from := at.Add(l.at.Scale(size))
		if l.font == drawn {
			c.Fill(nabla(from, l.size*size))
			continue
		}
		c.FillString(l.font.face(l.size*size), from, l.text)
	}
	for _, r := range f.rules {
		c.Fill(vg.Rectangle{Min: at.Add(r.Min.Scale(size)), Max: at.Add(r.Max.Scale(size))}.Path())
	}
}

// plain reads a formula as text: raised letters after a ^; and where lines are part of the meaning,
// as in fractions, its source.
func (f *formula) plain(source string) string {
	if len(f.rules) > 0 {
		return strings.Trim(source, "$")
	}
	var b strings.Builder
	raised := false
	for _, l := range f.letters {
		up := l.size < 1 && l.at.Y > 0
		if up && !raised {
			b.WriteByte('^')
		}
		raised = up
		b.WriteString(l.text)
	}
	return b.String()
}

// written are the letters that a font must have.
func (f *formula) written() string {
	var b strings.Builder
	for _, l := range f.letters {
		if l.font != drawn {
			b.WriteString(l.text)
		}
	}
	return b.String()
}

// text adds letters at the end.
func (f *formula) text(s string, m mathFont, size vg.Length) {
	f.reach(ascent*size, descent*size)
	if n := len(f.letters); n > 0 && m != drawn { // what stands together is one text
		l := &f.letters[n-1]
		if l.font == m && l.size == size && l.at.Y == 0 && l.at.X+m.width(l.text, size) == f.w {
			l.text += s
			f.w = l.at.X + m.width(l.text, size)
			return
		}
	}
	f.letters = append(f.letters, letters{s, m, size, vg.Point{X: f.w}})
	f.w += m.width(s, size)
}

func (f *formula) reach(h, d vg.Length) { f.h, f.d = max(f.h, h), max(f.d, d) }

// add puts g into f at a place; the width of f is left alone.
func (f *formula) add(g *formula, at vg.Point) {
	for _, l := range g.letters {
		l.at = l.at.Add(at)
		f.letters = append(f.letters, l)
	}
	for _, r := range g.rules {
		f.rules = append(f.rules, vg.Rectangle{Min: r.Min.Add(at), Max: r.Max.Add(at)})
	}
	f.reach(g.h+at.Y, g.d-at.Y)
}

// follow puts g behind f.
func (f *formula) follow(g *formula) {
	if len(g.letters) == 1 && len(g.rules) == 0 && g.letters[0].at == (vg.Point{}) {
		l := g.letters[0]
		f.text(l.text, l.font, l.size)
		f.w += g.w - l.font.width(l.text, l.size)
		return
	}
	f.add(g, vg.Point{X: f.w})
	f.w += g.w
}

const nablaWidth = 0.68

// nabla is a triangle that stands on its tip, its left side thick, as deep as a capital.
func nabla(at vg.Point, size vg.Length) (p vg.Path) {
	corner := func(x, y vg.Length) vg.Point { return at.Add(vg.Point{X: x, Y: y}.Scale(size)) }
	p.Move(corner(0.03, 0.66))
	p.Line(corner(0.34, 0))
	p.Line(corner(0.65, 0.66))
	p.Close()
	p.Move(corner(0.13, 0.61)) // the other way round: a hole
	p.Line(corner(0.575, 0.61))
	p.Line(corner(0.365, 0.15))
	p.Close()
	return p
}
