package delay

import (
	"math"
	"sync"

	"staleness/nets/vec"
)

func (l gamma) shape() float64 { return 1 / (l.cv * l.cv) }

func (l gamma) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	p, _ := gammaParts(l.shape(), vec.Log(t/l.scale))
	return p
}

func (l gamma) LogDensity(t float64) float64 {
	if t <= 0 {
		return math.Inf(-1)
	}
	return gammaLogSlope(l.shape(), vec.Log(t/l.scale)) - vec.Log(t)
}

// gammaLogSlope is the logarithm of the derivative of P(a, e^y) by y: of x^a e^-x / Γ(a).
func gammaLogSlope(a, y float64) float64 {
	if a < 1e3 {
		return float64(a*y) - vec.Exp(y) - vec.Lgamma(a)
	}
	// relative to the maximum at x = a, lest large numbers cancel: a (d - (e^d - 1)) with d = y -
	// ln a, and Stirling's series
	d := y - vec.Log(a)
	return float64(a*(d-vec.Expm1(d))) + float64(0.5*vec.Log(a/(2*math.Pi))) - 1/(12*a)
}

// gammaParts are the regularized incomplete gamma functions P and Q at x = e^y: to about 12 digits
// up to shapes of 1e6, beyond them to 1e-9.
func gammaParts(a, y float64) (p, q float64) {
	x := vec.Exp(y)
	slope := vec.Exp(gammaLogSlope(a, y))
	switch {
	case a > 1e6: // N. M. Temme, SIAM J. Math. Anal. 10 (1979) 757-766, to the first order
		d := y - vec.Log(a)
		eta := math.Copysign(math.Sqrt(2*max(0, vec.Expm1(d)-d)), d)
		z := eta * math.Sqrt(a)
		rest := -1. / 3
		if math.Abs(eta) > 1e-4 {
			rest = 1/vec.Expm1(d) - 1/eta
		}
		rest = float64(rest * (slope / a))
		return vec.NormCDF(z) - rest, vec.NormCDF(-z) + rest
	case x < a+1: // P = slope/a (1 + x/(a+1) + x²/((a+1)(a+2)) + ...)
		sum, term := 1.0, 1.0
		for n := 1.0; term > sum*1e-17; n++ {
			term = float64(term * (x / (a + n)))
			sum += term
		}
		p = float64(slope / a * sum)
		return p, 1 - p
	}
	// Legendre's continued fraction for Q, by the method of Lentz
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	f := d
	for n := 1.0; n < 1e5; n++ {
		an := n * (a - n)
		b += 2
		d = 1 / nonzero(float64(an*d)+b, tiny)
		c = nonzero(b+an/c, tiny)
		f *= c * d
		if math.Abs(float64(c*d)-1) < 1e-16 {
			break
		}
	}
	q = float64(slope * f)
	return 1 - q, q
}

func nonzero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}

// gammaInverse turns normal scores into draws of a gamma law: one table of log x over scores for
// all laws of one cv, cubic between its nodes, with a relative error of 1e-8.
type gammaInverse struct {
	gamma
	table *scoreTable
}

// inverse makes the law one of a single uniform number. Its draws are others than those of gamma,
// which are by rejection.
func (l gamma) inverse() Inverse {
	t, ok := gammaTables.Load(l.cv)
	if !ok {
		t, _ = gammaTables.LoadOrStore(l.cv, newGammaTable(l.shape()))
	}
	return gammaInverse{l, t.(*scoreTable)}
}

var gammaTables sync.Map // of cv to *scoreTable

func (l gammaInverse) Tail(u float64) float64 { return l.atScore(-vec.NormQuantile(u)) }

// atScore is the quantile at Φ(z).
func (l gammaInverse) atScore(z float64) float64 { return l.scale * vec.Exp(l.table.at(z)) }

func newGammaTable(a float64) *scoreTable {
	t := new(scoreTable)
	middle := len(t) / 2
	y := vec.Log(a) + float64(3*vec.Log(1-1/(9*a))) // Wilson and Hilferty's median
	if a < 1 {
		y = (vec.Lgamma(a+1) - math.Ln2) / a
	}
	t[middle] = gammaNode(a, 0, y)
	for i := middle; i+1 < len(t); i++ {
		t[i+1] = gammaNode(a, float64(i+1-middle)*scoreStep, t[i][0]+float64(t[i][1]*scoreStep))
	}
	for i := middle; i > 0; i-- {
		t[i-1] = gammaNode(a, float64(i-1-middle)*scoreStep, t[i][0]-float64(t[i][1]*scoreStep))
	}
	return t
}

// gammaNode solves P(a, e^y) = Φ(z) from a guess of y, by Newton's method on the logarithm of the
// smaller part.
func gammaNode(a, z, y float64) [2]float64 {
	want := vec.Log(vec.NormCDF(-math.Abs(z)))
	slope := func() float64 {
		return vec.Exp(float64(-0.5*z*z) - float64(0.5*vec.Log(2*math.Pi)) - gammaLogSlope(a, y))
	}
	if low := (want + vec.Lgamma(a+1)) / a; z < 0 && low < -40 { // P = x^a/Γ(a+1) to the last bit
		y = low
		return [2]float64{y, slope()}
	}
	for range 100 {
		p, q := gammaParts(a, y)
		sign := 1.0
		if z >= 0 {
			p, sign = q, -1
		}
		step := sign * (vec.Log(p) - want) * p / vec.Exp(gammaLogSlope(a, y))
		step = max(-1, min(1, step))
		y -= step
		if math.Abs(step) < 1e-14*max(1, math.Abs(y)) {
			break
		}
	}
	return [2]float64{y, slope()}
}
