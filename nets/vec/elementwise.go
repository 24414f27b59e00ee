package vec

// Fill sets every element of x to a.
func Fill[F Float](x []F, a F) {
	for i := range x {
		x[i] = a
	}
}

// Axpy adds a multiple: y <- y + a x.
func Axpy[F Float](y []F, a F, x []F) {
	sameLength("Axpy", len(y), len(x))
	for i := axpyFast(y, a, x); i < len(y); i++ {
		y[i] += F(a * x[i])
	}
}

// AxpyTo is Axpy into a third vector: dst <- y + a x.
func AxpyTo[F Float](dst []F, a F, x, y []F) {
	sameLength("AxpyTo", len(dst), len(x), len(y))
	for i := axpyToFast(dst, a, x, y); i < len(dst); i++ {
		dst[i] = y[i] + F(a*x[i])
	}
}

// AxpySub is AxpyTo, and then Sub, in one pass: dst <- (y + a x) - base.
func AxpySub[F Float](dst []F, a F, x, y, base []F) {
	sameLength("AxpySub", len(dst), len(x), len(y), len(base))
	for i := axpySubFast(dst, a, x, y, base); i < len(dst); i++ {
		dst[i] = y[i] + F(a*x[i]) - base[i]
	}
}

// Scale multiplies in place: x <- a x.
func Scale[F Float](x []F, a F) { ScaleTo(x, a, x) }

// ScaleTo multiplies: dst <- a x.
func ScaleTo[F Float](dst []F, a F, x []F) {
	sameLength("ScaleTo", len(dst), len(x))
	for i := scaleToFast(dst, a, x); i < len(dst); i++ {
		dst[i] = a * x[i]
	}
}

// Add adds: dst <- x + y.
func Add[F Float](dst, x, y []F) {
	sameLength("Add", len(dst), len(x), len(y))
	for i := addFast(dst, x, y); i < len(dst); i++ {
		dst[i] = x[i] + y[i]
	}
}

// Sub subtracts: dst <- x - y.
func Sub[F Float](dst, x, y []F) {
	sameLength("Sub", len(dst), len(x), len(y))
	for i := subFast(dst, x, y); i < len(dst); i++ {
		dst[i] = x[i] - y[i]
	}
}

// Mul multiplies element by element: dst <- x y.
func Mul[F Float](dst, x, y []F) {
	sameLength("Mul", len(dst), len(x), len(y))
	for i := mulFast(dst, x, y); i < len(dst); i++ {
		dst[i] = x[i] * y[i]
	}
}

// Lerp moves a part of the way: x <- x + a (y - x).
func Lerp[F Float](x []F, a F, y []F) { LerpTo(x, x, a, y) }

// LerpTo is Lerp into a third vector: dst <- x + a (y - x).
func LerpTo[F Float](dst, x []F, a F, y []F) {
	sameLength("LerpTo", len(dst), len(x), len(y))
	for i := lerpToFast(dst, x, a, y); i < len(dst); i++ {
		dst[i] = x[i] + F(a*(y[i]-x[i]))
	}
}

// ExpTo is Exp of each element: dst <- e^x; for float32 the float64 result, rounded.
func ExpTo[F Float](dst, x []F) {
	sameLength("ExpTo", len(dst), len(x))
	for i := expToFast(dst, x); i < len(dst); i++ {
		dst[i] = F(Exp(float64(x[i])))
	}
}

// TanhTo is Tanh of each element: dst <- tanh(x); for float32 the float64 result, rounded.
func TanhTo[F Float](dst, x []F) {
	sameLength("TanhTo", len(dst), len(x))
	for i := tanhToFast(dst, x); i < len(dst); i++ {
		dst[i] = F(Tanh(float64(x[i])))
	}
}

// TanhGrad takes a gradient back through y = tanh(x): d <- d (1 - y y).
func TanhGrad[F Float](d, y []F) {
	sameLength("TanhGrad", len(d), len(y))
	for i := tanhGradFast(d, y); i < len(d); i++ {
		d[i] *= 1 - F(y[i]*y[i])
	}
}

// ReLUGrad takes a gradient back through y = max(x, 0): d <- 0 where y <= 0.
func ReLUGrad[F Float](d, y []F) {
	sameLength("ReLUGrad", len(d), len(y))
	for i := reluGradFast(d, y); i < len(d); i++ {
		if y[i] <= 0 {
			d[i] = 0
		}
	}
}
