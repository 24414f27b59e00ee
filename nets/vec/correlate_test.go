package vec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCorrelate(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testCorrelate[float32](t) })
	t.Run("float64", func(t *testing.T) { testCorrelate[float64](t) })
}

func testCorrelate[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(21, 21))
	for rows := range 20 {
		testCorrelation[F](t, r, rows, 1+r.IntN(70), []int{1 + r.IntN(7), 1 + r.IntN(7)}, rows%3, rows%4 == 3)
	}
	for cols := range 100 {
		testCorrelation[F](t, r, 1+r.IntN(8), cols, []int{1 + r.IntN(5), r.IntN(5)}, cols%3, cols%4 == 3)
	}
	testCorrelation[F](t, r, 3, 7, nil, 2, false)
	testCorrelation[F](t, r, 3, 7, []int{0, 0}, 2, false)
	testCorrelation[F](t, r, 7, 40, []int{MaxChain, 1, MaxChain + 1, 2*MaxChain + 3}, 0, false)
}

// testCorrelation compares every path with the chains, for sums of so many terms.
func testCorrelation[F Float](t testing.TB, r *rand.Rand, rows, cols int, terms []int, gap int, hard bool) {
	var sums [][]int
	all, last := 0, 0
	for _, n := range terms {
		at := make([]int, n)
		for i := range at {
			at[i] = r.IntN(60)
			last = max(last, at[i])
		}
		all += n
		sums = append(sums, at)
	}
	taps := NewTaps(sums...)
	w := fenced(t, drawVector[F](r, all*rows, hard), rows)
	src := fenced(t, drawVector[F](r, last+cols, hard), cols)
	y := drawMat[F](t, r, rows, cols, gap, hard)
	want := slices.Clone(y.Data)
	for k := range rows {
		for q := range cols {
			var sum F
			first, begun := 0, false
			for _, at := range sums {
				if len(at) > 0 {
					sum = chain(sum, 1, begun, len(at), func(p int) F { return w[(first+p)*rows+k] }, func(p int) F { return src[at[p]+q] })
					begun = true
				}
				first += len(at)
			}
			want[k*y.Stride+q] = sum
		}
	}
	onEachPath(t, func(p path) {
		got := Mat[F]{fenced(t, y.Data, rows), rows, cols, y.Stride}
		Correlate(got, w, src, taps)
		for at := range want { // the gaps between the rows too
			if !same(got.Data[at], want[at]) {
				t.Fatalf("on %v, %d x %d, terms %v, gap %d: element %d, %d is %v, want %v", p, rows, cols, terms, gap, at/y.Stride, at%y.Stride, got.Data[at], want[at])
			}
		}
	})
}

func FuzzCorrelate(f *testing.F) {
	f.Add(uint64(1), uint(6), uint(668), uint(5), uint(300), uint(2), false)
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols, a, b, gap uint, hard bool) {
		r := rand.New(rand.NewPCG(seed, 0))
		terms := []int{int(a % 40), int(b % 300), int(a % 3)}
		testCorrelation[float32](t, r, int(rows%20), int(cols%140), terms, int(gap%5), hard)
		testCorrelation[float64](t, r, int(rows%20), int(cols%140), terms, int(gap%5), hard)
	})
}

// What does not fit is the caller's bug, and says so.
func TestCorrelateMustFit(t *testing.T) {
	v := func(n int) []float64 { return make([]float64, n) }
	taps := NewTaps([]int{0, 3})
	Correlate(NewMat(v(8), 2, 4), v(4), v(7), taps)
	for i, f := range []func(){
		func() { Correlate(NewMat(v(8), 2, 4), v(3), v(7), taps) },
		func() { Correlate(NewMat(v(8), 2, 4), v(4), v(6), taps) },
		func() { Correlate(Mat[float64]{v(7), 2, 4, 4}, v(4), v(7), taps) },
		func() { NewTaps([]int{0, -1}) },
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
