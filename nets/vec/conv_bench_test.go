package vec_test

import (
	"fmt"
	"testing"
	"unsafe"

	"staleness/nets/vec"
	"staleness/nets/vec/peak"
)

// BenchmarkCorrelate is the sums of LeNet's convolutions for one image, forward and, of the second,
// backward.
func BenchmarkCorrelate(b *testing.B) {
	b.Run("float32", benchmarkCorrelations[float32])
	b.Run("float64", benchmarkCorrelations[float64])
}

func benchmarkCorrelations[F vec.Float](b *testing.B) {
	for _, s := range []struct {
		rows, cols, chains, depth, plane int
	}{
		{6, 668, 5, 5, 0}, {16, 92, 5, 30, 144}, {6, 144, 25, 16, 196},
	} {
		var sums [][]int
		for i := range s.chains {
			at := make([]int, s.depth)
			for t := range at {
				at[t] = i%5*12 + t%5 + t/5*s.plane
				if s.chains == 25 {
					at[t] = i/5*12 + i%5 + t*s.plane
				}
			}
			sums = append(sums, at)
		}
		terms := s.chains * s.depth
		taps, y := vec.NewTaps(sums...), vec.NewMat(make([]F, s.rows*s.cols), s.rows, s.cols)
		w, src := make([]F, terms*s.rows), make([]F, s.depth*s.plane+s.cols+200)
		fill(w)
		fill(src)
		b.Run(fmt.Sprintf("%dx%dx%d", s.rows, terms, s.cols), func(b *testing.B) {
			ratio(b, float64(2*s.rows*s.cols*terms), "FLOP", func() { vec.Correlate(y, w, src, taps) },
				func() float64 { return peak.FMA(peak.Path(vec.Path()), int(unsafe.Sizeof(*new(F)))) })
		})
	}
}

// BenchmarkPool2 is LeNet's pools for one image, forward and backward.
func BenchmarkPool2(b *testing.B) {
	for _, s := range []struct{ planes, side, width int }{{6, 24, 28}, {16, 8, 12}} {
		half := s.side / 2
		full := vec.Planes[float32]{Data: make([]float32, s.planes*s.side*s.width), Planes: s.planes, Rows: s.side, Cols: s.side, Plane: s.side * s.width, Stride: s.width}
		back, small := full, vec.Planes[float32]{Data: make([]float32, s.planes*half*half), Planes: s.planes, Rows: half, Cols: half, Plane: half * half, Stride: half}
		back.Data = make([]float32, len(full.Data))
		fill(full.Data)
		squares := float64(len(small.Data))
		name := fmt.Sprintf("%dx%dx%d", s.planes, s.side, s.side)
		b.Run(name, func(b *testing.B) {
			ratio(b, squares, "square", func() { vec.Pool2(small, full) }, func() float64 { return 0 })
		})
		b.Run(name+"/back", func(b *testing.B) {
			ratio(b, squares, "square", func() { vec.Unpool2(back, full, small) }, func() float64 { return 0 })
		})
	}
}
