package plots

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"staleness/plots/internal/draw"
)

// Limits of a table on a terminal.
const (
	terminalWidth = 80
	terminalRows  = 20
	leastKey      = 6 // columns of a key that has to be cut
	mostStatus    = 24
)

// Text is the outcome for a terminal: at most 80 columns and some 20 settings, of which the rest is
// where more says.
func (o *Outcome) Text(more string) string {
	if len(o.Rows) == 0 {
		return ""
	}
	shown := len(o.Rows)
	if shown > terminalRows+1 {
		shown = terminalRows
	}
	t := o.lines(shown)
	var b strings.Builder
	t.write(&b)
	if rest := len(o.Rows) - shown; rest > 0 {
		fmt.Fprintf(&b, "... and %s: %s\n", plural(rest, "more setting", "more settings"), more)
	}
	for _, n := range append(t.notes, o.Notes()...) {
		b.WriteString(n + ".\n")
	}
	return b.String()
}

// lined is a table of texts, its first rows a head.
type lined struct {
	head, rows [][]string
	left       []bool // columns of words
	notes      []string
}

// lines are the texts of the first n rows, cut to the width of a terminal: keys are shortened
// first, then numbers left out, then keys.
func (o *Outcome) lines(n int) *lined {
	keys, columns := len(o.Keys), len(o.Columns)
	for {
		t := o.uncut(n, keys, columns)
		t.shorten(keys, t.width()-terminalWidth)
		switch {
		case t.width() > terminalWidth && columns > 0:
			columns--
			continue
		case t.width() > terminalWidth && keys > 0:
			keys--
			continue
		}
		var hidden []string
		for _, k := range o.Keys[keys:] {
			hidden = append(hidden, draw.Legible(k))
		}
		for _, c := range o.Columns[columns:] {
			hidden = append(hidden, draw.Plain(c.Label))
		}
		if len(hidden) > 0 {
			t.notes = append(t.notes, "There is no room for "+cut(some(hidden, ", "), terminalWidth-len("There is no room for .")))
		}
		return t
	}
}

// uncut are the first n rows, with so many keys and numbers.
func (o *Outcome) uncut(n, keys, columns int) *lined {
	t := &lined{}
	var names []string
	for i, k := range o.Keys[:keys] {
		names = append(names, strings.ReplaceAll(k[strings.LastIndexByte(k, '.')+1:], "_", " "))
		t.left = append(t.left, !o.numeric(i))
	}
	names = append(names, "seeds", "status")
	t.left = append(t.left, false, true)
	for _, c := range o.Columns[:columns] {
		names = append(names, draw.Plain(c.Label))
		t.left = append(t.left, false)
	}
	var above, below []string
	for i, name := range names {
		a, b := "", draw.Legible(name)
		if i >= keys {
			a, b = twoLines(b)
		}
		above, below = append(above, a), append(below, b)
	}
	t.head = [][]string{above, below}
	for i := range n {
		r := o.Rows[i]
		var line []string
		for _, k := range r.Keys[:keys] {
			line = append(line, draw.Legible(k))
		}
		line = append(line, strconv.Itoa(r.Seeds), cut(r.Status(), mostStatus))
		for c := range columns {
			line = append(line, o.Number(i, c))
		}
		t.rows = append(t.rows, line)
	}
	return t
}

// numeric says whether all values of a key are numbers.
func (o *Outcome) numeric(key int) bool {
	for _, r := range o.Rows {
		if _, ok := parse(r.Keys[key]); !ok {
			return false
		}
	}
	return true
}

// twoLines breaks a head where its longer line is shortest, a unit never.
func twoLines(s string) (above, below string) {
	below, best := s, breadth(s)
	unit := strings.IndexByte(s, '(')
	for i, c := range s {
		if c == ' ' && (unit < 0 || i < unit) {
			if w := max(breadth(s[:i]), breadth(s[i+1:])); w < best {
				above, below, best = s[:i], s[i+1:], w
			}
		}
	}
	return above, below
}

// widths are those of the columns.
func (t *lined) widths() []int {
	w := make([]int, len(t.left))
	for _, rows := range [][][]string{t.head, t.rows} {
		for _, r := range rows {
			for i, text := range r {
				w[i] = max(w[i], breadth(text))
			}
		}
	}
	return w
}

func (t *lined) width() int {
	sum := 2 * (len(t.left) - 1)
	for _, w := range t.widths() {
		sum += w
	}
	return sum
}

// shorten takes so many columns off the first keys, always off the widest.
func (t *lined) shorten(keys, over int) {
	w := t.widths()
	for ; over > 0 && keys > 0; over-- {
		widest := 0
		for i := range keys {
			if w[i] > w[widest] {
				widest = i
			}
		}
		if w[widest] <= leastKey {
			break
		}
		w[widest]--
	}
	for _, rows := range [][][]string{t.head, t.rows} {
		for _, r := range rows {
			for i := range keys {
				r[i] = cut(r[i], w[i])
			}
		}
	}
}

// write aligns the columns.
func (t *lined) write(b *strings.Builder) {
	w := t.widths()
	line := func(r []string) {
		var row strings.Builder
		for i, text := range r {
			if i > 0 {
				row.WriteString("  ")
			}
			pad := strings.Repeat(" ", w[i]-breadth(text))
			if t.left[i] {
				row.WriteString(text + pad)
			} else {
				row.WriteString(pad + text)
			}
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	for _, r := range t.head {
		if strings.Join(r, "") != "" {
			line(r)
		}
	}
	b.WriteString(strings.Repeat("-", min(terminalWidth, t.width())) + "\n")
	for _, r := range t.rows {
		line(r)
	}
}

// breadth is how many columns of a terminal a text takes.
func breadth(s string) (n int) {
	for _, c := range s {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case c >= 0x1100 && unicode.In(c, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), 0xff01 <= c && c <= 0xff60, c >= 0x1f300 && c < 0x1fb00:
			n += 2
		default:
			n++
		}
	}
	return n
}

// cut shortens a text in its middle: names that are long differ at their ends.
func cut(s string, width int) string {
	if breadth(s) <= width {
		return s
	}
	rs := []rune(s)
	head, tail := "", ""
	for i, j := 0, len(rs)-1; i <= j; {
		if breadth(head) <= breadth(tail) {
			if breadth(head+tail)+breadth(string(rs[i]))+1 > width {
				break
			}
			head += string(rs[i])
			i++
		} else {
			if breadth(head+tail)+breadth(string(rs[j]))+1 > width {
				break
			}
			tail = string(rs[j]) + tail
			j--
		}
	}
	return head + "…" + tail
}
