package vec

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// onEachPath runs f on each path of this build and processor.
func onEachPath(t testing.TB, f func(p path)) {
	before := current
	defer func() { current = before }()
	for _, p := range availablePaths() {
		current = p
		f(p)
	}
}

// same tells whether two numbers have the same bits, or are both NaN.
func same[F Float](a, b F) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
}

// drawVector returns numbers around 1, or (hard) numbers of all sizes with zeros, denormals,
// infinities and NaN among them.
func drawVector[F Float](r *rand.Rand, n int, hard bool) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(r.NormFloat64())
		if !hard {
			continue
		}
		switch r.IntN(12) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = F(math.Copysign(0, -1))
		case 2:
			x[i] = F(math.Ldexp(r.NormFloat64(), -r.IntN(1070)))
		case 3:
			x[i] = F(math.Ldexp(r.NormFloat64(), -140))
		case 4:
			x[i] = F(math.Inf(1 - 2*r.IntN(2)))
		case 5:
			x[i] = F(math.NaN())
		case 6:
			x[i] = F(math.Ldexp(r.NormFloat64(), r.IntN(128)))
		case 7:
			x[i] = F(r.NormFloat64() * 300)
		}
	}
	return x
}

func TestElementwise(t *testing.T) {
	t.Run("float32", testElementwise[float32])
	t.Run("float64", testElementwise[float64])
}

func testElementwise[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range elementwiseCases[F]() {
		for _, n := range lengths {
			if n > 300 && (c.name == "ExpTo" || c.name == "TanhTo" || c.name == "BiasTanh" || strings.HasPrefix(c.name, "GELU") || c.name == "SigmoidTo") {
				continue // nothing new, and slow in plain Go
			}
			hard := n%2 == 1
			s := drawVector[F](r, c.scalars, false)
			var in, want [][]F
			for range c.vectors {
				v := drawVector[F](r, n, hard)
				in, want = append(in, v), append(want, slices.Clone(v))
			}
			e := make([]F, c.vectors)
			for i := range n {
				for j := range e {
					e[j] = want[j][i]
				}
				c.want(e, s)
				for j := range e {
					want[j][i] = e[j]
				}
			}
			onEachPath(t, func(p path) {
				got := make([][]F, c.vectors)
				for j := range got {
					got[j] = fenced(t, in[j], j+n)
				}
				c.do(got, s)
				for j := range got {
					for i := range n {
						if !same(got[j][i], want[j][i]) {
							t.Fatalf("%s on %v, length %d: vector %d at %d is %v, want %v", c.name, p, n, j, i, got[j][i], want[j][i])
						}
					}
				}
			})
		}
	}
}

// fenced copies x to memory that ends, or (odd) begins, at a page that may not be touched;
// elsewhere it is framed by canaries that are looked at when the test ends.
func fenced[F Float](t testing.TB, x []F, odd int) []F {
	size := int(unsafe.Sizeof(*new(F)))
	if b := guarded(t, len(x)*size, odd%2 == 1); b != nil {
		y := unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(b))), len(x))
		copy(y, x)
		return y
	}
	const frame = 70
	b := make([]F, frame+odd+len(x)+frame)
	Fill(b, 77)
	y := b[frame+odd:][:len(x):len(x)]
	copy(y, x)
	t.Cleanup(func() {
		for i, v := range b {
			if (i < frame+odd || i >= frame+odd+len(x)) && v != 77 {
				t.Errorf("element %d outside of a slice of %d was written", i-frame-odd, len(x))
			}
		}
	})
	return y
}

func TestReductions(t *testing.T) {
	t.Run("float32", testReductions[float32])
	t.Run("float64", testReductions[float64])
}

// tree is the sum of the n terms as Dot's text states it.
func tree(n int, add func(lane float64, i int) float64) (sum float64) {
	for lo := 0; lo < n; lo += 4096 {
		var lane [32]float64
		for i := lo; i < min(lo+4096, n); i++ {
			lane[(i-lo)%32] = add(lane[(i-lo)%32], i)
		}
		for _, w := range []int{16, 8, 4, 2, 1} {
			for j := range w {
				lane[j] = lane[j] + lane[j+w]
			}
		}
		sum += lane[0]
	}
	return sum
}

func testReductions[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for round := range 60 {
		for _, n := range lengths {
			hard := round%3 == 0
			if round > 5 && n > 200 {
				continue
			}
			x, y := drawVector[F](r, n, hard), drawVector[F](r, n, hard)
			if hard && round%2 == 0 { // without the numbers that swallow the rest
				for i := range x {
					if x[i]-x[i] != 0 || y[i]-y[i] != 0 {
						x[i], y[i] = F(math.Copysign(1e-30, r.NormFloat64())), F(math.Copysign(1e-30, r.NormFloat64()))
					}
				}
			}
			dot := tree(n, func(l float64, i int) float64 { return math.FMA(float64(x[i]), float64(y[i]), l) })
			sum := tree(n, func(l float64, i int) float64 { return l + float64(x[i]) })
			sq := tree(n, func(l float64, i int) float64 { return math.FMA(float64(x[i]), float64(x[i]), l) })
			dist := tree(n, func(l float64, i int) float64 {
				d := float64(x[i]) - float64(y[i])
				return math.FMA(d, d, l)
			})
			onEachPath(t, func(p path) {
				x, y := fenced(t, x, round), fenced(t, y, round+1)
				for _, c := range []struct {
					name      string
					got, want float64
				}{{"Dot", Dot(x, y), dot}, {"Sum", Sum(x), sum}, {"SumSq", SumSq(x), sq}, {"DistSq", DistSq(x, y), dist}} {
					if !same(c.got, c.want) {
						t.Fatalf("%s on %v, length %d: %v, want %v", c.name, p, n, c.got, c.want)
					}
				}
			})
		}
	}
}

