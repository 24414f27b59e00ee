package data

import (
	"bytes"
	"fmt"
	"strconv"
)

// LIBSVM is a text file with a sample a line: label index:value index:value ... with indices from
// 1, ascending; features not named are 0. What follows # is a comment; blank lines are skipped; a
// label alone is a sample whose features are all 0. Numbers are decimal. Where
// few features are named, a sample is held by these alone.
type LIBSVM struct {
	Path     string `doc:"the file" required:""`
	Features int    `doc:"number of features; 0: the largest index of the training part" in:"[0,2147483647]"`
}

func init() {
	Register("libsvm", "sparse samples as LIBSVM and SVMlight write them", "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets", LIBSVM{})
}

// Read implements Source.
func (s LIBSVM) Read(b *Builder, test bool) error {
	if test {
		return ErrNoTest
	}
	in, err := open(b, b.Path(s.Path))
	if err != nil {
		return err
	}
	defer in.close()
	if s.Features == 0 {
		s.Features = b.expect.Size()
	} else {
		fmt.Fprintln(b, "features", s.Features) // the same bytes are other data
	}
	return readLIBSVM(b, in, s.Features)
}

// sparse holds samples in memory that is proportional to the file.
type sparse struct {
	bare   bool // there are no labels
	labels []float64
	lines  []int32 // of each sample
	ends   []int   // sample i is index, value [ends[i-1]:ends[i]]
	index  []int32
	value  []float64

	widest, widestLine int // the largest index, and where it stands
}

func readLIBSVM(b *Builder, in *input, features int) error {
	var s sparse
	for {
		line, ok, err := in.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		line, _, _ = bytes.Cut(line, []byte{'#'})
		fields := bytes.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if err := s.add(in, fields, features, b.LabelsOptional()); err != nil {
			return err
		}
		b.held = 2 * (12*int64(len(s.index)) + 20*int64(len(s.labels))) // appending copies
		if err := b.hold(0); err != nil {
			return in.fail(ofSample(err), "")
		}
	}
	return s.fill(b, in.name, features)
}

// add takes the sample of a line.
func (s *sparse) add(in *input, fields [][]byte, features int, unlabelled bool) (err error) {
	label, bare := 0., unlabelled && bytes.IndexByte(fields[0], ':') >= 0
	if !bare {
		if label, err = number(fields[0]); err != nil {
			return in.fail("the label "+err.Error(), "a line is: label index:value ...")
		}
		fields = fields[1:]
	}
	if len(s.labels) == 0 {
		s.bare = bare
	} else if s.bare != bare {
		return in.fail("some samples have a label and some have none", "give all of them one, or none")
	}
	last := int32(0)
	for _, f := range fields {
		left, right, ok := bytes.Cut(f, []byte{':'})
		i, err := strconv.ParseInt(string(left), 10, 32)
		if !ok || err != nil || i < 1 {
			return in.fail(fmt.Sprintf("%.40q is no index:value with an index from 1", f), "ranking (qid) and zero-based files are not read")
		}
		if int32(i) <= last {
			return in.fail(fmt.Sprintf("index %d after %d: indices must ascend", i, last), "sort the features of each line")
		}
		v, err := number(right)
		if err != nil {
			return in.fail(fmt.Sprintf("the value of feature %d: %v", i, err), "")
		}
		if last = int32(i); features > 0 && int(i) > features {
			return in.fail(fmt.Sprintf("feature %d where there are %d", i, features), "the training part has fewer features: set its key features, as in data = {kind = \"libsvm\", path = ..., features = ...}")
		}
		s.index, s.value = append(s.index, last), append(s.value, v)
	}
	if int(last) > s.widest {
		s.widest, s.widestLine = int(last), in.line
	}
	s.labels, s.lines, s.ends = append(s.labels, label), append(s.lines, int32(in.line)), append(s.ends, len(s.index))
	return nil
}

// fill gives the samples to b, as dense rows.
func (s *sparse) fill(b *Builder, file string, features int) error {
	at := func(line int, problem, remedy string) error {
		return &Error{File: file, Line: line, Problem: problem, Remedy: remedy}
	}
	if len(s.labels) == 0 {
		return at(1, "there are no samples", "the file is empty")
	}
	if features == 0 {
		features = s.widest
	}
	if features == 0 {
		return at(1, "no sample has a feature", "a line is: label index:value ...")
	}
	// A wide index in a short file must not claim memory: vectors are as long as there are
	// features.
	read := len(s.index) + len(s.labels)
	if features > 1<<16 && features > 1024*read {
		return at(max(1, s.widestLine), fmt.Sprintf("%d samples of %d features are too sparse: they name %d", len(s.labels), features, len(s.index)), "choose features, or samples")
	}
	b.Shaped(Flat(features))
	from := 0
	if size := float64(features) * float64(len(s.labels)); float64(len(s.index)) < sparseBelow*size {
		return s.fillSparsely(b, at)
	}
	row := make([]float64, features)
	for k, label := range s.labels {
		clear(row)
		for j := from; j < s.ends[k]; j++ {
			row[s.index[j]-1] = s.value[j]
		}
		from = s.ends[k]
		add := func() error { return b.Add(row, label) }
		if s.bare {
			add = func() error { return b.AddUnlabelled(row) }
		}
		if err := add(); err != nil {
			return at(int(s.lines[k]), ofSample(err), "")
		}
	}
	return nil
}

// fillSparsely gives them as they are.
func (s *sparse) fillSparsely(b *Builder, at func(line int, problem, remedy string) error) error {
	last := len(s.labels) - 1
	if err := b.sparsely(len(s.labels), len(s.index)); err != nil {
		return at(int(s.lines[last]), ofSample(err), "")
	}
	from := 0
	for k, label := range s.labels {
		if s.bare {
			label = b.unlabelled()
		}
		if err := b.addSparse(s.index[from:s.ends[k]], s.value[from:s.ends[k]], label); err != nil {
			return at(int(s.lines[k]), ofSample(err), "")
		}
		from = s.ends[k]
	}
	return nil
}
