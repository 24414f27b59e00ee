package draw

import (
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// ascent is that of digits and capitals, as a part of the size; nearly all of our text has no more.
const ascent, descent = 0.70, 0.20

// A run is text of one kind within a line.
type run struct {
	text       string
	size, rise vg.Length // relative to the size of the line
	math       bool      // TeX, with its dollars
}

// markup finds exponents ^{...}, indices _{...} and mathematics $...$; \$ is a dollar.
func markup(s string) (rs []run) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			rs = append(rs, run{text: b.String(), size: 1})
			b.Reset()
		}
	}
	for s != "" {
		if strings.HasPrefix(s, `\$`) {
			b.WriteByte('$')
			s = s[2:]
			continue
		}
		if r, n := special(s); n > 0 {
			flush()
			rs = append(rs, r)
			s = s[n:]
			continue
		}
		_, n := utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		s = s[n:]
	}
	flush()
	return rs
}

// special is the run with which s begins, and its length in s; 0 if it begins with plain text.
func special(s string) (run, int) {
	switch {
	case s[0] == '$':
		if t := inDollars(s); t != "" {
			if setMath(t) == nil {
				return run{text: t, size: 1}, len(t)
			}
			return run{text: t, size: 1, math: true}, len(t)
		}
	case strings.HasPrefix(s, "^{"), strings.HasPrefix(s, "_{"):
		if end := strings.IndexByte(s, '}'); end > 0 {
			r := run{text: s[2:end], size: 0.76, rise: 0.36}
			if s[0] == '_' {
				r.rise = -0.16
			}
			return r, end + 1
		}
	}
	return run{}, 0
}

// inDollars is the TeX with which s begins, or "". Sums of money are none: no blank follows the
// first dollar or precedes the second, and no digit follows that.
func inDollars(s string) string {
	end := strings.IndexByte(s[1:], '$') + 1
	if end < 2 || s[1] == ' ' || s[end-1] == ' ' || end+1 < len(s) && s[end+1] >= '0' && s[end+1] <= '9' {
		return ""
	}
	return s[:end+1]
}

// Plain is a text without mark-up, for files.
func Plain(s string) string {
	var b strings.Builder
	for _, r := range markup(s) {
		switch {
		case r.math:
			b.WriteString(setMath(r.text).plain(r.text))
			continue
		case r.rise > 0:
			b.WriteByte('^')
		}
		b.WriteString(r.text)
	}
	return b.String()
}

// A Handler lays out text with our mark-up for gonum/plot, one line at a time. Its vertical
// alignment is that of digits: centered means that digits are.
type Handler struct{ look Look }

var _ text.Handler = Handler{}

// Cache implements text.Handler.
func (Handler) Cache() *font.Cache { return fonts() }

// Extents implements text.Handler.
func (Handler) Extents(f font.Font) font.Extents {
	face := fonts().Lookup(f, f.Size)
	return face.Extents()
}

// Lines implements text.Handler.
func (Handler) Lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// Box implements text.Handler.
func (Handler) Box(s string, f font.Font) (width, height, depth vg.Length) {
	height, depth = ascent*f.Size, descent*f.Size
	for _, r := range markup(s) {
		if r.math {
			m := setMath(r.text)
			width, height, depth = width+m.w*f.Size, max(height, m.h*f.Size), max(depth, m.d*f.Size)
			continue
		}
		face := fonts().Lookup(f, f.Size*r.size)
		width += face.Width(r.text)
	}
	return width, height, depth
}

