//go:build amd64 && !purego

package vec

import (
	"math/rand/v2"
	"testing"
)

// A product, or a vector, that is given to the kernels in pieces has the bits of the whole.
func TestPieces(t *testing.T) {
	onEachPath(t, func(path) {
		productInPieces[float32](t)
		productInPieces[float64](t)
		elementsInPieces[float32](t)
		elementsInPieces[float64](t)
	})
}

func productInPieces[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const m, k, n = 3*tallTile + 5, 300, 40
	a, b, old := drawVector[F](r, m*k, false), drawVector[F](r, k*n, false), drawVector[F](r, m*n, false)
	product := func() []F {
		c := append([]F(nil), old...)
		MulNN(NewMat(c, m, n), 0.5, NewMat(a, m, k), NewMat(b, k, n), true)
		return c
	}
	whole := product()
	defer func(most int) { mostProducts = most }(mostProducts)
	mostProducts = tallTile * 256 * n
	for i, x := range product() {
		if !same(x, whole[i]) {
			t.Fatalf("%s, %T: element %d is %v in pieces, %v in one", Path(), x, i, x, whole[i])
		}
	}
}

func elementsInPieces[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	n := 2*mostElements + 37
	x, y := drawVector[F](r, n, false), drawVector[F](r, n, false)
	sum := make([]F, n)
	Add(sum, x, y)
	for i := range sum {
		if !same(sum[i], x[i]+y[i]) {
			t.Fatalf("%s: element %d of a sum is %v, want %v", Path(), i, sum[i], x[i]+y[i])
		}
	}
	at := n - 50 // a step of the last ones alone, and of all
	few, v := make([]F, 50), append([]F(nil), y[at:]...)
	MomentumTo(few, x[at:], v, x[at:], 0.9, 0.1)
	MomentumTo(sum, x, y, x, 0.9, 0.1)
	for i := range few {
		if !same(few[i], sum[at+i]) || !same(v[i], y[at+i]) {
			t.Fatalf("%s: element %d of a step is %v, want %v", Path(), at+i, sum[at+i], few[i])
		}
	}
}
