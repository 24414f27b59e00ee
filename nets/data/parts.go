package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Options are the keys of a [problem] table that say which data it is on.
type Options struct {
	Data       Source    `doc:"the data set: \"fashion-mnist-5k\", \"digits\", \"idx:DIR\", \"libsvm:FILE\", \"csv:FILE\", \"cifar10:DIR\", a synthetic one by name, or a table with kind and settings" required:""`
	Test       TestPart  `doc:"the test part where the set has none of its own: another data set, or a share of this one"`
	Validation float64   `doc:"a share of the training part, held out for tuning" in:"[0,1)"`
	Scale      string    `doc:"features: range maps the range that the format declares (bytes: 0 to 255) onto [0, 1] and leaves others alone; minmax maps each feature's range in the training part onto [0, 1], standard its mean and variance to 0 and 1" in:"range|none|minmax|standard"`
	Partition  Partition `doc:"which samples each worker sees"`
}

// Defaults are the options of a kind of problem that says nothing.
func Defaults() Options { return Options{Scale: "range", Partition: Shared{}} }

// A TaskIdler is a source of which some keys mean nothing for a task: it names them, each with the
// reason.
type TaskIdler interface {
	IdleFor(task Task) map[string]string
}

// A TestPart says where test samples come from; the zero value: from the set itself.
type TestPart struct {
	Source Source  // another data set, or nil
	Share  float64 // of the set, in (0, 1), or 0
}

// FromParam decodes a share or a data set.
func (t *TestPart) FromParam(value any) error {
	switch v := value.(type) {
	case float64:
		if !(v > 0 && v < 1) {
			return errors.New("a share of the data must be above 0 and below 1")
		}
		*t = TestPart{Share: v}
		return nil
	case int64, bool, []any:
		return fmt.Errorf("want %s", t.Wants())
	}
	// A table with one field of a served type decodes as any other.
	box := struct {
		Test Source `doc:"a data set"`
	}{}
	if err := params.Decode("", map[string]any{"test": value}, &box); err != nil {
		var e *params.Error
		if errors.As(err, &e) { // the path below test alone
			inner := *e
			inner.Path = strings.TrimPrefix(strings.TrimPrefix(e.Path, "test"), ".")
			return &inner
		}
		return err
	}
	*t = TestPart{Source: box.Test}
	return nil
}

// ToParam is the inverse of FromParam.
func (t TestPart) ToParam() any {
	if t.Source != nil {
		return sources.EncodeApplying(t.Source)
	}
	if t.Share > 0 {
		return t.Share
	}
	return nil
}

// Wants says how it is written.
func (TestPart) Wants() string { return `a data set, such as "libsvm:a9a.t", or a share such as 0.2` }

// Parts are the disjoint parts of a data set; Validation and Test may be nil.
type Parts[F vec.Float] struct {
	Train, Validation, Test *Set[F]
	// of the content, not of paths: 64 hex digits; what Where.Test adds has no part in it
	Hash    string
	content Content
}

// Where says what a source needs beside its settings.
type Where struct {
	Dir  string // what relative paths are relative to
	Seed uint64 // of what is held out, and of synthetic sets
	// Test takes the place of the test part, whatever that is, by its own test part or, if it has
	// none, all of it; nil: nothing does.
	Test Source
	// Cache, if not nil, may know the data already. Parts that come from it are shared.
	Cache *Cache
	// Paths is what helps where a file is not there; "": that paths are relative to the
	// configuration file.
	Paths string
	// Content, if not nil, is what the data were found to be: others are an error that names the
	// file.
	Content *Content
	// Memory is how many bytes the data may take; 0: any number.
	Memory int64
}

// Load reads the data and cuts it. A share held out is drawn by the seed; the samples keep their
// order. Parts are read-only.
func Load[F vec.Float](o Options, task Task, w Where) (*Parts[F], error) {
	if o.Data == nil {
		return nil, errNoData()
	}
	if w.Cache != nil {
		return cached[F](o, task, w)
	}
	p, _, err := loadParts[F](o, task, w)
	return p, err
}

