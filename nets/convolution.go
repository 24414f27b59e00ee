package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// convolution is out = pool(act(in * W + b)) over images with pad zeros around them: plane k of in * W is the sum over planes c of in,
// correlated with the square of weights (c, k). The pool that follows a convolution is part of it: the activations do not
// decrease, so that it suffices to take them of the largest sums.
//
// Nothing is copied into columns. In a plane whose rows are w wide the window's element (y, x) lies y w + x behind its first, so
// for fixed (y, x) the elements of all windows are one contiguous run: the image itself, shifted. A product of weights with such
// runs computes the windows of a row, then the size-1 that reach into the next row and mean nothing, then those of the next row. What
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
	positions int        // of windows, the meaningless ones included: what one product computes
}

func newConvolution[F vec.Float](from data.Shape, size, channels, pad int, act Activation, pool int) *convolution[F] {
	l := &convolution[F]{from: from, size: size, pad: pad, act: act, pool: pool}
	l.wide = data.Shape{Channels: from.Channels, Rows: from.Rows + 2*pad, Cols: from.Cols + 2*pad}
	l.sums = data.Shape{Channels: channels, Rows: l.wide.Rows - size + 1, Cols: l.wide.Cols - size + 1}
	l.to = pooled(l.sums, pool)
	l.positions = (l.sums.Rows-1)*l.wide.Cols + l.sums.Cols
	return l
}

func (l *convolution[F]) inputs() int  { return l.from.Size() }
func (l *convolution[F]) outputs() int { return l.to.Size() }
func (l *convolution[F]) params() int  { return l.weights() + l.to.Channels }
func (l *convolution[F]) weights() int { return l.from.Channels * l.size * l.size * l.to.Channels }

// keeps is room for the sums in rows as wide as the image's, which a pool's way back looks at.
func (l *convolution[F]) keeps() int { return l.sums.Channels * l.sums.Rows * l.wide.Cols }

func (l *convolution[F]) init(w []F, r *rand.Rand) {
	clear(w)
	window := l.size * l.size
	initUniform(w[:l.weights()], l.from.Channels*window, l.to.Channels*window, l.act, r)
}

func (l *convolution[F]) forward(c call[F], w, in, out, keep []F) {
	padded := l.newPadded(c.ws)
	bias := w[l.weights():]
	plane, area := l.sums.Rows*l.wide.Cols, l.to.Rows*l.to.Cols
	cut := newCorrelation(c.ws, l.wide, l.wide.Rows*l.wide.Cols, l.size)
	for i := range c.n {
		y := vec.Mat[F]{Data: keep[i*l.keeps() : (i+1)*l.keeps()], Rows: len(bias), Cols: l.positions, Stride: plane}
		cut.into(y, w, l.padded(padded, in[i*l.inputs():]))
		for k := range bias {
			to, sums := out[i*l.outputs()+k*area:], y.Data[k*plane:(k+1)*plane]
			if l.pool == 1 {
				copyRows(to, l.to.Cols, sums, l.wide.Cols, l.to.Cols, l.to.Rows)
			} else {
				poolPlane(to, sums, l.to, l.wide.Cols, l.pool)
			}
		}
	}
	// Every plane's bias, in every place.
	every := c.ws.Vec(l.outputs())
	for k, b := range bias {
		vec.Fill(every[k*area:(k+1)*area], b)
	}
	biased(l.act, vec.NewMat(out, c.n, l.outputs()), every)
}

func (l *convolution[F]) backward(c call[F], w, gw, in, out, keep, dout, din []F) {
	unactivated(l.act, dout, out)
	channels, width, area := l.to.Channels, l.wide.Cols, l.to.Rows*l.to.Cols
	// The derivative of each plane, rows spread to the image's width, behind a margin that the windows of din reach into.
	margin := (l.size - 1) * (width + 1)
	plane := margin + l.wide.Rows*width
	// Its transpose is taken in whole tiles, hence some planes and positions of zeros more.
	tall, long := (channels+7)&^7, min((l.positions+7)&^7, plane-margin)
	spread := c.ws.Vec(tall * plane)
	clear(spread)
	d := vec.Mat[F]{Data: spread[margin:], Rows: tall, Cols: long, Stride: plane}
	g := newWeightGrad(c.ws, l.wide, l.positions, l.size, channels, tall, long)
	padded := l.newPadded(c.ws)
	sums := c.ws.Float64s(channels)
	clear(sums)
	var back correlation[F]
	var flipped, wide []F
	if din != nil {
		flipped = c.ws.Vec(l.weights())
		l.flip(flipped, w)
		back = newCorrelation(c.ws, data.Shape{Channels: channels, Rows: l.wide.Rows, Cols: width}, plane, l.size)
		if l.pad > 0 {
			wide = c.ws.Vec(l.wide.Size())
		}
	}
	for i := range c.n {
		if l.pool > 1 && i > 0 {
			clear(spread[:channels*plane]) // the largest stood elsewhere
		}
		for k := range channels {
			dk := dout[i*l.outputs()+k*area:][:area]
			sums[k] += vec.Sum(dk)
			if l.pool == 1 {
				copyRows(d.Data[k*plane:], width, dk, l.to.Cols, l.to.Cols, l.to.Rows)
			} else {
				unpoolPlane(d.Data[k*plane:], keep[i*l.keeps()+k*l.sums.Rows*width:][:l.sums.Rows*width], dk, l.to, width, l.pool)
			}
		}
		g.add(l.padded(padded, in[i*l.inputs():]), d, i > 0)
		if din == nil {
			continue
		}
		to := din[i*l.inputs() : (i+1)*l.inputs()]
		x := to
		if l.pad > 0 {
			x = wide
		}
		back.into(vec.NewMat(x, l.wide.Channels, l.wide.Rows*width), flipped, spread)
		if l.pad > 0 {
			for k := range l.from.Channels {
				copyRows(to[k*l.from.Rows*l.from.Cols:], l.from.Cols, x[(k*l.wide.Rows+l.pad)*width+l.pad:], width, l.from.Cols, l.from.Rows)
			}
		}
	}
	g.write(gw)
	for k, s := range sums {
		gw[l.weights()+k] = F(s)
	}
}

