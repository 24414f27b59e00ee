package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// convolution is out = pool(act(in * W + b)) over images with pad zeros around them: plane k of in
// * W is the sum over planes c of in, correlated with the square of weights (c, k). The pool that
// follows a convolution is part of it: the activations do not decrease, so that it suffices to take
// them of the largest sums.
//
// Nothing is copied into columns. In a plane whose rows are w wide the window's element (y, x) lies
// y w + x behind its first, so for fixed (y, x) the elements of all windows are one contiguous run:
// the image itself, shifted. A weighted sum of such runs (vec.Correlate) is the windows of a row,
// then the size-1 that reach into the next row and mean nothing, then those of the next row. What
// means nothing is left behind on the way out, and is 0 on the way back.
//
// Weights are stored (y, c, x) by k.
type convolution[F vec.Float] struct {
	from, to data.Shape
	size     int // of the window, a square
	pad      int
	act      Activation
	pool     int // side of the squares of which the largest is taken; 1: none

	wide      data.Shape // from with its padding
	sums      data.Shape // of in * W
	positions int        // of windows, the meaningless ones included: what is computed
	// zeros before each plane of derivatives, which the windows of din reach into
	margin int
	fore   vec.Taps // of a window in an image
	back   vec.Taps // of a turned window in the derivatives
}

var _ Transform[float32] = (*convolution[float32])(nil)

func newConvolution[F vec.Float](from data.Shape, size, channels, pad int, act Activation, pool int) *convolution[F] {
	l := &convolution[F]{from: from, size: size, pad: pad, act: act, pool: pool}
	l.wide = data.Shape{Channels: from.Channels, Rows: from.Rows + 2*pad, Cols: from.Cols + 2*pad}
	l.sums = data.Shape{Channels: channels, Rows: l.wide.Rows - size + 1, Cols: l.wide.Cols - size + 1}
	l.to = pooled(l.sums, pool)
	l.positions = (l.sums.Rows-1)*l.wide.Cols + l.sums.Cols
	l.margin = (size - 1) * (l.wide.Cols + 1)
	l.fore = windowTaps(l.wide, l.wide.Rows*l.wide.Cols, size)
	l.back = windowTaps(data.Shape{Channels: channels, Rows: l.wide.Rows, Cols: l.wide.Cols}, l.margin+l.wide.Rows*l.wide.Cols, size)
	return l
}

func (l *convolution[F]) Inputs() int  { return l.from.Size() }
func (l *convolution[F]) Outputs() int { return l.to.Size() }
func (l *convolution[F]) Params() int  { return l.Weights() + l.to.Channels }
func (l *convolution[F]) Weights() int { return l.from.Channels * l.size * l.size * l.to.Channels }

// keeps is room for the sums in rows as wide as the image's, which a pool's way back looks at.
func (l *convolution[F]) Keeps() int { return l.sums.Channels * l.sums.Rows * l.wide.Cols }

func (l *convolution[F]) Init(w []F, r *rand.Rand) {
	clear(w)
	window := l.size * l.size
	initUniform(w[:l.Weights()], l.from.Channels*window, l.to.Channels*window, l.act, r)
}

func (l *convolution[F]) Forward(c Call[F], w, in, out, keep []F) {
	padded := l.newPadded(c.WS)
	bias := w[l.Weights():]
	plane, area := l.sums.Rows*l.wide.Cols, l.to.Rows*l.to.Cols
	terms := l.inTerms(c.WS, w)
	for i := range c.N {
		y := vec.Mat[F]{Data: keep[i*l.Keeps() : (i+1)*l.Keeps()], Rows: len(bias), Cols: l.positions, Stride: plane}
		vec.Correlate(y, terms, l.padded(padded, in[i*l.Inputs():]), l.fore)
		to := out[i*l.Outputs():]
		if l.pool > 1 {
			poolPlanes(planes(to, l.to, area, l.to.Cols), planes(y.Data, l.sums, plane, l.wide.Cols), l.pool)
			continue
		}
		for k := range bias {
			copyRows(to[k*area:], l.to.Cols, y.Data[k*plane:], l.wide.Cols, l.to.Cols, l.to.Rows)
		}
	}
	// Every plane's bias, in every place.
	every := c.WS.Vec(l.Outputs())
	for k, b := range bias {
		vec.Fill(every[k*area:(k+1)*area], b)
	}
	biased(l.act, vec.NewMat(out, c.N, l.Outputs()), every)
}

