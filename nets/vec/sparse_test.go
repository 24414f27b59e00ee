package vec

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What is computed from the elements that are not 0 has the bits of what is computed from all.
func TestSparseIsDense(t *testing.T) {
	t.Run("float32", sparseIsDense[float32])
	t.Run("float64", sparseIsDense[float64])
}

func sparseIsDense[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 31, 33, Block - 1, Block, Block + 1, 3*Block + 7} {
		for _, density := range []float64{0, .001, .1, 1} {
			x, y, z := make([]F, n), make([]F, n), make([]F, n)
			var index []int32
			var value []F
			for i := range x {
				y[i] = F(r.NormFloat64())
				if r.Float64() < density {
					x[i] = F(r.NormFloat64() * math.Ldexp(1, r.IntN(40)-20))
					index, value = append(index, int32(i)), append(value, x[i])
				}
			}
			copy(z, y)
			if got, want := DotSparse(index, value, y), Dot(x, y); got != want {
				t.Errorf("n %d, density %v: DotSparse %v, Dot %v", n, density, got, want)
			}
			if got, want := SumSqSparse(index, value), SumSq(x); got != want {
				t.Errorf("n %d, density %v: SumSqSparse %v, SumSq %v", n, density, got, want)
			}
			Axpy(y, 1.3, x)
			AxpySparse(z, 1.3, index, value)
			for i := range y {
				if y[i] != z[i] {
					t.Fatalf("n %d, density %v: element %d: AxpySparse %v, Axpy %v", n, density, i, z[i], y[i])
				}
			}
		}
	}
}
