package vec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRows(t *testing.T) {
	t.Run("float32", testRows[float32])
	t.Run("float64", testRows[float64])
}

func testRows[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, cols := range []int{1, 2, 9, 10, 33, 100, 300} {
		for _, rows := range []int{0, 1, 2, 7, 32} {
			y, b := drawMat[F](t, r, rows, cols, 3, cols == 33), drawVector[F](r, cols, false)
			each := func(name string, do func(m Mat[F]), want func(y, b F) F) {
				onEachPath(t, func(p path) {
					got := Mat[F]{fenced(t, y.Data, rows), rows, cols, y.Stride}
					do(got)
					for at, v := range got.Data {
						w := y.Data[at]
						if j := at % y.Stride; j < cols {
							w = want(w, b[j])
						}
						if !same(v, w) {
							t.Fatalf("%s of %d x %d on %v: %v, want %v", name, rows, cols, p, v, w)
						}
					}
				})
			}
			each("AddBias", func(m Mat[F]) { AddBias(m, b) }, func(y, b F) F { return y + b })
			each("BiasReLU", func(m Mat[F]) { BiasReLU(m, b) }, func(y, b F) F {
				if s := y + b; !(s < 0) {
					return s
				}
				return 0
			})
			each("BiasTanh", func(m Mat[F]) { BiasTanh(m, b) }, func(y, b F) F { return F(Tanh(float64(y + b))) })
			sums := make([]F, cols)
			for i := range rows {
				for j := range cols {
					sums[j] += y.Data[i*y.Stride+j]
				}
			}
			onEachPath(t, func(p path) {
				got := fenced(t, drawVector[F](r, cols, true), rows)
				ColSums(got, y)
				if !slices.EqualFunc(got, sums, same[F]) {
					t.Fatalf("ColSums of %d x %d on %v: %v, want %v", rows, cols, p, got, sums)
				}
			})
			h := drawMat[F](t, r, rows, cols, 2, cols == 33)
			cut, sums := slices.Clone(y.Data), make([]F, cols)
			for i := range rows {
				for j := range cols {
					if at := i*y.Stride + j; h.Data[i*h.Stride+j] <= 0 {
						cut[at] = 0
					}
					sums[j] += cut[i*y.Stride+j]
				}
			}
			onEachPath(t, func(p path) {
				got := fenced(t, drawVector[F](r, cols, true), rows)
				d := Mat[F]{fenced(t, y.Data, cols), rows, cols, y.Stride}
				ReLUGradColSums(got, d, h)
				if !slices.EqualFunc(got, sums, same[F]) || !slices.EqualFunc(d.Data, cut, same[F]) {
					t.Fatalf("ReLUGradColSums of %d x %d on %v: %v, want %v", rows, cols, p, got, sums)
				}
			})
		}
	}
}

func TestSoftmax(t *testing.T) {
	t.Run("float32", testSoftmax[float32])
	t.Run("float64", testSoftmax[float64])
}