func errNoData() error { return params.Errorf("data", "no data set given; known: %v", sources.Names()) }

// loadParts also says whether the seed had a part in it.
func loadParts[F vec.Float](o Options, task Task, w Where) (p *Parts[F], seeded bool, err error) {
	p, err = readParts[F](o, task, w)
	if err != nil {
		return nil, false, err
	}
	return p, p.content.seeded || o.Test.Share > 0 || o.Validation > 0, nil
}

func readParts[F vec.Float](o Options, task Task, w Where) (*Parts[F], error) {
	p, err := readWhole[F](o, task, w, false)
	if err != nil {
		return nil, err
	}
	if err := w.Content.check(p.content, nameOf(o.Data)); err != nil {
		return nil, params.At("data", err)
	}
	whole := p.Train
	if o.Test.Share > 0 {
		if p.Train, p.Test, err = holdOut(p.Train, o.Test.Share, stream.NewKey(w.Seed, "data: test"), w.Memory); err != nil {
			return nil, params.At("test", err)
		}
	}
	if o.Validation > 0 {
		if p.Train, p.Validation, err = holdOut(p.Train, o.Validation, stream.NewKey(w.Seed, "data: validation"), w.Memory); err != nil {
			return nil, params.At("validation", err)
		}
	}
	if err := p.Train.varied(o.Data); err != nil {
		return nil, params.At("data", err)
	}
	if w.Test != nil { // after all cuts, so that training and scaling are what they were
		p.Test, err = readTried(w, task, whole)
		if err != nil {
			return nil, params.At("test", err)
		}
	}
	if err := p.scale(o.Scale, w.Memory); err != nil {
		return nil, params.At("scale", err)
	}
	return p, nil
}

// readTried reads what a trained model is to be tried on. Labels may be missing.
func readTried[F vec.Float](w Where, task Task, train *Set[F]) (*Set[F], error) {
	w.Paths = "paths are relative to where the command runs"
	how := reading{test: true, optional: task == Classify}
	s, _, err := read(w.Test, how, task, w, train, Content{})
	if errors.Is(err, ErrNoTest) {
		how.test = false
		s, _, err = read(w.Test, how, task, w, train, Content{})
	}
	return s, err
}

// readWhole reads the training part and that for tests, uncut.
func readWhole[F vec.Float](o Options, task Task, w Where, discard bool) (*Parts[F], error) {
	train, content, err := read[F](o.Data, reading{discard: discard}, task, w, nil, Content{})
	if err != nil {
		return nil, params.At("data", err)
	}
	p := &Parts[F]{Train: train}
	own, both, err := read(o.Data, reading{test: true, discard: discard}, task, w, train, content)
	switch {
	case errors.Is(err, ErrNoTest):
		if o.Test.Source != nil {
			if own, both, err = read(o.Test.Source, reading{discard: discard}, task, w, train, content); err != nil {
				return nil, params.At("test", err)
			}
			p.Test, content = own, both
		}
	case err != nil:
		return nil, params.At("data", err)
	case o.Test != TestPart{}:
		return nil, params.Errorf("test", "%s has a test part of its own; leave the key out", own.Name)
	default:
		p.Test, content = own, both
	}
	p.Hash, p.content = content.Hash, content
	return p, nil
}

// Identify reads what Load would read, in either precision, without keeping it.
func Identify(o Options, task Task, w Where) (*Content, error) {
	if o.Data == nil {
		return nil, errNoData()
	}
	p, err := readWhole[float64](o, task, w, true)
	if err != nil {
		return nil, err
	}
	if err := p.Train.varied(o.Data); err != nil { // nor is any cut of it
		return nil, params.At("data", err)
	}
	return &p.content, nil
}

// A reading says what is made of a source.
type reading struct {
	test     bool // the source's own test part
	optional bool // labels may be missing
	discard  bool // samples are looked at, not kept
}

