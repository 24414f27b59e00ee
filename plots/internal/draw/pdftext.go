package draw

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A pdfFont is a font of the document with the letters used.
type pdfFont struct {
	family string
	name   string
	runes  map[rune]bool
}

// tagged is the name of the part of a font, the same for the same letters.
func (f *pdfFont) tagged() string {
	h := fnv.New64a()
	for _, r := range slices.Sorted(maps.Keys(f.runes)) {
		fmt.Fprint(h, r, " ")
	}
	tag, v := make([]byte, 6), h.Sum64()
	for i := range tag {
		tag[i], v = byte('A'+v%26), v/26
	}
	return string(tag) + "+" + f.name
}

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, s string) {
	if f.Font.Size <= 0 {
		return
	}
	c.ink()
	pf := c.font(f)
	c.doc.SetFont(pf.family, "", float64(f.Font.Size))
	m := c.top().m.after(affine{1, 0, 0, 1, float64(at.X), float64(at.Y)})
	straight := m[0] == 1 && m[1] == 0 && m[2] == 0 && m[3] == 1
	x, y := m[4], float64(c.h)-m[5]
	if !straight {
		c.doc.TransformBegin()
		c.doc.Transform(fpdf.TransformMatrix{A: m[0], B: m[1], C: m[2], D: m[3], E: m[4], F: m[5]})
		x, y = 0, float64(c.h)
	}
	for _, part := range kerned(f, s) {
		for _, r := range part.text {
			pf.runes[r] = true
		}
		c.doc.Text(x+part.x, y, part.text)
	}
	if !straight {
		c.doc.TransformEnd()
	}
}

// font embeds a font when it is first used.
func (c *pdfCanvas) font(f font.Face) *pdfFont {
	if pf := c.fonts[f.Face]; pf != nil {
		return pf
	}
	pf := &pdfFont{name: postScript(f.Font), runes: map[rune]bool{}}
	// As long as the name in the file: a tag and a plus instead of "utf8", and three letters.
	pf.family = strings.ToLower(fmt.Sprintf("x%02d%s", len(c.order), pf.name))
	var b bytes.Buffer
	if _, err := f.Face.WriteSourceTo(nil, &b); err != nil {
		c.err = fmt.Errorf("font %s: %w", pf.name, err)
	}
	c.doc.AddUTF8FontFromBytes(pf.family, "", b.Bytes())
	c.fonts[f.Face], c.order = pf, append(c.order, pf)
	return pf
}

// A part of a text whose letters stand at their natural distance.
type part struct {
	text string
	x    float64 // where it begins
}

// kerned breaks a text where two letters are moved together, as PDF does not do that by itself. A
// letter beyond the first plane of Unicode, which fpdf cannot write, becomes the sign for that.
func kerned(f font.Face, s string) (parts []part) {
	var buf sfnt.Buffer
	upem := fixed.Int26_6(f.Face.UnitsPerEm())
	unit := float64(f.Font.Size) / float64(upem)
	x, from := 0.0, 0.0
	var text strings.Builder
	var prev sfnt.GlyphIndex
	for i, r := range s {
		if r > 0xffff {
			r = '\ufffd'
		}
		g, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if i > 0 {
			if k, err := f.Face.Kern(&buf, prev, g, upem, 0); err == nil && k != 0 {
				parts = append(parts, part{text.String(), from})
				text.Reset()
				x += float64(k) * unit
				from = x
			}
		}
		text.WriteRune(r)
		if w, err := f.Face.GlyphAdvance(&buf, g, upem, 0); err == nil {
			x += float64(w) * unit
		}
		prev = g
	}
	return append(parts, part{text.String(), from})
}
