package delay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"staleness/internal/params"
)

// A Loader is a Spec that may name a file. It draws nothing before Load has read it.
type Loader interface {
	Spec
	Load(f Files) (Spec, error) // the same with what it read
}

// Files is where laws find theirs.
type Files struct {
	// Path is where a file lies of which this is written; a law that is loaded has that in its
	// place. Open opens it.
	Path func(name string) (string, error)
	Open func(path string) (io.ReadCloser, error)
	// Memory is how many bytes the numbers of one law may take; 0: 1 GB.
	Memory int64
}

// Load reads the files that a law names, and those that it is made of.
func Load(s Spec, f Files) (Spec, error) {
	var err error
	within := func(key string, s *Spec) {
		if err == nil && *s != nil {
			if *s, err = Load(*s, f); err != nil {
				err = params.At(key, err)
			}
		}
	}
	factor := func(key string, x **Factor) {
		if *x != nil {
			of := (*x).Of
			within(key, &of)
			*x = &Factor{of}
		}
	}
	switch l := s.(type) {
	case Composed:
		within("", &l.Law)
		factor("noise", &l.Noise)
		factor("worker", &l.Worker)
		s = l
	case Mixture:
		l.Of = slices.Clone(l.Of)
		for i := range l.Of {
			within(fmt.Sprintf("of[%d]", i), &l.Of[i])
		}
		s = l
	case Markov:
		within("of", &l.Of)
		s = l
	case Speed:
		within("of", &l.Of)
		s = l
	}
	if l, ok := s.(Loader); ok && err == nil {
		return l.Load(f)
	}
	return s, err
}

// rows reads the given columns of a CSV file with a header, row by row. It makes its name a path.
func (f Files) rows(file **string, columns []string, row func(values []string) error) error {
	name := **file
	path, err := f.Path(name)
	if err != nil {
		return err
	}
	*file = &path
	in, err := f.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	r := csv.NewReader(in)
	r.ReuseRecord = true
	at := func(err error) error {
		if e := new(csv.ParseError); errors.As(err, &e) {
			return fmt.Errorf("%s:%d: %w", name, e.Line, e.Err)
		}
		line, _ := r.FieldPos(0)
		return fmt.Errorf("%s:%d: %w", name, line, err)
	}
	header, err := r.Read()
	if err == io.EOF {
		return fmt.Errorf("%s:1: the file is empty: its first line names the columns", name)
	} else if err != nil {
		return at(err)
	}
	header = slices.Clone(header)
	for i := range header {
		header[i] = strings.TrimSpace(strings.TrimPrefix(header[i], "\ufeff"))
	}
	where := make([]int, len(columns))
	for i, c := range columns {
		if where[i] = slices.Index(header, c); where[i] < 0 {
			return fmt.Errorf("%s:1: there is no column %q; there are %s", name, c, strings.Join(header, ", "))
		}
	}
	values := make([]string, len(columns))
	n := int64(0)
	for {
		fields, err := r.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			return at(err)
		}
		for i, j := range where {
			values[i] = strings.TrimSpace(fields[j])
		}
		if err := row(values); err != nil {
			return at(err)
		}
		if n++; n*16 > f.memory() {
			return at(fmt.Errorf("more than %d rows would take more than %d bytes: take fewer", n-1, f.memory()))
		}
	}
	if n == 0 {
		return fmt.Errorf("%s:1: there is nothing below the names of the columns", name)
	}
	return nil
}

func (f Files) memory() int64 {
	if f.Memory > 0 {
		return f.Memory
	}
	return 1e9
}
