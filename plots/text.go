package plots

import (
	"math"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	pfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
)

// Text is drawn as outlines of Liberation Sans, which gonum/plot embeds: so a figure looks the same wherever it is opened,
// needs no fonts, and may hold any character of the font in all three formats. In text, ^{...} is an exponent and _{...} an
// index.

var loadFace = sync.OnceValue(func() *sfnt.Font {
	for _, f := range liberation.Collection() {
		if f.Font == (pfont.Font{Typeface: "Liberation", Variant: "Sans"}) {
			return f.Face
		}
	}
	panic("plots: gonum/plot has no Liberation Sans")
})

// A piece is text of one size.
type piece struct {
	text       string
	size, rise float64 // relative to the size of the line
}

// markup finds exponents and indices.
func markup(s string) (ps []piece) {
	for s != "" {
		i := strings.Index(s, "^{")
		if j := strings.Index(s, "_{"); j >= 0 && (i < 0 || j < i) {
			i = j
		}
		end := -1
		if i >= 0 {
			end = strings.IndexByte(s[i:], '}')
		}
		if end < 0 {
			return append(ps, piece{s, 1, 0})
		}
		if i > 0 {
			ps = append(ps, piece{s[:i], 1, 0})
		}
		rise := 0.36
		if s[i] == '_' {
			rise = -0.16
		}
		ps = append(ps, piece{s[i+2 : i+end], 0.76, rise})
		s = s[i+end+1:]
	}
	return ps
}

// plain is a text without mark-up, for files.
func plain(s string) string {
	var b strings.Builder
	for _, p := range markup(s) {
		if p.rise > 0 {
			b.WriteByte('^')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// textWidth is the length of a line of text in points.
func textWidth(s string, size float64) float64 { return outline(s, size, nil) }

// ascent and descent are those of digits and of letters, as parts of the size; nearly all of our text has no more.
const ascent, descent = 0.70, 0.20

// outline adds the shape of a line of text, at the origin, to p if p is not nil, and returns its length.
func outline(s string, size float64, p *path) (width float64) {
	face := loadFace()
	var buf sfnt.Buffer
	upem := fixed.Int26_6(face.UnitsPerEm())
	for _, pc := range markup(s) {
		scale := size * pc.size / float64(upem)
		var prev sfnt.GlyphIndex
		for k, r := range pc.text {
			g, err := face.GlyphIndex(&buf, r)
			if err != nil {
				continue
			}
			if k > 0 {
				if kern, err := face.Kern(&buf, prev, g, upem, font.HintingNone); err == nil {
					width += float64(kern) * scale
				}
			}
			prev = g
			if p != nil {
				p.glyph(face, &buf, g, upem, width, pc.rise*size, scale)
			}
			if adv, err := face.GlyphAdvance(&buf, g, upem, font.HintingNone); err == nil {
				width += float64(adv) * scale
			}
		}
	}
	return width
}

func (p *path) glyph(face *sfnt.Font, buf *sfnt.Buffer, g sfnt.GlyphIndex, upem fixed.Int26_6, x, y, scale float64) {
	segs, err := face.LoadGlyph(buf, g, upem, nil)
	if err != nil {
		return
	}
	at := func(a fixed.Point26_6) point { return point{x + float64(a.X)*scale, y - float64(a.Y)*scale} }
	for i, s := range segs {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				p.close()
			}
			p.move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			p.line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			p.quad(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			p.cube(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(segs) > 0 {
		p.close()
	}
}

// fold breaks text into lines no longer than width.
func fold(s string, size, width float64) (lines []string) {
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && textWidth(line+" "+w, size) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fit is the size at which a line is no longer than room, but at least two thirds of the given one.
func fit(s string, size, room float64) float64 {
	if w := textWidth(s, size); w > room {
		return math.Max(size*room/w, size*2/3)
	}
	return size
}

// cut shortens a line to the room there is.
func cut(s string, size, room float64) string {
	r := []rune(s)
	for n := len(r); textWidth(s, size) > room && n > 1; {
		n--
		s = strings.TrimRight(string(r[:n]), " ,") + "…"
	}
	return s
}
