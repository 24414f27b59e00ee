package vec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTransposeTight(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 41))
	for _, rows := range []int{8, 16, 24} {
		for n := 1; n <= rows; n++ {
			for _, cols := range []int{0, 1, 3, 4, 7, 8, 9, 12, 31, 64, 70, 130} {
				testTransposeTight(t, drawMat[float32](t, r, rows, cols, n%3, false), n)
				testTransposeTight(t, drawMat[float64](t, r, rows, cols, n%3, false), n)
			}
		}
	}
}

func testTransposeTight[F Float](t *testing.T, src Mat[F], n int) {
	size := 0
	if src.Cols > 0 {
		size = (src.Cols-1)*n + src.Rows
	}
	want := make([]F, size)
	for j := range src.Cols {
		for i := range src.Rows {
			want[j*n+i] = src.Data[i*src.Stride+j]
		}
	}
	onEachPath(t, func(p path) {
		got := fenced(t, make([]F, size), n)
		TransposeTight(got, n, src)
		if !slices.Equal(got, want) {
			t.Fatalf("%d x %d, %d apart, on %v: %v, want %v", src.Rows, src.Cols, n, p, got, want)
		}
	})
}

// What does not fit is the caller's bug, and says so.
func TestTransposeTightMustFit(t *testing.T) {
	src := NewMat(make([]float32, 24), 8, 3)
	TransposeTight(make([]float32, 18), 5, src)
	for i, f := range []func(){
		func() { TransposeTight(make([]float32, 17), 5, src) },
		func() { TransposeTight(make([]float32, 18), 0, src) },
		func() { TransposeTight(make([]float32, 40), 9, src) },
		func() { TransposeTight(make([]float32, 18), 5, NewMat(make([]float32, 24), 6, 4)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("call %d is accepted", i)
				}
			}()
			f()
		}()
	}
}
