package nets

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"staleness/nets/vec"
)

// The little linear algebra gives what a library gives.
func TestSquareAgainstGonum(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 45} {
		rows := random(2*n*n, uint64(n))
		g := newGram(n)
		want := mat.NewSymDense(n, nil)
		for i := range 2 * n {
			row := rows[i*n : (i+1)*n]
			g.add(row, .5)
			want.SymRankOne(want, .5, mat.NewVecDense(n, row))
		}
		s := g.matrix(1)
		for i := range n {
			for j := range n {
				if math.Abs(s.a[i*n+j]-want.At(i, j)) > 1e-12*float64(n) {
					t.Fatalf("n = %d: gram (%d, %d) is %v, want %v", n, i, j, s.a[i*n+j], want.At(i, j))
				}
			}
		}
		b := random(n, 99)
		y := vec.Clone(b)
		r, err := s.cholesky(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.solve(y)
		var back mat.VecDense
		back.MulVec(want, mat.NewVecDense(n, y))
		for i, v := range b {
			if math.Abs(back.AtVec(i)-v) > 1e-7 {
				t.Errorf("n = %d: equation %d gives %v, want %v", n, i, back.AtVec(i), v)
			}
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(want, false) {
			t.Fatal("gonum finds no eigenvalues")
		}
		values := eigen.Values(nil)
		if lo, hi, err := s.extremes(t.Context()); err != nil || math.Abs(lo-values[0]) > 1e-12*hi || math.Abs(hi-values[n-1]) > 1e-12*hi {
			t.Errorf("n = %d: eigenvalues in [%v, %v], want [%v, %v]", n, lo, hi, values[0], values[n-1])
		}
	}
}
