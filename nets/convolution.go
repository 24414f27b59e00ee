package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// convolution is out = act(in * W + b) over images with pad zeros around them: plane k of out is the sum over planes c of in,
// correlated with the square of weights (c, k), plus bias k.
//
// Nothing is copied into columns. In a plane whose rows are w wide the window's element (y, x) lies y w + x behind its first, so
// for fixed (y, x) the elements of all windows are one contiguous run: the image itself, shifted. A product of weights with such
// runs computes the windows of a row, then the size-1 that reach into the next row and mean nothing, then those of the next row. What
// means nothing is left behind on the way out, and is 0 on the way back.
//
// Weights are stored (c, y, x) by k.
type convolution[F vec.Float] struct {
	from, to data.Shape
	size     int // of the window, a square
	pad      int
	act      Activation

	wide      data.Shape // from with its padding
	positions int        // of windows, the meaningless ones included: what one product computes
}

func newConvolution[F vec.Float](from data.Shape, size, channels, pad int, act Activation) *convolution[F] {
	l := &convolution[F]{from: from, size: size, pad: pad, act: act}
	l.wide = data.Shape{Channels: from.Channels, Rows: from.Rows + 2*pad, Cols: from.Cols + 2*pad}
	l.to = data.Shape{Channels: channels, Rows: l.wide.Rows - size + 1, Cols: l.wide.Cols - size + 1}
	l.positions = (l.to.Rows-1)*l.wide.Cols + l.to.Cols
	return l
}

func (l *convolution[F]) inputs() int  { return l.from.Size() }
func (l *convolution[F]) outputs() int { return l.to.Size() }
func (l *convolution[F]) params() int  { return l.weights() + l.to.Channels }
func (l *convolution[F]) weights() int { return l.from.Channels * l.size * l.size * l.to.Channels }

func (l *convolution[F]) init(w []F, r *rand.Rand) {
	clear(w)
	window := l.size * l.size
	initUniform(w[:l.weights()], l.from.Channels*window, l.to.Channels*window, l.act, r)
}

func (l *convolution[F]) forward(c call[F], w, in, out []F) {
	raw := c.ws.Vec(l.to.Channels * l.to.Rows * l.wide.Cols)
	padded := l.newPadded(c.ws)
	bias := w[l.weights():]
	y := vec.Mat[F]{Data: raw, Rows: l.to.Channels, Cols: l.positions, Stride: l.to.Rows * l.wide.Cols}
	for i := range c.n {
		for k, b := range bias {
			vec.Fill(y.Row(k), b)
		}
		correlate(y, w, l.padded(padded, in[i*l.inputs():]), l.from.Channels, l.wide.Rows*l.wide.Cols, l.wide.Cols, l.size)
		copyRows(out[i*l.outputs():], l.to.Cols, raw, l.wide.Cols, l.to.Cols, l.to.Channels*l.to.Rows)
	}
	activate(l.act, c.ws, out, l.outputs())
}

func (l *convolution[F]) backward(c call[F], w, gw, in, out, dout, din []F) {
	unactivated(l.act, dout, out)
	channels, width := l.to.Channels, l.wide.Cols
	// The derivative of each plane, rows spread to the image's width, behind a margin that the windows of din reach into.
	margin := (l.size - 1) * (width + 1)
	plane := margin + l.wide.Rows*width
	spread := c.ws.Vec(channels * plane)
	clear(spread)
	d := vec.Mat[F]{Data: spread[margin:], Rows: channels, Cols: l.positions, Stride: plane}
	across := vec.NewMat(c.ws.Vec(l.positions*channels), l.positions, channels)
	padded := l.newPadded(c.ws)
	sums := c.ws.Float64s(channels)
	clear(sums)
	var flipped, wide []F
	if din != nil {
		flipped = c.ws.Vec(l.weights())
		l.flip(flipped, w)
		if l.pad > 0 {
			wide = c.ws.Vec(l.wide.Size())
		}
	}
	for i := range c.n {
		di := dout[i*l.outputs() : (i+1)*l.outputs()]
		area := l.to.Rows * l.to.Cols
		for k := range channels {
			sums[k] += vec.Sum(di[k*area : (k+1)*area])
			copyRows(d.Data[k*plane:], width, di[k*area:], l.to.Cols, l.to.Cols, l.to.Rows)
		}
		vec.Transpose(across, d)
		l.weightGrad(gw, l.padded(padded, in[i*l.inputs():]), across, i > 0)
		if din == nil {
			continue
		}
		to := din[i*l.inputs() : (i+1)*l.inputs()]
		x := to
		if l.pad > 0 {
			x = wide
		}
		clear(x)
		correlate(vec.NewMat(x, l.wide.Channels, l.wide.Rows*width), flipped, spread, channels, plane, width, l.size)
		if l.pad > 0 {
			for k := range l.from.Channels {
				copyRows(to[k*l.from.Rows*l.from.Cols:], l.from.Cols, x[(k*l.wide.Rows+l.pad)*width+l.pad:], width, l.from.Cols, l.from.Rows)
			}
		}
	}
	for k, s := range sums {
		gw[l.weights()+k] = F(s)
	}
}

