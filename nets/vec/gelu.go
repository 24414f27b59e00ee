package vec

// The constants of GELU in the form of tanh.
const (
	geluScale = 0.7978845608028654 // √(2/π)
	geluCubic = 0.044715
)

// GELU is the Gaussian error linear unit in the form of tanh (Hendrycks and Gimpel 2016, arXiv
// 1606.08415), element by element, every operation rounded:
//
//	t <- tanh(√(2/π) (x + 0.044715 ((x x) x)))
//	y <- (x/2) (1 + t)
//
// t is what GELUGrad needs beside x. y may be x; t is another vector.
func GELU[F Float](y, t, x []F) {
	sameLength("GELU", len(y), len(t), len(x))
	for i := geluArgFast(t, x); i < len(x); i++ {
		cube := F(geluCubic * F(F(x[i]*x[i])*x[i]))
		t[i] = geluScale * (x[i] + cube)
	}
	TanhTo(t, t)
	for i := geluOfFast(y, x, t); i < len(x); i++ {
		y[i] = F(0.5*x[i]) * (1 + t[i])
	}
}

// GELUGrad takes a gradient back through GELU, from its x and t:
//
//	d <- d ((1 + t)/2 + (x/2) ((√(2/π) (1 + 3·0.044715 (x x))) (1 - t t)))
func GELUGrad[F Float](d, x, t []F) {
	sameLength("GELUGrad", len(d), len(x), len(t))
	for i := geluGradFast(d, x, t); i < len(d); i++ {
		slope := F(geluScale * (1 + F(3*geluCubic*F(x[i]*x[i]))))
		slope = F(slope * (1 - F(t[i]*t[i])))
		d[i] *= F(0.5*(1+t[i])) + F(F(0.5*x[i])*slope)
	}
}

// SigmoidTo is the logistic function of each element: dst <- 1/2 + tanh(x/2)/2 in float64, rounded.
func SigmoidTo[F Float](dst, x []F) {
	sameLength("SigmoidTo", len(dst), len(x))
	for i := sigmoidToFast(dst, x); i < len(dst); i++ {
		dst[i] = F(float64(Tanh(float64(x[i])*0.5)*0.5) + 0.5)
	}
}

// SigmoidGrad takes a gradient back through y = sigmoid(x): d <- d (y - y y).
func SigmoidGrad[F Float](d, y []F) {
	sameLength("SigmoidGrad", len(d), len(y))
	for i := sigmoidGradFast(d, y); i < len(d); i++ {
		d[i] *= y[i] - F(y[i]*y[i])
	}
}

// MulAdd adds a product: dst <- z + x y, the product rounded.
func MulAdd[F Float](dst, x, y, z []F) {
	sameLength("MulAdd", len(dst), len(x), len(y), len(z))
	for i := mulAddFast(dst, x, y, z); i < len(dst); i++ {
		dst[i] = z[i] + F(x[i]*y[i])
	}
}
