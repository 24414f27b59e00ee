package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
)

// A fit is how a table is set in LaTeX: sizes of letters in points, of the gap beside a column, and
// whether intervals stand below their numbers.
type fit struct {
	size         string
	points, fine float64 // of numbers and of intervals
	gap          float64
	below        bool
	parts        [][]int // columns beside those that name the rows
	// the widest that a name of a row and a head may be; 0: as wide as it is
	stub, head      float64
	narrow, widened bool // smaller than normal; does not fit even so
}

// fits are tried one after the other.
var fits = []fit{
	{size: `\normalsize`, points: 10, fine: 7, gap: 6},
	{size: `\small`, points: 9, fine: 7, gap: 4},
	{size: `\small`, points: 9, fine: 7, gap: 4, below: true},
	{size: `\footnotesize`, points: 8, fine: 7, gap: 3, below: true},
	{size: `\scriptsize`, points: 7, fine: 5, gap: 2.5, below: true},
}

// The narrowest room, in points, that a table is set for: article has columns of 229.5, and 469 for
// both.
const (
	columnRoom = 228
	pageRoom   = 466
)

// fit finds how the table is set: the first that fits, else in parts.
func (s *Sheet) fit() fit {
	room := float64(columnRoom)
	if s.Width == "page" {
		room = pageRoom
	}
	var all []int
	for j := s.Stub; j < len(s.Heads); j++ {
		all = append(all, j)
	}
	for i, f := range fits {
		if s.width(f, all) <= room {
			f.parts, f.narrow = [][]int{all}, i > 0
			return f
		}
	}
	f := fits[3]
	f.narrow, f.head = true, 0.3*room
	for s.width(f, nil) > 0.45*room && (f.stub == 0 || f.stub > 20) { // the widest names are broken
		if f.stub == 0 {
			f.stub = 0.4 * room
		}
		f.stub *= 0.9
	}
	f.parts = s.parts(f, all, room)
	for _, part := range f.parts {
		f.widened = f.widened || s.width(f, part) > room
	}
	return f
}

// parts are columns that fit, those under one head together as long as they do.
func (s *Sheet) parts(f fit, columns []int, room float64) (parts [][]int) {
	add := func(more []int) bool {
		if last := len(parts) - 1; last >= 0 && s.width(f, slices.Concat(parts[last], more)) <= room {
			parts[last] = append(parts[last], more...)
			return true
		}
		if s.width(f, more) > room && len(more) > 1 {
			return false
		}
		parts = append(parts, more)
		return true
	}
	for len(columns) > 0 {
		n := 1
		for n < len(columns) && s.Heads[columns[n]].Over != "" && s.Heads[columns[n]].Over == s.Heads[columns[0]].Over {
			n++
		}
		if !add(slices.Clone(columns[:n])) {
			for _, j := range columns[:n] {
				add([]int{j})
			}
		}
		columns = columns[n:]
	}
	return parts
}

// width is that of a table of some columns, in points.
func (s *Sheet) width(f fit, columns []int) float64 {
	total, over, last := 0., 0., ""
	var under float64
	for j := range s.Stub {
		total += s.columnWidth(f, j) + 2*f.gap
	}
	for _, j := range columns {
		w := s.columnWidth(f, j) + 2*f.gap
		if h := s.Heads[j].Over; h != "" && h == last {
			under += w
		} else {
			total += max(0, over-under)
			over, under, last = f.wide(texWidth(h, f.points))+2*f.gap, w, h
		}
		total += w
	}
	return total + max(0, over-under)
}

// wrapped is the width to which a column is broken; 0: it is not.
func (s *Sheet) wrapped(f fit, j int) float64 {
	most := math.Inf(1)
	if s.Heads[j].Wrap {
		most = 0.3 * columnRoom
	}
	if j < s.Stub && f.stub > 0 {
		most = f.stub
	}
	if s.naturalWidth(f, j) > most {
		return most
	}
	return 0
}

func (s *Sheet) columnWidth(f fit, j int) float64 {
	if w := s.wrapped(f, j); w > 0 {
		return w
	}
	return s.naturalWidth(f, j)
}

func (s *Sheet) naturalWidth(f fit, j int) float64 {
	w := f.wide(max(texWidth(headLine(s.Heads[j].Text, 0), f.points), texWidth(headLine(s.Heads[j].Text, 1), f.points)))
	for _, row := range s.Rows {
		c := row[j]
		n := texWidth(c.Text, f.points)
		if c.Bold {
			n *= 1.17
		}
		n += 0.7 * texWidth(c.Mark, f.points)
		i := texWidth(c.under(f), f.fine)
		switch {
		case i == 0:
		case f.below:
			n = max(n, i)
		default:
			n += 0.34*f.points + i
		}
		w = max(w, n)
	}
	return w
}