// correlate adds to y the planes of src, correlated with the windows w, stored (plane, row, column) by rows of y. Planes are so
// many elements apart, their rows width. The sum over the window is cut into products: over planes for each place in the window, or, where
// the window is wider than there are planes, over its columns for each plane and row.
func correlate[F vec.Float](y vec.Mat[F], w, src []F, planes, plane, width, size int) {
	window := size * size
	if planes >= size {
		for at := range window {
			weights := vec.Mat[F]{Data: w[at*y.Rows:], Rows: planes, Cols: y.Rows, Stride: window * y.Rows}
			vec.MulTN(y, 1, weights, vec.Mat[F]{Data: src[at/size*width+at%size:], Rows: planes, Cols: y.Cols, Stride: plane}, true)
		}
		return
	}
	for p := range planes {
		for row := range size {
			weights := vec.NewMat(w[(p*size+row)*size*y.Rows:], size, y.Rows)
			vec.MulTN(y, 1, weights, vec.Mat[F]{Data: src[p*plane+row*width:], Rows: size, Cols: y.Cols, Stride: 1}, true)
		}
	}
}

// weightGrad computes, or adds, the derivative by the weights: every shifted plane of the image against the derivative by every
// plane of out, a column of d each. It is cut as correlate's sum is.
func (l *convolution[F]) weightGrad(gw, src []F, d vec.Mat[F], acc bool) {
	planes, plane, window := l.from.Channels, l.wide.Rows*l.wide.Cols, l.size*l.size
	if planes >= l.size {
		for at := range window {
			g := vec.Mat[F]{Data: gw[at*d.Cols:], Rows: planes, Cols: d.Cols, Stride: window * d.Cols}
			vec.MulNN(g, 1, vec.Mat[F]{Data: src[at/l.size*l.wide.Cols+at%l.size:], Rows: planes, Cols: d.Rows, Stride: plane}, d, acc)
		}
		return
	}
	for p := range planes {
		for row := range l.size {
			g := vec.NewMat(gw[(p*l.size+row)*l.size*d.Cols:], l.size, d.Cols)
			vec.MulTN(g, 1, vec.Mat[F]{Data: src[p*plane+row*l.wide.Cols:], Rows: d.Rows, Cols: l.size, Stride: 1}, d, acc)
		}
	}
}

// flip turns every window by half and exchanges the roles of planes: (k, y, x) by c.
func (l *convolution[F]) flip(dst, w []F) {
	window, from, to := l.size*l.size, l.from.Channels, l.to.Channels
	for c := range from {
		for at := range window {
			for k, v := range w[(c*window+at)*to : (c*window+at+1)*to] {
				dst[(k*window+window-1-at)*from+c] = v
			}
		}
	}
}

// newPadded is room for an image with its padding; nil if there is none.
func (l *convolution[F]) newPadded(ws *Workspace[F]) []F {
	if l.pad == 0 {
		return nil
	}
	p := ws.Vec(l.wide.Size())
	clear(p)
	return p
}

// padded is the image at the front of in with its padding.
func (l *convolution[F]) padded(room, in []F) []F {
	if l.pad == 0 {
		return in[:l.inputs()]
	}
	for k := range l.from.Channels {
		copyRows(room[(k*l.wide.Rows+l.pad)*l.wide.Cols+l.pad:], l.wide.Cols, in[k*l.from.Rows*l.from.Cols:], l.from.Cols, l.from.Cols, l.from.Rows)
	}
	return room
}

// copyRows copies rows of n elements between two layouts.
func copyRows[F vec.Float](dst []F, dstStride int, src []F, srcStride, n, rows int) {
	for i := range rows {
		copy(dst[i*dstStride:i*dstStride+n], src[i*srcStride:i*srcStride+n])
	}
}
