// Package data holds the data sets: where they come from, how they are cut into parts and scaled,
// how they are shared out to workers, and which samples make a minibatch.
//
// A new source is one file: a struct with documented fields and the method Read, registered from an
// init function.
package data

import (
	"fmt"

	"staleness/nets/vec"
)

// A Task says what the numbers beside the features are.
type Task uint8

const (
	Classify Task = iota // names of classes
	Regress              // targets
	Language             // there are none: tokens stand for what follows on others
)

// A Shape is that of one sample: an image is stored plane by plane, a plane for each channel, row
// by row. What is no image has Channels and Rows 1.
type Shape struct{ Channels, Rows, Cols int }

// Flat is the shape of n features without geometry.
func Flat(n int) Shape { return Shape{1, 1, n} }

func (s Shape) flat() bool { return s.Channels == 1 && s.Rows == 1 }

// String is as in "1 x 28 x 28".
func (s Shape) String() string { return fmt.Sprintf("%d x %d x %d", s.Channels, s.Rows, s.Cols) }

// Size is the number of features.
func (s Shape) Size() int { return s.Rows * s.Cols * s.Channels }

// A Set is a part of a data set. It is never written after it was made, so it may be shared. Its
// features are in memory, or they stay in their files and are read when they are asked for; nothing
// that is computed can tell.
type Set[F vec.Float] struct {
	Name    string
	Shape   Shape
	Labels  []int     // the class of each sample, 0 ... len(Classes)-1; nil for Regress
	Classes []float64 // the number that the source calls each class by, ascending; nil for Regress
	Targets []float64 // for Regress
	// for Language, and then all there is: Len is the number of tokens, and there are no features
	Sequence *Sequence
	Low      float64 // the features' range as the format declares it (bytes: 0, 255);
	High     float64 // equal to Low where it declares none

	x          []F          // Len() rows of Shape.Size() features, if they are in memory
	sparse     *csr[F]      // or those of them that are not 0
	lazy       *lazyRows[F] // or those that are not in memory
	Unlabelled bool         // there are no labels: those in Labels or Targets hold the place
	columns    *columns     // of a table with a header
	labelFirst bool         // of a table
	file       string       // the first that it was read from; "": none
}

// Len is the number of samples.
func (s *Set[F]) Len() int {
	if s == nil {
		return 0
	}
	if s.Sequence != nil {
		return len(s.Sequence.Tokens)
	}
	return max(len(s.Labels), len(s.Targets))
}

// Features is the number of features of a sample.
func (s *Set[F]) Features() int { return s.Shape.Size() }

// InMemory says that all features are, so that Row and Rows show them where they stand. If not,
// both make copies, and panic with an *Error if a file is no longer what it was.
func (s *Set[F]) InMemory() bool { return s == nil || s.lazy == nil && s.sparse == nil }

// Row is sample i; read-only.
func (s *Set[F]) Row(i int) []F { return s.Rows(nil, i, i+1) }

// Rows are samples lo to hi-1, side by side; read-only. Where they have to be copied it is to room,
// or if that is too small to memory of their own.
func (s *Set[F]) Rows(room []F, lo, hi int) []F {
	d := s.Shape.Size()
	if s.InMemory() {
		return s.x[lo*d : hi*d : hi*d]
	}
	if len(room) < (hi-lo)*d {
		room = make([]F, (hi-lo)*d)
	}
	for i := lo; i < hi; i++ {
		s.copy(room[(i-lo)*d:(i-lo+1)*d], i)
	}
	return room[: (hi-lo)*d : (hi-lo)*d]
}

// Gather copies the samples of a batch to dst, side by side.
func (s *Set[F]) Gather(dst []F, batch []int) {
	d := s.Shape.Size()
	for j, i := range batch {
		s.copy(dst[j*d:(j+1)*d], i)
	}
}

// copy writes sample i to dst.
func (s *Set[F]) copy(dst []F, i int) {
	switch {
	case s.lazy != nil:
		s.lazy.row(dst, i)
	case s.sparse != nil:
		s.sparse.fill(dst, i)
	default:
		copy(dst, s.x[i*len(dst):(i+1)*len(dst)])
	}
}

// Subset has the samples at the given indices: copies, or where the features stay in their files
// the places of these.
func (s *Set[F]) Subset(indices []int) *Set[F] {
	t := *s
	t.x, t.Labels, t.Targets = nil, nil, nil
	switch {
	case s.lazy != nil:
		t.lazy = s.lazy.subset(indices)
	case s.sparse != nil:
		t.sparse = s.sparse.subset(indices)
	default:
		t.x = make([]F, len(indices)*s.Features())
		s.Gather(t.x, indices)
	}
	for _, i := range indices {
		if s.Labels != nil {
			t.Labels = append(t.Labels, s.Labels[i])
		} else {
			t.Targets = append(t.Targets, s.Targets[i])
		}
	}
	return &t
}
