package data

import (
	"bytes"
	"fmt"
	"slices"
)

// CSV is a text file with a sample a line: decimal numbers separated by comma, semicolon or tab
// (whichever the first line has), one of them the label or target. A first line without any number
// in it is a header. Blank lines are skipped, and a byte order mark.

// A test part with a header takes the places of its columns from the names, where the training part
// has a header too.
type CSV struct {
	Path   string `doc:"the file" required:""`
	Label  string `doc:"which column is the label or target; auto: the one that it is in the training part, else the last" in:"auto|last|first"`
	Header string `doc:"whether the first line names the columns; auto: if none of them is a number" in:"auto|yes|no"`
}

func init() {
	Register("csv", "a table of numbers, label or target in the last or first column", "", CSV{Label: "auto", Header: "auto"})
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
	return readCSV(b, in, s)
}

// labelPlace stands for the label among the places of features.
const labelPlace = -1

// A csvReader is a table being read.
type csvReader struct {
	b         *Builder
	in        *input
	s         CSV
	first     bool // the label is the first column, where names say nothing
	separator byte
	places    []int // of each column: the feature that it holds, or labelPlace; nil: not known yet
	header    int   // line of the header; 0: there is none
	features  int
	labelled  bool
	fields    [][]byte
	row       []float64
}

func readCSV(b *Builder, in *input, s CSV) error {
	c := &csvReader{b: b, in: in, s: s}
	if c.first = s.Label == "first" || s.Label == "auto" && b.labelFirst; c.first {
		fmt.Fprintln(b, "label first") // the same bytes are other data
	}
	if s.Header == "yes" {
		fmt.Fprintln(b, "header")
	}
	b.labelFirst = c.first
	samples := 0
	for {
		line, ok, err := in.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		first := c.separator == 0
		if first {
			c.separator = separatorOf(line)
		}
		c.fields = split(c.fields[:0], line, c.separator)
		if first {
			if header, err := c.isHeader(); err != nil {
				return err
			} else if header {
				if err := c.name(); err != nil {
					return err
				}
				continue
			}
		}
		if err := c.sample(); err != nil {
			return err
		}
		samples++
	}
	if samples == 0 {
		in.line = max(1, in.line-1)
		return in.fail("there are no samples", "the file is empty or holds a header alone")
	}
	return nil
}