// wide is the width of a head, which may be broken.
func (f fit) wide(head float64) float64 {
	if f.head > 0 {
		return min(head, f.head)
	}
	return head
}

// broken is a head in as many lines as it takes.
func (f fit) broken(text, to string) string {
	if f.head > 0 && texWidth(text, f.points) > f.head {
		return fmt.Sprintf("\\parbox[b]{%.0fpt}{\\%s %s\\strut}", f.head, to, tex(text))
	}
	return tex(text)
}

// texWidth is about that of a text in Computer Modern, whose small sizes are wider than large ones.
func texWidth(s string, points float64) float64 {
	em := 0.
	for _, p := range draw.Pieces(s) {
		part := 0.
		text := p.Text
		if p.Math {
			text = draw.Plain(text)
		}
		for _, r := range text {
			part += letterWidth(r)
		}
		if p.Rise != 0 && points > 6 {
			part *= 0.8
		}
		em += part
	}
	wider := map[float64]float64{9: 1.03, 8: 1.07, 7: 1.14, 6: 1.23, 5: 1.37}[points]
	return em * points * max(1, wider)
}

func letterWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("il.,;:'!|jI()[]ft/-", r):
		return 0.39
	case r == ' ':
		return 0.34
	case strings.ContainsRune("mwMW%—", r):
		return 0.95
	case strings.ContainsRune("×±≤≥=<>", r): // with the space around
		return 1.25
	case r == '−' || r == '+':
		return 0.85
	case r == '∞':
		return 1.01
	case r > 0x7f && strings.HasPrefix(texLetter(r), `\ifdefined`): // its number
		return 4.6
	case r >= 'A' && r <= 'Z':
		return 0.76
	case r > 0x7f:
		return 0.7
	case r >= '0' && r <= '9':
		return 0.5
	}
	return 0.54
}

// LaTeX is the table for a paper: a float with its caption and its label, of one tabular or, where
// that would be too wide, several, with the rules of package booktabs.
func (s *Sheet) LaTeX() string {
	f := s.fit()
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs}\n")
	for _, w := range s.warnings(f) {
		b.WriteString("% " + w + "\n")
	}
	env := "table"
	if s.Width == "page" {
		env = "table*"
	}
	fmt.Fprintf(&b, "\\begin{%s}[tb]\n\\centering\n", env)
	if s.Caption != "" {
		fmt.Fprintf(&b, "\\caption{%s.}\n", tex(strings.ReplaceAll(s.Caption, "\n", " ")))
	}
	if s.Label != "" {
		fmt.Fprintf(&b, "\\label{%s}\n", label(s.Label))
	}
	b.WriteString("\\par\\smallskip\n")
	fmt.Fprintf(&b, "%s\\setlength{\\tabcolsep}{%gpt}%%\n", f.size, f.gap)
	for i, part := range f.parts {
		if i > 0 {
			b.WriteString("\\par\\medskip\n")
		}
		s.tabular(&b, f, part)
	}
	notes := slices.Clone(s.Notes)
	if s.powerNote(f) {
		notes = append(notes, "What is in brackets has the power of ten of its number")
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, "\\par\\smallskip\n\\parbox{\\linewidth}{\\footnotesize\\raggedright %s.}\n", tex(strings.Join(notes, ". ")))
	}
	fmt.Fprintf(&b, "\\end{%s}\n", env)
	return b.String()
}

// warnings are for whoever sets the table.
func (s *Sheet) warnings(f fit) (out []string) {
	if len(f.parts) > 1 {
		out = append(out, fmt.Sprintf("too wide for a %s: in %d parts; fewer columns%s", s.Width, len(f.parts), map[string]string{"column": `, or width = "page", keep it together`, "page": " keep it together"}[s.Width]))
	}
	if f.widened {
		out = append(out, "a part is too wide all the same: shorten names with head, or labels")
	} else if f.narrow {
		out = append(out, "wide: set in "+strings.TrimPrefix(f.size, `\`))
	}
	const page = 50
	if n := len(s.Rows); n > page {
		out = append(out, fmt.Sprintf("long: %d rows are more than a page holds; choose runs by where", n))
	}
	return out
}

// label keeps what a label may hold.
func label(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e || r <= ' ' || strings.ContainsRune(`\{}%#~^$&,_`, r) {
			return '-'
		}
		return r
	}, s)
}