// A reduction may be cut at multiples of Block.
func TestReductionByBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	x := drawVector[float32](r, 3*Block+17, false)
	y := drawVector[float32](r, len(x), false)
	var dot, dist float64
	for lo := 0; lo < len(x); lo += Block {
		hi := min(lo+Block, len(x))
		dot += Dot(x[lo:hi], y[lo:hi])
		dist += DistSq(x[lo:hi], y[lo:hi])
	}
	if dot != Dot(x, y) || dist != DistSq(x, y) {
		t.Errorf("by blocks %v and %v, at once %v and %v", dot, dist, Dot(x, y), DistSq(x, y))
	}
}

func TestChoosePath(t *testing.T) {
	have := []path{avx2, purego}
	for _, c := range []struct {
		want string
		path path
		err  string
	}{
		{"", avx2, ""}, {"purego", purego, ""}, {"avx2", avx2, ""},
		{"avx512", purego, "STALENESS_KERNELS=avx512: this processor or build has no such kernels; it has: avx2 purego"},
		{"AVX2", purego, `STALENESS_KERNELS="AVX2": unknown; this processor and build have: avx2 purego`},
	} {
		p, err := choosePath(c.want, have)
		if p != c.path || fmt.Sprint(err) != c.err && (err != nil || c.err != "") {
			t.Errorf("choosePath(%q) = %v, %v, want %v, %s", c.want, p, err, c.path, c.err)
		}
	}
	if !slices.Contains(Paths(), Path()) {
		t.Errorf("the path %s is not among %v", Path(), Paths())
	}
}

// Lengths that do not agree are the caller's bug, and say so.
func TestLengthsMustAgree(t *testing.T) {
	for _, c := range elementwiseCases[float64]() {
		if c.vectors == 1 {
			continue
		}
		v := make([][]float64, c.vectors)
		for i := range v {
			v[i] = make([]float64, 5)
		}
		v[c.vectors-1] = v[0][:4]
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes vectors of different lengths", c.name)
				}
			}()
			c.do(v, make([]float64, c.scalars))
		}()
	}
}

// FuzzPaths compares the paths with each other on operations, lengths and bits of the fuzzer's
// choice.
func FuzzPaths(f *testing.F) {
	f.Add(uint64(1), uint(3), uint(77))
	f.Fuzz(func(t *testing.T, seed uint64, op, n uint) {
		fuzzPaths[float32](t, seed, op, n%700)
		fuzzPaths[float64](t, seed, op, n%700)
	})
}

func fuzzPaths[F Float](t *testing.T, seed uint64, op, n uint) {
	cases := append(elementwiseCases[F](),
		elementwiseCase[F]{"Dot", 2, 1, func(v [][]F, s []F) { s[0] = F(Dot(v[0], v[1])) }, nil},
		elementwiseCase[F]{"Sum", 1, 1, func(v [][]F, s []F) { s[0] = F(Sum(v[0])) }, nil},
		elementwiseCase[F]{"DistSq", 2, 1, func(v [][]F, s []F) { s[0] = F(DistSq(v[0], v[1])) }, nil},
		elementwiseCase[F]{"SoftmaxXent", 2, 1, func(v [][]F, s []F) {
			cols := 1 + len(v[0])%18
			rows := len(v[0]) / cols
			s[0] = F(SoftmaxXent(NewMat(v[0], rows, cols), NewMat(v[1], rows, cols), make([]int, rows), s[0]))
		}, nil},
		elementwiseCase[F]{"Softmax", 1, 0, func(v [][]F, s []F) { Softmax(NewMat(v[0], 1, len(v[0])), NewMat(v[0], 1, len(v[0]))) }, nil})
	c := cases[op%uint(len(cases))]
	r := rand.New(rand.NewPCG(seed, uint64(op)))
	var in [][]F
	for range c.vectors {
		in = append(in, drawVector[F](r, int(n), seed%2 == 0))
	}
	scalars := drawVector[F](r, c.scalars, seed%4 == 0)
	var first [][]F // the results of the first path
	onEachPath(t, func(p path) {
		s := slices.Clone(scalars)
		var got [][]F
		for j := range in {
			got = append(got, fenced(t, in[j], j+int(seed>>8)))
		}
		c.do(got, s)
		got = append(got, s)
		if first == nil {
			for _, v := range got {
				first = append(first, slices.Clone(v))
			}
		}
		for j, v := range got {
			if !slices.EqualFunc(v, first[j], same[F]) {
				t.Fatalf("%s of length %d on %v is not what it is on %s: vector %d: %v and %v", c.name, n, p, Paths()[0], j, v, first[j])
			}
		}
	})
}

// A path that is not there ends the program before it starts, with the reason and exit status 2.
func TestWrongPathEndsTheProgram(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	cmd.Env = append(os.Environ(), PathVariable+"=sse9")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("the test cannot start itself (under an emulator): %v", err)
	}
	if exit == nil || exit.ExitCode() != 2 || !strings.Contains(string(out), `STALENESS_KERNELS="sse9": unknown`) {
		t.Errorf("with an unknown path: %v: %s", err, out)
	}
}
