package data

import (
	"errors"
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
)

// A BatchSize is the number of samples of a minibatch; 0 is all of a worker's ("full").
type BatchSize int

// FromParam decodes a positive number or "full".
func (b *BatchSize) FromParam(value any) error {
	switch v := value.(type) {
	case string:
		if v == "full" {
			*b = 0
			return nil
		}
	case int64:
		if v >= 1 && v <= 1<<30 {
			*b = BatchSize(v)
			return nil
		}
		return errors.New("a batch has at least one sample")
	}
	return fmt.Errorf("want %s", b.Wants())
}

// ToParam is the inverse of FromParam.
func (b BatchSize) ToParam() any {
	if b == 0 {
		return "full"
	}
	return int64(b)
}

// Wants says how it is written.
func (BatchSize) Wants() string { return `a whole number from 1, or "full"` }

// A Sampler chooses the samples of every gradient, as a pure function of (seed, worker, index of
// the gradient).
//
// "reshuffle": a worker's samples come in a new random order each epoch. Batches run on across the
// end of an epoch: the order of epoch e+1 follows that of epoch e, and a batch may take its first
// samples from one and the rest from the next. So all batches have one size, no sample is left out,
// and each comes exactly once per epoch of the worker; a batch that straddles the end may hold a
// sample twice, and one larger than the worker's share always does.
//
// "replacement": every sample of every batch is drawn anew, uniformly.
//
// A full batch is all the worker's samples, in the order of the data, every time.
type Sampler struct {
	shares   Shares
	size     int // 0: full
	replaced bool
	key      stream.Key
}

// NewSampler draws batches of size samples from the workers' shares.
func NewSampler(shares Shares, size BatchSize, sampling string, seed uint64) (*Sampler, error) {
	s := &Sampler{shares: shares, size: int(size), key: stream.NewKey(seed, "batch")}
	switch sampling {
	case "reshuffle":
	case "replacement":
		s.replaced = true
	default:
		return nil, params.Errorf("sampling", "is none of reshuffle, replacement: %q", sampling)
	}
	return s, nil
}

// Size is the largest batch.
func (s *Sampler) Size() int {
	if s.size > 0 {
		return s.size
	}
	largest := 0
	for w := range s.shares.Workers() {
		largest = max(largest, s.shares.Len(w))
	}
	return largest
}

// Shares says which samples each worker sees.
func (s *Sampler) Shares() Shares { return s.shares }

// Len is how many samples Batch gives for gradient k of a worker: full batches are as large as the
// worker's share.
func (s *Sampler) Len(worker, k int) int {
	if s.size > 0 {
		return s.size
	}
	return s.shares.Len(worker)
}

// Batch writes to dst[:0] the samples of gradient k of a worker, and returns it.
func (s *Sampler) Batch(dst []int, worker, k int) []int {
	dst = dst[:0]
	n := s.shares.Len(worker)
	switch {
	case s.size == 0:
		for i := range n {
			dst = append(dst, s.shares.At(worker, i))
		}
	case s.replaced:
		r := s.key.At(uint64(worker), uint64(k))
		for range s.size {
			dst = append(dst, s.shares.At(worker, r.IntN(n)))
		}
	default:
		first := uint64(k) * uint64(s.size)
		epoch, place := first/uint64(n), int(first%uint64(n))
		p := NewPermutation(n, s.key, uint64(worker), epoch)
		for range s.size {
			if place == n {
				epoch, place = epoch+1, 0
				p = NewPermutation(n, s.key, uint64(worker), epoch)
			}
			dst = append(dst, s.shares.At(worker, p.At(place)))
			place++
		}
	}
	return dst
}
