package data

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Source is where a data set comes from; its fields are its settings. Sources are shared and
// never written.
type Source interface {
	// Read adds the samples of the training part (test false) or of the source's own test part to
	// b, in a fixed order. A source without a test part returns ErrNoTest.
	Read(b *Builder, test bool) error
}

// ErrNoTest says that a source has no test part.
var ErrNoTest = errors.New("the data set has no test part of its own")

var sources = func() *params.Registry {
	r := params.Serve[Source](params.New("data set", "kind"))
	r.Shorthand(func(v any) (map[string]any, bool) {
		s, ok := v.(string)
		kind, path, cut := strings.Cut(s, ":")
		if !ok || !cut {
			return nil, false
		}
		return map[string]any{"kind": kind, "path": path}, true
	})
	return r
}()

// Kinds is the registry of data sets, for lists and the manual.
func Kinds() *params.Registry { return sources }

// Register adds a source under its name. Its fields are the keys of `data = {kind = "name", ...}`;
// a field Path may be written `data = "name:PATH"`.
func Register(name, doc, origin string, defaults Source) {
	sources.Add(params.Entry{Name: name, Doc: doc, Source: origin, Defaults: defaults})
}

// The most that is read: elements of one part, and classes. What a file claims beyond that is an
// error before memory is asked for.
const (
	MaxElements = 1 << 30
	MaxClasses  = 10000
)

// A Builder takes the samples of one part from a source.
type Builder struct {
	Task Task
	Dir  string // what relative paths are relative to

	seed       uint64
	seeded     bool     // it was asked for
	announced  int      // samples
	expect     Shape    // of the training part, when this is its test part; zero: any
	columns    *columns // those of the training part, if they have names
	named      *columns // those of this part, likewise
	labelFirst bool     // in the training part; then in this one
	optional   bool     // labels may be missing
	bare       bool     // they are
	shape      Shape
	low, high  float64
	classes    []float64 // fixed beforehand, or nil
	found      map[float64]struct{}
	row        []float64 // of bytes, converted
	narrow     []float32
	wide       []float64
	single     bool // narrow is used, not wide
	bySamples  bool // neither is: samples are held by what they name, in one of the next two
	thin32     *csr[float32]
	thin64     *csr[float64]
	labels     []float64
	hash       hash.Hash
	files      []fileRead
	mapped     *mapped // the files that the features stay in; nil: they are copied
	paths      string  // what helps where there is no such file
	discard    bool    // samples are looked at, not kept
	memory     int64   // bytes that may be taken; 0: any number
	held       int64   // of them by the source itself

	// of tokens, if they are; a test part begins with the training part's symbols
	sequence *Sequence
}

func newBuilder(single bool, task Task, seed uint64, dir string) *Builder {
	return &Builder{Task: task, seed: seed, Dir: dir, single: single, found: map[float64]struct{}{}, hash: sha256.New()}
}

// Seed is for synthetic sources.
func (b *Builder) Seed() uint64 {
	b.seeded = true
	return b.seed
}

// Path resolves a path of the configuration.
func (b *Builder) Path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(b.Dir, p)
}

// Write adds to what identifies the content: the uncompressed bytes of files, the settings of
// synthetic sets. The seed is told elsewhere.
func (b *Builder) Write(p []byte) (int, error) { return b.hash.Write(p) }

// Shaped says what the rows look like. It must come before the first Add.
func (b *Builder) Shaped(s Shape) { b.shape = s }

// Announced says how many samples the source claims to have.
func (b *Builder) Announced(n int) { b.announced = min(n, MaxElements/max(1, b.shape.Size())) }

// Ranged says that features lie between low and high by definition of the format.
func (b *Builder) Ranged(low, high float64) { b.low, b.high = low, high }

// Classed says that the classes are 0 ... n-1 by definition of the data set.
func (b *Builder) Classed(n int) {
	if b.classes != nil { // the training part's, or said before
		return
	}
	b.classes = make([]float64, n)
	for i := range b.classes {
		b.classes[i] = float64(i)
	}
}

