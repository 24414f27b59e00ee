package data

import (
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
		return sources.Encode(t.Source)
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
	Hash                    string // of the content, not of paths: 64 hex digits
}

// Where says what a source needs beside its settings.
type Where struct {
	Dir  string // what relative paths are relative to
	Seed uint64 // of what is held out, and of synthetic sets
	// Test takes the place of the test part, whatever that is, by its own test part or, if it has none, all of it; nil: nothing does.
	Test Source
	// Cache, if not nil, may know the data already. Parts that come from it are shared.
	Cache *Cache

	seeded *bool // is set, if not nil, when a source asks for the seed
}

// Load reads the data and cuts it. A share held out is drawn by the seed; the samples keep their order. Parts are read-only.
func Load[F vec.Float](o Options, task Task, w Where) (*Parts[F], error) {
	if o.Data == nil {
		return nil, params.Errorf("data", "no data set given; known: %v", sources.Names())
	}
	if w.Cache != nil {
		return cached[F](o, task, w)
	}
	p, _, err := loadParts[F](o, task, w)
	return p, err
}

// loadParts also says whether the seed had a part in it.
func loadParts[F vec.Float](o Options, task Task, w Where) (p *Parts[F], seeded bool, err error) {
	w.seeded = &seeded
	p, err = readParts[F](o, task, w)
	return p, seeded || o.Test.Share > 0 || o.Validation > 0, err
}

func readParts[F vec.Float](o Options, task Task, w Where) (*Parts[F], error) {
	train, hash, err := read[F](o.Data, false, task, w, nil)
	if err != nil {
		return nil, params.At("data", err)
	}
	p := &Parts[F]{Train: train, Hash: hash}
	own, ownHash, err := read(o.Data, true, task, w, train)
	switch {
	case errors.Is(err, ErrNoTest):
		if o.Test.Source != nil {
			if own, ownHash, err = read(o.Test.Source, false, task, w, train); err != nil {
				return nil, params.At("test", err)
			}
			p.Test, p.Hash = own, joinHashes(hash, ownHash)
		}
	case err != nil:
		return nil, params.At("data", err)
	case o.Test != TestPart{}:
		return nil, params.Errorf("test", "%s has a test part of its own; leave the key out", own.Name)
	default:
		p.Test, p.Hash = own, joinHashes(hash, ownHash)
	}
	if o.Test.Share > 0 {
		if p.Train, p.Test, err = holdOut(p.Train, o.Test.Share, stream.NewKey(w.Seed, "data: test")); err != nil {
			return nil, params.At("test", err)
		}
	}
	if o.Validation > 0 {
		if p.Train, p.Validation, err = holdOut(p.Train, o.Validation, stream.NewKey(w.Seed, "data: validation")); err != nil {
			return nil, params.At("validation", err)
		}
	}
	if w.Test != nil { // after all cuts, so that training and scaling are what they were
		own, ownHash, err := read(w.Test, true, task, w, train)
		if errors.Is(err, ErrNoTest) {
			own, ownHash, err = read(w.Test, false, task, w, train)
		}
		if err != nil {
			return nil, params.At("test", err)
		}
		p.Test, p.Hash = own, joinHashes(hash, ownHash)
	}
	if err := p.scale(o.Scale); err != nil {
		return nil, params.At("scale", err)
	}
	return p, nil
}

// Hash identifies the content that Load would read, in either precision, without keeping it.
func Hash(o Options, task Task, w Where) (string, error) {
	p, err := Load[float64](Options{Data: o.Data, Test: o.Test}, task, w)
	if err != nil {
		return "", err
	}
	return p.Hash, nil
}

// read makes one part; like is the training part that it must agree with, or nil.
func read[F vec.Float](s Source, test bool, task Task, w Where, like *Set[F]) (*Set[F], string, error) {
	var f F
	_, single := any(f).(float32)
	b := newBuilder(single, task, w.Seed, w.Dir)
	if like != nil {
		b.expect, b.classes = like.Shape, like.Classes
	}
	err := s.Read(b, test)
	if b.seeded && w.seeded != nil {
		*w.seeded = true
	}
	if err != nil {
		return nil, "", err
	}
	return finish[F](b, nameOf(s))
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
func holdOut[F vec.Float](s *Set[F], share float64, key stream.Key) (rest, held *Set[F], err error) {
	n := s.Len()
	k := max(1, int(float64(share*float64(n))+.5))
	if k >= n {
		return nil, nil, fmt.Errorf("a share of %v of %d samples leaves nothing to train on", share, n)
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

func (p *Parts[F]) scale(how string) error {
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
			if err := apply(a, s); err != nil {
				return err
			}
		}
	}
	return nil
}
