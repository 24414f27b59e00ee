package vec

import "math"

// The constants of exp. roundInt added to a number of moderate size leaves its nearest integer in
// the low bits.
const (
	log2e    = 0x1.71547652b82fep+0
	ln2Hi    = 0x1.62e42fefa3800p-1 // 42 bits: products with an exponent are exact
	ln2Lo    = 0x1.ef35793c76730p-45
	roundInt = 0x1.8p52
	expMax   = 710  // exp overflows from 709.79 on
	expMin   = -746 // and rounds to 0 below -745.14
)

// expPoly are q's coefficients, constant first: exp(r) = 1 + r + r²q(r) for |r| <= log(2)/2,
// minimax to 2^-57 relative.
var expPoly = [10]float64{
	0x1.0000000000009p-1, 0x1.5555555555558p-3, 0x1.55555555503e3p-5, 0x1.111111110f803p-7, 0x1.6c16c18601e89p-10,
	0x1.a01a01b00c2c6p-13, 0x1.a01993b37b02ap-16, 0x1.71ddf6b3f10d1p-19, 0x1.28b410d6e676fp-22, 0x1.af632ad6abee8p-26,
}

// Exp returns e^x to within one unit in the last place: x = k log(2) + r, q by Horner's rule, then
// the two halves of 2^k.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > expMax:
		x = expMax
	case x < expMin:
		x = expMin
	}
	k, r := expReduce(x)
	y := expm1Poly(r) + 1
	// 2^k in two factors: the first product is exact, so a denormal result is rounded once.
	half := math.FMA(k, 0.5, roundInt)
	h := half - roundInt
	return y * pow2(half) * pow2((k-h)+roundInt)
}

// expReduce returns the integer k nearest to x/log(2) and r = x - k log(2).
func expReduce(x float64) (k, r float64) {
	k = math.FMA(x, log2e, roundInt) - roundInt
	r = math.FMA(k, -ln2Hi, x)
	return k, math.FMA(k, -ln2Lo, r)
}

// expm1Poly returns e^r - 1 for |r| <= log(2)/2.
func expm1Poly(r float64) float64 {
	q := expPoly[9]
	q = math.FMA(q, r, expPoly[8])
	q = math.FMA(q, r, expPoly[7])
	q = math.FMA(q, r, expPoly[6])
	q = math.FMA(q, r, expPoly[5])
	q = math.FMA(q, r, expPoly[4])
	q = math.FMA(q, r, expPoly[3])
	q = math.FMA(q, r, expPoly[2])
	q = math.FMA(q, r, expPoly[1])
	q = math.FMA(q, r, expPoly[0])
	return math.FMA(r*r, q, r)
}

// pow2 returns 2^k, where k + roundInt is given and -1023 < k < 1024.
func pow2(shifted float64) float64 {
	return math.Float64frombits((math.Float64bits(shifted) + 1023) << 52)
}

// Expm1 returns e^x - 1, accurate near 0 too.
func Expm1(x float64) float64 {
	switch {
	case x > 709:
		return Exp(x)
	case x < -40:
		return -1
	}
	k, r := expReduce(x) // a NaN goes through
	if k == 0 {
		if r == 0 {
			return x // keeps the sign of a zero
		}
		return expm1Poly(r)
	}
	s := pow2(k + roundInt)
	return math.FMA(expm1Poly(r), s, s-1)
}

// tanhMax is where tanh(x) has long rounded to 1.
const tanhMax = 20

// Tanh returns the hyperbolic tangent, to within two and a half units in the last place: with e =
// exp(2|x|) - 1, e/(e+2) and the sign.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	if a > tanhMax {
		a = tanhMax
	}
	k, r := expReduce(2 * a)
	s := pow2(k + roundInt)
	e := math.FMA(expm1Poly(r), s, s-1)
	return math.Copysign(e/(e+2), x)
}
