package vec

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// The other tests compare the paths of one machine; this one compares machines: the bits of everything the package computes,
// hashed, are what they were where testdata/golden.txt was written. Set UPDATE_GOLDEN=1 to write it anew, which is right only
// where the package's answer is meant to change.
func TestGolden(t *testing.T) {
	got := strings.Join(append(goldenOf[float32]("float32"), goldenOf[float64]("float64")...), "\n") + "\n"
	const file = "testdata/golden.txt"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(b), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("this machine (%s) has %q, the file has %q", Path(), line, want[min(i, len(want)-1)])
		}
	}
}

func goldenOf[F Float](name string) (lines []string) {
	r := rand.New(rand.NewPCG(12, 34))
	seed := func(op string) { // each operation draws for itself, so that a new one changes no other's line
		h := fnv.New64a()
		h.Write([]byte(op))
		r = rand.New(rand.NewPCG(12, h.Sum64()))
	}
	draw := func(n int) []F { // whole numbers scaled by powers of two: math/rand's normal deviates use package math
		x := make([]F, n)
		for i := range x {
			x[i] = F(math.Ldexp(float64(int64(r.Uint64())>>11), -52-r.IntN(4)))
		}
		return x
	}
	line := func(op string, out ...[]F) {
		h := fnv.New64a()
		for _, x := range out {
			for _, v := range x {
				b := math.Float64bits(float64(v))
				if v != v {
					b = 1
				}
				h.Write((*[8]byte)(unsafe.Pointer(&b))[:])
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %016x", name, op, h.Sum64()))
	}
	for _, c := range elementwiseCases[F]() {
		seed(c.name)
		v := make([][]F, c.vectors)
		for i := range v {
			v[i] = draw(1003)
		}
		s := draw(c.scalars)
		for i := range s {
			s[i] = F(math.Abs(float64(s[i])))
		}
		c.do(v, s)
		line(c.name, v...)
	}
	seed("convolution")
	full := Planes[F]{Data: draw(3 * 90), Planes: 3, Rows: 8, Cols: 9, Plane: 90, Stride: 10}
	small := Planes[F]{Data: make([]F, 3*16), Planes: 3, Rows: 4, Cols: 4, Plane: 16, Stride: 4}
	Pool2(small, full)
	line("Pool2", small.Data)
	back := full
	back.Data = make([]F, len(full.Data))
	Unpool2(back, full, small)
	line("Unpool2", back.Data)
	runs := NewMat(make([]F, 7*150), 7, 150)
	Correlate(runs, draw(7*8), full.Data, NewTaps([]int{0, 1, 2, 100, 101}, []int{10, 11, 12}))
	line("Correlate", runs.Data)
	seed("products")
	for _, shape := range [][3]int{{7, 300, 45}, {70, 20, 33}, {32, 129, 10}} {
		m, k, n := shape[0], shape[1], shape[2]
		c := draw(m * n)
		MulNN(NewMat(c, m, n), -0.3, NewMat(draw(m*k), m, k), NewMat(draw(k*n), k, n), true)
		line("MulNN", c)
		MulTN(NewMat(c, m, n), 1, NewMat(draw(m*k), k, m), NewMat(draw(k*n), k, n), false)
		line("MulTN", c)
		b := NewMat(draw(k*n), n, k)
		a := NewMat(draw(m*k), m, k)
		MulNT(NewMat(c, m, n), 0.1, a, b, true, make([]F, ScratchNT(a, b)))
		line("MulNT", c)
	}
	tiny := draw(300)
	Scale(tiny, F(math.Ldexp(1, map[int]int{4: -70, 8: -530}[int(unsafe.Sizeof(tiny[0]))]))) // products are denormal
	c := make([]F, 9)
	MulNN(NewMat(c, 3, 3), 1, NewMat(tiny[:150], 3, 50), NewMat(tiny[150:], 50, 3), false)
	line("MulNN-denormal", c)
	x, y := draw(10_001), draw(10_001)
	for _, v := range []float64{Dot(x, y), Sum(x), SumSq(x), DistSq(x, y)} {
		lines = append(lines, fmt.Sprintf("%s sums %016x", name, math.Float64bits(v)))
	}
	logits, d, sums := draw(17*11), make([]F, 17*11), make([]F, 11)
	Scale(logits, 7)
	labels := make([]int, 17)
	for i := range labels {
		labels[i] = i % 11
	}
	loss := SoftmaxXent(NewMat(d, 17, 11), NewMat(logits, 17, 11), labels, 0.25)
	ColSums(sums, NewMat(d, 17, 11))
	line("SoftmaxXent", d, sums)
	lines = append(lines, fmt.Sprintf("%s loss %016x", name, math.Float64bits(loss)))
	if unsafe.Sizeof(x[0]) == 4 {
		return lines
	}
	for _, f := range []struct {
		name string
		do   func(x float64) float64
	}{{"Exp", Exp}, {"Expm1", Expm1}, {"Log", Log}, {"Log1p", Log1p}, {"Tanh", Tanh}, {"Gamma", Gamma}, {"Lgamma", Lgamma},
		{"NormQuantile", NormQuantile}, {"Pow", func(x float64) float64 { return Pow(x, 3.7) }}} {
		out := draw(2000)
		for i, v := range out {
			scale := []float64{0.5, 3, 100, 1e-200}[i%4]
			if f.name == "NormQuantile" {
				scale = 1e-3 * float64(i%4)
			}
			if v = v * F(scale); f.name != "Exp" && f.name != "Expm1" && f.name != "Tanh" && f.name != "Log1p" {
				v = F(math.Abs(float64(v)))
			}
			out[i] = F(f.do(float64(v)))
		}
		line(f.name, out)
	}
	return lines
}