func testSoftmax[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, cols := range []int{1, 2, 3, 7, 8, 9, 10, 16, 17, 20, 33, 100} {
		const rows = 35
		x := drawMat[F](t, r, rows, cols, 2, false)
		for i := range x.Data {
			x.Data[i] *= F([]float64{0.1, 1, 30, 1000}[r.IntN(4)])
		}
		x.Row(3)[cols/2] = F(math.Inf(-1))
		labels := make([]int, rows)
		for i := range labels {
			labels[i] = r.IntN(cols)
		}
		scale := F(1) / rows
		// As SoftmaxXent's text has it.
		var loss float64
		grad, prob := make([]F, rows*cols), make([]F, rows*cols)
		for i, y := range labels {
			row, e := x.Row(i), make([]F, cols)
			m := slices.Max(row)
			for j, v := range row {
				e[j] = F(Exp(float64(v - m)))
			}
			s := tree(cols, func(l float64, j int) float64 { return l + float64(e[j]) })
			loss += Log(s) - (float64(row[y]) - float64(m))
			for j := range e {
				p := F(e[j] * F(1/s))
				prob[i*cols+j] = p
				if j == y {
					p = p - 1
				}
				grad[i*cols+j] = p * scale
			}
		}
		onEachPath(t, func(p path) {
			for _, inPlace := range []bool{false, true} {
				in := Mat[F]{fenced(t, x.Data, cols), rows, cols, x.Stride}
				d := in
				if !inPlace {
					d = Mat[F]{fenced(t, x.Data, cols+1), rows, cols, x.Stride}
				}
				if got := SoftmaxXent(d, in, labels, scale); !same(got, loss) {
					t.Fatalf("loss of %d classes on %v: %v, want %v", cols, p, got, loss)
				}
				for i := range rows {
					if !slices.EqualFunc(d.Row(i), grad[i*cols:][:cols], same[F]) {
						t.Fatalf("gradient of %d classes on %v: row %d is %v, want %v", cols, p, i, d.Row(i), grad[i*cols:][:cols])
					}
				}
			}
			d := Mat[F]{fenced(t, x.Data, cols), rows, cols, x.Stride}
			Softmax(d, x)
			for i := range rows {
				if !slices.EqualFunc(d.Row(i), prob[i*cols:][:cols], same[F]) {
					t.Fatalf("softmax of %d classes on %v: row %d is %v, want %v", cols, p, i, d.Row(i), prob[i*cols:][:cols])
				}
			}
		})
	}
}

// Rows that are short enough go through kernels of their own, some at once: for all numbers as one
// by one in plain Go.
func TestXentOfShortRows(t *testing.T) {
	t.Run("float32", testXentOfShortRows[float32])
	t.Run("float64", testXentOfShortRows[float64])
}

func testXentOfShortRows[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for cols := 1; cols <= 18; cols++ {
		for _, rows := range []int{0, 1, 2, 5, 31, 32, 33, 64, 70} {
			for _, hard := range []bool{false, true} {
				x, d := drawMat[F](t, r, rows, cols, r.IntN(3), hard), drawMat[F](t, r, rows, cols, r.IntN(20), false)
				labels := make([]int, rows)
				for i := range labels {
					labels[i] = r.IntN(cols)
				}
				const scale = 1. / 3
				want, loss := Mat[F]{slices.Clone(d.Data), rows, cols, d.Stride}, 0.
				onEachPath(t, func(p path) {
					for i := 0; i < rows && p == purego; i++ {
						s, at := xentRow(want.Row(i), x.Row(i), labels[i], scale)
						loss += Log(s) - at
					}
				})
				onEachPath(t, func(p path) {
					for _, in := range []Mat[F]{{fenced(t, x.Data, rows), rows, cols, x.Stride}, {}} {
						out := Mat[F]{fenced(t, d.Data, cols), rows, cols, d.Stride}
						if in.Data == nil { // in place
							for i := range rows {
								copy(out.Row(i), x.Row(i))
							}
							in = out
						}
						if got := SoftmaxXent(out, in, labels, scale); !same(got, loss) {
							t.Fatalf("loss of %d x %d on %v: %v, want %v", rows, cols, p, got, loss)
						}
						if !slices.EqualFunc(out.Data, want.Data, same[F]) {
							t.Fatalf("gradient of %d x %d on %v: %v, want %v", rows, cols, p, out.Data, want.Data)
						}
					}
				})
			}
		}
	}
}

// The gradient is the loss's, by central differences.
func TestSoftmaxGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	x, d := drawMat[float64](t, r, 3, 10, 0, false), NewMat(make([]float64, 30), 3, 10)
	labels := []int{4, 0, 9}
	SoftmaxXent(d, x, labels, 1)
	scratch := NewMat(make([]float64, 30), 3, 10)
	for i := range x.Data {
		const h = 1e-5
		at := x.Data[i]
		x.Data[i] = at + h
		up := SoftmaxXent(scratch, x, labels, 1)
		x.Data[i] = at - h
		down := SoftmaxXent(scratch, x, labels, 1)
		x.Data[i] = at
		if diff := (up - down) / (2 * h); math.Abs(diff-d.Data[i]) > 1e-8 {
			t.Errorf("derivative %d is %v, by differences %v", i, d.Data[i], diff)
		}
	}
}