// A correlation sums windows over planes of images, weights being (y, c, x) by rows of the result. Its sum is cut into products
// in one of three ways, so that products are long and nothing large is copied:
//
//   - many planes: a product over planes for each place (y, x) in the window;
//   - one plane: over the columns x for each row y, the rows of the factor being the image, each shifted by one more;
//   - between: the planes are copied size times, each copy shifted by one more, then a product over (c, x) for each y.
type correlation[F vec.Float] struct {
	planes, plane, width, size int
	shifted                    []F // room for the copies; nil: none are made
}

// manyPlanes is from where on a product over planes is long enough.
const manyPlanes = 12

// newCorrelation is for images of a shape whose planes are so many elements apart.
func newCorrelation[F vec.Float](ws *Workspace[F], of data.Shape, plane, size int) correlation[F] {
	k := correlation[F]{planes: of.Channels, plane: plane, width: of.Cols, size: size}
	if k.planes > 1 && k.planes < manyPlanes && size > 1 {
		k.shifted = ws.Vec(k.planes * size * plane)
	}
	return k
}

// into writes the correlation of src with w to y.
func (k correlation[F]) into(y vec.Mat[F], w, src []F) {
	switch {
	case k.shifted != nil:
		for p := range k.planes {
			for x := range k.size {
				copy(k.shifted[(p*k.size+x)*k.plane:][:k.plane-x], src[p*k.plane+x:(p+1)*k.plane])
			}
		}
		k.rows(y, w, k.shifted, k.planes*k.size, k.plane)
	case k.planes == 1 && k.size > 1:
		k.rows(y, w, src, k.size, 1)
	default:
		for at := range k.size * k.size {
			row, col := at/k.size, at%k.size
			weights := vec.Mat[F]{Data: w[(row*k.planes*k.size+col)*y.Rows:], Rows: k.planes, Cols: y.Rows, Stride: k.size * y.Rows}
			vec.MulTN(y, 1, weights, vec.Mat[F]{Data: src[row*k.width+col:], Rows: k.planes, Cols: y.Cols, Stride: k.plane}, at > 0)
		}
	}
}

// rows sums a product of depth terms for each row of the window, the terms' runs being stride apart.
func (k correlation[F]) rows(y vec.Mat[F], w, src []F, depth, stride int) {
	for row := range k.size {
		weights := vec.NewMat(w[row*depth*y.Rows:], depth, y.Rows)
		vec.MulTN(y, 1, weights, vec.Mat[F]{Data: src[row*k.width:], Rows: depth, Cols: y.Cols, Stride: stride}, row > 0)
	}
}

// A weightGrad adds up the derivative by the weights over images: (y, c, x) by k is the sum over positions q of the image at q
// + y w + x times the derivative by plane k at q. With q + x for q, the derivatives at q - x, for all x, are one run in the
// transposed derivative, whose rows overlap from one q to the next: so all x and k of a row of the window come from one product.
type weightGrad[F vec.Float] struct {
	of             data.Shape
	size, channels int
	tall, long     int // of the derivative's transpose: columns, and rows that are written
	across         []F // the transpose, with size-1 rows of zeros before and after
	runs           vec.Mat[F]
	sum            []F // (y, c), or (c, y), by (x from the last to the first, k)
}

func newWeightGrad[F vec.Float](ws *Workspace[F], of data.Shape, positions, size, channels, tall, long int) weightGrad[F] {
	g := weightGrad[F]{of: of, size: size, channels: channels, tall: tall, long: long}
	terms := positions + size - 1
	g.across = ws.Vec((size - 1 + max(long, terms)) * tall)
	clear(g.across)
	g.runs = vec.Mat[F]{Data: g.across, Rows: terms, Cols: (size-1)*tall + channels, Stride: tall}
	g.sum = ws.Vec(size * of.Channels * g.runs.Cols)
	return g
}

// byRows tells whether products are over the rows of the window for each plane, or over planes for each row.
func (g weightGrad[F]) byRows() bool { return g.size > g.of.Channels }

// add adds one image's part, or begins with it.
func (g weightGrad[F]) add(src []F, d vec.Mat[F], acc bool) {
	vec.Transpose(vec.NewMat(g.across[(g.size-1)*g.tall:], g.long, g.tall), d)
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
				at := row*g.runs.Cols + (g.size-1-x)*g.tall
				copy(gw[((y*g.of.Channels+c)*g.size+x)*g.channels:][:g.channels], g.sum[at:])
			}
		}
	}
}

// flip turns every window by half and exchanges the roles of planes: (y, k, x) by c.
func (l *convolution[F]) flip(dst, w []F) {
	size, from, to := l.size, l.from.Channels, l.to.Channels
	for y := range size {
		for c := range from {
			for x := range size {
				for k, v := range w[((y*from+c)*size+x)*to:][:to] {
					dst[(((size-1-y)*to+k)*size+size-1-x)*from+c] = v
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
