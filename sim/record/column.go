package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Column is one number or word of what a run leaves: a column of eval.csv, updates.csv or
// trace.csv, or a key of summary.json. It is described here and nowhere else: files, exports, the
// manual and the quantities of figures follow from the tables of columns.
type Column struct {
	Name string
	// "s", "bytes", "updates"; "share" of a whole, in [0, 1], which figures show in per cent; "": a
	// count, a ratio, a word
	Unit string
	Doc  string // what it is
	When Need   // what a run must have for it to apply

	Label   string // of an axis, without the unit; "": no quantity of figures
	Up      bool   // more is better
	Log     bool   // usually seen on a logarithmic axis
	Outcome bool   // divergence spoils it; else it is a cost or a count
}

// A column is a Column of rows of type R. Exactly one of its accessors is set.
type column[R any] struct {
	Column
	float func(*R) *float64
	count func(*R) *int64
	text  func(*R) *string
	whole func(*R) any // a pointer to what is neither: a key of summary.json alone

	open   bool                   // a count that does not apply to some of the rows: -1 there
	always bool                   // of a key of summary.json: never absent
	end    func(*Summary) float64 // of a column of eval.csv: what the summary says of it
}

// describe strips the accessors off.
func describe[R any](cols []column[R]) []Column {
	out := make([]Column, len(cols))
	for i := range cols {
		out[i] = cols[i].Column
	}
	return out
}

// EvaluationColumns are the columns of eval.csv, in their order.
func EvaluationColumns() []Column { return describe(evalColumns) }

// RowColumns are the columns of updates.csv, in their order.
func RowColumns() []Column { return describe(updateColumns) }

// TraceColumns are the columns of trace.csv, in their order.
func TraceColumns() []Column { return describe(traceColumns) }

// SummaryColumns are the keys of summary.json, in their order; names with a dot are numbers inside
// a key.
func SummaryColumns() []Column { return describe(summaryColumns) }

// value is the column's number in a row; not ok if it is no number or does not apply.
func (c *column[R]) value(r *R) (x float64, ok bool) {
	switch {
	case c.float != nil:
		x = *c.float(r)
		return x, !math.IsNaN(x)
	case c.count != nil:
		return float64(*c.count(r)), *c.count(r) >= 0
	}
	return 0, false
}

// valueOf is the number in the column of a name.
func valueOf[R any](cols []column[R], name string, r *R) (x float64, ok bool) {
	i := slices.IndexFunc(cols, func(c column[R]) bool { return c.Name == name })
	if i < 0 {
		return 0, false
	}
	return cols[i].value(r)
}

// clear marks the column as one that does not apply.
func (c *column[R]) clear(r *R) {
	switch {
	case c.float != nil:
		*c.float(r) = math.NaN()
	case c.count != nil:
		*c.count(r) = -1
	case c.text != nil:
		*c.text(r) = ""
	}
}

func (c *column[R]) append(b []byte, r *R) []byte {
	switch {
	case c.float != nil:
		return appendFloat(b, *c.float(r))
	case c.count != nil:
		return strconv.AppendInt(b, *c.count(r), 10)
	}
	return append(b, *c.text(r)...)
}

// appendFloat writes the shortest decimal that reads back as the same number.
func appendFloat(b []byte, x float64) []byte {
	if math.IsInf(x, 1) {
		return append(b, "Inf"...) // not "+Inf": R and pandas know this one
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

func (c *column[R]) parse(s []byte, r *R) error {
	switch {
	case c.float != nil:
		x, err := strconv.ParseFloat(string(s), 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", clip(s))
		}
		*c.float(r) = x
	case c.count != nil:
		n, err := strconv.ParseInt(string(s), 10, 64)
		if err != nil || n < 0 && !(c.open && n == -1) {
			return fmt.Errorf("%q is not a count", clip(s))
		}
		*c.count(r) = n
	default:
		if len(s) == 0 {
			return fmt.Errorf("is empty")
		}
		*c.text(r) = string(s)
	}
	return nil
}

func clip(s []byte) string {
	if len(s) > 40 {
		return string(s[:40]) + "..."
	}
	return string(s)
}

// without returns the columns that are kept.
func without[R any](all []column[R], omit []string) ([]column[R], error) {
	for _, name := range omit {
		if !slices.ContainsFunc(all, func(c column[R]) bool { return c.Name == name }) {
			return nil, fmt.Errorf("record: no column %q; columns are %s", name, strings.Join(names(all), ", "))
		}
	}
	var kept []column[R]
	for _, c := range all {
		if !slices.Contains(omit, c.Name) {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

func names[R any](cols []column[R]) []string {
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = c.Name
	}
	return s
}
