package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// Clip bounds Euclidean norms: v <- v min(1, c/|v|). Zero fields do nothing.
type Clip struct {
	Gradient float64 `doc:"bound on the norm of every gradient, at the worker; 0: none" in:"[0,1e30]"`
	Push     float64 `doc:"bound on the norm of every push, at the server, before its weight; 0: none" in:"[0,1e30]"`
}

// ClipNorm scales v down to Euclidean norm c if it is longer. c = 0 does nothing; a vector with a
// NaN stays as it is.
func ClipNorm[F vec.Float](v []F, c float64) {
	if c == 0 {
		return
	}
	if norm := math.Sqrt(vec.SumSq(v)); norm > c {
		vec.Scale(v, F(c/norm))
	}
}
