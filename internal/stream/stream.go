// Package stream gives named random streams: a draw is addressed by (seed, purpose, a, b) and can
// be made alone and in any order, so nothing that one part draws can disturb another (paired
// comparisons), and there is no state to save.
//
// The mixing is SplitMix64's (G. L. Steele, D. Lea, C. H. Flood: Fast splittable pseudorandom
// number generators, OOPSLA 2014), applied once per coordinate of the address. What a stream gives
// is part of every record and never changes: tests hold its first words.
//
// Only integers and [Rand.Float64] are the same on every machine and under every version of Go. The
// methods of math/rand/v2 built on a Rand are not promised to be: ExpFloat64 and NormFloat64 call
// math.Exp, whose last bit differs between architectures. Draw by inversion instead, with the
// functions of nets/vec.
package stream

import "math/bits"

// A Key names a stream family: one seed, one purpose.
type Key uint64

// Rand reads one stream in sequence. It implements math/rand/v2.Source. Its value is all its state;
// the zero Rand is the stream of no address, and valid.
//
// A Rand handed to an interface method escapes to the heap: on hot paths keep one where it lives on
// and assign to it.
type Rand struct{ s uint64 }

const golden = 0x9e3779b97f4a7c15

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// NewKey hashes a seed and a purpose, such as "compute" or "batch".
func NewKey(seed uint64, purpose string) Key {
	h := mix(seed + golden)
	for i := 0; i < len(purpose); i++ {
		h = mix(h ^ uint64(purpose[i])*0x100000001b3)
	}
	return Key(h)
}

// Fork is a family beside k for one purpose.
func (k Key) Fork(purpose Key) Key { return Key(mix(uint64(k) ^ uint64(purpose))) }

// At is the stream of (a, b), for example worker a's computation b.
func (k Key) At(a, b uint64) Rand {
	return Rand{mix(mix(uint64(k)+(a+1)*golden) ^ (b+1)*0xd1342543de82ef95)}
}

// Fork is a stream beside r for one purpose: what is drawn from it moves nothing in r.
func (r Rand) Fork(purpose Key) Rand { return Rand{mix(r.s ^ uint64(purpose))} }

// Uint64 is the next draw, uniform on all 64-bit words.
func (r *Rand) Uint64() uint64 { r.s += golden; return mix(r.s) }

// Float64 is the next draw, uniform on the open interval (0, 1): never an end, so its logarithm is
// finite.
func (r *Rand) Float64() float64 { return float64((float64(r.Uint64()>>12) + .5) * 0x1p-52) }

// Starting is a stream whose first word is given: for tests of what the rarest draws do.
func Starting(word uint64) Rand { return Rand{unmix(word) - golden} }

// unmix is the inverse of mix.
func unmix(z uint64) uint64 {
	z = (z ^ z>>31 ^ z>>62) * 0x319642b2d24d8ec3
	z = (z ^ z>>27 ^ z>>54) * 0x96de1b173f119089
	return z ^ z>>30 ^ z>>60
}

// IntN is the next draw from {0, ..., n-1}; n must be positive. Its bias is below n/2^64.
func (r *Rand) IntN(n int) int { h, _ := bits.Mul64(r.Uint64(), uint64(n)); return int(h) }

// Shuffle puts x in random order: each of its permutations is equally likely (Durstenfeld 1964).
func (r *Rand) Shuffle(x []int) {
	for i := len(x) - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		x[i], x[j] = x[j], x[i]
	}
}
