package record

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

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

// parseHeader finds the columns that a header names: some of all, in their order, then x0, x1, ...
// if center is allowed.
func parseHeader[R any](line []byte, all []column[R], center bool) (cols []column[R], dim int, err error) {
	next := 0
	for name := range strings.SplitSeq(string(line), ",") {
		if center && name == "x"+strconv.Itoa(dim) && len(cols) > 0 {
			dim++
			continue
		}
		i := slices.IndexFunc(all, func(c column[R]) bool { return c.Name == name })
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

// readTable calls row for each row of a table. The row and its center are the callee's to keep.
// Errors begin with the line.
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
				return fmt.Errorf("%d: column %s: %w", n, cols[i].Name, err)
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

// readLine returns the next line without its end; the slice is valid until the next call. A last
// line that has no end is a cut-off file, for every line is written with one.
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
