package vec

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// chain is the sum of n products as MulNN's text states it.
func chain[F Float](c, alpha F, acc bool, n int, a, b func(p int) F) F {
	if n == 0 {
		if acc {
			return c
		}
		return 0
	}
	blocks := (n + 255) / 256
	step := (n + blocks - 1) / blocks
	for lo := 0; lo < n; lo += step {
		var s F
		for p := lo; p < min(lo+step, n); p++ {
			s = FMA(a(p), b(p), s)
		}
		s = F(alpha * s)
		if lo > 0 || acc {
			s = c + s
		}
		c = s
	}
	return c
}

// drawMat returns a matrix with a stride, in fenced memory.
func drawMat[F Float](t testing.TB, r *rand.Rand, rows, cols, gap int, hard bool) Mat[F] {
	stride := cols + gap
	n := 0
	if rows > 0 {
		n = (rows-1)*stride + cols
	}
	return Mat[F]{fenced(t, drawVector[F](r, n, hard), rows+cols), rows, cols, stride}
}

func TestProducts(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testProducts[float32](t) })
	t.Run("float64", func(t *testing.T) { testProducts[float64](t) })
}

func testProducts[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	shapes := [][3]int{{0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {0, 300, 3}, {3, 300, 0}, {1, 1, 1}, {130, 20, 140}, {70, 257, 131}, {32, 20, 10}, {5, 256, 7}, {5, 257, 7}, {3, 513, 40}, {40, 5, 33},
		// MulNT transposes A, unless it adds
		{16, 100, 90}, {16, 100, 90}, {16, 100, 90}, {33, 300, 70}, {33, 300, 70}, {33, 300, 70}}
	for m := 1; m < 22; m++ {
		shapes = append(shapes, [3]int{m, 1 + r.IntN(9), 1 + r.IntN(70)})
	}
	for n := 1; n < 70; n++ {
		shapes = append(shapes, [3]int{1 + r.IntN(9), 1 + r.IntN(9), n})
	}
	for i, s := range shapes {
		testProduct[F](t, r, s[0], s[1], s[2], r.IntN(3)*r.IntN(4), i%4 == 3)
	}
}

// testProduct compares the three products on every path with the chains, bit by bit.
func testProduct[F Float](t testing.TB, r *rand.Rand, m, k, n, gap int, hard bool) {
	alpha := []F{1, -0.1, F(r.NormFloat64())}[r.IntN(3)]
	acc := r.IntN(2) == 0
	a, at := drawMat[F](t, r, m, k, gap, hard), drawMat[F](t, r, k, m, gap, hard)
	b, bt := drawMat[F](t, r, k, n, gap, hard), drawMat[F](t, r, n, k, gap, hard)
	c := drawMat[F](t, r, m, n, gap, hard)
	at2 := func(x Mat[F], i, j int) F { return x.Data[i*x.Stride+j] }
	for _, op := range []struct {
		name string
		mul  func(c Mat[F])
		a, b func(i, p int) F // by row of A and of Bᵀ
	}{
		{"NN", func(c Mat[F]) { MulNN(c, alpha, a, b, acc) },
			func(i, p int) F { return at2(a, i, p) }, func(j, p int) F { return at2(b, p, j) }},
		{"TN", func(c Mat[F]) { MulTN(c, alpha, at, b, acc) },
			func(i, p int) F { return at2(at, p, i) }, func(j, p int) F { return at2(b, p, j) }},
		{"NT", func(c Mat[F]) { MulNT(c, alpha, a, bt, acc, fenced(t, make([]F, ScratchNT(a, bt)), n)) },
			func(i, p int) F { return at2(a, i, p) }, func(j, p int) F { return at2(bt, j, p) }},
	} {
		want := slices.Clone(c.Data)
		for i := range m {
			for j := range n {
				at := i*c.Stride + j
				want[at] = chain(want[at], alpha, acc, k, func(p int) F { return op.a(i, p) }, func(p int) F { return op.b(j, p) })
			}
		}
		onEachPath(t, func(p path) {
			got := Mat[F]{fenced(t, c.Data, m), m, n, c.Stride}
			op.mul(got)
			for at := range want { // the gaps between the rows too
				if !same(got.Data[at], want[at]) {
					t.Fatalf("%s on %v, %d x %d x %d, gap %d, alpha %v, acc %v: element %d, %d is %v, want %v",
						op.name, p, m, k, n, gap, alpha, acc, at/c.Stride, at%c.Stride, got.Data[at], want[at])
				}
			}
		})
	}
}

func FuzzProducts(f *testing.F) {
	f.Add(uint64(1), uint(32), uint(300), uint(10), uint(0), false)
	f.Fuzz(func(t *testing.T, seed uint64, m, k, n, gap uint, hard bool) {
		r := rand.New(rand.NewPCG(seed, 0))
		testProduct[float32](t, r, int(m%40), int(k%600), int(n%80), int(gap%5), hard)
		testProduct[float64](t, r, int(m%40), int(k%600), int(n%80), int(gap%5), hard)
		testStep[float32](t, r, int(m%40), int(k%(MaxChain+1)), int(n%80), int(gap%5), hard)
		testStep[float64](t, r, int(m%40), int(k%(MaxChain+1)), int(n%80), int(gap%5), hard)
	})
}

// A chain is not only what we say it is, but also a product of matrices.
func TestProductAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	a, b := drawMat[float64](t, r, 30, 700, 0, false), drawMat[float64](t, r, 700, 50, 0, false)
	c := NewMat(make([]float64, 30*50), 30, 50)
	MulNN(c, 2, a, b, false)
	var want mat.Dense
	want.Mul(mat.NewDense(30, 700, a.Data), mat.NewDense(700, 50, b.Data))
	want.Scale(2, &want)
	if got := mat.NewDense(30, 50, c.Data); !mat.EqualApprox(got, &want, 1e-11) {
		t.Error("the product is not gonum's")
	}
}

