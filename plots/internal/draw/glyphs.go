package draw

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
)

// texts calls do for every text of a picture, to read or to change it. Those of marks that are not
// ours are not known.
func (p *Picture) texts(do func(s *string)) {
	do(&p.Title)
	axis := func(a *Axis) {
		do(&a.Label)
		for i := range a.Names {
			do(&a.Names[i])
		}
	}
	keys := func(ks []Key) {
		for i := range ks {
			do(&ks[i].Name)
		}
	}
	for i := range p.Panels {
		q := &p.Panels[i]
		do(&q.Title)
		do(&q.Empty)
		axis(&q.X)
		axis(&q.Y)
		for _, m := range q.Marks {
			if c, ok := m.(Cells); ok {
				for k := range c.Text {
					do(&c.Text[k])
				}
			}
		}
	}
	keys(p.Key)
	if p.Bar != nil {
		axis(&p.Bar.Axis)
		keys(p.Bar.Miss)
	}
	for i := range p.Notes {
		do(&p.Notes[i])
	}
}

// Clean takes out what no text may hold, and warns of letters that the font cannot draw and of TeX
// that cannot be set.
func (p *Picture) Clean() {
	var lack []rune
	var tex []string
	p.texts(func(s *string) {
		*s = legible(*s)
		for _, r := range markup(*s) {
			text := r.text
			if r.math {
				text = setMath(r.text).written()
			}
			for _, c := range text {
				if !Paper.has(c) && !slices.Contains(lack, c) {
					lack = append(lack, c)
				}
			}
			if t := r.text; !r.math && t[0] == '$' && inDollars(t) == t && !slices.Contains(tex, t) {
				tex = append(tex, t)
			}
		}
	})
	for _, t := range tex {
		p.Note("Warning: " + strings.ReplaceAll(t, "$", `\$`) + " cannot be set as mathematics and stands as it is written")
	}
	if len(lack) == 0 {
		return
	}
	var names []string
	for _, r := range lack {
		names = append(names, fmt.Sprintf("%c (U+%04X)", r, r))
	}
	p.Note("Warning: the font has no " + strings.Join(names, ", ") + "; boxes stand in their place")
}

// Warnings are the notes that a reader should not overlook.
func (p *Picture) Warnings() (ws []string) {
	for _, n := range p.Notes {
		if strings.HasPrefix(n, "Warning: ") {
			ws = append(ws, Plain(n))
		}
	}
	return ws
}

// legible replaces what XML and terminals do not take in a text: control characters and bytes that
// are no UTF-8; white space of any kind becomes a blank.
func legible(s string) string {
	if !strings.ContainsFunc(s, illegible) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case illegible(r):
			return '?'
		}
		return r
	}, s)
}

func illegible(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || r&0xfffe == 0xfffe || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// has says whether the font has a letter.
func (l Look) has(r rune) bool {
	var buf sfnt.Buffer
	g, err := fonts().Lookup(l.font(1), 1).Face.GlyphIndex(&buf, r)
	return err == nil && g != 0
}
