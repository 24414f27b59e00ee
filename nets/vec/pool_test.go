package vec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPool2(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testPools[float32](t) })
	t.Run("float64", func(t *testing.T) { testPools[float64](t) })
}

func testPools[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	for cols := range 70 {
		testPool[F](t, r, 1+r.IntN(3), 1+r.IntN(3), cols, r.IntN(3), r.IntN(4), cols%2 == 1)
	}
	for _, shape := range [][3]int{{0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {1, 1, 1}, {6, 12, 12}, {16, 4, 4}} {
		testPool[F](t, r, shape[0], shape[1], shape[2], 0, 0, false)
		testPool[F](t, r, shape[0], shape[1], shape[2], 1, 5, true)
	}
}

// drawPlanes returns planes with gaps between the rows and between the planes, in fenced memory.
func drawPlanes[F Float](t testing.TB, r *rand.Rand, planes, rows, cols, gap, between int, hard bool) Planes[F] {
	x := Planes[F]{Planes: planes, Rows: rows, Cols: cols, Stride: cols + gap}
	x.Plane = rows*x.Stride + between
	n := 0
	if planes > 0 && rows > 0 {
		n = (planes-1)*x.Plane + (rows-1)*x.Stride + cols
	}
	x.Data = fenced(t, drawVector[F](r, n, hard), cols+gap)
	for i := range x.Data { // some that are equal
		if r.IntN(3) == 0 {
			x.Data[i] = F(r.IntN(2))
		}
	}
	return x
}

// testPool compares every path with what the squares' definition gives; odd more rows and columns
// fill no square.
func testPool[F Float](t testing.TB, r *rand.Rand, planes, rows, cols, odd, between int, hard bool) {
	src := drawPlanes[F](t, r, planes, 2*rows+odd%2, 2*cols+odd, odd, between, hard)
	back := drawPlanes[F](t, r, planes, 2*rows+odd%2, 2*cols+odd, 2*odd, odd, false)
	g := drawPlanes[F](t, r, planes, rows, cols, between, odd, hard)
	out := drawPlanes[F](t, r, planes, rows, cols, odd, between, false)
	wantOut, wantBack := slices.Clone(out.Data), slices.Clone(back.Data)
	for p := range planes {
		for i := range rows {
			for j := range cols {
				var square []F
				for k := range 4 {
					square = append(square, src.Data[p*src.Plane+(2*i+k/2)*src.Stride+2*j+k%2])
					wantBack[p*back.Plane+(2*i+k/2)*back.Stride+2*j+k%2] = 0
				}
				most := slices.Max(square) // NaN if there is one
				k := slices.Index(square, most)
				if k < 0 {
					k = 3
				}
				for _, v := range square {
					most = max(most, v) // 0 above -0
				}
				wantOut[p*out.Plane+i*out.Stride+j] = most
				wantBack[p*back.Plane+(2*i+k/2)*back.Stride+2*j+k%2] = g.Data[p*g.Plane+i*g.Stride+j]
			}
		}
	}
	onEachPath(t, func(path path) {
		gotOut, gotBack := out, back
		gotOut.Data, gotBack.Data = fenced(t, out.Data, cols), fenced(t, back.Data, cols)
		Pool2(gotOut, src)
		Unpool2(gotBack, src, g)
		for i, c := range []struct{ got, want []F }{{gotOut.Data, wantOut}, {gotBack.Data, wantBack}} {
			for at := range c.want { // the gaps too
				if !same(c.got[at], c.want[at]) {
					t.Fatalf("%s on %v, %d x %d x %d, %d odd, %d between: element %d is %v, want %v",
						[]string{"Pool2", "Unpool2"}[i], path, planes, rows, cols, odd, between, at, c.got[at], c.want[at])
				}
			}
		}
	})
}

func FuzzPool2(f *testing.F) {
	f.Add(uint64(1), uint(6), uint(12), uint(12), uint(0), uint(0), false)
	f.Fuzz(func(t *testing.T, seed uint64, planes, rows, cols, odd, between uint, hard bool) {
		r := rand.New(rand.NewPCG(seed, 0))
		testPool[float32](t, r, int(planes%4), int(rows%5), int(cols%50), int(odd%3), int(between%5), hard)
		testPool[float64](t, r, int(planes%4), int(rows%5), int(cols%50), int(odd%3), int(between%5), hard)
	})
}

// What does not fit is the caller's bug, and says so.
func TestPoolMustFit(t *testing.T) {
	planes := func(n, planes, rows, cols int) Planes[float64] {
		return Planes[float64]{make([]float64, n), planes, rows, cols, rows * cols, cols}
	}
	Pool2(planes(4, 2, 1, 2), planes(20, 2, 2, 5))
	overlapping := planes(20, 2, 2, 5)
	overlapping.Plane--
	for i, f := range []func(){
		func() { Pool2(planes(4, 2, 1, 2), planes(19, 2, 2, 5)) },
		func() { Pool2(planes(3, 2, 1, 2), planes(20, 2, 2, 5)) },
		func() { Pool2(planes(6, 2, 1, 3), planes(20, 2, 2, 5)) },
		func() { Pool2(planes(8, 2, 2, 2), planes(20, 2, 2, 5)) },
		func() { Pool2(planes(2, 1, 1, 2), planes(20, 2, 2, 5)) },
		func() { Pool2(planes(4, 2, 1, 2), overlapping) },
		func() { Unpool2(planes(19, 2, 2, 5), planes(20, 2, 2, 5), planes(4, 2, 1, 2)) },
		func() { Unpool2(planes(20, 2, 2, 5), planes(20, 2, 2, 5), planes(3, 2, 1, 2)) },
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
