package plots

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"staleness/plots/internal/draw"
)

// A Sheet is a finished table: plain values, which LaTeX, CSV, a terminal and a page print alike.
// Texts may hold ^{...}, _{...} and $...$, as those of a [Picture] may.
type Sheet struct {
	Name    string // of its files; "" if it has none
	Caption string // what is shown, of how many seeds, and what is in brackets; without a full stop
	Label   string // in LaTeX
	Heads   []Head // of the columns
	Stub    int    // how many columns, the first ones, name the rows
	Rows    [][]Cell
	// warnings and what the signs are; sentences without full stops. They are part of the result
	Notes []string
	Width string // what it has to fit in LaTeX: "column" or "page"

	long [][]string // as CSV
}

// A Head is that of a column.
type Head struct {
	Name    string // as in records: train_loss, strategy.window
	Text    string // "\n" parts two lines
	Over    string // above it, over all neighbours with the same; "" for nothing
	Numbers bool   // set to the right
	Wrap    bool   // its cells may be broken into lines, in LaTeX
}

// A Cell is one value of a table.
type Cell struct {
	Text     string  // as it is shown
	Interval string  // beside or below it, with its brackets; "" for none
	Value    float64 // in the unit of the head; NaN: not a number; infinite: worse than any
	Low      float64 // the ends of the interval; NaN for none
	High     float64
	Bold     bool   // the best, by test
	Mark     string // after it: "*" differs from the baseline, "†" is a median among means
	Note     string // to be known of this value: "2 of 6 seeds do not reach the target"
}

// Plain is the text of a cell, a head or a note without mark-up.
func Plain(s string) string { return draw.Plain(s) }

// words is a cell that is no number.
func words(s string) Cell {
	nan := math.NaN()
	return Cell{Text: s, Value: nan, Low: nan, High: nan}
}

// a key's value is as it is written, but for powers of ten.
func keyCell(s string) Cell {
	c := words(powers(draw.Legible(s)))
	if v, ok := parse(s); ok {
		c.Value = v
	}
	return c
}

// CSV is the table for programs, one line for the runs of each place: numbers in the units of the
// records, in full; an infinite one is inf, one that does not apply is empty. Notes are left out.
func (s *Sheet) CSV() string {
	var b strings.Builder
	csv.NewWriter(&b).WriteAll(s.long)
	return b.String()
}

// inFull is a number for programs, in the unit of the records.
func inFull(v, unit float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	if unit != 1 {
		v = draw.Round(v/unit, 14) // undoes the rounding of the product
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
