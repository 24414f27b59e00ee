package vec

import "math"

// logPoly are P's coefficients, constant first: log((1+s)/(1-s)) = 2s + s³P(s²) for (1+s)/(1-s)
// between √½ and √2, minimax to 2^-58 relative.
var logPoly = [7]float64{
	0x1.555555555557cp-1, 0x1.99999999847b5p-2, 0x1.2492493fb0dd2p-2, 0x1.c71c52bb41a1ep-3, 0x1.746648970766fp-3,
	0x1.399d155b0d890p-3, 0x1.2f51c6fadf285p-3,
}

// Log returns the natural logarithm to within one unit in the last place; NaN below 0, -Inf at 0.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	k, m := splitExp(x)
	f := m - 1 // exact
	s := f / (2 + f)
	z := s * s
	p := logPoly[6]
	for i := 5; i >= 0; i-- {
		p = math.FMA(p, z, logPoly[i])
	}
	// log(1+f) = f - s(f - zP): f is exact, so the error of s counts only in the small second term.
	c := math.FMA(-z, p, f)
	return math.FMA(k, ln2Hi, f-math.FMA(s, c, -(k*ln2Lo)))
}

// splitExp returns k and m with x = 2^k m, √½ <= m < √2, for a positive finite x.
func splitExp(x float64) (k, m float64) {
	e := 0
	if x < 0x1p-1022 {
		x *= 0x1p54
		e = -54
	}
	// carries into the exponent from √2 on
	b := math.Float64bits(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)
	e += int(b>>52) - 1023
	b = b&(1<<52-1) + 0x3fe6a09e667f3bcd
	return float64(e), math.Float64frombits(b)
}

// Log1p returns log(1 + x), accurate near 0 too.
func Log1p(x float64) float64 {
	u := 1 + x
	switch {
	case u == 1:
		return x
	case u > math.MaxFloat64 || u != u || u <= 0:
		return Log(u)
	}
	return Log(u) * (x / (u - 1)) // the rounding of u cancels (Kahan)
}
