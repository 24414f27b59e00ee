package vec_test

import (
	"fmt"
	"testing"
	"unsafe"

	"staleness/nets/vec"
	"staleness/nets/vec/peak"
)

// BenchmarkStep is the arithmetic of a training step of the MLP 784-256-128-10: forward, loss,
// backward and plain SGD, with the update after the gradient (apart) or within the products that
// make it (fused). Only products count as work.
func BenchmarkStep(b *testing.B) {
	for _, batch := range []int{32, 128} {
		for _, fused := range []bool{false, true} {
			name := fmt.Sprintf("%d/%s", batch, map[bool]string{false: "apart", true: "fused"}[fused])
			b.Run("float32/"+name, func(b *testing.B) { benchmarkStep[float32](b, batch, fused) })
			b.Run("float64/"+name, func(b *testing.B) { benchmarkStep[float64](b, batch, fused) })
		}
	}
}

func benchmarkStep[F vec.Float](b *testing.B, batch int, fused bool) {
	const rate = 1e-6
	width := []int{784, 256, 128, 10}
	layers := len(width) - 1
	dim, flops := 0, 0.0
	for l := range layers {
		dim += (width[l] + 1) * width[l+1]
		products := 3 // forward, weights' derivative, inputs' derivative
		if l == 0 {
			products = 2
		}
		flops += float64(2 * products * batch * width[l] * width[l+1])
	}
	x, g := make([]F, dim), make([]F, dim)
	fill(x)
	vec.Scale(x, 0.01)
	var h, d, w, gw []vec.Mat[F]
	var bias, gb [][]F
	at := 0
	for l, n := range width {
		h, d = append(h, vec.NewMat(make([]F, batch*n), batch, n)), append(d, vec.NewMat(make([]F, batch*n), batch, n))
		if l == layers {
			break
		}
		end := at + n*width[l+1]
		w, gw = append(w, vec.NewMat(x[at:], n, width[l+1])), append(gw, vec.NewMat(g[at:], n, width[l+1]))
		at = end + width[l+1]
		bias, gb = append(bias, x[end:at]), append(gb, g[end:at])
	}
	fill(h[0].Data)
	scratch := make([]F, max(vec.ScratchNT(h[2], w[1]), vec.ScratchNT(h[3], w[2])))
	labels := make([]int, batch)
	ratio(b, flops, "FLOP", func() {
		for l := range layers {
			vec.MulNN(h[l+1], 1, h[l], w[l], false)
			if l < layers-1 {
				vec.BiasReLU(h[l+1], bias[l])
			} else {
				vec.AddBias(h[l+1], bias[l])
			}
		}
		vec.SoftmaxXent(d[layers], h[layers], labels, 1/F(batch))
		for l := layers - 1; l >= 0; l-- {
			if l > 0 { // before the weights change
				vec.MulNT(d[l], 1, d[l+1], w[l], false, scratch)
				vec.ReLUGrad(d[l].Data, h[l].Data)
			}
			vec.ColSums(gb[l], d[l+1])
			if fused {
				vec.MulTN(w[l], -rate, h[l], d[l+1], true)
				vec.Axpy(bias[l], -rate, gb[l])
			} else {
				vec.MulTN(gw[l], 1, h[l], d[l+1], false)
			}
		}
		if !fused {
			vec.Axpy(x, -rate, g)
		}
	}, func() float64 { return peak.FMA(peak.Path(vec.Path()), int(unsafe.Sizeof(x[0]))) })
}
