package data

import (
	"math/bits"

	"staleness/internal/stream"
)

// A Permutation of 0 ... n-1 that is computed place by place, without memory: a Feistel network
// over the smallest power of two that holds n, walked again while it leads outside (Black and
// Rogaway 2002, Ciphers with arbitrary finite domains). Halves of a few bits would not mix, so a
// small n is shuffled in place instead.
type Permutation struct {
	n                   uint64
	leftBits            uint
	leftMask, rightMask uint64
	keys                [rounds]uint64
	small               [smallest]uint8 // where n <= smallest
}

const smallest = 32

// Of an even number of half rounds each half is mixed 4 times.
const rounds = 8

// NewPermutation draws the permutation (a, b) of a key; n must be positive.
func NewPermutation(n int, key stream.Key, a, b uint64) Permutation {
	r := key.At(a, b)
	if n <= smallest {
		p := Permutation{n: uint64(n)}
		for i := range n { // Fisher and Yates, inside out
			j := r.IntN(i + 1)
			p.small[i] = p.small[j]
			p.small[j] = uint8(i)
		}
		return p
	}
	width := uint(bits.Len64(uint64(n - 1)))
	p := Permutation{n: uint64(n), leftBits: width / 2}
	p.leftMask = 1<<p.leftBits - 1
	p.rightMask = 1<<(width-p.leftBits) - 1
	for i := range p.keys {
		p.keys[i] = r.Uint64()
	}
	return p
}

// At is where i goes.
func (p *Permutation) At(i int) int {
	if p.n <= smallest {
		return int(p.small[i])
	}
	x := uint64(i)
	for {
		left, right := x&p.leftMask, x>>p.leftBits
		for k := 0; k < rounds; k += 2 {
			left ^= scramble(right, p.keys[k]) & p.leftMask
			right ^= scramble(left, p.keys[k+1]) & p.rightMask
		}
		if x = right<<p.leftBits | left; x < p.n {
			return int(x)
		}
	}
}

// scramble hashes a half under a round key.
func scramble(x, key uint64) uint64 {
	x = (x + key) * 0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>29
}
