package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"staleness/plots/internal/draw"
)

// A slot is a column of a table: one of a measure and of a value of the keys across.
type slot struct{ measure, facet int }

// columnOrder are the columns from left to right. What stands before a key in columns has the
// values of the key side by side; what stands after it is repeated for each value.
func (x *tabulation) columnOrder() (cols []slot) {
	// whether all numbers stand after the keys
	inner := len(x.Columns) > 0 && slices.Contains(x.across, x.Columns[0])
	if inner && len(x.ms) > 1 {
		for f := range x.facets {
			for m := range x.ms {
				cols = append(cols, slot{m, f})
			}
		}
		return cols
	}
	for m := range x.ms {
		for f := range x.facets {
			cols = append(cols, slot{m, f})
		}
	}
	return cols
}

// sheet sets the table.
func (x *tabulation) sheet() *Sheet {
	sh := &Sheet{Name: x.Name, Label: x.Label, Caption: x.Caption, Stub: len(x.keys), Width: x.Width}
	for _, k := range x.keys {
		sh.Heads = append(sh.Heads, Head{Name: k, Text: inTwo(x.headOf(k)), Numbers: x.numeric(k)})
	}
	cols := x.columnOrder()
	for i, c := range cols {
		sh.Heads = append(sh.Heads, x.head(c, i > 0 && cols[i-1].facet == c.facet || i+1 < len(cols) && cols[i+1].facet == c.facet))
	}
	for g := range x.groups {
		var row []Cell
		one := slices.IndexFunc(x.cells, func(c cell) bool { return c.group == g })
		for _, k := range x.keys {
			text, _ := x.cells[one].runs[0].Text(k)
			row = append(row, keyCell(text))
		}
		for _, c := range cols {
			row = append(row, x.cell(c, g))
		}
		sh.Rows = append(sh.Rows, row)
	}
	if sh.Label == "" && sh.Name != "" {
		sh.Label = "tab:" + sh.Name
	}
	if sh.Caption == "" {
		sh.Caption = x.caption()
	}
	sh.Notes = x.remarks()
	sh.long = x.long()
	return sh
}

// numeric says whether all values of a key are numbers.
func (x *tabulation) numeric(key string) bool {
	for _, c := range x.cells {
		text, _ := c.runs[0].Text(key)
		if _, ok := parse(text); !ok {
			return false
		}
	}
	return true
}

// head is that of a column; byValue says that all columns of a value of the keys stand together.
func (x *tabulation) head(c slot, byValue bool) Head {
	m := x.ms[c.measure]
	h := Head{Name: m.name, Text: x.short(m), Numbers: true}
	if len(x.across) == 0 {
		return h
	}
	value := x.valueOf(c.facet)
	var keys []string
	for _, k := range x.across {
		keys = append(keys, x.headOf(k))
	}
	switch {
	case len(x.ms) == 1:
		h.Over, h.Text = strings.Join(keys, ", "), value
	case byValue:
		h.Over = strings.Join(keys, ", ") + " = " + value
	default:
		h.Over, h.Text = strings.ReplaceAll(h.Text, "\n", " ")+", by "+strings.Join(keys, " and "), value
	}
	return h
}

// valueOf are the values of the keys across, at a facet.
func (x *tabulation) valueOf(facet int) string {
	for _, c := range x.cells {
		if c.facet != facet {
			continue
		}
		for _, r := range c.runs {
			var vs []string
			for _, k := range x.across {
				v, ok := r.Text(k)
				if !ok {
					v = "none"
				}
				vs = append(vs, powers(draw.Legible(v)))
			}
			if t := titleOf(r, x.across); t == x.facets[facet] {
				return strings.Join(vs, ", ")
			}
		}
	}
	return x.facets[facet]
}

// short is the head of a measure, in two lines if it is long.
func (x *tabulation) short(m *measure) string {
	for k, h := range x.Head {
		name := k
		if q, err := lookup("", k, summarised); err == nil {
			name = q.name
		}
		if name == m.name {
			return h
		}
	}
	label := strings.TrimPrefix(m.label, "final ")
	if before, after, ok := strings.Cut(label, " ("); ok && strings.HasPrefix(after, "s) to ") {
		label = before + " to " + strings.TrimPrefix(after, "s) to ") + " (s)"
	}
	if x.base >= 0 && m.count == nil {
		if name, unit, ok := strings.Cut(label, " (%"); ok {
			label = name + " (% points" + strings.TrimPrefix(unit, "")
		}
		if x.asRatio(m) {
			label, _, _ = strings.Cut(m.labelWithoutUnit(), "\n")
		}
	}
	return inTwo(draw.Legible(label))
}

// labelWithoutUnit is for what has none: a ratio.
func (m *measure) labelWithoutUnit() string {
	label := strings.TrimPrefix(m.label, "final ")
	if i := strings.Index(label, " ("); i >= 0 {
		if j := strings.IndexByte(label[i:], ')'); j >= 0 {
			label = label[:i] + label[i+j+1:]
		}
	}
	return label
}