// LabelsOptional says whether samples may come without labels: those that a trained model is to
// name the class of.
func (b *Builder) LabelsOptional() bool { return b.optional }

// AddUnlabelled is Add for a sample without a label, where LabelsOptional.
func (b *Builder) AddUnlabelled(row []float64) error {
	return b.Add(row, b.unlabelled())
}

// unlabelled is what holds the place of a label, and says that there is none.
func (b *Builder) unlabelled() float64 {
	b.bare = true
	if b.classes != nil {
		return b.classes[0]
	}
	return 0
}

// Add copies one sample. label is the class's number or the target. The error says what is wrong
// with the sample; the caller knows where it was.
func (b *Builder) Add(row []float64, label float64) error {
	if err := b.admit(len(row), label); err != nil {
		return err
	}
	for j, v := range row {
		if err := b.checkFeature(j+1, v); err != nil {
			return err
		}
	}
	return b.keep(row, label)
}

// checkFeature says what is wrong with a value that is feature j, from 1.
func (b *Builder) checkFeature(j int, v float64) error {
	if v-v != 0 { // NaN or an infinity
		return featureErrorf("feature %d is %v; leave such samples out, or replace the value", j, v)
	}
	if b.single && math.IsInf(float64(float32(v)), 0) {
		return featureErrorf(`feature %d is %v, too large for float32; use precision = "float64" or scale it`, j, v)
	}
	return nil
}

// addBytes is Add for a sample of bytes; it stays in its file if b.mapped says so, and then has to
// be the next one there.
func (b *Builder) addBytes(raw []byte, label float64) error {
	if b.mapped != nil {
		return b.addMapped(raw, label)
	}
	b.row = b.row[:0]
	for _, v := range raw {
		b.row = append(b.row, float64(v))
	}
	return b.Add(b.row, label)
}

// addMapped is Add for a sample of bytes that stays in a file: the next one in b.mapped.
func (b *Builder) addMapped(raw []byte, label float64) (err error) {
	if err := b.admit(len(raw), label); err != nil {
		return err
	}
	m := b.mapped
	if m.sums, err = room(b, m.sums, 1, b.announced); err != nil {
		return err
	}
	if b.labels, err = room(b, b.labels, 1, b.announced); err != nil {
		return err
	}
	m.sums, b.labels = append(m.sums, maphash.Bytes(m.seed, raw)), append(b.labels, label)
	return nil
}

// admit says what is wrong with a sample of so many features and that label, apart from the
// features.
func (b *Builder) admit(features int, label float64) error {
	if b.Task == Language {
		return errNoTokens
	}
	if features != b.shape.Size() {
		return fmt.Errorf("has %d features, the others %d", features, b.shape.Size())
	}
	if want := b.expect.Size(); want != 0 && features != want {
		return fmt.Errorf("has %d features, the training part %d", features, want)
	}
	if features == 0 {
		return errors.New("has no features")
	}
	if err := b.checkLabel(label); err != nil {
		return err
	}
	if !b.bySamples && (len(b.labels)+1)*features > MaxElements {
		return fmt.Errorf("makes the set larger than %d numbers, the most that is held; use a part of it", MaxElements)
	}
	return nil
}

// keep stores a sample.
func (b *Builder) keep(row []float64, label float64) (err error) {
	if b.labels, err = room(b, b.labels, 1, b.announced); err != nil {
		return err
	}
	b.labels = append(b.labels, label)
	switch {
	case b.discard: // in what precision it will be held is not known here
		return b.hold(4 * int64(len(b.labels)) * int64(len(row)))
	case b.single:
		if b.narrow, err = room(b, b.narrow, len(row), b.announced*len(row)); err != nil {
			return err
		}
		for _, v := range row {
			b.narrow = append(b.narrow, float32(v))
		}
	default:
		if b.wide, err = room(b, b.wide, len(row), b.announced*len(row)); err != nil {
			return err
		}
		b.wide = append(b.wide, row...)
	}
	return nil
}

