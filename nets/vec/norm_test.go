package vec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sequenceCases are the functions of language models, element by element.
func sequenceCases[F Float]() []elementwiseCase[F] {
	const a, k = geluScale, geluCubic
	tanhOf := func(x F) F {
		square := F(x * x)
		cube := F(square * x)
		sum := x + F(F(k)*cube)
		return F(Tanh(float64(F(F(a) * sum))))
	}
	return []elementwiseCase[F]{
		{"GELU", 3, 0, func(v [][]F, s []F) { GELU(v[0], v[1], v[2]) }, func(e, s []F) {
			e[1] = tanhOf(e[2])
			e[0] = F(e[2]*F(.5)) * (e[1] + 1)
		}},
		{"GELU in place", 2, 0, func(v [][]F, s []F) { GELU(v[0], v[1], v[0]) }, func(e, s []F) {
			e[1] = tanhOf(e[0])
			e[0] = F(e[0]*F(.5)) * (e[1] + 1)
		}},
		{"GELUGrad", 3, 0, func(v [][]F, s []F) { GELUGrad(v[0], v[1], v[2]) }, func(e, s []F) {
			x, t := e[1], e[2]
			inner := F(F(a) * (1 + F(F(3*k)*F(x*x))))
			tail := F(F(x*.5) * F(inner*(1-F(t*t))))
			e[0] = e[0] * (F((1+t)*.5) + tail)
		}},
		{"SigmoidTo", 2, 0, func(v [][]F, s []F) { SigmoidTo(v[0], v[1]) }, func(e, s []F) {
			half := float64(e[1]) / 2
			e[0] = F(.5 + float64(Tanh(half)/2))
		}},
		{"SigmoidGrad", 2, 0, func(v [][]F, s []F) { SigmoidGrad(v[0], v[1]) }, func(e, s []F) { e[0] = e[0] * (e[1] - F(e[1]*e[1])) }},
		{"MulAdd", 4, 0, func(v [][]F, s []F) { MulAdd(v[0], v[1], v[2], v[3]) }, func(e, s []F) { e[0] = F(e[1]*e[2]) + e[3] }},
		{"shift", 2, 1, func(v [][]F, s []F) { shift(v[0], v[1], s[0]) }, func(e, s []F) { e[0] = e[1] - s[0] }},
		{"normTo", 4, 1, func(v [][]F, s []F) { normTo(v[0], v[1], v[2], v[3], s[0]) }, func(e, s []F) {
			e[1] = F(s[0] * e[1])
			e[0] = F(e[2]*e[1]) + e[3]
		}},
		{"normGrad", 2, 3, func(v [][]F, s []F) { normGrad(v[0], v[1], s[0], s[1], s[2]) }, func(e, s []F) {
			centered := e[0] - s[0]
			e[0] = F(centered-F(s[1]*e[1])) * s[2]
		}},
	}
}

func TestLayerNorm(t *testing.T) {
	t.Run("float32", testLayerNorm[float32])
	t.Run("float64", testLayerNorm[float64])
}

