// Package vec is the ground floor: vectors, matrix products, the rows of networks and elementary
// functions, with one answer.
//
// Every function states what it computes element by element, and computes exactly that: on AVX-512,
// on AVX2 and in plain Go, on every architecture, the bits are the same (of a NaN, only that it is
// one). So that this can be so:
//
//   - An element of a product is one chain of fused multiply-adds over k, in blocks of fixed
//     length: see MulNN.
//   - A reduction is a fixed tree of float64 additions, whatever the width of the vector registers:
//     see Dot.
//   - An update rounds after every operation; x*y + z is F(x*y) + z unless the text says FMA.
//   - exp, log, tanh and the rest are polynomials of our own, with FMA in a stated order: see Exp.
//
// Slices that enter one call have equal lengths, or it panics: lengths are the caller's business,
// never the user's. A destination may be the same slice as a source; slices that overlap otherwise
// give undefined results.
package vec

import (
	"fmt"
	"math"
)

// Float is the element type of every vector in the module.
type Float interface{ float32 | float64 }

// Clone returns a copy of x.
func Clone[F Float](x []F) []F { return append(make([]F, 0, len(x)), x...) }

// Finite tells whether no element is an infinity or a NaN.
func Finite[F Float](x []F) bool {
	sum, ok := finiteFast(x) // x - x is 0 for a finite x and NaN for any other; NaN stays
	if !ok {
		for _, v := range x {
			sum += v - v
		}
	}
	return sum == 0
}

// sameLength panics unless the slices of one call agree.
func sameLength(what string, n int, others ...int) {
	for _, m := range others {
		if m != n {
			panic(fmt.Sprintf("vec.%s: lengths %d and %d", what, n, m))
		}
	}
}

// sqrt rounds once in either type: the float64 root of a float32 rounds to the float32 root.
func sqrt[F Float](x F) F { return F(math.Sqrt(float64(x))) }