// Draw implements text.Handler.
func (h Handler) Draw(c vg.Canvas, s string, sty text.Style, at vg.Point) {
	w, height, _ := h.Box(s, sty.Font)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Translate(at)
		c.Rotate(sty.Rotation)
		at = vg.Point{}
	}
	at.X += vg.Length(sty.XAlign) * w
	at.Y += vg.Length(sty.YAlign) * height
	for _, r := range markup(s) {
		if r.math {
			m := setMath(r.text)
			m.draw(c, sty.Font.Size, sty.Color, at)
			at.X += m.w * sty.Font.Size
			continue
		}
		face := fonts().Lookup(sty.Font, sty.Font.Size*r.size)
		// SVG drops blanks at the ends of a text.
		word := strings.TrimLeft(r.text, " ")
		blank := face.Width(r.text[:len(r.text)-len(word)])
		if word = strings.TrimRight(word, " "); word != "" {
			c.SetColor(sty.Color)
			c.FillString(face, vg.Point{X: at.X + blank, Y: at.Y + r.rise*sty.Font.Size}, word)
		}
		at.X += face.Width(r.text)
	}
}

func (l Look) font(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: l.Family, Size: size}
}

// width is the length of a line of text.
func (l Look) width(s string, size vg.Length) vg.Length {
	w, _, _ := Handler{}.Box(s, l.font(size))
	return w
}

// room is the height that a line of text takes with the space around it.
func (l Look) room(s string, size vg.Length) vg.Length {
	_, h, d := Handler{}.Box(s, l.font(size))
	return size*l.LineHeight + max(0, h-ascent*size) + max(0, d-descent*size)
}

// height is how far a line reaches above what it stands on.
func (l Look) height(s string, size vg.Length) vg.Length {
	_, h, _ := Handler{}.Box(s, l.font(size))
	return h
}

// depth is how far a line reaches below what digits stand on.
func (l Look) depth(s string, size vg.Length) vg.Length {
	_, _, d := Handler{}.Box(s, l.font(size))
	return d
}

// An anchor is where a text stands relative to its point.
type anchor struct{ x, y float64 } // 0: left or on the base line; 0.5: centered; 1: right or hanging from its top

// text writes a line. up turns it to be read from the right.
func (l Look) text(c vg.Canvas, s string, at vg.Point, a anchor, size vg.Length, ink color.Color, up bool) {
	sty := text.Style{Color: ink, Font: l.font(size), XAlign: text.XAlignment(-a.x), YAlign: text.YAlignment(-a.y), Handler: Handler{l}}
	if up {
		sty.Rotation = math.Pi / 2
	}
	Handler{l}.Draw(c, s, sty, at)
}

// fold breaks text into lines no longer than width.
func (l Look) fold(s string, size, width vg.Length) (lines []string) {
	line := ""
	for _, w := range words(s) {
		if line != "" && l.width(line+" "+w, size) > width {
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

// words are the parts of a text between blanks, mathematics in one.
func words(s string) (ws []string) {
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		n := 0
		for n < len(s) && s[n] != ' ' {
			if t := s[n:]; t[0] == '$' && inDollars(t) != "" {
				n += len(inDollars(t))
			} else {
				n++
			}
		}
		ws, s = append(ws, s[:n]), s[n:]
	}
	return ws
}

// fit is the size at which a line is no longer than room, but at least two thirds of the given one.
func (l Look) fit(s string, size, room vg.Length) vg.Length {
	if w := l.width(s, size); w > room {
		return max(size*room/w, size*2/3)
	}
	return size
}

// cut shortens a line to the room there is.
func (l Look) cut(s string, size, room vg.Length) string {
	r := []rune(s)
	for n := len(r); l.width(s, size) > room && n > 1; {
		n--
		s = strings.TrimRight(string(r[:n]), " ,") + "…"
	}
	return s
}

// A Piece is a part of a text with one look: plain, raised or lowered (Rise above or below 0), or
// TeX math with its dollars.
type Piece struct {
	Text string
	Rise float64
	Math bool
}

// Pieces are the parts of a text with mark-up, for other formats than drawings.
func Pieces(s string) (ps []Piece) {
	for _, r := range markup(s) {
		ps = append(ps, Piece{r.text, float64(r.rise), r.math})
	}
	return ps
}

// Legible replaces what XML and terminals do not take in a text: control characters and bytes that
// are no UTF-8; white space of any kind becomes a blank.
func Legible(s string) string { return legible(s) }
