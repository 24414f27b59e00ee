package vec

import "math"

// The rational approximations of M. J. Wichura, Algorithm AS 241: the percentage points of the
// normal distribution, Applied Statistics 37 (1988) 477-484, routine PPND16; constant first.
var (
	ppndA = [8]float64{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
		4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3}
	ppndB = [8]float64{1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}
	ppndC = [8]float64{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4}
	ppndD = [8]float64{1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}
	ppndE = [8]float64{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}
	ppndF = [8]float64{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}
)

// NormQuantile returns the z below which a standard normal variable falls with probability p: about
// 16 digits; infinite at 0 and 1, NaN outside.
func NormQuantile(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := math.FMA(-q, q, 0.180625)
		return q * rational(&ppndA, &ppndB, r)
	}
	tail := p
	if q > 0 {
		tail = 1 - p
	}
	switch {
	case p != p || tail < 0:
		return math.NaN()
	case tail == 0:
		return math.Copysign(math.Inf(1), q)
	}
	r := math.Sqrt(-Log(tail))
	var z float64
	if r <= 5 {
		z = rational(&ppndC, &ppndD, r-1.6)
	} else {
		z = rational(&ppndE, &ppndF, r-5)
	}
	return math.Copysign(z, q)
}

// rational returns the quotient of two polynomials of degree 7, each by Horner's rule.
func rational(num, den *[8]float64, x float64) float64 {
	n, d := num[7], den[7]
	for i := 6; i >= 0; i-- {
		n = math.FMA(n, x, num[i])
		d = math.FMA(d, x, den[i])
	}
	return n / d
}

// The rational approximations of W. J. Cody, Rational Chebyshev approximations for the error
// function, Math. Comp. 23 (1969) 631-637, in the form of his algorithm 715 (ACM TOMS 19, 1993);
// constant first.
var (
	centerNum = [5]float64{18154.981253343561249, 1067.6894854603709582, 161.02823106855587881, 2.2352520354606839287, .065682337918207449113}
	centerDen = [5]float64{45507.789335026729956, 10260.932208618978205, 976.09855173777669322, 47.20258190468824187, 1}
	flankNum  = [9]float64{9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326, 2494.5375852903726711,
		597.27027639480026226, 93.506656132177855979, 8.8831497943883759412, .39894151208813466764, 1.0765576773720192317e-8}
	flankDen = [9]float64{19685.429676859990727, 38912.003286093271411, 34900.952721145977266, 18615.571640885098091,
		6485.558298266760755, 1519.377599407554805, 235.38790178262499861, 22.266688044328115691, 1}
	tailNum = [6]float64{2.9112874951168792e-5, .001421619193227893466, .022235277870649807, .1274011611602473639, .21589853405795699, .02307344176494017303}
	tailDen = [6]float64{7.29751555083966205e-5, .00378239633202758244, .0659881378689285515, .468238212480865118, 1.28426009614491121, 1}
)

// NormCDF returns the probability with which a standard normal variable falls below z: about 15
// digits, of small ones too; NaN for NaN.
func NormCDF(z float64) float64 {
	y := math.Abs(z)
	switch {
	case z != z:
		return z
	case y <= 0.67448975:
		return math.FMA(z, ratio4(&centerNum, &centerDen, z*z), 0.5)
	case y > 38.6: // below the least number
		if z > 0 {
			return 1
		}
		return 0
	}
	square := float64(y * y)
	lost := math.FMA(y, y, -square)
	p := Exp(-square/2) * (1 - float64(lost*0.5))
	if y <= 5.65685424949238 {
		p *= ratio8(&flankNum, &flankDen, y)
	} else {
		s := 1 / square
		p *= (invSqrt2Pi - float64(s*ratio5(&tailNum, &tailDen, s))) / y
	}
	if z > 0 {
		return 1 - p
	}
	return p
}

const invSqrt2Pi = 0x1.9884533d43651p-2

// ratio4 returns the quotient of two polynomials of degree 4, ratio5 and ratio8 of 5 and 8.
func ratio4(num, den *[5]float64, x float64) float64 {
	n, d := num[4], den[4]
	for i := 3; i >= 0; i-- {
		n, d = math.FMA(n, x, num[i]), math.FMA(d, x, den[i])
	}
	return n / d
}

func ratio5(num, den *[6]float64, x float64) float64 {
	n, d := num[5], den[5]
	for i := 4; i >= 0; i-- {
		n, d = math.FMA(n, x, num[i]), math.FMA(d, x, den[i])
	}
	return n / d
}

func ratio8(num, den *[9]float64, x float64) float64 {
	n, d := num[8], den[8]
	for i := 7; i >= 0; i-- {
		n, d = math.FMA(n, x, num[i]), math.FMA(d, x, den[i])
	}
	return n / d
}
