package vec

import (
	"math"
	"unsafe"
)

// FMA returns x*y + z, rounded once.
func FMA[F Float](x, y, z F) F {
	if unsafe.Sizeof(x) == 4 {
		return F(FMA32(float32(x), float32(y), float32(z)))
	}
	return F(math.FMA(float64(x), float64(y), float64(z)))
}

// FMA32 returns x*y + z, rounded once to float32.
//
// The product is exact in float64, so only the sum can round twice: to float64, then to float32.
// The second rounding can go wrong only where the first one made a tie, or where the result has
// fewer than 24 bits; both are rare and looked at apart.
func FMA32(x, y, z float32) float32 {
	p := float64(float64(x) * float64(y))
	s := p + float64(z)
	if roundsTwice(s) {
		s = roundOnce(p, float64(z), s)
	}
	return float32(s)
}

const (
	tieMask     = 1<<29 - 1 // the bits of a float64 that a float32 has not
	tieBits     = 1 << 28   // halfway between two float32
	minNormal32 = (1023 - 126) << 52
)

// roundsTwice tells whether a float64 sum must not simply be rounded to float32: it lies halfway
// between two of them, or is below the normal ones and not 0.
func roundsTwice(s float64) bool {
	b := math.Float64bits(s)
	return b&tieMask == tieBits || b<<1-1 < minNormal32<<1-1
}

// roundOnce returns p + z rounded to odd, that is, with the last bit set where anything was lost,
// given s, the sum rounded to nearest. A second rounding, to float32, is then right.
func roundOnce(p, z, s float64) float64 {
	p = float64(p) // rounded, whatever made it
	t := s - p
	if lost := (p - (s - t)) + (z - t); lost < 0 || lost > 0 { // a NaN is neither
		if b := math.Float64bits(s); b&1 == 0 {
			if (lost > 0) == (s > 0) {
				b++
			} else {
				b--
			}
			s = math.Float64frombits(b)
		}
	}
	return s
}
