package vec

import "math"

// gammaPoly are the coefficients, constant first, of 1/Γ(3/2 + u) for |u| <= 1/2, minimax to 2^-64
// relative.
var gammaPoly = [17]float64{
	0x1.20dd750429b6dp+0, -0x1.514d3d90584b3p-5, -0x1.0da5a671c048ap-1, 0x1.669be41a9388dp-3, 0x1.a18540be32ccap-5,
	-0x1.5955cc3971dcdp-5, 0x1.b16203e5e0b66p-8, 0x1.15f7f06055294p-9, -0x1.232bd8783d3ffp-10, 0x1.3f84608098888p-13,
	0x1.a963c498d2e3ap-16, -0x1.d24ce91cb7116p-17, 0x1.2166fc75363bcp-19, 0x1.f2d41535e9d77p-25, -0x1.7f05c762e96c7p-24,
	0x1.20d58d624c20ap-26, -0x1.cf6810eda8212p-31,
}

// stirlingPoly are the coefficients of Stirling's series for log Γ, in 1/x² after a factor 1/x:
// B_2n/(2n(2n-1)).
var stirlingPoly = [8]float64{1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156, -3617. / 122400}

const (
	stirlingFrom = 13 // the series has 53 bits from here on
	halfLog2Pi   = 0x1.d67f1c864beb5p-1
	sqrt2Pi      = 0x1.40d931ff62706p+1
)

// Gamma returns Γ(x) for x >= 0 with a relative error of about 1e-15, +Inf at 0; NaN below 0.
func Gamma(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x > 172:
		return math.Inf(1)
	case x < stirlingFrom:
		return gammaNear(x)
	}
	// √(2π) x^(x-1/2) e^-x e^(series/x); the power in two halves, since it overflows before Γ does.
	w := Pow(x, float64(x*0.5)-0.25)
	return sqrt2Pi * w * Exp(-x) * w * Exp(stirlingTail(x))
}

// gammaNear is Γ on [0, 13]: up or down to [1, 2] by Γ(x+1) = xΓ(x).
func gammaNear(x float64) float64 {
	up, down := 1.0, 1.0
	for x > 2 {
		x--
		up *= x
	}
	if x < 1 {
		down = math.Abs(x) // at -0 too Γ is +Inf
		x++
	}
	u := x - 1.5
	p := gammaPoly[16]
	for i := 15; i >= 0; i-- {
		p = math.FMA(p, u, gammaPoly[i])
	}
	return up / float64(down*p)
}

// stirlingTail is Stirling's series, 1/(12x) - 1/(360x³) + ...
func stirlingTail(x float64) float64 {
	z := 1 / float64(x*x)
	p := stirlingPoly[7]
	for i := 6; i >= 0; i-- {
		p = math.FMA(p, z, stirlingPoly[i])
	}
	return p / x
}

// Lgamma returns log Γ(x) for x >= 0; NaN below. Its error is a few 1e-16 of the larger of 1 and
// the result: near the zeros at 1 and 2 it is absolute.
func Lgamma(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x < 0x1p-60:
		return -Log(math.Abs(x))
	case x < stirlingFrom:
		return Log(gammaNear(x))
	}
	return math.FMA(x-0.5, Log(x)-1, halfLog2Pi-0.5) + stirlingTail(x)
}
