package data

import (
	"fmt"
	"math"
	"unsafe"

	"staleness/nets/vec"
)

// sparseBelow is the share of features that are not 0 below which a set is held by these alone: a
// product with such a sample then is the faster, and the set the smaller.
const sparseBelow = 1. / 16

// A csr is the samples of a set by the features that they name ("compressed sparse rows"): a name
// is an index from 0, ascending within a sample.
type csr[F vec.Float] struct {
	ends  []int // sample i is index, value [ends[i-1]:ends[i]]
	index []int32
	value []F
}

// row is sample i; read-only.
func (c *csr[F]) row(i int) (index []int32, value []F) {
	lo, hi := 0, c.ends[i]
	if i > 0 {
		lo = c.ends[i-1]
	}
	return c.index[lo:hi:hi], c.value[lo:hi:hi]
}

// fill writes sample i with all its zeros.
func (c *csr[F]) fill(dst []F, i int) {
	clear(dst)
	index, value := c.row(i)
	for k, j := range index {
		dst[j] = value[k]
	}
}

// add appends a sample.
func (c *csr[F]) add(index []int32, value []F) {
	c.index, c.value = append(c.index, index...), append(c.value, value...)
	c.ends = append(c.ends, len(c.index))
}

// subset is copies of the samples at the given indices.
func (c *csr[F]) subset(indices []int) *csr[F] {
	n := 0
	for _, i := range indices {
		index, _ := c.row(i)
		n += len(index)
	}
	t := &csr[F]{make([]int, 0, len(indices)), make([]int32, 0, n), make([]F, 0, n)}
	for _, i := range indices {
		t.add(c.row(i))
	}
	return t
}

// bytes is what it takes in memory.
func (c *csr[F]) bytes() int64 {
	return 8*int64(len(c.ends)) + 4*int64(len(c.index)) + bytesOf[F](int64(len(c.value)))
}

// Sparse says that the samples are held by the features that are not 0, so that Nonzeros shows
// them. Row and Rows then make copies.
func (s *Set[F]) Sparse() bool { return s != nil && s.sparse != nil }

// Nonzeros is sample i of a Sparse set: its features at index, ascending from 0, are value; all
// others are 0. Both are read-only.
func (s *Set[F]) Nonzeros(i int) (index []int32, value []F) { return s.sparse.row(i) }

// stays says whether a map leaves 0 what is 0.
func (a Affine) stays() bool {
	for j, shift := range a.Shift {
		f := a.Factor[min(j, len(a.Factor)-1)]
		if shift != 0 || math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
	}
	return true
}

// scaled maps the features that are not 0, where those that are stay so.
func (c *csr[F]) scaled(a Affine) {
	for k, j := range c.index {
		at := min(int(j), len(a.Factor)-1)
		c.value[k] = F(float64(c.value[k]) * a.Factor[at])
	}
}

// dense is the rows with all zeros, for a map that does not leave them 0.
func (c *csr[F]) dense(features int) []F {
	x := make([]F, len(c.ends)*features)
	for i := range c.ends {
		c.fill(x[i*features:(i+1)*features], i)
	}
	return x
}

// sparsely lets b hold samples by what they name. It comes before the first AddSparse.
func (b *Builder) sparsely(samples, nonzeros int) error {
	size := int64(8)
	if b.single || b.discard {
		size = 4
	}
	if err := b.hold(int64(nonzeros)*(4+size) + 16*int64(samples)); err != nil {
		return err
	}
	if b.discard {
		nonzeros = 0
	}
	b.bySamples = true
	if b.single {
		b.thin32 = &csr[float32]{make([]int, 0, samples), make([]int32, 0, nonzeros), make([]float32, 0, nonzeros)}
	} else {
		b.thin64 = &csr[float64]{make([]int, 0, samples), make([]int32, 0, nonzeros), make([]float64, 0, nonzeros)}
	}
	return nil
}

// addSparse is Add for a sample that is given by what it names: features from 1.
func (b *Builder) addSparse(index []int32, value []float64, label float64) error {
	if err := b.admit(b.shape.Size(), label); err != nil {
		return err
	}
	for k, v := range value {
		if err := b.checkFeature(int(index[k]), v); err != nil {
			return err
		}
	}
	b.labels = append(b.labels, label)
	if b.discard {
		return nil
	}
	for k, v := range value {
		if b.single {
			b.thin32.index, b.thin32.value = append(b.thin32.index, index[k]-1), append(b.thin32.value, float32(v))
		} else {
			b.thin64.index, b.thin64.value = append(b.thin64.index, index[k]-1), append(b.thin64.value, v)
		}
	}
	if b.single {
		b.thin32.ends = append(b.thin32.ends, len(b.thin32.index))
	} else {
		b.thin64.ends = append(b.thin64.ends, len(b.thin64.index))
	}
	return nil
}

// sparseOf is what b holds by samples; nil: it does not.
func sparseOf[F vec.Float](b *Builder) *csr[F] {
	if !b.bySamples {
		return nil
	}
	var c any = b.thin64
	if unsafe.Sizeof(F(0)) == 4 {
		c = b.thin32
	}
	return c.(*csr[F])
}

// finite says which feature is not, after scaling.
func (s *Set[F]) finite() error {
	for i := range s.Len() {
		index, value := s.sparse.row(i)
		for k, v := range value {
			if v-v != 0 {
				return fmt.Errorf("%s: sample %d, feature %d becomes %v when scaled; the feature's range is too wide or too narrow", s.Name, i+1, index[k]+1, v)
			}
		}
	}
	return nil
}
