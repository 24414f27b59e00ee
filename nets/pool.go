package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// pool gives the largest of every size x size square of each plane, squares side by side; rows and columns that fill no square are left
// out. The derivative goes to the first of equals.
type pool[F vec.Float] struct {
	from, to data.Shape
	size     int
}

func newPool[F vec.Float](from data.Shape, size int) *pool[F] {
	return &pool[F]{from: from, size: size, to: pooled(from, size)}
}

// pooled is the shape of what a pool gives.
func pooled(from data.Shape, size int) data.Shape {
	return data.Shape{Channels: from.Channels, Rows: from.Rows / size, Cols: from.Cols / size}
}

func (l *pool[F]) inputs() int          { return l.from.Size() }
func (l *pool[F]) outputs() int         { return l.to.Size() }
func (l *pool[F]) params() int          { return 0 }
func (l *pool[F]) weights() int         { return 0 }
func (l *pool[F]) keeps() int           { return 0 }
func (l *pool[F]) init([]F, *rand.Rand) {}

func (l *pool[F]) forward(c call[F], _, in, out, _ []F) {
	area := l.from.Rows * l.from.Cols
	for p := range c.n * l.from.Channels {
		poolPlane(out[p*l.to.Rows*l.to.Cols:], in[p*area:(p+1)*area], l.to, l.from.Cols, l.size)
	}
}

func (l *pool[F]) backward(c call[F], _, _, in, _, _, dout, din []F) {
	if din == nil {
		return
	}
	clear(din)
	area := l.from.Rows * l.from.Cols
	for p := range c.n * l.from.Channels {
		unpoolPlane(din[p*area:(p+1)*area], in[p*area:(p+1)*area], dout[p*l.to.Rows*l.to.Cols:], l.to, l.from.Cols, l.size)
	}
}

// poolPlane writes one plane of a pool's result, of shape to, from a plane whose rows are width apart.
func poolPlane[F vec.Float](out, in []F, to data.Shape, width, size int) {
	for y := range to.Rows {
		row, in := out[y*to.Cols:(y+1)*to.Cols], in[y*size*width:]
		if size == 2 {
			a, b := in[:2*len(row)], in[width:][:2*len(row)]
			for x := range row {
				i := 2 * x
				if i+1 >= len(a) || i+1 >= len(b) {
					break // never: this saves the checks of indices
				}
				row[x] = max(a[i], a[i+1], b[i], b[i+1])
			}
			continue
		}
		for x := range row {
			row[x] = largest(in[x*size:], width, size)
		}
	}
}

// unpoolPlane writes the derivative by a pool's result to the places of din where in is largest, and nothing else.
func unpoolPlane[F vec.Float](din, in, dout []F, to data.Shape, width, size int) {
	for y := range to.Rows {
		d := dout[y*to.Cols : (y+1)*to.Cols]
		in, din := in[y*size*width:], din[y*size*width:]
		if size != 2 {
			for x, v := range d {
				square := in[x*size:]
				din[x*size+place(square, largest(square, width, size), width, size)] = v
			}
			continue
		}
		a, b, to := in[:2*len(d)], in[width:][:2*len(d)], din[:width+2*len(d)]
		for x, v := range d {
			i := 2 * x
			if i+1 >= len(a) || i+1 >= len(b) {
				break // never: this saves the checks of indices
			}
			a0, a1, b0, b1 := a[i], a[i+1], b[i], b[i+1]
			// Moves, not branches, which the processor could not guess.
			m, k := max(a0, a1, b0, b1), width+1
			if b0 == m {
				k = width
			}
			if a1 == m {
				k = 1
			}
			if a0 == m {
				k = 0
			}
			to[i+k] = v
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
