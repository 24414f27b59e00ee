package record

import (
	"math"
	"strings"
)

// A Quantity is what a figure or table can show: a column of eval.csv, a number of summary.json, or
// both.
type Quantity struct {
	Column
	Evaluated bool // eval.csv has a column of that name
	// at the end of a run, NaN where it does not apply; nil: the last row of eval.csv has it
	End func(s *Summary) float64
}

// Quantities are the columns that have a label: those of eval.csv, then what is in the summary
// alone, under names without dots.
func Quantities() []Quantity {
	var out []Quantity
	for _, c := range evalColumns {
		if c.Label != "" {
			out = append(out, Quantity{c.Column, true, c.end})
		}
	}
	for _, c := range summaryColumns {
		if c.Label == "" {
			continue
		}
		q := Quantity{Column: c.Column, End: func(s *Summary) float64 {
			x, ok := c.value(s)
			if !ok {
				return math.NaN()
			}
			return x
		}}
		q.Name = strings.ReplaceAll(c.Name, ".", "_")
		out = append(out, q)
	}
	return out
}
