package data

import (
	"fmt"
	"hash/maphash"
	"io"
	"runtime/debug"
	"sync"

	"golang.org/x/exp/mmap"

	"staleness/nets/vec"
)

// A mapping is a file that is read where the system keeps it, instead of a copy of it in memory.
// The system undoes it when nobody holds it any more.
type mapping struct {
	*mmap.ReaderAt
	name string
}

// mapFile maps a file.
func mapFile(name string) (*mapping, error) {
	r, err := mmap.Open(name)
	if err != nil {
		return nil, err
	}
	return &mapping{r, name}, nil
}

// ReadAt implements io.ReaderAt. Bytes that the file no longer has (somebody cut it) or that its
// disk no longer gives are an error; without more ado the system would end the program.
func (m *mapping) ReadAt(p []byte, off int64) (n int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		bug := recover()
		if _, fault := bug.(interface{ Addr() uintptr }); fault {
			n, err = 0, io.ErrUnexpectedEOF
		} else if bug != nil {
			panic(bug)
		}
	}()
	return m.ReaderAt.ReadAt(p, off)
}

// A span is records of one mapped file.
type span struct {
	file         *mapping
	first        int   // sample
	base, stride int64 // where that one begins in the file, and how far the next one is
}

// mapped is samples of bytes in mapped files. Each has a sum, taken of the bytes that the content's
// hash was taken of, and is held against it whenever it is read: what is computed on is what was
// identified, whatever happens to the file meanwhile. The sum never leaves the program.
type mapped struct {
	width int // bytes of a sample
	spans []span
	sums  []uint64
	seed  maphash.Seed
	raw   sync.Pool // of *[]byte of that width
}

func newMapped(width int) *mapped { return &mapped{width: width, seed: maphash.MakeSeed()} }

// begin says that the samples to come lie in a file from base on.
func (m *mapped) begin(file *mapping, base, stride int64) {
	m.spans = append(m.spans, span{file, len(m.sums), base, stride})
}

// place is where sample i lies.
func (m *mapped) place(i int) (file *mapping, at int64) {
	k := len(m.spans) - 1
	for m.spans[k].first > i {
		k--
	}
	s := &m.spans[k]
	return s.file, s.base + int64(i-s.first)*s.stride
}

// read fills raw with sample i. It panics with an *Error if that is not what it was: a gradient has
// no error to return, and whoever runs it reports what ended it.
func (m *mapped) read(raw []byte, i int) {
	file, at := m.place(i)
	const remedy = "run again, and leave the data alone meanwhile: they are read where they lie, and other data are another run"
	switch n, err := file.ReadAt(raw, at); {
	case n < len(raw):
		panic(&Error{File: file.name, Offset: at, At: true, Problem: fmt.Sprintf("sample %d can no longer be read: the file has been cut, or its disk fails", i+1), Remedy: remedy, Err: err})
	case maphash.Bytes(m.seed, raw) != m.sums[i]:
		panic(&Error{File: file.name, Offset: at, At: true, Problem: fmt.Sprintf("sample %d has changed since it was first read", i+1), Remedy: remedy})
	}
}

// A lazyRows is the features of a set that stay in their files, as bytes, and become numbers when
// they are asked for: the same numbers, to the bit, as if all had been made at once.
type lazyRows[F vec.Float] struct {
	of   *mapped
	pick []int    // which samples, in order; nil: all
	maps []Affine // what bytes go through, in order, each rounded once
	// what becomes of each byte, where all features are mapped alike; nil: they are not
	table *[256]F
}

// after is the rows mapped once more.
func (r *lazyRows[F]) after(maps ...Affine) *lazyRows[F] {
	t := &lazyRows[F]{of: r.of, pick: r.pick, maps: append(append([]Affine(nil), r.maps...), maps...), table: new([256]F)}
	for _, a := range t.maps {
		if len(a.Shift) > 1 || len(a.Factor) > 1 {
			t.table = nil
			return t
		}
	}
	for b := range t.table {
		t.table[b] = F(b)
	}
	for _, a := range t.maps {
		mapRow(a, t.table[:])
	}
	return t
}

// subset is the rows at the given indices.
func (r *lazyRows[F]) subset(indices []int) *lazyRows[F] {
	t := *r
	t.pick = make([]int, len(indices))
	for j, i := range indices {
		t.pick[j] = r.sample(i)
	}
	return &t
}

// sample is the one that row i is.
func (r *lazyRows[F]) sample(i int) int {
	if r.pick == nil {
		return i
	}
	return r.pick[i]
}

// finite says that no byte becomes anything else; false: perhaps one does.
func (r *lazyRows[F]) finite() bool {
	if r.table == nil {
		return false
	}
	for _, v := range r.table {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// row writes row i.
func (r *lazyRows[F]) row(dst []F, i int) {
	raw, _ := r.of.raw.Get().(*[]byte)
	if raw == nil {
		b := make([]byte, r.of.width)
		raw = &b
	}
	defer r.of.raw.Put(raw)
	r.of.read(*raw, r.sample(i))
	if r.table != nil {
		dst = dst[:len(*raw)]
		for j, b := range *raw {
			dst[j] = r.table[b]
		}
		return
	}
	for j, b := range *raw {
		dst[j] = F(b)
	}
	for _, a := range r.maps {
		mapRow(a, dst)
	}
}

// bytes is what is held of them in memory.
func (r *lazyRows[F]) bytes() int64 { return 8 * int64(len(r.of.sums)+len(r.pick)) }
