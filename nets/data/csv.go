package data

import (
	"bytes"
	"fmt"
	"strconv"
)

// CSV is a text file with a sample a line: numbers separated by comma, semicolon or tab (whichever the first line has), one
// of them the label or target. A first line that is not all numbers is a header. Blank lines are skipped.
type CSV struct {
	Path  string `doc:"the file" required:""`
	Label string `doc:"which column is the label or target" in:"last|first"`
}

func init() {
	Register("csv", "a table of numbers, label or target in the last or first column", "", CSV{Label: "last"})
}

// Read implements Source.
func (s CSV) Read(b *Builder, test bool) error {
	if test {
		return ErrNoTest
	}
	in, err := open(b, b.Path(s.Path))
	if err != nil {
		return err
	}
	defer in.close()
	return readCSV(b, in, s.Label == "first")
}

func readCSV(b *Builder, in *input, labelFirst bool) error {
	var row []float64
	var separator byte
	samples := 0
	for {
		line, ok, err := in.next()
		if err != nil {
			return err
		}
		if !ok {
			if samples == 0 {
				in.line = max(1, in.line-1)
				return in.fail("there are no samples", "the file is empty or holds a header alone")
			}
			return nil
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		header := separator == 0
		if header {
			separator = separatorOf(line)
		}
		row, err = numbers(row[:0], line, separator)
		if err != nil {
			if header {
				continue
			}
			return in.fail(err.Error(), "every column must be a number")
		}
		if len(row) < 2 {
			return in.fail("one column only", "a sample is its features and a label, separated by comma, semicolon or tab")
		}
		label, features := row[len(row)-1], row[:len(row)-1]
		if labelFirst {
			label, features = row[0], row[1:]
		}
		if samples == 0 {
			b.Shaped(Flat(len(features)))
		}
		if err := b.Add(features, label); err != nil {
			return in.fail("the sample "+err.Error(), "")
		}
		samples++
	}
}

func separatorOf(line []byte) byte {
	for _, s := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(line, s) >= 0 {
			return s
		}
	}
	return ','
}

// numbers appends the numbers of a line to dst.
func numbers(dst []float64, line []byte, separator byte) ([]float64, error) {
	for column := 1; ; column++ {
		field, rest, more := bytes.Cut(line, []byte{separator})
		v, err := strconv.ParseFloat(string(bytes.TrimSpace(field)), 64)
		if err != nil {
			return dst, fmt.Errorf("column %d: %.40q is no number that float64 holds", column, field)
		}
		dst = append(dst, v)
		if !more {
			return dst, nil
		}
		line = rest
	}
}