// A number that is none must reach the loss, or a diverged run would look well.
func TestSoftmaxPropagatesNaN(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for at := range 11 {
			onEachPath(t, func(p path) {
				x := NewMat(make([]float32, 22), 2, 11)
				x.Row(1)[at] = float32(bad)
				loss := SoftmaxXent(x, x, []int{0, 0}, 1)
				if loss == loss || x.Row(1)[0] == x.Row(1)[0] || x.Row(0)[0] != x.Row(0)[0] {
					t.Errorf("%v at %d on %v: loss %v, rows %v", bad, at, p, loss, x.Data)
				}
			})
		}
	}
}

func TestLogNormal(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for n := range 40 {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Ldexp(1+r.Float64(), r.IntN(60)*r.IntN(2))
		}
		if n > 3 {
			x[0], x[1], x[2] = 1, math.NaN(), math.Nextafter(math.Sqrt2, float64(n%2*9))
		}
		onEachPath(t, func(p path) {
			got := fenced(t, x, n)
			logNormal(got)
			for i, v := range x {
				if !same(got[i], Log(v)) {
					t.Fatalf("log %v on %v: %v, want %v", v, p, got[i], Log(v))
				}
			}
		})
	}
}

func TestArgMax(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x    []float64
		want int
	}{{[]float64{3}, 0}, {[]float64{1, 3, 2, 3}, 1}, {[]float64{nan, 1, 2}, 2}, {[]float64{1, nan, 0}, 0}, {[]float64{nan, nan}, 0},
		{[]float64{nan, math.Inf(-1)}, 1}} {
		if got := ArgMax(c.x); got != c.want {
			t.Errorf("ArgMax(%v) = %d, want %d", c.x, got, c.want)
		}
	}
}

func TestFinite(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testFinite[float32](t, math.MaxFloat32) })
	t.Run("float64", func(t *testing.T) { testFinite[float64](t, math.MaxFloat64) })
}

func testFinite[F Float](t *testing.T, most F) {
	onEachPath(t, func(p path) {
		for _, n := range lengths {
			if n > 300 {
				continue
			}
			x := make([]F, n)
			for i := range x {
				x[i] = []F{most, -2, -most, 0, 1e-45}[i%5]
			}
			x = fenced(t, x, n)
			if !Finite(x) {
				t.Errorf("%v: %v is not finite", p, x)
			}
			for i := range x {
				was := x[i]
				for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					if x[i] = F(bad); Finite(x) {
						t.Errorf("%v, length %d: finite with %v at %d", p, n, bad, i)
					}
				}
				x[i] = was
			}
		}
	})
}

func TestNothingAllocates(t *testing.T) {
	const n = 300
	x, y := make([]float32, n*n), make([]float32, n*n)
	a, b, c := NewMat(x, 10, n), NewMat(y, n, 20), NewMat(x[n*20:], 10, 20)
	labels := make([]int, 10)
	onEachPath(t, func(p path) {
		if got := testing.AllocsPerRun(5, func() {
			Axpy(y, 0.5, x)
			Momentum(y[:n], y[n:2*n], x[:n], 0.9, 0.1)
			MulNN(c, 1, a, b, false)
			MulNT(c, 1, a, NewMat(y, 20, n), false, y[20*n:])
			SoftmaxXent(c, c, labels, 0.1)
			SoftmaxXent(NewMat(x, 10, 10), NewMat(x, 10, 10), labels, 0.1)
			y[0] = float32(Dot(x, y))
		}); got != 0 {
			t.Errorf("%v allocates %v times", p, got)
		}
	})
}