// A labelError is a complaint about the label rather than the features.
type labelError struct{ text string }

func (e *labelError) Error() string { return e.text }

// A featureError names the feature itself.
type featureError struct{ text string }

func (e *featureError) Error() string { return e.text }

func featureErrorf(format string, args ...any) error {
	return &featureError{fmt.Sprintf(format, args...)}
}

// ofSample is the Builder's complaint as a sentence.
func ofSample(err error) string {
	var l *labelError
	var f *featureError
	if errors.As(err, &l) || errors.As(err, &f) {
		return err.Error()
	}
	return "the sample " + err.Error()
}

func labelErrorf(format string, args ...any) error { return &labelError{fmt.Sprintf(format, args...)} }

func (b *Builder) checkLabel(label float64) error {
	if b.Task == Regress {
		if math.IsNaN(label) || math.IsInf(label, 0) {
			return labelErrorf("the target is %v", label)
		}
		return nil
	}
	if label != math.Trunc(label) || math.Abs(label) > 1<<31 { // catches NaN too
		return labelErrorf("the label %v is no class: a class is a whole number", label)
	}
	if b.classes != nil {
		if _, ok := slices.BinarySearch(b.classes, label); !ok {
			return labelErrorf("the label %v is none of the %d classes %v ... %v", label, len(b.classes), b.classes[0], b.classes[len(b.classes)-1])
		}
		return nil
	}
	b.found[label] = struct{}{}
	if len(b.found) > MaxClasses {
		return labelErrorf("the label %v is the %dth class: these look like targets; a regression (least-squares) takes them", label, len(b.found))
	}
	return nil
}

// finish makes the set, and its content's hash.
func finish[F vec.Float](b *Builder, name string) (*Set[F], error) {
	if b.Task == Language {
		return finishTokens[F](b, name)
	}
	if len(b.labels) == 0 {
		return nil, &Error{File: name, Problem: "holds no samples", Remedy: "a set needs at least one"}
	}
	if b.expect.Size() > 0 && !b.expect.flat() && !b.shape.flat() && b.shape != b.expect {
		return nil, &Error{File: name, Problem: fmt.Sprintf("images of %v, the training part's are of %v", b.shape, b.expect), Remedy: "take a test part of the same shape"}
	}
	s := &Set[F]{sparse: sparseOf[F](b), Name: name, Shape: b.shape, Low: b.low, High: b.high, Unlabelled: b.bare, columns: b.named, labelFirst: b.labelFirst}
	switch x := any(&s.x).(type) {
	case *[]float32:
		*x = b.narrow
	case *[]float64:
		*x = b.wide
	}
	if b.mapped != nil {
		s.lazy = (&lazyRows[F]{of: b.mapped}).after()
	}
	if b.Task == Regress {
		s.Targets = b.labels
	} else {
		if s.Classes = b.classes; s.Classes == nil {
			for c := range b.found {
				s.Classes = append(s.Classes, c)
			}
			slices.Sort(s.Classes)
		}
		s.Labels = make([]int, len(b.labels))
		for i, l := range b.labels {
			c, _ := slices.BinarySearch(s.Classes, l)
			s.Labels[i] = c
		}
	}
	return s, nil
}

// An Error is something wrong with a file.
type Error struct {
	File    string
	Line    int   // from 1; 0: not a text file
	Offset  int64 // bytes into the (uncompressed) file; meaningful if At
	At      bool
	Problem string
	Remedy  string
	Err     error // what lies below, or nil
}

func (e *Error) Error() string {
	s := e.File
	switch {
	case e.Line > 0:
		s += fmt.Sprintf(":%d", e.Line)
	case e.At:
		s += fmt.Sprintf(": byte %d", e.Offset)
	}
	s += ": " + e.Problem
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