// testLayerNorm compares with the text, row by row, on every path.
func testLayerNorm[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	const eps = 1e-5
	for _, cols := range []int{1, 2, 8, 33, 130} {
		for _, rows := range []int{0, 1, 5} {
			x, d := drawMat[F](t, r, rows, cols, 3, cols == 33), drawMat[F](t, r, rows, cols, 0, false)
			gain, bias := drawVector[F](r, cols, false), drawVector[F](r, cols, false)
			n := float64(cols)
			want, unit := drawMat[F](t, r, rows, cols, 1, false), NewMat(make([]F, rows*cols), rows, cols)
			scale, dx := make([]F, rows), make([]F, rows*cols)
			dgain, dbias := make([]F, cols), make([]F, cols)
			for i := range rows {
				u, back := unit.Row(i), make([]F, cols)
				m := F(tree(cols, func(l float64, j int) float64 { return l + float64(x.Row(i)[j]) }) / n)
				for j, v := range x.Row(i) {
					u[j] = v - m
				}
				square := tree(cols, func(l float64, j int) float64 { return math.FMA(float64(u[j]), float64(u[j]), l) })
				scale[i] = F(1 / math.Sqrt(square/n+eps))
				for j := range u {
					u[j] *= scale[i]
					want.Row(i)[j] = F(u[j]*gain[j]) + bias[j]
					dgain[j] += F(d.Row(i)[j] * u[j])
					dbias[j] += d.Row(i)[j]
					back[j] = d.Row(i)[j] * gain[j]
				}
				mean := F(tree(cols, func(l float64, j int) float64 { return l + float64(back[j]) }) / n)
				along := F(tree(cols, func(l float64, j int) float64 { return math.FMA(float64(back[j]), float64(u[j]), l) }) / n)
				for j := range u {
					dx[i*cols+j] = F((back[j]-mean)-F(u[j]*along)) * scale[i]
				}
			}
			onEachPath(t, func(p path) {
				y := Mat[F]{fenced(t, x.Data, rows), rows, cols, x.Stride}
				u, s := NewMat(fenced(t, make([]F, rows*cols), cols), rows, cols), make([]F, rows)
				LayerNorm(y, u, s, y, gain, bias, eps)
				for i := range rows {
					if !slices.EqualFunc(y.Row(i), want.Row(i), same[F]) || !same(s[i], scale[i]) {
						t.Fatalf("LayerNorm of %d x %d on %v: %v, want %v", rows, cols, p, y.Row(i), want.Row(i))
					}
				}
				g, b := fenced(t, make([]F, cols), 0), fenced(t, make([]F, cols), 1)
				back := NewMat(fenced(t, d.Data, cols), rows, cols)
				LayerNormGrad(g, b, back, unit, scale, gain)
				if !slices.EqualFunc(back.Data, dx, same[F]) || !slices.EqualFunc(g, dgain, same[F]) || !slices.EqualFunc(b, dbias, same[F]) {
					t.Fatalf("LayerNormGrad of %d x %d on %v: %v %v %v, want %v %v %v", rows, cols, p, back.Data, g, b, dx, dgain, dbias)
				}
			})
		}
	}
}

func TestSoftmaxGrad(t *testing.T) {
	t.Run("float32", testSoftmaxGrad[float32])
	t.Run("float64", testSoftmaxGrad[float64])
}

func testSoftmaxGrad[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	for _, n := range []int{0, 1, 7, 16, 64, 333} {
		d, p := drawVector[F](r, n, n == 16), drawVector[F](r, n, n == 7)
		sum := F(tree(n, func(l float64, i int) float64 { return math.FMA(float64(d[i]), float64(p[i]), l) }))
		onEachPath(t, func(path path) {
			got := fenced(t, d, n)
			SoftmaxGrad(got, p)
			for i, v := range got {
				if w := (d[i] - sum) * p[i]; !same(v, w) {
					t.Fatalf("SoftmaxGrad of %d on %v: %v, want %v", n, path, v, w)
				}
			}
		})
	}
}

// Rows are added where they belong in the order in which they come; a wrong index is a bug that
// says so.
func TestGatherAndScatter(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	table := drawMat[float32](t, r, 4, 9, 2, false)
	index := []int{3, 0, 3, 1, 3}
	src := drawMat[float32](t, r, len(index), 9, 1, false)
	want := slices.Clone(table.Data)
	for i, k := range index {
		for j := range 9 {
			want[k*table.Stride+j] += src.Row(i)[j]
		}
	}
	onEachPath(t, func(p path) {
		got := NewMat(make([]float32, 5*9), 5, 9)
		GatherRows(got, table, index)
		for i, k := range index {
			if !slices.Equal(got.Row(i), table.Row(k)) {
				t.Errorf("on %v row %d is %v, want %v", p, i, got.Row(i), table.Row(k))
			}
		}
		sum := table
		sum.Data = slices.Clone(table.Data)
		ScatterAddRows(sum, index, src)
		if !slices.Equal(sum.Data, want) {
			t.Errorf("on %v sums are %v, want %v", p, sum.Data, want)
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("takes a row that is not there")
		}
	}()
	ScatterAddRows(table, []int{0, 1, 2, 3, 4}, src)
}
