package vec_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
	"unsafe"

	"staleness/nets/vec"
	"staleness/nets/vec/peak"
)

// Every benchmark measures a kernel and the machine's limit by turns, each for about a millisecond,
// and reports the median of the ratio: the rates themselves mean little on a machine that others
// use too.

// ratio runs the two by turns and reports the median of what the kernel reached, in percent of the
// limit.
func ratio(b *testing.B, work float64, unit string, kernel func(), limit func() float64) {
	kernel()
	start := time.Now()
	kernel()
	repeats := max(1, int(time.Millisecond/max(1, time.Since(start))))
	var rates, ratios []float64
	for b.Loop() {
		most := limit()
		start := time.Now()
		for range repeats {
			kernel()
		}
		rate := work * float64(repeats) / time.Since(start).Seconds()
		rates = append(rates, rate)
		if most > 0 {
			ratios = append(ratios, 100*rate/most)
		}
	}
	slices.Sort(rates)
	b.ReportMetric(rates[len(rates)/2]*1e-9, "G"+unit+"/s")
	if ratios != nil {
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "%peak")
	}
	b.ReportMetric(0, "ns/op")
}

func BenchmarkProduct(b *testing.B) {
	b.Run("float32", benchmarkProducts[float32])
	b.Run("float64", benchmarkProducts[float64])
}

func benchmarkProducts[F vec.Float](b *testing.B) {
	size := int(unsafe.Sizeof(*new(F)))
	for _, s := range []struct {
		op      string
		m, k, n int
	}{
		{"NN", 32, 784, 256}, {"NN", 32, 256, 128}, {"NN", 32, 128, 10}, {"NN", 128, 784, 256}, {"NN", 128, 256, 128}, {"NN", 32, 784, 10},
		{"NN", 512, 512, 512},
		{"TN", 784, 32, 256}, {"TN", 256, 32, 128}, {"TN", 128, 32, 10}, {"TN", 784, 32, 10}, {"TN", 784, 128, 256},
		{"NT", 32, 128, 256}, {"NT", 32, 10, 128}, {"NT", 128, 128, 256},
	} {
		x, y, c := make([]F, s.m*s.k), make([]F, s.k*s.n), make([]F, s.m*s.n)
		fill(x)
		fill(y)
		scratch := make([]F, len(y))
		product := vec.NewMat(c, s.m, s.n)
		kernel := func() { vec.MulNN(product, 1, vec.NewMat(x, s.m, s.k), vec.NewMat(y, s.k, s.n), false) }
		switch s.op {
		case "TN":
			kernel = func() { vec.MulTN(product, 1, vec.NewMat(x, s.k, s.m), vec.NewMat(y, s.k, s.n), false) }
		case "NT":
			kernel = func() { vec.MulNT(product, 1, vec.NewMat(x, s.m, s.k), vec.NewMat(y, s.n, s.k), false, scratch) }
		}
		b.Run(fmt.Sprintf("%s/%dx%dx%d", s.op, s.m, s.k, s.n), func(b *testing.B) {
			ratio(b, 2*float64(s.m)*float64(s.k)*float64(s.n), "FLOP", kernel, func() float64 { return peak.FMA(peak.Path(vec.Path()), size) })
		})
	}
}

func fill[F vec.Float](x []F) {
	for i := range x {
		x[i] = F(i%17)/16 - 0.47
	}
}

// The sizes of the MLP 784-256-128-10: what one local step updates.
func BenchmarkUpdate(b *testing.B) {
	b.Run("float32", benchmarkUpdates[float32])
	b.Run("float64", benchmarkUpdates[float64])
}

func benchmarkUpdates[F vec.Float](b *testing.B) {
	const n = 235_136
	size := int(unsafe.Sizeof(*new(F)))
	x, y, v, g := make([]F, n), make([]F, n), make([]F, n), make([]F, n)
	fill(g)
	raw := func(x []F) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), n*size) }
	s := vec.AdamStep[F]{Rate: 1e-6, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, MeanScale: 1, VarScale: 1}
	sum, finite := 0.0, false
	for _, c := range []struct {
		name          string
		reads, writes int // of the traffic it is compared with
		run           func()
	}{
		{"Axpy", 2, 1, func() { vec.Axpy(x, 1e-9, g) }},
		{"Sub", 2, 1, func() { vec.Sub(y, x, g) }},
		{"Momentum", 3, 2, func() { vec.Momentum(x, v, g, 0.9, 1e-6) }},
		{"Nesterov", 3, 2, func() { vec.NesterovTo(x, x, v, g, 0.9, 1e-6) }},
		{"Elastic", 3, 2, func() { vec.Elastic(x, v, g, 1e-6) }},
		{"Adagrad", 3, 2, func() { vec.AdagradTo(x, x, v, g, 1e-6, 1e-8) }},
		{"RMSProp", 3, 2, func() { vec.RMSPropTo(x, x, v, g, 1e-6, 0.9, 1e-8) }},
		{"Adam", 3, 2, func() { vec.AdamTo(x, x, v, y, g, s) }},
		{"Dot", 2, 1, func() { sum += vec.Dot(x, g) }},
		{"SumSq", 2, 1, func() { sum += vec.SumSq(g) }},
		{"DistSq", 2, 1, func() { sum += vec.DistSq(x, g) }},
		{"Finite", 2, 1, func() { finite = vec.Finite(g) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			clear(x)
			clear(y)
			clear(v)
			ratio(b, n, "elem", c.run, func() float64 {
				bytes := n * size / 128 * 128
				if d := peak.Traffic(peak.Path(vec.Path()), c.reads, c.writes, bytes, raw(g), raw(x), raw(v)); d > 0 {
					return float64(bytes/size) / d.Seconds()
				}
				return 0
			})
		})
	}
	if !finite && sum != sum {
		b.Error("the steps left the finite numbers")
	}
}

func BenchmarkRows(b *testing.B) {
	b.Run("float32", benchmarkRows[float32])
	b.Run("float64", benchmarkRows[float64])
}

func benchmarkRows[F vec.Float](b *testing.B) {
	logits, labels := vec.NewMat(make([]F, 320), 32, 10), make([]int, 32)
	d := vec.NewMat(make([]F, 320), 32, 10)
	hidden, bias := vec.NewMat(make([]F, 32*256), 32, 256), make([]F, 256)
	narrow := make([]F, 10)
	fill(logits.Data)
	fill(hidden.Data)
	sum := 0.0
	for _, c := range []struct {
		name string
		n    int
		run  func()
	}{
		{"SoftmaxXent/32x10", 320, func() { sum += vec.SoftmaxXent(d, logits, labels, 0.1) }},
		{"BiasReLU/32x256", 32 * 256, func() { vec.BiasReLU(hidden, bias) }},
		{"BiasTanh/32x256", 32 * 256, func() { vec.BiasTanh(hidden, bias) }},
		{"ReLUGrad/32x256", 32 * 256, func() { vec.ReLUGrad(hidden.Data, hidden.Data) }},
		{"ColSums/32x256", 32 * 256, func() { vec.ColSums(bias, hidden) }},
		{"ColSums/32x10", 320, func() { vec.ColSums(narrow, d) }},
		{"AddBias/32x10", 320, func() { vec.AddBias(d, narrow) }},
		{"ExpTo/8192", 32 * 256, func() { vec.ExpTo(hidden.Data, hidden.Data) }},
		{"TanhTo/8192", 32 * 256, func() { vec.TanhTo(hidden.Data, hidden.Data) }},
	} {
		b.Run(c.name, func(b *testing.B) { ratio(b, float64(c.n), "elem", c.run, func() float64 { return 0 }) })
	}
}
