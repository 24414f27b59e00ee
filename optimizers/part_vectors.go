package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// vectors makes n vectors of length dim, all 0.
func vectors[F vec.Float](n, dim int) [][]F {
	vs := make([][]F, n)
	for i := range vs {
		vs[i] = make([]F, dim)
	}
	return vs
}

// meanOf is the mean of vectors, added in their order.
func meanOf[F vec.Float](xs [][]F) []F {
	m := vec.Clone(xs[0])
	for _, x := range xs[1:] {
		vec.Add(m, m, x)
	}
	vec.Scale(m, 1/F(len(xs)))
	return m
}

func abs[F vec.Float](x F) F { return F(math.Abs(float64(x))) }