// tabular writes some of the columns.
func (s *Sheet) tabular(b *strings.Builder, f fit, part []int) {
	cols := []int{}
	for j := range s.Stub {
		cols = append(cols, j)
	}
	cols = append(cols, part...)
	b.WriteString("\\begin{tabular}{")
	broken := make([]bool, len(cols))
	for k, j := range cols {
		w := s.wrapped(f, j)
		switch broken[k] = w > 0; {
		case broken[k]:
			fmt.Fprintf(b, "p{%.0fpt}", w)
		case s.Heads[j].Numbers:
			b.WriteByte('r')
		default:
			b.WriteByte('l')
		}
	}
	b.WriteString("}\n\\toprule\n")
	s.heads(b, f, cols)
	b.WriteString("\\midrule\n")
	for i, row := range s.Rows {
		below := false
		line := make([]string, len(cols))
		for k, j := range cols {
			if line[k] = row[j].latex(f); broken[k] {
				line[k] = "\\raggedright " + line[k]
			}
			below = below || f.below && row[j].Interval != ""
		}
		if !below {
			texLine(b, line, "")
			continue
		}
		texLine(b, line, "[-2pt]")
		for k, j := range cols {
			if line[k] = ""; row[j].Interval != "" {
				line[k] = fine(f) + tex(row[j].under(f)) + "}"
			}
		}
		texLine(b, line, map[bool]string{true: "[2pt]"}[i < len(s.Rows)-1])
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
}

// heads writes what stands over several columns, then the heads in one line or two.
func (s *Sheet) heads(b *strings.Builder, f fit, cols []int) {
	var over, rules []string
	two := false
	for k := 0; k < len(cols); {
		h := s.Heads[cols[k]]
		end := k + 1
		for ; end < len(cols) && h.Over != "" && s.Heads[cols[end]].Over == h.Over; end++ {
		}
		if h.Over == "" {
			over = append(over, "")
		} else {
			over = append(over, fmt.Sprintf("\\multicolumn{%d}{c}{%s}", end-k, f.broken(h.Over, "centering")))
			rules = append(rules, fmt.Sprintf("\\cmidrule(lr){%d-%d}", k+1, end))
		}
		k = end
	}
	if rules != nil {
		texLine(b, over, "")
		b.WriteString(strings.Join(rules, "") + "\n")
	}
	for _, j := range cols {
		two = two || strings.Contains(s.Heads[j].Text, "\n")
	}
	for n := range 2 {
		if n == 0 && !two {
			continue
		}
		line := make([]string, len(cols))
		for k, j := range cols {
			upper, lower, parted := strings.Cut(s.Heads[j].Text, "\n")
			if !parted {
				upper, lower = "", upper
			}
			to := map[bool]string{true: "raggedleft", false: "raggedright"}[s.Heads[j].Numbers]
			line[k] = f.broken([]string{upper, lower}[n], to)
			if j < s.Stub && strings.HasPrefix(line[k], "[") {
				line[k] = "{}" + line[k]
			}
		}
		texLine(b, line, "")
	}
}

// texLine ends a line of a tabular. What begins with a bracket would pass for an argument of the
// end of the line before.
func texLine(b *strings.Builder, cells []string, space string) {
	if strings.HasPrefix(cells[0], "[") {
		b.WriteString("{}")
	}
	b.WriteString(strings.TrimLeft(strings.Join(cells, " & "), " ") + " \\\\" + space + "\n")
}

// latex is a cell, with its interval if that does not stand below.
func (c Cell) latex(f fit) string {
	t := tex(c.Text)
	if c.Bold {
		t = "{\\bfseries\\boldmath " + t + "}" // \boldmath is for the mathematics in it
	}
	if c.Mark != "" {
		t += "\\rlap{$^{" + strings.NewReplacer("*", "*", "†", "\\dagger").Replace(c.Mark) + "}$}"
	}
	if c.Interval != "" && !f.below {
		t += " " + fine(f) + tex(c.Interval) + "}"
	}
	return t
}

// under is the interval: below its number without the power of ten that the number has, which a
// note then says.
func (c Cell) under(f fit) string {
	if _, power, ok := strings.Cut(c.Text, "×10^"); ok && f.below {
		return strings.TrimSuffix(c.Interval, "×10^"+power)
	}
	return c.Interval
}

// powerNote says that an interval has the power of ten of its number.
func (s *Sheet) powerNote(f fit) bool {
	return slices.ContainsFunc(s.Rows, func(row []Cell) bool {
		return slices.ContainsFunc(row, func(c Cell) bool { return c.under(f) != c.Interval })
	})
}

// fine begins the smaller letters of intervals.
func fine(f fit) string {
	if f.points < 8 {
		return "{\\tiny "
	}
	return "{\\scriptsize "
}