// A step within the product has the bits of the product, and of what then is done with it, whatever
// goes where.
func TestSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, s := range [][3]int{{0, 3, 3}, {3, 3, 0}, {3, 0, 3}, {1, 1, 1}, {13, MaxChain, 21}, {17, 32, 10}, {8, 32, 64}, {40, 7, 47}, {70, 20, 33}, {600, 3, 40}} {
		for gap := range 2 {
			testStep[float32](t, r, s[0], s[1], s[2], gap, s[0] == 40)
			testStep[float64](t, r, s[0], s[1], s[2], gap, s[0] == 40)
		}
	}
}

func testStep[F Float](t testing.TB, r *rand.Rand, m, k, n, gap int, hard bool) {
	const alpha = -0.05
	a, b := drawMat[F](t, r, k, m, gap, hard), drawMat[F](t, r, k, n, gap, hard)
	x, y := drawMat[F](t, r, m, n, gap, hard), drawMat[F](t, r, m, n, gap, hard)
	g := make([]F, m*n)
	MulTN(NewMat(g, m, n), 1, a, b, false)
	for _, form := range []struct {
		what string
		of   func(x, y, z []F) (dst, base []F)
	}{
		{"x", func(x, y, z []F) (dst, base []F) { return x, nil }},
		{"z", func(x, y, z []F) (dst, base []F) { return z, nil }},
		{"x less x", func(x, y, z []F) (dst, base []F) { return x, x }},
		{"x less y", func(x, y, z []F) (dst, base []F) { return x, y }},
		{"y less y", func(x, y, z []F) (dst, base []F) { return y, y }},
		{"z less x", func(x, y, z []F) (dst, base []F) { return z, x }},
		{"z less y", func(x, y, z []F) (dst, base []F) { return z, y }},
	} {
		z := drawMat[F](t, r, m, n, gap, false).Data
		var all [3][]F // x, y and z, fenced anew for each path
		fence := func() (dst, base []F) {
			for i, v := range [][]F{x.Data, y.Data, z} {
				all[i] = fenced(t, v, m+i)
			}
			return form.of(all[0], all[1], all[2])
		}
		dst, base := fence()
		want := slices.Clone(dst) // the gaps stay
		for i := range m {
			for j := range n {
				at := i*x.Stride + j
				p := alpha * g[i*n+j]
				want[at] = x.Data[at] + F(p)
				if base != nil {
					want[at] -= base[at]
				}
			}
		}
		onEachPath(t, func(p path) {
			dst, base := fence()
			var kept [3][]F
			for i, v := range all {
				if kept[i] = slices.Clone(v); len(v) > 0 && &v[0] == &dst[0] {
					kept[i] = want
				}
			}
			of := func(v []F) Mat[F] { return Mat[F]{v, m, n, x.Stride} }
			from := of(base)
			if base == nil {
				from = Mat[F]{}
			}
			StepTN(of(dst), of(all[0]), from, alpha, a, b)
			for i, v := range all {
				if !slices.EqualFunc(v, kept[i], same[F]) {
					t.Fatalf("%s on %v, %d x %d x %d, gap %d: vector %d is %v, want %v", form.what, p, m, k, n, gap, i, v, kept[i])
				}
			}
		})
	}
}

