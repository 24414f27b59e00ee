package record

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A column is one column of a table whose rows are of type R. Exactly one of its accessors is set.
type column[R any] struct {
	name  string
	float func(*R) *float64
	count func(*R) *int64
	text  func(*R) *string
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
		if err != nil || n < 0 {
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

// value is the column's number in a row; not ok if it is text or does not apply.
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

// clear marks the column as one that does not apply.
func (c *column[R]) clear(r *R) {
	switch {
	case c.float != nil:
		*c.float(r) = math.NaN()
	case c.count != nil:
		*c.count(r) = -1
	default:
		*c.text(r) = ""
	}
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
		if !slices.ContainsFunc(all, func(c column[R]) bool { return c.name == name }) {
			return nil, fmt.Errorf("record: no column %q; columns are %s", name, strings.Join(names(all), ", "))
		}
	}
	var kept []column[R]
	for _, c := range all {
		if !slices.Contains(omit, c.name) {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

func names[R any](cols []column[R]) []string {
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = c.name
	}
	return s
}

// appendHeader writes the names of the columns and of dim center coordinates.
func appendHeader[R any](b []byte, cols []column[R], dim int) []byte {
	b = append(b, strings.Join(names(cols), ",")...)
	for i := range dim {
		b = append(b, ",x"...)
		b = strconv.AppendInt(b, int64(i), 10)
	}
	return append(b, '\n')
}

func appendRow[R any](b []byte, cols []column[R], r *R, center []float64) []byte {
	for i := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = cols[i].append(b, r)
	}
	for _, x := range center {
		b = append(b, ',')
		b = appendFloat(b, x)
	}
	return append(b, '\n')
}

// parseHeader finds the columns that a header names: some of all, in their order, then x0, x1, ... if center is allowed.
func parseHeader[R any](line []byte, all []column[R], center bool) (cols []column[R], dim int, err error) {
	next := 0
	for name := range strings.SplitSeq(string(line), ",") {
		if center && name == "x"+strconv.Itoa(dim) && len(cols) > 0 {
			dim++
			continue
		}
		i := slices.IndexFunc(all, func(c column[R]) bool { return c.name == name })
		switch {
		case i < 0:
			return nil, 0, fmt.Errorf("unknown column %q; columns are %s", clip([]byte(name)), strings.Join(names(all), ", "))
		case i < next || dim > 0:
			return nil, 0, fmt.Errorf("column %q is twice there or out of order", name)
		}
		next = i + 1
		cols = append(cols, all[i])
	}
	return cols, dim, nil
}

// readTable calls row for each row of a table. The row and its center are the callee's to keep. Errors begin with the line.
func readTable[R any](rd io.Reader, all []column[R], center bool, row func(R, []float64)) error {
	br := bufio.NewReaderSize(rd, 1<<16)
	line, err := readLine(br)
	if err == io.EOF {
		return fmt.Errorf("1: the file is empty, not even a header")
	} else if err != nil {
		return fmt.Errorf("1: %w", err)
	}
	cols, dim, err := parseHeader(line, all, center)
	if err != nil {
		return fmt.Errorf("1: %w", err)
	}
	var blank R
	for i := range all {
		all[i].clear(&blank)
	}
	var slab []float64 // centers are cut from slabs: one allocation for many rows
	for n := 2; ; n++ {
		line, err := readLine(br)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%d: %w", n, err)
		}
		if got := bytes.Count(line, comma) + 1; got != len(cols)+dim {
			return fmt.Errorf("%d: %d fields where the header names %d columns", n, got, len(cols)+dim)
		}
		r := blank
		for i := range cols {
			var field []byte
			field, line, _ = bytes.Cut(line, comma)
			if err := cols[i].parse(field, &r); err != nil {
				return fmt.Errorf("%d: column %s: %w", n, cols[i].name, err)
			}
		}
		if len(slab) < dim {
			slab = make([]float64, dim*max(1, min(256, 4096/max(dim, 1))))
		}
		var x []float64
		if dim > 0 {
			x, slab = slab[:dim:dim], slab[dim:]
		}
		for i := range x {
			var field []byte
			field, line, _ = bytes.Cut(line, comma)
			if x[i], err = strconv.ParseFloat(string(field), 64); err != nil {
				return fmt.Errorf("%d: column x%d: %q is not a number", n, i, clip(field))
			}
		}
		row(r, x)
	}
}

var comma = []byte{','}

// readLine returns the next line without its end; the slice is valid until the next call. A last line that has no end is a
// cut-off file, for every line is written with one.
func readLine(br *bufio.Reader) ([]byte, error) {
	line, err := br.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		long := slices.Clone(line)
		var rest []byte
		rest, err = br.ReadBytes('\n')
		line = append(long, rest...)
	}
	switch {
	case err == io.EOF && len(line) > 0:
		return nil, fmt.Errorf("the file is cut off in the middle of a line")
	case err != nil:
		return nil, err
	}
	return line[:len(line)-1], nil
}