// isHeader says whether the first line names the columns. A sample with a mistake in it must not be
// taken for one.
func (c *csvReader) isHeader() (bool, error) {
	switch c.s.Header {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	numbers, missing, wrong := 0, 0, -1
	for j, f := range c.fields {
		switch {
		case numeric(f):
			numbers++
		case isMissing(f):
			missing++
		}
		if _, err := number(f); err != nil && wrong < 0 {
			wrong = j
		}
	}
	switch {
	case wrong < 0:
		return false, nil
	case numbers == 0 && missing < len(c.fields):
		return true, nil
	}
	_, err := number(c.fields[wrong])
	return false, c.in.fail(fmt.Sprintf("column %d: %v", wrong+1, err), `every column must be a number; if this line names the columns, set header = "yes", as in {kind = "csv", path = ..., header = "yes"}`)
}

// isMissing says whether a field is one of the marks of a missing value.
func isMissing(field []byte) bool {
	switch string(bytes.ToLower(field)) {
	case "", "?", "na", "n/a", "null", "none", "nil", "-", "--", ".":
		return true
	}
	return false
}

// name takes the columns' names from the header, and from those of the training part where each
// belongs.
func (c *csvReader) name() error {
	c.header = c.in.line
	names := make([]string, len(c.fields))
	for j, f := range c.fields {
		names[j] = string(f)
	}
	if len(names) < 2 && c.b.columns == nil {
		return c.in.fail("one column only", "a sample is its features and a label, separated by comma, semicolon or tab")
	}
	like := c.b.columns
	// names that come twice stand where they stood
	if like == nil || slices.Equal(names, like.names) {
		if like != nil {
			c.places, c.labelled = slices.Clone(like.places), true
		} else {
			c.arrange(len(names))
			if c.b.expect.Size() == 0 {
				c.b.named = &columns{names, c.places}
			}
		}
		c.features = len(c.places) - btoi(c.labelled)
		return nil
	}
	return c.match(names, like)
}

// columns are those of a training part with a header.
type columns struct {
	names  []string
	places []int // as a csvReader's
}

// match finds the place of each name among the training part's.
func (c *csvReader) match(names []string, like *columns) error {
	remedy := fmt.Sprintf("the training part's columns are %.200q: name those of this file likewise, in any order", like.names)
	taken := make([]bool, len(like.names))
	for j, name := range names {
		k := slices.Index(like.names, name)
		switch {
		case k < 0:
			return c.in.fail(fmt.Sprintf("column %d: %.40q is none of the training part's", j+1, name), remedy)
		case taken[k] || slices.Index(like.names[k+1:], name) >= 0:
			return c.in.fail(fmt.Sprintf("column %d: %.40q comes twice, so that names do not tell the columns apart", j+1, name), remedy)
		}
		taken[k] = true
		c.places = append(c.places, like.places[k])
		c.labelled = c.labelled || like.places[k] == labelPlace
	}
	for k, there := range taken {
		if !there && (like.places[k] != labelPlace || !c.b.LabelsOptional()) {
			return c.in.fail(fmt.Sprintf("there is no column %.40q", like.names[k]), remedy)
		}
	}
	c.features = len(c.places) - btoi(c.labelled)
	return nil
}

// arrange lets columns stand in order, the label first or last, if there is one.
func (c *csvReader) arrange(n int) {
	c.labelled = !c.b.LabelsOptional() || n != c.b.expect.Size()
	c.features = n - btoi(c.labelled)
	for j := range n {
		switch {
		case c.labelled && c.first:
			c.places = append(c.places, j-1) // labelPlace, 0, 1 ...
		case c.labelled && j == n-1:
			c.places = append(c.places, labelPlace)
		default:
			c.places = append(c.places, j)
		}
	}
}

// sample adds the line as one.
func (c *csvReader) sample() error {
	in, n := c.in, len(c.fields)
	known := c.places != nil
	if !known {
		c.arrange(n)
		if c.labelled && n < 2 {
			return in.fail("one column only", "a sample is its features and a label, separated by comma, semicolon or tab")
		}
	}
	if c.row == nil {
		c.row = make([]float64, c.features)
		c.b.Shaped(Flat(c.features))
		if c.header > 0 && n != len(c.places) {
			return in.fail(fmt.Sprintf("%d columns where line %d names %d", n, c.header, len(c.places)), "every column has its name, and every name its column")
		}
	}
	label := 0.
	for j, f := range c.fields {
		v, err := number(f)
		if err != nil {
			return in.fail(fmt.Sprintf("column %d: %v", j+1, err), "every column must be a number")
		}
		if j >= len(c.places) || n != len(c.places) {
			continue // the columns are complained of below
		}
		if k := c.places[j]; k == labelPlace {
			label = v
		} else {
			c.row[k] = v
		}
	}
	if n != len(c.places) {
		return in.fail(fmt.Sprintf("the sample has %d features, the others %d", n-btoi(c.labelled), c.features), "")
	}
	var err error
	if c.labelled {
		err = c.b.Add(c.row, label)
	} else {
		err = c.b.AddUnlabelled(c.row)
	}
	if err != nil {
		return in.fail(ofSample(err), "")
	}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func separatorOf(line []byte) byte {
	for _, s := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(line, s) >= 0 {
			return s
		}
	}
	return ','
}

// split appends the fields of a line to dst, without blanks and quotation marks around them.
func split(dst [][]byte, line []byte, separator byte) [][]byte {
	for more := true; more; {
		var field []byte
		if start := bytes.TrimLeft(line, " "); len(start) > 0 && start[0] == '"' {
			if end := bytes.IndexByte(start[1:], '"'); end >= 0 {
				rest := start[end+2:]
				if after := bytes.TrimLeft(rest, " \r"); len(after) == 0 || after[0] == separator {
					_, line, more = bytes.Cut(after, []byte{separator})
					dst = append(dst, bytes.TrimSpace(start[1:end+1]))
					continue
				}
			}
		}
		field, line, more = bytes.Cut(line, []byte{separator})
		dst = append(dst, bytes.TrimSpace(field))
	}
	return dst
}
