package nets

import (
	"fmt"
	"math"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// LSTM is a language model of long short-term memory (Hochreiter and Schmidhuber 1997, with the
// forget gate of Gers, Schmidhuber and Cummins 2000): embeddings of tokens, layers one upon the
// other, and logits. It begins every window with a memory of zeros.
type LSTM struct {
	WithTokens
	Layers int `doc:"one upon the other" in:"[1,16]"`
	Width  int `doc:"numbers of a token's embedding, and of each layer's memory" in:"[1,8192]"`
}

func init() {
	Register("lstm", "a language model of long short-term memory", "Hochreiter and Schmidhuber 1997, Neural Computation 9(8)",
		LSTM{WithTokens: onTokens(), Layers: 1, Width: 64}, newLSTM[float32], newLSTM[float64])
}

// Validate implements params.Validator.
func (c LSTM) Validate() error {
	if n := 8 * c.Layers * c.Width; n > mostParams/c.Width {
		return params.Errorf("width", "%d layers of width %d would have %d weights; the most is %d", c.Layers, c.Width, n*c.Width, mostParams)
	}
	return nil
}

func newLSTM[F vec.Float](c LSTM, e Env) (Problem[F], error) {
	return newLanguage(c.WithTokens, e, 0, func(vocabulary int) (sequenceNet[F], error) {
		if vocabulary > mostParams/c.Width {
			return nil, params.Errorf("width", "embeddings of %d tokens by %d numbers are more than %d", vocabulary, c.Width, mostParams)
		}
		return &lstm[F]{c: c, vocabulary: vocabulary}, nil
	})
}

// lstm computes on rows, one for each token of each window, the tokens of a window side by side. Of
// a token at t, with input x and the h and m (for memory) of the token before:
//
//	(i, f, o) = sigmoid((x, h) W + b), g = tanh((x, h) W + b), four widths of the columns of W and b
//	m <- f m + i g, h <- o tanh(m)
type lstm[F vec.Float] struct {
	c          LSTM
	vocabulary int
}

// Parameters implements Shaped.
func (l *lstm[F]) Parameters() []Parameter {
	var ps pieces
	w := l.c.Width
	ps.add("embedding", "token", l.vocabulary, w)
	for i := range l.c.Layers {
		layer := fmt.Sprintf("layer%d", i+1)
		ps.add(layer, "input.weight", w, 4*w)
		ps.add(layer, "hidden.weight", w, 4*w)
		ps.add(layer, "bias", 4*w)
	}
	ps.add("output", "weight", w, l.vocabulary)
	ps.add("output", "bias", l.vocabulary)
	return ps
}

// piece is what belongs to a layer of a vector as long as x.
func (l *lstm[F]) piece(x []F, i int) (input, hidden, bias []F) {
	w := l.c.Width
	rest := cutter[F](x[l.vocabulary*w+i*(8*w*w+4*w):])
	return rest.cut(4 * w * w), rest.cut(4 * w * w), rest.cut(4 * w)
}

func (l *lstm[F]) head(x []F) (weight, bias []F) {
	w := l.c.Width
	rest := cutter[F](x[l.vocabulary*w+l.c.Layers*(8*w*w+4*w):])
	return rest.cut(w * l.vocabulary), rest
}

// init draws matrices from +-1/sqrt(width) and embeddings with a standard deviation of 1; biases
// are 0, of the forget gate 1 (Gers et al. 2000; Jozefowicz et al. 2015).
func (l *lstm[F]) init(x []F, r *rand.Rand) {
	clear(x)
	w := l.c.Width
	in := 1 / math.Sqrt(float64(w))
	uniform(x[:l.vocabulary*w], math.Sqrt(3), r)
	for i := range l.c.Layers {
		input, hidden, bias := l.piece(x, i)
		uniform(input, in, r)
		uniform(hidden, in, r)
		vec.Fill(bias[w:2*w], 1)
	}
	weight, _ := l.head(x)
	uniform(weight, in, r)
}

// An lstmKeep is what a layer leaves for its way back, a row for each token.
type lstmKeep[F vec.Float] struct {
	in    []F // what it takes: the embeddings, or what the layer below gives
	gates []F // i, f, o, g
	m     []F
	tanh  []F // of m
	out   []F // h
}

func (l *lstm[F]) keeps() int { return l.c.Context * l.c.Width * (1 + 7*l.c.Layers) }

func (l *lstm[F]) kept(keep []F, n, i int) (k lstmKeep[F]) {
	size := n * l.c.Context * l.c.Width
	rest := cutter[F](keep[i*7*size:])
	k.in, k.gates, k.m, k.tanh = rest.cut(size), rest.cut(4*size), rest.cut(size), rest.cut(size)
	k.out = rest.cut(size)
	return k
}

func (l *lstm[F]) scratch(n int) int {
	rows, w := n*l.c.Context, l.c.Width
	return 10*rows*w + 32*vec.MaxChain + rows*(4*w+l.vocabulary) + 4*n*w
}

// at views what a layer has of the tokens at t of all windows.
func (l *lstm[F]) at(x []F, n, t, cols int) vec.Mat[F] {
	return vec.Mat[F]{Data: x[t*cols:], Rows: n, Cols: cols, Stride: l.c.Context * cols}
}

func (l *lstm[F]) forward(c Call[F], x []F, tokens []int, logits vec.Mat[F], keep []F) {
	rows, w := c.N*l.c.Context, l.c.Width
	vec.GatherRows(matOf(l.kept(keep, c.N, 0).in, rows, w), matOf(x, l.vocabulary, w), tokens)
	var out []F
	for i := range l.c.Layers {
		k := l.kept(keep, c.N, i)
		l.layer(c.N, k, x, i)
		out = k.out // and the next one's in
	}
	weight, bias := l.head(x)
	linearTo(logits, matOf(out, rows, w), weight, bias)
}

// layer is one layer forward, token after token.
func (l *lstm[F]) layer(n int, k lstmKeep[F], x []F, i int) {
	w, context := l.c.Width, l.c.Context
	input, hidden, bias := l.piece(x, i)
	linearTo(matOf(k.gates, n*context, 4*w), matOf(k.in, n*context, w), input, bias)
	for t := range context {
		gates := l.at(k.gates, n, t, 4*w)
		if t > 0 {
			vec.MulNN(gates, 1, l.at(k.out, n, t-1, w), matOf(hidden, w, 4*w), true)
		}
		for j := range n {
			row := cutter[F](gates.Row(j))
			vec.SigmoidTo(row[:3*w], row[:3*w])
			in, forget, open, g := row.cut(w), row.cut(w), row.cut(w), row.cut(w)
			vec.TanhTo(g, g)
			at := (j*context + t) * w
			m, tanh := k.m[at:at+w], k.tanh[at:at+w]
			vec.Mul(m, in, g)
			if t > 0 {
				vec.MulAdd(m, forget, k.m[at-w:at], m)
			}
			vec.TanhTo(tanh, m)
			vec.Mul(k.out[at:at+w], open, tanh)
		}
	}
}

func (l *lstm[F]) backward(c Call[F], x, grad []F, tokens []int, dlogits vec.Mat[F], keep []F) {
	rows, w := c.N*l.c.Context, l.c.Width
	dout, dgates := c.WS.Vec(rows*w), c.WS.Vec(4*rows*w)
	weight, _ := l.head(x)
	dweight, dbias := l.head(grad)
	linearBack(c.WS, matOf(dout, rows, w), dlogits, matOf(l.kept(keep, c.N, l.c.Layers-1).out, rows, w), weight, dweight, dbias)
	for i := l.c.Layers - 1; i >= 0; i-- {
		k := l.kept(keep, c.N, i)
		l.layerBack(c, k, x, i, dgates, dout)
		input, _, _ := l.piece(x, i)
		dinput, dhidden, dbias := l.piece(grad, i)
		linearBack(c.WS, matOf(dout, rows, w), matOf(dgates, rows, 4*w), matOf(k.in, rows, w), input, dinput, dbias)
		clear(dhidden)
		for j := range c.N {
			at, terms := j*l.c.Context*w, l.c.Context-1
			vec.MulTN(matOf(dhidden, w, 4*w), 1, matOf(k.out[at:], terms, w), matOf(dgates[4*(at+w):], terms, 4*w), true)
		}
	}
	dtoken := matOf(grad, l.vocabulary, w)
	clear(dtoken.Data)
	vec.ScatterAddRows(dtoken, tokens, matOf(dout, rows, w))
}

// layerBack turns the gradient dout by what a layer gives into that by the sums of its gates, token
// after token from the last.
func (l *lstm[F]) layerBack(c Call[F], k lstmKeep[F], x []F, i int, dgates, dout []F) {
	w, context := l.c.Width, l.c.Context
	_, hidden, _ := l.piece(x, i)
	free := c.WS.mark()
	later := matOf(c.WS.Vec(c.N*w), c.N, w) // the gradient by h from the token after
	memory := c.WS.Vec(c.N * w)             // and that by m
	scratch := c.WS.Vec(32*vec.MaxChain + c.N*5*w)
	clear(memory)
	for t := context - 1; t >= 0; t-- {
		for j := range c.N {
			at := (j*context + t) * w
			dh, dm, m := dout[at:at+w], memory[j*w:(j+1)*w], cutter[F](k.gates[4*at:])
			in, forget, open, g := m.cut(w), m.cut(w), m.cut(w), m.cut(w)
			d := cutter[F](dgates[4*at:])
			all := d[:4*w]
			din, dforget, dopen, dg := d.cut(w), d.cut(w), d.cut(w), d.cut(w)
			if t < context-1 {
				vec.Add(dh, dh, later.Row(j))
			}
			tanh := k.tanh[at : at+w]
			vec.Mul(dopen, dh, tanh)
			vec.Mul(dh, dh, open)
			vec.TanhGrad(dh, tanh)
			vec.Add(dm, dm, dh)
			vec.Mul(din, dm, g)
			vec.Mul(dg, dm, in)
			if t > 0 {
				vec.Mul(dforget, dm, k.m[at-w:at])
			} else {
				clear(dforget)
			}
			vec.Mul(dm, dm, forget)
			vec.SigmoidGrad(all[:3*w], k.gates[4*at:4*at+3*w])
			vec.TanhGrad(dg, g)
		}
		if t > 0 {
			h := matOf(hidden, w, 4*w)
			vec.MulNT(later, 1, l.at(dgates, c.N, t, 4*w), h, false, scratch)
		}
	}
	c.WS.release(free)
}
