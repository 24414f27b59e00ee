package plots

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"staleness/plots/internal/draw"
)

// decimals is how a column is written: with as many decimals as give its smallest median three
// digits, at most four; or each number with four digits of its own (negative) where they span too
// much for that.
func (s *Sheet) decimals(col int) int {
	r := draw.NewSpan(false)
	for _, row := range s.Rows {
		if v := math.Abs(row.Mid[col]); v > 0 {
			r.Grow(v)
		}
	}
	switch {
	case r.Min > r.Max:
		return 0
	case r.Max >= 1e5 || r.Min < 1e-3 || r.Max > 2e3*r.Min:
		return -1
	}
	return max(0, min(4, 2-int(math.Floor(math.Log10(r.Min)))))
}

func (c Column) write(v float64, decimals int) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return c.Inf
	case decimals < 0:
		return draw.Short(v)
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), "-", "−", 1)
}

// cells are the texts of a table with mark-up, its first row the head; brackets apart.
func (s *Sheet) cells() (mid, band [][]string) {
	head := append([]string(nil), s.Keys...)
	for i, k := range head {
		head[i] = strings.ReplaceAll(k[strings.LastIndexByte(k, '.')+1:], "_", " ")
	}
	reached := len(s.Rows) > 0 && s.Rows[0].Reached >= 0
	head = append(head, "seeds", "diverged")
	for _, c := range s.Columns {
		head = append(head, c.Label)
	}
	if reached {
		head = append(head, "reached")
	}
	for i := range head {
		head[i] = draw.Legible(head[i])
	}
	mid, band = [][]string{head}, [][]string{make([]string, len(head))}
	decimals := make([]int, len(s.Columns))
	for i := range decimals {
		decimals[i] = s.decimals(i)
	}
	for _, r := range s.Rows {
		var m []string
		for _, k := range r.Keys {
			m = append(m, draw.Legible(k))
		}
		m = append(m, strconv.Itoa(r.Seeds), strconv.Itoa(r.Diverged))
		b := make([]string, len(m))
		for i, c := range s.Columns {
			d := decimals[i]
			m = append(m, c.write(r.Mid[i], d))
			if s.Band == "none" || r.Seeds < 2 || math.IsNaN(r.Mid[i]) || r.Lo[i] == r.Hi[i] {
				b = append(b, "")
			} else {
				b = append(b, "["+c.write(r.Lo[i], d)+", "+c.write(r.Hi[i], d)+"]")
			}
		}
		if reached {
			m, b = append(m, fmt.Sprintf("%d/%d", r.Reached, r.Seeds)), append(b, "")
		}
		mid, band = append(mid, m), append(band, b)
	}
	return mid, band
}

// Text is the table for a terminal: aligned columns, then the notes.
func (s *Sheet) Text() string {
	mid, band := s.cells()
	n := len(mid[0])
	for i := range mid {
		for j := range n {
			if i == 0 || j >= len(s.Keys) { // keys are as they are written
				mid[i][j], band[i][j] = draw.Plain(mid[i][j]), draw.Plain(band[i][j])
			}
		}
	}
	wm, wb, w := make([]int, n), make([]int, n), make([]int, n)
	for i := 1; i < len(mid); i++ {
		for j := range n {
			wm[j] = max(wm[j], utf8.RuneCountInString(mid[i][j]))
			wb[j] = max(wb[j], utf8.RuneCountInString(band[i][j]))
		}
	}
	for j := range n {
		if w[j] = wm[j]; wb[j] > 0 {
			w[j] += 1 + wb[j]
		}
		w[j] = max(w[j], utf8.RuneCountInString(mid[0][j]))
	}
	numbers := make([]bool, n) // to the right; words to the left
	for j := range n {
		numbers[j] = j >= len(s.Keys) || s.numeric(j)
	}
	var b, row strings.Builder
	pad := func(n int) { row.WriteString(strings.Repeat(" ", max(0, n))) }
	for i := range mid {
		row.Reset()
		for j, t := range mid[i] {
			if j > 0 {
				pad(2)
			}
			if wb[j] > 0 && i > 0 {
				t = strings.Repeat(" ", wm[j]-utf8.RuneCountInString(t)) + t + " " + band[i][j]
				t += strings.Repeat(" ", wb[j]-utf8.RuneCountInString(band[i][j]))
			}
			if gap := w[j] - utf8.RuneCountInString(t); numbers[j] {
				pad(gap)
				row.WriteString(t)
			} else {
				row.WriteString(t)
				pad(gap)
			}
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
		if i == 0 {
			total := 2 * (n - 1)
			for _, x := range w {
				total += x
			}
			b.WriteString(strings.Repeat("-", total) + "\n")
		}
	}
	for _, note := range s.Notes {
		b.WriteString(draw.Plain(note) + ".\n")
	}
	return b.String()
}

// numeric says whether all values of a key are numbers.
func (s *Sheet) numeric(key int) bool {
	for _, r := range s.Rows {
		if _, ok := parse(r.Keys[key]); !ok {
			return false
		}
	}
	return true
}

// CSV is the table for programs: numbers in the units of the records, in full; an infinite one is
// inf, one that does not apply is empty. Notes are left out.
func (s *Sheet) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	lo, hi := "min", "max"
	if s.Band == "quartiles" {
		lo, hi = "q1", "q3"
	}
	head := append(append([]string(nil), s.Keys...), "seeds", "diverged")
	for _, c := range s.Columns {
		head = append(head, c.Name+"_median")
		if s.Band != "none" {
			head = append(head, c.Name+"_"+lo, c.Name+"_"+hi)
		}
	}
	reached := len(s.Rows) > 0 && s.Rows[0].Reached >= 0
	if reached {
		head = append(head, "reached")
	}
	w.Write(head)
	for _, r := range s.Rows {
		line := append(append([]string(nil), r.Keys...), strconv.Itoa(r.Seeds), strconv.Itoa(r.Diverged))
		for i, c := range s.Columns {
			num := func(v float64) string {
				switch {
				case math.IsNaN(v):
					return ""
				case math.IsInf(v, 1):
					return "inf"
				case math.IsInf(v, -1):
					return "-inf"
				}
				if c.Unit != 1 {
					v = draw.Round(v/c.Unit, 14) // undoes the rounding of the product
				}
				return strconv.FormatFloat(v, 'g', -1, 64)
			}
			line = append(line, num(r.Mid[i]))
			if s.Band != "none" {
				line = append(line, num(r.Lo[i]), num(r.Hi[i]))
			}
		}
		if reached {
			line = append(line, strconv.Itoa(r.Reached))
		}
		w.Write(line)
	}
	w.Flush()
	return b.String()
}
