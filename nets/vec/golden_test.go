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

// The other tests compare the paths of one machine; this one compares machines: the bits of
// everything the package computes, hashed, are what they were where testdata/golden.txt was
// written. Set UPDATE_GOLDEN=1 to write it anew, which is right only where the package's answer is
// meant to change.
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

// A golden hashes what the package computes from numbers that each operation draws for itself, so
// that a new operation changes no other's line.
type golden[F Float] struct {
	name  string
	r     *rand.Rand
	lines []string
}

func (g *golden[F]) seed(op string) {
	h := fnv.New64a()
	h.Write([]byte(op))
	g.r = rand.New(rand.NewPCG(12, h.Sum64()))
}

// draw returns whole numbers scaled by powers of two: math/rand's normal deviates use package math.
func (g *golden[F]) draw(n int) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(math.Ldexp(float64(int64(g.r.Uint64())>>11), -52-g.r.IntN(4)))
	}
	return x
}

func (g *golden[F]) line(op string, out ...[]F) {
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
	g.lines = append(g.lines, fmt.Sprintf("%s %s %016x", g.name, op, h.Sum64()))
}

func (g *golden[F]) number(op string, v float64) {
	g.lines = append(g.lines, fmt.Sprintf("%s %s %016x", g.name, op, math.Float64bits(v)))
}

func goldenOf[F Float](name string) []string {
	g := &golden[F]{name: name, r: rand.New(rand.NewPCG(12, 34))}
	g.elementwise()
	g.convolution()
	g.products()
	x, y := g.draw(10_001), g.draw(10_001)
	for _, v := range []float64{Dot(x, y), Sum(x), SumSq(x), DistSq(x, y)} {
		g.number("sums", v)
	}
	g.softmax()
	if unsafe.Sizeof(x[0]) == 8 {
		g.functions()
	}
	return g.lines
}

func (g *golden[F]) elementwise() {
	for _, c := range elementwiseCases[F]() {
		g.seed(c.name)
		v := make([][]F, c.vectors)
		for i := range v {
			v[i] = g.draw(1003)
		}
		s := g.draw(c.scalars)
		for i := range s {
			s[i] = F(math.Abs(float64(s[i])))
		}
		c.do(v, s)
		g.line(c.name, v...)
	}
}

func (g *golden[F]) convolution() {
	g.seed("convolution")
	full := Planes[F]{Data: g.draw(3 * 90), Planes: 3, Rows: 8, Cols: 9, Plane: 90, Stride: 10}
	small := Planes[F]{Data: make([]F, 3*16), Planes: 3, Rows: 4, Cols: 4, Plane: 16, Stride: 4}
	Pool2(small, full)
	g.line("Pool2", small.Data)
	back := full
	back.Data = make([]F, len(full.Data))
	Unpool2(back, full, small)
	g.line("Unpool2", back.Data)
	runs := NewMat(make([]F, 7*150), 7, 150)
	Correlate(runs, g.draw(7*8), full.Data, NewTaps([]int{0, 1, 2, 100, 101}, []int{10, 11, 12}))
	g.line("Correlate", runs.Data)
}

func (g *golden[F]) products() {
	g.seed("products")
	for _, shape := range [][3]int{{7, 300, 45}, {70, 20, 33}, {32, 129, 10}} {
		m, k, n := shape[0], shape[1], shape[2]
		c := g.draw(m * n)
		MulNN(NewMat(c, m, n), -0.3, NewMat(g.draw(m*k), m, k), NewMat(g.draw(k*n), k, n), true)
		g.line("MulNN", c)
		MulTN(NewMat(c, m, n), 1, NewMat(g.draw(m*k), k, m), NewMat(g.draw(k*n), k, n), false)
		g.line("MulTN", c)
		b := NewMat(g.draw(k*n), n, k)
		a := NewMat(g.draw(m*k), m, k)
		MulNT(NewMat(c, m, n), 0.1, a, b, true, make([]F, ScratchNT(a, b)))
		g.line("MulNT", c)
	}
	tiny := g.draw(300) // products are denormal
	Scale(tiny, F(math.Ldexp(1, map[int]int{4: -70, 8: -530}[int(unsafe.Sizeof(tiny[0]))])))
	c := make([]F, 9)
	MulNN(NewMat(c, 3, 3), 1, NewMat(tiny[:150], 3, 50), NewMat(tiny[150:], 50, 3), false)
	g.line("MulNN-denormal", c)
}

func (g *golden[F]) softmax() {
	logits, d, sums := g.draw(17*11), make([]F, 17*11), make([]F, 11)
	Scale(logits, 7)
	labels := make([]int, 17)
	for i := range labels {
		labels[i] = i % 11
	}
	loss := SoftmaxXent(NewMat(d, 17, 11), NewMat(logits, 17, 11), labels, 0.25)
	ColSums(sums, NewMat(d, 17, 11))
	g.line("SoftmaxXent", d, sums)
	g.number("loss", loss)
}

func (g *golden[F]) functions() {
	for _, f := range []struct {
		name string
		do   func(x float64) float64
	}{{"Exp", Exp}, {"Expm1", Expm1}, {"Log", Log}, {"Log1p", Log1p}, {"Tanh", Tanh}, {"Gamma", Gamma}, {"Lgamma", Lgamma},
		{"NormQuantile", NormQuantile}, {"Pow", func(x float64) float64 { return Pow(x, 3.7) }}, {"NormCDF", func(x float64) float64 { return NormCDF(-x) }}} {
		out := g.draw(2000)
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
		g.line(f.name, out)
	}
}