// inTwo parts a long head into two lines of about the same length.
func inTwo(s string) string {
	const long = 13
	if strings.Contains(s, "\n") || utf8.RuneCountInString(draw.Plain(s)) <= long {
		return s
	}
	best, at := utf8.RuneCountInString(s), -1
	for i, r := range s {
		if r != ' ' || strings.Count(s[:i], "$")%2 == 1 {
			continue
		}
		if n := max(utf8.RuneCountInString(s[:i]), utf8.RuneCountInString(s[i+1:])); n < best {
			best, at = n, i
		}
	}
	if at < 0 {
		return s
	}
	return s[:at] + "\n" + s[at+1:]
}

// cell is what stands in a column of a row.
func (x *tabulation) cell(c slot, group int) Cell {
	m := x.ms[c.measure]
	runs := x.runs[group][c.facet]
	if len(runs) == 0 {
		return words("")
	}
	if m.count != nil {
		out := words(m.count(runs))
		if v, ok := parse(out.Text); ok {
			out.Value = v
		}
		return out
	}
	s := x.stats[seat{c.measure, group, c.facet}]
	out := Cell{Value: s.mid, Low: s.lo, High: s.hi, Bold: s.bold(), Note: x.noteOf(s, len(runs))}
	out.Text, out.Interval = rounded(s.mid, s.lo, s.hi, m.small, m.sign)
	if x.base == group && draw.Finite(s.mid) {
		out.Text, out.Interval = draw.Short(s.mid), ""
	}
	if x.band() == "none" || len(s.values) < 2 {
		out.Interval = ""
	}
	if s.differs != nil && s.differs.holds {
		out.Mark += "*"
	}
	if s.robust {
		out.Mark += "†"
	}
	return out
}

// noteOf is what is to be known of a place.
func (x *tabulation) noteOf(s *statistic, runs int) string {
	var parts []string
	if s.capped > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s without the target", s.capped, plural(runs, "seed", "seeds")))
	}
	if s.gone > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s diverged", s.gone, plural(runs, "seed", "seeds")))
	}
	if s.unknown > 0 {
		parts = append(parts, fmt.Sprintf("known of %d of %s", runs-s.unknown, plural(runs, "seed", "seeds")))
	}
	if x.base >= 0 && s.pairs < runs {
		parts = append(parts, fmt.Sprintf("%s of %s", plural(s.pairs, "pair", "pairs"), plural(runs, "seed", "seeds")))
	}
	return strings.Join(parts, ", ")
}

// long is the table with a line for each place, in full.
func (x *tabulation) long() (out [][]string) {
	mid, lo, hi := "_median", "_min", "_max"
	switch x.band() {
	case "quartiles":
		lo, hi = "_q1", "_q3"
	case "t":
		mid, lo, hi = "_mean", "_low", "_high"
	}
	head := slices.Concat(x.keys, x.across)
	for _, m := range x.ms {
		if m.count != nil {
			head = append(head, m.name)
			continue
		}
		name := m.name
		if x.base >= 0 {
			name += map[bool]string{true: "_ratio", false: "_difference"}[x.asRatio(m)]
		}
		if head = append(head, name+mid); x.band() != "none" {
			head = append(head, name+lo, name+hi)
		}
		if x.Bold != "none" && m.judged {
			head = append(head, m.name+"_best")
		}
		if m.sign == "∞" {
			head = append(head, m.name+"_capped")
		}
		if x.base >= 0 {
			head = append(head, name+"_pairs", name+"_p")
		}
	}
	out = append(out, head)
	for _, c := range x.cells {
		var line []string
		for _, k := range slices.Concat(x.keys, x.across) {
			v, _ := c.runs[0].Text(k)
			line = append(line, v)
		}
		for i, m := range x.ms {
			if m.count != nil {
				n, _, _ := strings.Cut(m.count(c.runs), "/")
				line = append(line, n)
				continue
			}
			s, unit := x.stats[seat{i, c.group, c.facet}], m.unit
			if x.base >= 0 && x.asRatio(m) {
				unit = 1
			}
			if line = append(line, inFull(s.mid, unit)); x.band() != "none" {
				line = append(line, inFull(s.lo, unit), inFull(s.hi, unit))
			}
			if x.Bold != "none" && m.judged {
				line = append(line, fmt.Sprint(s.bold()))
			}
			if m.sign == "∞" {
				line = append(line, fmt.Sprint(s.capped))
			}
			if x.base >= 0 {
				p := math.NaN()
				if s.differs != nil {
					p = s.differs.p
				}
				line = append(line, fmt.Sprint(s.pairs), inFull(p, 1))
			}
		}
		out = append(out, line)
	}
	return out
}
