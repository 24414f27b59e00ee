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
	return &pool[F]{from: from, size: size, to: data.Shape{Channels: from.Channels, Rows: from.Rows / size, Cols: from.Cols / size}}
}

func (l *pool[F]) inputs() int          { return l.from.Size() }
func (l *pool[F]) outputs() int         { return l.to.Size() }
func (l *pool[F]) params() int          { return 0 }
func (l *pool[F]) weights() int         { return 0 }
func (l *pool[F]) init([]F, *rand.Rand) {}

func (l *pool[F]) forward(c call[F], _, in, out []F) {
	for p := range c.n * l.from.Channels {
		for y := range l.to.Rows {
			row := out[(p*l.to.Rows+y)*l.to.Cols:][:l.to.Cols]
			l.largest(row, in[(p*l.from.Rows+y*l.size)*l.from.Cols:])
		}
	}
}

// largest computes a row from the size rows at the front of in.
func (l *pool[F]) largest(row, in []F) {
	w := l.from.Cols
	if l.size == 2 {
		a, b := in[:2*len(row)], in[w:w+2*len(row)]
		for x := range row {
			row[x] = max(a[2*x], a[2*x+1], b[2*x], b[2*x+1])
		}
		return
	}
	for x := range row {
		m := in[x*l.size]
		for i := range l.size {
			for _, v := range in[i*w+x*l.size:][:l.size] {
				m = max(m, v)
			}
		}
		row[x] = m
	}
}

func (l *pool[F]) backward(c call[F], _, _, in, out, dout, din []F) {
	if din == nil {
		return
	}
	clear(din)
	w := l.from.Cols
	for p := range c.n * l.from.Channels {
		for y := range l.to.Rows {
			at := (p*l.to.Rows + y) * l.to.Cols
			top := (p*l.from.Rows + y*l.size) * w
			for x, v := range out[at : at+l.to.Cols] {
				din[top+x*l.size+place(in[top+x*l.size:], v, w, l.size)] = dout[at+x]
			}
		}
	}
}

// place is where in a square v stands first, as an offset; 0 if nowhere, as a NaN.
func place[F vec.Float](in []F, v F, width, size int) int {
	for i := range size {
		for j, x := range in[i*width:][:size] {
			if x == v {
				return i*width + j
			}
		}
	}
	return 0
}
