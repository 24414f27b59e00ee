package nets

import (
	"fmt"
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// PoolLayer takes the largest of every square of each plane, squares side by side.
type PoolLayer struct {
	Size int `doc:"side of the square in pixels" in:"[1,31]"`
}

func init() {
	RegisterLayer("pool", "largest of each square", "", PoolLayer{Size: 2}, poolLayer[float32], poolLayer[float64])
}

// Shape implements Layer.
func (l PoolLayer) Shape(from data.Shape) (data.Shape, error) {
	to := pooled(from, l.Size)
	if to.Rows < 1 || to.Cols < 1 {
		return to, fmt.Errorf("a square of %d x %d does not fit %d x %d pixels", l.Size, l.Size, from.Rows, from.Cols)
	}
	return to, nil
}

func poolLayer[F vec.Float](c PoolLayer, p Place) Transform[F] { return newPool[F](p.From, c.Size) }

// pool gives the largest of every size x size square of each plane, squares side by side; rows and
// columns that fill no square are left out. The derivative goes to the first of equals.
type pool[F vec.Float] struct {
	from, to data.Shape
	size     int
}

var _ Transform[float32] = (*pool[float32])(nil)

func newPool[F vec.Float](from data.Shape, size int) *pool[F] {
	return &pool[F]{from: from, size: size, to: pooled(from, size)}
}

// pooled is the shape of what a pool gives.
func pooled(from data.Shape, size int) data.Shape {
	return data.Shape{Channels: from.Channels, Rows: from.Rows / size, Cols: from.Cols / size}
}

func (l *pool[F]) Inputs() int          { return l.from.Size() }
func (l *pool[F]) Outputs() int         { return l.to.Size() }
func (l *pool[F]) Params() int          { return 0 }
func (l *pool[F]) Weights() int         { return 0 }
func (l *pool[F]) Keeps() int           { return 0 }
func (l *pool[F]) Init([]F, *rand.Rand) {}

func (l *pool[F]) Forward(c Call[F], _, in, out, _ []F) {
	poolPlanes(many(out, c.N, l.to), many(in, c.N, l.from), l.size)
}

func (l *pool[F]) Backward(c Call[F], _, _, in, _, _, dout, din []F) {
	if din == nil {
		return
	}
	if l.from.Rows%l.size+l.from.Cols%l.size > 0 {
		clear(din)
	}
	unpoolPlanes(many(din, c.N, l.from), many(in, c.N, l.from), many(dout, c.N, l.to), l.size)
}

// planes are one image's, so many elements apart, of rows so many elements apart.
func planes[F vec.Float](x []F, of data.Shape, plane, width int) vec.Planes[F] {
	return vec.Planes[F]{Data: x, Planes: of.Channels, Rows: of.Rows, Cols: of.Cols, Plane: plane, Stride: width}
}

// many are the planes of n images without gaps.
func many[F vec.Float](x []F, n int, of data.Shape) vec.Planes[F] {
	all := planes(x, of, of.Rows*of.Cols, of.Cols)
	all.Planes *= n
	return all
}

// poolPlanes writes the largest of each square of src to dst, whose shape is in squares.
func poolPlanes[F vec.Float](dst, src vec.Planes[F], size int) {
	if size == 2 {
		vec.Pool2(dst, src)
		return
	}
	for p := range dst.Planes {
		for y := range dst.Rows {
			row, in := dst.Data[p*dst.Plane+y*dst.Stride:][:dst.Cols], src.Data[p*src.Plane+y*size*src.Stride:]
			for x := range row {
				row[x] = largest(in[x*size:], src.Stride, size)
			}
		}
	}
}

// unpoolPlanes writes the squares of d: the derivative g by the square's largest to the place where
// src has it, and 0 elsewhere.
func unpoolPlanes[F vec.Float](d, src, g vec.Planes[F], size int) {
	if size == 2 {
		vec.Unpool2(d, src, g)
		return
	}
	for p := range g.Planes {
		for y := range g.Rows {
			in, to := src.Data[p*src.Plane+y*size*src.Stride:], d.Data[p*d.Plane+y*size*d.Stride:]
			for i := range size {
				clear(to[i*d.Stride:][:g.Cols*size])
			}
			for x, v := range g.Data[p*g.Plane+y*g.Stride:][:g.Cols] {
				square := in[x*size:]
				at := place(square, largest(square, src.Stride, size), src.Stride, size)
				to[x*size+at/src.Stride*d.Stride+at%src.Stride] = v
			}
		}
	}
}

// largest is the largest number of a square.
func largest[F vec.Float](in []F, width, size int) F {
	m := in[0]
	for y := range size {
		for _, v := range in[y*width:][:size] {
			m = max(m, v)
		}
	}
	return m
}

// place is where in a square v stands first, as an offset; 0 if nowhere, as a NaN is.
func place[F vec.Float](in []F, v F, width, size int) int {
	for y := range size {
		for x, u := range in[y*width:][:size] {
			if u == v {
				return y*width + x
			}
		}
	}
	return 0
}