func TestTranspose(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for rows := range 20 {
		for _, cols := range []int{0, 1, 3, 4, 5, 8, 9, 31, 64, 70, 130} {
			src := drawMat[float32](t, r, rows, cols, rows%3, false)
			wide := drawMat[float64](t, r, rows, cols, rows%3, false)
			onEachPath(t, func(p path) {
				testTranspose(t, p, src)
				testTranspose(t, p, wide)
			})
		}
	}
}

func testTranspose[F Float](t *testing.T, p path, src Mat[F]) {
	n := 0
	if src.Cols > 0 {
		n = (src.Cols-1)*(src.Rows+2) + src.Rows
	}
	dst := Mat[F]{fenced(t, make([]F, n), src.Rows), src.Cols, src.Rows, src.Rows + 2}
	Fill(dst.Data, 7)
	Transpose(dst, src)
	for at, v := range dst.Data {
		want := F(7)
		if i, j := at%dst.Stride, at/dst.Stride; i < src.Rows {
			want = src.Data[i*src.Stride+j]
		}
		if v != want {
			t.Fatalf("transpose of %d x %d on %v: element %d is %v, want %v", src.Rows, src.Cols, p, at, v, want)
		}
	}
}

// Shapes that do not fit are the caller's bug, and say so.
func TestShapesMustFit(t *testing.T) {
	m := func(rows, cols int) Mat[float64] { return NewMat(make([]float64, rows*cols), rows, cols) }
	for i, f := range []func(){
		func() { MulNN(m(2, 3), 1, m(2, 4), m(5, 3), false) },
		func() { MulNN(m(2, 3), 1, m(3, 4), m(4, 3), false) },
		func() { MulTN(m(2, 3), 1, m(2, 4), m(4, 3), false) },
		func() { MulNT(m(2, 3), 1, m(2, 4), m(4, 3), false, make([]float64, 12)) },
		func() { MulNT(m(2, 3), 1, m(2, 4), m(3, 4), false, make([]float64, 11)) },
		func() { MulNN(Mat[float64]{make([]float64, 5), 2, 3, 3}, 1, m(2, 4), m(4, 3), false) },
		func() { StepTN(m(3, 3), m(3, 3), Mat[float64]{}, 1, m(MaxChain+1, 3), m(MaxChain+1, 3)) },
		func() { StepTN(m(3, 3), m(3, 2), Mat[float64]{}, 1, m(4, 3), m(4, 3)) },
		func() { StepTN(m(3, 3), m(3, 3), m(2, 3), 1, m(4, 3), m(4, 3)) },
		func() { StepTN(m(2, 2), m(2, 2), Mat[float64]{make([]float64, 5), 2, 2, 3}, 1, m(4, 2), m(4, 2)) },
		func() { Transpose(m(2, 3), m(2, 3)) },
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

func TestChainLength(t *testing.T) {
	for k, want := range map[int]int{1: 1, 255: 255, 256: 256, 257: 129, 512: 256, 513: 171, 784: 196} {
		if got := chainLength(k); got != want {
			t.Errorf("%d terms are cut into blocks of %d, want %d", k, got, want)
		}
	}
}