func (l *convolution[F]) Backward(c Call[F], w, gw, in, out, keep, dout, din []F) {
	unactivated(l.act, dout, out)
	channels, width, area := l.to.Channels, l.wide.Cols, l.to.Rows*l.to.Cols
	// The derivative of each plane, rows spread to the image's width, behind a margin that the
	// windows of din reach into.
	plane := l.margin + l.wide.Rows*width
	// Its transpose is taken in whole tiles, hence some planes and positions of zeros more.
	tall, long := (channels+7)&^7, min((l.positions+7)&^7, l.wide.Rows*width)
	spread := c.WS.Vec(tall * plane)
	clear(spread)
	d := vec.Mat[F]{Data: spread[l.margin:], Rows: tall, Cols: long, Stride: plane}
	g := newWeightGrad(c.WS, l.wide, l.positions, l.size, channels, d)
	padded := l.newPadded(c.WS)
	sums := c.WS.Float64s(channels)
	clear(sums)
	var flipped, wide []F
	if din != nil {
		flipped = c.WS.Vec(l.Weights())
		l.flip(flipped, w)
		if l.pad > 0 {
			wide = c.WS.Vec(l.wide.Size())
		}
	}
	for i := range c.N {
		di := dout[i*l.Outputs():][:l.Outputs()]
		for k := range channels {
			dk := di[k*area:][:area]
			sums[k] += vec.Sum(dk)
			if l.pool == 1 {
				copyRows(d.Data[k*plane:], width, dk, l.to.Cols, l.to.Cols, l.to.Rows)
			}
		}
		if l.pool > 1 {
			unpoolPlanes(planes(d.Data, l.sums, plane, width), planes(keep[i*l.Keeps():], l.sums, l.sums.Rows*width, width),
				planes(di, l.to, area, l.to.Cols), l.pool)
		}
		g.add(l.padded(padded, in[i*l.Inputs():]), d, i > 0)
		if din == nil {
			continue
		}
		to := din[i*l.Inputs() : (i+1)*l.Inputs()]
		x := to
		if l.pad > 0 {
			x = wide
		}
		vec.Correlate(vec.NewMat(x, l.wide.Channels, l.wide.Rows*width), flipped, spread, l.back)
		if l.pad > 0 {
			for k := range l.from.Channels {
				copyRows(to[k*l.from.Rows*l.from.Cols:], l.from.Cols, x[(k*l.wide.Rows+l.pad)*width+l.pad:], width, l.from.Cols, l.from.Rows)
			}
		}
	}
	g.write(gw)
	for k, s := range sums {
		gw[l.Weights()+k] = F(s)
	}
}

// windowTaps are where the elements of a window lie in planes of images that are so many elements
// apart. Its sum is cut into chains: of many planes over planes for each place (y, x) in the
// window, of fewer over (c, x) for each row y.
func windowTaps(of data.Shape, plane, size int) vec.Taps {
	perRow := 1
	if overPlanes(of.Channels, size) {
		perRow = size
	}
	sums := make([][]int, size*perRow)
	for y := range size {
		for c := range of.Channels {
			for x := range size {
				sum := &sums[y*perRow+x*perRow/size]
				*sum = append(*sum, c*plane+y*of.Cols+x)
			}
		}
	}
	return vec.NewTaps(sums...)
}

// overPlanes tells whether chains are over planes, of which there are many. (Where a window is one
// pixel, chains are the same either way.)
func overPlanes(planes, size int) bool { return planes >= 12 && size > 1 }

