package plots

import (
	"strings"
	"unicode/utf8"

	"staleness/plots/internal/draw"
)

// Text is the table for a terminal: aligned columns, then the caption and the notes. The best by
// test has a + after it.
func (s *Sheet) Text() string {
	g := s.align()
	var b strings.Builder
	over, twoLines := false, false
	for _, h := range s.Heads {
		over, twoLines = over || h.Over != "", twoLines || strings.Contains(h.Text, "\n")
	}
	if over {
		b.WriteString(g.over(s))
	}
	if twoLines {
		b.WriteString(g.line(func(j int) string { return headLine(s.Heads[j].Text, 0) }))
	}
	b.WriteString(g.line(func(j int) string { return headLine(s.Heads[j].Text, 1) }))
	total := 2 * (len(g.width) - 1)
	for _, w := range g.width {
		total += w
	}
	b.WriteString(strings.Repeat("-", total) + "\n")
	for i := range s.Rows {
		b.WriteString(g.line(func(j int) string { return g.text[i][j] }))
	}
	if s.Caption != "" {
		b.WriteString(draw.Plain(s.Caption) + ".\n")
	}
	for _, note := range s.Notes {
		if rest, ok := strings.CutPrefix(note, "Bold: "); ok {
			note = "+: " + rest
		}
		b.WriteString(draw.Plain(note) + ".\n")
	}
	for _, w := range s.warnings(s.fit()) {
		if !strings.HasPrefix(w, "wide") { // which needs nothing done
			b.WriteString("In LaTeX " + w + ".\n")
		}
	}
	return b.String()
}

// headLine is one of the two lines of a head; a head of one stands in the lower.
func headLine(text string, line int) string {
	upper, lower, two := strings.Cut(text, "\n")
	if !two {
		upper, lower = "", text
	}
	return draw.Plain([]string{upper, lower}[line])
}

// An aligned is the cells as lines of a terminal.
type aligned struct {
	text  [][]string
	width []int
	right []bool
}

// align aligns numbers and intervals, each by itself.
func (s *Sheet) align() *aligned {
	n := len(s.Heads)
	g := &aligned{width: make([]int, n), right: make([]bool, n)}
	mid, band := make([][]string, len(s.Rows)), make([][]string, len(s.Rows))
	wm, wb := make([]int, n), make([]int, n)
	for i, row := range s.Rows {
		for j, c := range row {
			m := draw.Plain(c.Text) + c.Mark
			if c.Bold {
				m += "+"
			}
			mid[i], band[i] = append(mid[i], m), append(band[i], draw.Plain(c.Interval))
			wm[j], wb[j] = max(wm[j], utf8.RuneCountInString(m)), max(wb[j], utf8.RuneCountInString(band[i][j]))
		}
	}
	for j, h := range s.Heads {
		if g.width[j] = wm[j]; wb[j] > 0 {
			g.width[j] += 1 + wb[j]
		}
		g.width[j] = max(g.width[j], utf8.RuneCountInString(headLine(h.Text, 0)), utf8.RuneCountInString(headLine(h.Text, 1)))
		g.right[j] = h.Numbers
	}
	for i := range mid {
		var line []string
		for j, t := range mid[i] {
			if wb[j] > 0 {
				t = strings.Repeat(" ", wm[j]-utf8.RuneCountInString(t)) + t + " " + band[i][j]
				t += strings.Repeat(" ", wb[j]-utf8.RuneCountInString(band[i][j]))
			}
			line = append(line, t)
		}
		g.text = append(g.text, line)
	}
	return g
}

// line is one of the terminal.
func (g *aligned) line(text func(j int) string) string {
	var b strings.Builder
	for j, w := range g.width {
		if j > 0 {
			b.WriteString("  ")
		}
		t := text(j)
		gap := strings.Repeat(" ", max(0, w-utf8.RuneCountInString(t)))
		if g.right[j] {
			t = gap + t
		} else {
			t += gap
		}
		b.WriteString(t)
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// over is the line above the heads; what is too long for its columns makes the last one wider.
func (g *aligned) over(s *Sheet) string {
	var b strings.Builder
	for j := 0; j < len(s.Heads); {
		k, w := j+1, g.width[j]
		for ; k < len(s.Heads) && s.Heads[k].Over == s.Heads[j].Over; k++ {
			w += 2 + g.width[k]
		}
		t := draw.Plain(s.Heads[j].Over)
		if n := utf8.RuneCountInString(t); n > w {
			g.width[k-1] += n - w
			w = n
		}
		n := utf8.RuneCountInString(t)
		left := (w - n) / 2
		b.WriteString(strings.Repeat(" ", left) + t + strings.Repeat(" ", w-n-left))
		if k < len(s.Heads) {
			b.WriteString("  ")
		}
		j = k
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}