// read makes one part; like is the training part that it must agree with, or nil. The content is
// that of before, and of this.
func read[F vec.Float](s Source, how reading, task Task, w Where, like *Set[F], before Content) (*Set[F], Content, error) {
	var f F
	_, single := any(f).(float32)
	b := newBuilder(single, task, w.Seed, w.Dir)
	b.optional, b.discard, b.memory = how.optional, how.discard, w.Memory
	b.paths = cmp.Or(w.Paths, "paths are relative to the configuration file")
	if like != nil {
		b.expect, b.classes, b.columns, b.labelFirst = like.Shape, like.Classes, like.columns, like.labelFirst
		b.held = like.bytes()
		if q := like.Sequence; q != nil {
			b.sequence = &Sequence{Symbols: q.Symbols, Bytes: q.Bytes}
		}
	}
	if err := s.Read(b, how.test); err != nil {
		return nil, Content{}, err
	}
	set, err := finish[F](b, nameOf(s))
	if err == nil && len(b.files) > 0 {
		set.file = b.files[0].name
	}
	return set, b.content(before), err
}

// varied refuses a set of samples of one class: any model is right about it, having learnt nothing.
func (s *Set[F]) varied(from Source) error {
	for _, l := range s.Labels {
		if l != s.Labels[0] {
			return nil
		}
	}
	if s.Labels == nil {
		return nil
	}
	remedy := "a classifier is trained on two classes or more"
	if c, ok := from.(CSV); ok {
		other := "first"
		if s.labelFirst {
			other = "last"
		}
		remedy += fmt.Sprintf("; is the label the %s column? data = {kind = \"csv\", path = %q, label = %q}", other, c.Path, other)
	}
	return &Error{File: cmp.Or(s.file, s.Name), Problem: fmt.Sprintf("all %d training samples are of class %v", s.Len(), s.Classes[s.Labels[0]]), Remedy: remedy}
}

// joinHashes identifies two contents in order.
func joinHashes(a, b string) string {
	h := sha256.Sum256([]byte(a + b))
	return hex.EncodeToString(h[:])
}

// nameOf is how a source would be written.
func nameOf(s Source) string {
	if e, ok := sources.Of(s); ok {
		return e.Name
	}
	return fmt.Sprintf("%T", s)
}

// holdOut moves a share of s, at least one sample and not all, to a second set.
func holdOut[F vec.Float](s *Set[F], share float64, key stream.Key, memory int64) (rest, held *Set[F], err error) {
	if s.Sequence != nil {
		return cutTokens(s, share)
	}
	n := s.Len()
	k := max(1, int(float64(share*float64(n))+.5))
	if k >= n {
		return nil, nil, fmt.Errorf("a share of %v of %d samples leaves nothing to train on", share, n)
	}
	if memory > 0 && 2*s.bytes() > memory { // both cuts are copies
		return nil, nil, fmt.Errorf("holding out a share, which copies, %w", &memoryError{memory})
	}
	perm := NewPermutation(n, key, 0, 0)
	out := make([]int, k)
	for i := range out {
		out[i] = perm.At(i)
	}
	slices.Sort(out)
	in := make([]int, 0, n-k)
	for i, j := 0, 0; i < n; i++ {
		if j < k && out[j] == i {
			j++
		} else {
			in = append(in, i)
		}
	}
	return s.Subset(in), s.Subset(out), nil
}

func (p *Parts[F]) scale(how string, memory int64) error {
	var a Affine
	switch how {
	case "range":
		if p.Train.High <= p.Train.Low {
			return nil
		}
		a = MinMax(p.Train.Low, p.Train.High, 0, 1)
	case "minmax":
		a = FitMinMax(p.Train)
	case "standard":
		a = FitStandard(p.Train)
	default:
		return nil
	}
	for _, s := range []*Set[F]{p.Train, p.Validation, p.Test} {
		if s != nil {
			if err := apply(a, s, memory); err != nil {
				return err
			}
		}
	}
	return nil
}
