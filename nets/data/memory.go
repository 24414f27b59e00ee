package data

import (
	"fmt"
	"unsafe"

	"staleness/nets/vec"
)

// A memoryError says that data do not fit.
type memoryError struct{ bytes int64 }

func (e *memoryError) Error() string {
	return fmt.Sprintf("makes the data take more than the %s of memory that may be used for them; use a part of them, or allow more by -memory", inBytes(e.bytes))
}

func inBytes(n int64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if float64(n) >= u.size {
			return fmt.Sprintf("%.3g %s", float64(n)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// hold says whether so many bytes may be taken beside those that a source holds itself.
func (b *Builder) hold(bytes int64) error {
	if b.memory > 0 && b.held+bytes > b.memory {
		return &memoryError{b.memory}
	}
	return nil
}

// Expect refuses a set of a known size that does not fit, before the first sample is made.
func (b *Builder) Expect(samples, features int) error {
	size := int64(8)
	if b.single || b.discard {
		size = 4
	}
	if samples > MaxElements/max(1, features) {
		return fmt.Errorf("%d samples of %d features are more than the %d numbers held in memory", samples, features, MaxElements)
	}
	if err := b.hold(int64(samples) * (int64(features)*size + 8)); err != nil {
		return fmt.Errorf("a set of %d samples of %d features %w", samples, features, err)
	}
	return nil
}

// room makes place for more elements. It believes an announced total only as far as four times what
// has really come.
func room[T any](b *Builder, x []T, more, announced int) ([]T, error) {
	need := len(x) + more
	if need <= cap(x) {
		return x, nil
	}
	to := max(need, 2*cap(x))
	if cap(x) > 1<<20 {
		to = max(need, cap(x)+cap(x)/4)
	}
	if announced > need {
		to = max(need, min(announced, max(4*need, 1<<16)))
	}
	var t T
	if err := b.hold(int64(cap(x)+to) * int64(unsafe.Sizeof(t))); err != nil {
		return x, err
	}
	y := make([]T, len(x), to)
	copy(y, x)
	return y, nil
}

// Bytes is what the parts hold in memory; features that stay in their files are not.
func (p *Parts[F]) Bytes() (n int64) {
	for _, s := range []*Set[F]{p.Train, p.Validation, p.Test} {
		n += s.bytes()
	}
	return n
}

func (s *Set[F]) bytes() int64 {
	if s == nil {
		return 0
	}
	if s.Sequence != nil {
		return 4 * int64(s.Len())
	}
	n := bytesOf[F](int64(len(s.x))) + 8*int64(s.Len())
	if s.lazy != nil {
		n += s.lazy.bytes()
	}
	if s.sparse != nil {
		n += s.sparse.bytes()
	}
	return n
}

func bytesOf[F vec.Float](n int64) int64 {
	var f F
	return n * int64(unsafe.Sizeof(f))
}