// A weightGrad adds up the derivative by the weights over images: (y, c, x) by k is the sum over
// positions q of the image at q + y w + x times the derivative by plane k at q. With q + x for q,
// the derivatives at q - x, for all x, are one run in the transposed derivative, whose rows overlap
// from one q to the next: so all x and k of a row of the window come from one product.
type weightGrad[F vec.Float] struct {
	of             data.Shape
	size, channels int
	across         []F // the derivative's transpose, with size-1 rows of zeros before and after
	runs           vec.Mat[F]
	sum            []F // (y, c), or (c, y), by (x from the last to the first, k)
}

func newWeightGrad[F vec.Float](ws *Workspace[F], of data.Shape, positions, size, channels int, d vec.Mat[F]) weightGrad[F] {
	g := weightGrad[F]{of: of, size: size, channels: channels}
	terms := positions + size - 1
	g.across = ws.Vec((size-1+max(d.Cols, terms))*channels + d.Rows - channels)
	clear(g.across)
	g.runs = vec.Mat[F]{Data: g.across, Rows: terms, Cols: size * channels, Stride: channels}
	g.sum = ws.Vec(size * of.Channels * g.runs.Cols)
	return g
}

// byRows tells whether products are over the rows of the window for each plane, or over planes for
// each row.
func (g weightGrad[F]) byRows() bool { return g.size > g.of.Channels }

// add adds one image's part, or begins with it.
func (g weightGrad[F]) add(src []F, d vec.Mat[F], acc bool) {
	vec.TransposeTight(g.across[(g.size-1)*g.channels:], g.channels, d)
	plane, cols := g.of.Rows*g.of.Cols, g.runs.Cols
	if g.byRows() {
		for c := range g.of.Channels {
			image := vec.Mat[F]{Data: src[c*plane:], Rows: g.size, Cols: g.runs.Rows, Stride: g.of.Cols}
			vec.MulNN(vec.NewMat(g.sum[c*g.size*cols:], g.size, cols), 1, image, g.runs, acc)
		}
		return
	}
	for y := range g.size {
		image := vec.Mat[F]{Data: src[y*g.of.Cols:], Rows: g.of.Channels, Cols: g.runs.Rows, Stride: plane}
		vec.MulNN(vec.NewMat(g.sum[y*g.of.Channels*cols:], g.of.Channels, cols), 1, image, g.runs, acc)
	}
}

// write puts the sums where the weights are.
func (g weightGrad[F]) write(gw []F) {
	for y := range g.size {
		for c := range g.of.Channels {
			row := y*g.of.Channels + c
			if g.byRows() {
				row = c*g.size + y
			}
			for x := range g.size {
				at := row*g.runs.Cols + (g.size-1-x)*g.channels
				copy(gw[((y*g.of.Channels+c)*g.size+x)*g.channels:][:g.channels], g.sum[at:])
			}
		}
	}
}

// inTerms are the weights in the order of the taps: (y, x, c) by k instead of (y, c, x) by k where
// chains are over planes.
func (l *convolution[F]) inTerms(ws *Workspace[F], w []F) []F {
	size, from, to := l.size, l.from.Channels, l.to.Channels
	if !overPlanes(from, size) {
		return w
	}
	terms := ws.Vec(l.Weights())
	for y := range size {
		for c := range from {
			for x := range size {
				copy(terms[((y*size+x)*from+c)*to:][:to], w[((y*from+c)*size+x)*to:])
			}
		}
	}
	return terms
}

// flip turns every window by half and exchanges the roles of planes: (y, k, x) by c, or (y, x, k)
// by c, as the taps are.
func (l *convolution[F]) flip(dst, w []F) {
	size, from, to := l.size, l.from.Channels, l.to.Channels
	perX, perK := 1, size
	if overPlanes(to, size) {
		perX, perK = to, 1
	}
	for y := range size {
		for c := range from {
			for x := range size {
				for k, v := range w[((y*from+c)*size+x)*to:][:to] {
					dst[((size-1-y)*to*size+(size-1-x)*perX+k*perK)*from+c] = v
				}
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
		return in[:l.Inputs()]
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
