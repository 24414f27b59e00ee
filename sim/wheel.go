package sim

import (
	"math/bits"
	"slices"
)

// A wheel holds many events by the bytes of their times: level l has those that first differ from
// base in byte l, in 256 buckets by that byte. So what comes next is in the first bucket of the
// lowest level; if it holds many, base moves there and they are dealt out over the levels below,
// else it is sorted. Each event is moved a few times, and no time looks at more than its own
// (compare R. K. Ahuja et al., Faster algorithms for the shortest path problem, 1990: a radix
// heap).
type wheel struct {
	// no event is before base; those before limit are not in the buckets, but in the batch or the
	// heap of the queue
	base, limit uint64
	held        int // in the buckets
	levels      [8]level
	batch       []event // in order; those before next are gone
	next        int
	spare       *chunk
}

type level struct {
	full    [4]uint64 // by bit: buckets that hold something
	buckets [256]bucket
}

type bucket struct {
	first *chunk
	n     int
}

// A chunk is a piece of a bucket, of 1 kB. Only the first of a bucket is not full.
type chunk struct {
	next   *chunk
	n      int
	events [42]event
}

// batchEvents is how many events a batch has at most if they can be told apart by time.
const batchEvents = 128

func (w *wheel) add(e event) {
	l := 0
	if x := uint64(e.at) ^ w.base; x != 0 {
		l = (bits.Len64(x) - 1) / 8
	}
	digit := uint8(uint64(e.at) >> (8 * l))
	v := &w.levels[l]
	b := &v.buckets[digit]
	c := b.first
	if c == nil || c.n == len(c.events) {
		c = w.chunk(c)
		b.first = c
		v.full[digit/64] |= 1 << (digit % 64)
	}
	c.events[c.n] = e
	c.n++
	b.n++
	w.held++
}

// chunk is an empty one, before another.
func (w *wheel) chunk(next *chunk) *chunk {
	c := w.spare
	if c == nil {
		c = new(chunk)
	} else {
		w.spare = c.next
	}
	c.next, c.n = next, 0
	return c
}

// take empties a bucket: f is given its events, chunk by chunk.
func (w *wheel) take(l, digit int, f func([]event)) {
	v := &w.levels[l]
	b := &v.buckets[digit]
	c := b.first
	v.full[digit/64] &^= 1 << (digit % 64)
	w.held -= b.n
	*b = bucket{}
	for c != nil {
		next := c.next
		f(c.events[:c.n])
		c.next, w.spare = w.spare, c
		c = next
	}
}

// from is the first bucket of a level from a digit on that holds something, 256 if there is none.
func (v *level) from(digit int) int {
	for digit < 256 {
		if x := v.full[digit/64] >> (digit % 64); x != 0 {
			return digit + bits.TrailingZeros64(x)
		}
		digit = digit&^63 + 64
	}
	return 256
}

// refill makes a batch of the first buckets; the wheel must not be empty.
func (w *wheel) refill() {
	w.batch, w.next = w.batch[:0], 0
	for {
		l, digit := 0, w.levels[0].from(0)
		for digit == 256 {
			l++
			digit = w.levels[l].from(0)
		}
		shift := 8 * l
		w.base = w.base>>shift>>8<<8<<shift | uint64(digit)<<shift
		if l > 0 && w.levels[l].buckets[digit].n > batchEvents {
			w.take(l, digit, func(list []event) {
				for i := range list {
					w.add(list[i])
				}
			})
			continue
		}
		for {
			w.limit = w.base>>shift>>8<<8<<shift + uint64(digit+1)<<shift
			w.sort(l, digit)
			digit = w.levels[l].from(digit + 1)
			if digit == 256 || len(w.batch)+w.levels[l].buckets[digit].n > batchEvents {
				return
			}
		}
	}
}

// sort appends a bucket to the batch, in order.
func (w *wheel) sort(l, digit int) {
	n := len(w.batch)
	w.take(l, digit, func(list []event) { w.batch = append(w.batch, list...) })
	list := w.batch[n:]
	if len(list) > 32 {
		slices.SortFunc(list, event.compare)
		return
	}
	for i := 1; i < len(list); i++ {
		e := list[i]
		k := i
		for ; k > 0 && e.before(&list[k-1]); k-- {
			list[k] = list[k-1]
		}
		list[k] = e
	}
}

// until calls f with the events of all buckets until it has seen enough.
func (w *wheel) until(f func(e *event) bool) {
	for l := range w.levels {
		v := &w.levels[l]
		for digit := v.from(0); digit < 256; digit = v.from(digit + 1) {
			for c := v.buckets[digit].first; c != nil; c = c.next {
				for i := range c.events[:c.n] {
					if !f(&c.events[i]) {
						return
					}
				}
			}
		}
	}
}
