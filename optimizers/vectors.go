package optimizers

import "staleness/nets/vec"

func sumSquares[F vec.Float](v []F) (s float64) {
	for _, x := range v {
		s += float64(float64(x) * float64(x))
	}
	return s
}

func scale[F vec.Float](v []F, a F) {
	for i := range v {
		v[i] *= a
	}
}

func add[F vec.Float](dst, v []F) {
	for i := range dst {
		dst[i] += v[i]
	}
}

func axpy[F vec.Float](dst []F, a F, x []F) {
	for i := range dst {
		dst[i] += F(a * x[i])
	}
}

func sub[F vec.Float](dst, a, b []F) {
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}
