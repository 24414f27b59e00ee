package vec

import "math"

// powPoly are Q's coefficients, constant first: log((1+s)/(1-s)) = 2s + ⅔s³ + s⁵Q(s²) on the range
// of logPoly, minimax to 2^-64.
var powPoly = [7]float64{
	0x1.99999999999dfp-2, 0x1.249249247f628p-2, 0x1.c71c71f7ac8a5p-3, 0x1.745cfb788a6f2p-3, 0x1.3b1becba53ef4p-3,
	0x1.0fc199c314227p-3, 0x1.0c072d4aa1da9p-3,
}

// Pow returns x^y to within two units in the last place, with the special cases of math.Pow.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case y == 1:
		return x
	case x != x || y != y:
		return math.NaN()
	case math.IsInf(y, 0):
		switch a := math.Abs(x); {
		case a == 1:
			return 1
		case (a < 1) == (y > 0):
			return 0
		}
		return math.Inf(1)
	}
	sign := 1.0
	if math.Signbit(x) {
		whole := y == math.Trunc(y)
		if odd := whole && math.Abs(y) < 0x1p53 && int64(y)&1 == 1; odd {
			sign = -1
		} else if !whole && x != 0 && !math.IsInf(x, 0) {
			return math.NaN()
		}
		x = -x
	}
	if x == 0 || x > math.MaxFloat64 {
		if (x == 0) == (y > 0) {
			return sign * 0
		}
		return sign * math.Inf(1)
	}
	hi, lo := logTwice(x)
	e := float64(y * hi)
	if e > expMax {
		return sign * math.Inf(1)
	}
	if e < expMin {
		return sign * 0
	}
	return sign * expTwice(e, math.FMA(y, hi, -e)+float64(y*lo))
}

// logTwice returns log(x) as the unevaluated sum hi + lo, to about 64 bits, for a positive finite
// x.
func logTwice(x float64) (hi, lo float64) {
	const thirdsHi, thirdsLo = 2.0 / 3, 0x1.5555555555555p-55 // ⅔
	k, m := splitExp(x)
	f := m - 1
	u := m + 1
	uLo := m - (u - 1)
	s := f / u
	sLo := (math.FMA(-s, u, f) - float64(s*uLo)) / u
	z := float64(s * s)
	zLo := math.FMA(s, s, -z) + float64(2*s*sLo)
	c := float64(z * s)
	cLo := math.FMA(z, s, -c) + math.FMA(zLo, s, float64(z*sLo))
	t := float64(thirdsHi * c) // not fused into the sum below
	tLo := math.FMA(thirdsHi, c, -t) + math.FMA(thirdsHi, cLo, float64(thirdsLo*c))
	q := powPoly[6]
	for i := 5; i >= 0; i-- {
		q = math.FMA(q, z, powPoly[i])
	}
	sum, lost := twoSum(float64(k*ln2Hi), float64(2*s))
	sum, lost2 := twoSum(sum, t)
	rest := math.FMA(k, ln2Lo, lost+lost2) + (2*sLo + tLo) + float64(float64(z*c)*q)
	hi = sum + rest
	return hi, rest - (hi - sum)
}

// twoSum returns a + b rounded, and exactly what the rounding lost.
func twoSum(a, b float64) (sum, lost float64) {
	sum = a + b
	t := sum - a
	return sum, (a - (sum - t)) + (b - t)
}

// expTwice returns e^(hi+lo) for expMin <= hi <= expMax and a small lo.
func expTwice(hi, lo float64) float64 {
	k, r := expReduce(hi)
	y := expm1Poly(r+lo) + 1
	half := math.FMA(k, 0.5, roundInt)
	h := half - roundInt
	return y * pow2(half) * pow2((k-h)+roundInt)
}
