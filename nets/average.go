package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// AverageLayer gives the mean of each plane (global average pooling).
type AverageLayer struct{}

// StrideLayer keeps every by-th pixel of every by-th row, from the first: a convolution and then
// this is a convolution with that stride, to the bit, at the cost of one without.
type StrideLayer struct {
	By int `doc:"how far the pixels that stay are apart" in:"[1,31]"`
}

func init() {
	RegisterLayer("average", "mean of each plane", "Lin, Chen & Yan 2014, arXiv 1312.4400", AverageLayer{}, averageLayer[float32], averageLayer[float64])
	RegisterLayer("stride", "every n-th pixel of every n-th row: behind a convolution, its stride", "", StrideLayer{2}, strideLayer[float32], strideLayer[float64])
}

// Shape implements Layer.
func (AverageLayer) Shape(from data.Shape) (data.Shape, error) {
	n, _ := planesOf(from)
	return data.Flat(n), nil
}

// Shape implements Layer.
func (l StrideLayer) Shape(from data.Shape) (data.Shape, error) { return strided(from, l.By), nil }

// strided is the shape of every by-th pixel.
func strided(from data.Shape, by int) data.Shape {
	return data.Shape{Channels: from.Channels, Rows: (from.Rows + by - 1) / by, Cols: (from.Cols + by - 1) / by}
}

// bare is what layers without parameters have in common.
type bare[F vec.Float] struct{ in, out int }

func (l bare[F]) Inputs() int          { return l.in }
func (l bare[F]) Outputs() int         { return l.out }
func (l bare[F]) Params() int          { return 0 }
func (l bare[F]) Weights() int         { return 0 }
func (l bare[F]) Keeps() int           { return 0 }
func (l bare[F]) Scratch(int) float64  { return 0 }
func (l bare[F]) Init([]F, *rand.Rand) {}

type average[F vec.Float] struct {
	bare[F]
	each int
}

func averageLayer[F vec.Float](_ AverageLayer, p Place) Transform[F] {
	n, each := planesOf(p.From)
	return &average[F]{bare[F]{p.From.Size(), n}, each}
}

// Forward implements Transform.
func (l *average[F]) Forward(c Call[F], _, in, out, _ []F) {
	for k := range c.N * l.out {
		out[k] = F(vec.Sum(in[k*l.each:(k+1)*l.each]) / float64(l.each))
	}
}

// Backward implements Transform.
func (l *average[F]) Backward(c Call[F], _, _, _, _, _, dout, din []F) {
	if din == nil {
		return
	}
	over := 1 / F(l.each)
	for k := range c.N * l.out {
		vec.Fill(din[k*l.each:(k+1)*l.each], over*dout[k])
	}
}

type stride[F vec.Float] struct {
	bare[F]
	from, to data.Shape
	by       int
}

func strideLayer[F vec.Float](c StrideLayer, p Place) Transform[F] {
	to := strided(p.From, c.By)
	return &stride[F]{bare[F]{p.From.Size(), to.Size()}, p.From, to, c.By}
}

// each calls f with the place of every pixel that stays, before and after, of n samples.
func (l *stride[F]) each(n int, f func(from, to int)) {
	to := 0
	for plane := range n * l.to.Channels {
		for row := range l.to.Rows {
			at := (plane*l.from.Rows + row*l.by) * l.from.Cols
			for col := range l.to.Cols {
				f(at+col*l.by, to)
				to++
			}
		}
	}
}

// Forward implements Transform.
func (l *stride[F]) Forward(c Call[F], _, in, out, _ []F) {
	l.each(c.N, func(from, to int) { out[to] = in[from] })
}

// Backward implements Transform.
func (l *stride[F]) Backward(c Call[F], _, _, _, _, _, dout, din []F) {
	if din == nil {
		return
	}
	clear(din[:c.N*l.in])
	l.each(c.N, func(from, to int) { din[from] = dout[to] })
}
