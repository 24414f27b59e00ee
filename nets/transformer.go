package nets

import (
	"fmt"
	"math"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Transformer is a decoder (Vaswani et al. 2017; with the norms before, as in GPT-2): embeddings of
// tokens and of their places, blocks of causal attention and of an MLP of four times the width with
// GELU, each behind a layer norm and beside a residual connection, a last norm, and logits.
type Transformer struct {
	WithTokens
	Layers  int     `doc:"blocks of attention and MLP" in:"[1,96]"`
	Width   int     `doc:"numbers of a token within the net; a multiple of heads" in:"[1,8192]"`
	Heads   int     `doc:"of attention, each of width / heads" in:"[1,128]"`
	Dropout float64 `doc:"while training, of embeddings and of what each half of a block adds: the probability of being set to 0" in:"[0,1)"`
	Tied    bool    `doc:"the logits are made by the embeddings of the tokens, not by a matrix of their own"`
}

func init() {
	Register("transformer", "a decoder-only language model: causal attention, GELU, norms first", "Vaswani et al. 2017, arXiv 1706.03762; Radford et al. 2019",
		Transformer{WithTokens: onTokens(), Layers: 2, Width: 64, Heads: 4, Tied: true}, newTransformer[float32], newTransformer[float64])
}

// Validate implements params.Validator.
func (c Transformer) Validate() error {
	if c.Width%c.Heads != 0 {
		return params.Errorf("heads", "%d heads do not share a width of %d evenly; take a divisor of it", c.Heads, c.Width)
	}
	if n := 12 * c.Layers * c.Width; n > mostParams/c.Width {
		return params.Errorf("width", "%d blocks of width %d would have %d weights; the most is %d", c.Layers, c.Width, n*c.Width, mostParams)
	}
	return nil
}

func newTransformer[F vec.Float](c Transformer, e Env) (Problem[F], error) {
	return newLanguage(c.WithTokens, e, c.Dropout, func(vocabulary int) (sequenceNet[F], error) {
		if vocabulary+c.Context > mostParams/c.Width {
			return nil, params.Errorf("width", "embeddings of %d tokens and %d places by %d numbers are more than %d", vocabulary, c.Context, c.Width, mostParams)
		}
		t := &transformer[F]{c: c, vocabulary: vocabulary}
		for i := range 1 + 2*c.Layers {
			key := stream.NewKey(e.Seed, fmt.Sprintf("problem: dropout %d", i))
			t.drops = append(t.drops, dropout[F]{size: c.Context * c.Width, rate: c.Dropout, key: key})
		}
		return t, nil
	})
}

// transformer computes on rows, one for each token of each window, the tokens of a window side by
// side.
type transformer[F vec.Float] struct {
	c          Transformer
	vocabulary int
	drops      []dropout[F] // of the embeddings, then two of each block
}

// normEps is what layer norms add to the variance.
const normEps = 1e-5

// Parameters implements Shaped.
func (t *transformer[F]) Parameters() []Parameter {
	var ps pieces
	w := t.c.Width
	ps.add("embedding", "token", t.vocabulary, w)
	ps.add("embedding", "position", t.c.Context, w)
	for b := range t.c.Layers {
		block := fmt.Sprintf("block%d", b+1)
		ps.add(block, "norm1.gain", w)
		ps.add(block, "norm1.bias", w)
		ps.add(block, "attention.weight", w, 3*w)
		ps.add(block, "attention.bias", 3*w)
		ps.add(block, "project.weight", w, w)
		ps.add(block, "project.bias", w)
		ps.add(block, "norm2.gain", w)
		ps.add(block, "norm2.bias", w)
		ps.add(block, "up.weight", w, 4*w)
		ps.add(block, "up.bias", 4*w)
		ps.add(block, "down.weight", 4*w, w)
		ps.add(block, "down.bias", w)
	}
	ps.add("output", "norm.gain", w)
	ps.add("output", "norm.bias", w)
	if !t.c.Tied {
		ps.add("output", "weight", w, t.vocabulary)
	}
	return ps
}

// A blockPiece is what belongs to a block of a vector as long as x.
type blockPiece[F vec.Float] struct {
	gain1, bias1                       []F
	qkv, qkvBias, project, projectBias []F
	gain2, bias2                       []F
	up, upBias, down, downBias         []F
}

// A cutter cuts a vector into pieces, one after the other.
type cutter[F vec.Float] []F

func (c *cutter[F]) cut(n int) []F {
	p := (*c)[:n:n]
	*c = (*c)[n:]
	return p
}

// embeddings are those of a vector as long as x.
func (t *transformer[F]) embeddings(x []F) (token, position vec.Mat[F]) {
	v, w := t.vocabulary, t.c.Width
	return vec.NewMat(x, v, w), vec.NewMat(x[v*w:], t.c.Context, w)
}

// blockSize is the number of parameters of a block.
func (t *transformer[F]) blockSize() int { return 12*t.c.Width*t.c.Width + 13*t.c.Width }

func (t *transformer[F]) block(x []F, b int) (p blockPiece[F]) {
	w := t.c.Width
	rest := cutter[F](x[(t.vocabulary+t.c.Context)*w+b*t.blockSize():])
	p.gain1, p.bias1 = rest.cut(w), rest.cut(w)
	p.qkv, p.qkvBias = rest.cut(3*w*w), rest.cut(3*w)
	p.project, p.projectBias = rest.cut(w*w), rest.cut(w)
	p.gain2, p.bias2 = rest.cut(w), rest.cut(w)
	p.up, p.upBias = rest.cut(4*w*w), rest.cut(4*w)
	p.down, p.downBias = rest.cut(4*w*w), rest.cut(w)
	return p
}

// head is what makes the logits: weight is empty where the embeddings do.
func (t *transformer[F]) head(x []F) (gain, bias, weight []F) {
	w := t.c.Width
	rest := cutter[F](x[(t.vocabulary+t.c.Context)*w+t.c.Layers*t.blockSize():])
	return rest.cut(w), rest.cut(w), rest
}

// init draws matrices from +-1/sqrt(in), those that end a residual branch divided by sqrt(2 layers)
// as in GPT-2, and embeddings with a standard deviation of 1/(2 sqrt(width)), by which logits of
// tied embeddings have one of 1/2; gains are 1, biases 0.
func (t *transformer[F]) init(x []F, r *rand.Rand) {
	clear(x)
	w := float64(t.c.Width)
	in := 1 / math.Sqrt(w)
	branch := 1 / math.Sqrt(float64(2*t.c.Layers))
	token, position := t.embeddings(x)
	uniform(token.Data, in*math.Sqrt(.75), r)
	uniform(position.Data, in*math.Sqrt(.75), r)
	for b := range t.c.Layers {
		p := t.block(x, b)
		vec.Fill(p.gain1, 1)
		vec.Fill(p.gain2, 1)
		uniform(p.qkv, in, r)
		uniform(p.project, in*branch, r)
		uniform(p.up, in, r)
		uniform(p.down, in/2*branch, r)
	}
	gain, _, weight := t.head(x)
	vec.Fill(gain, 1)
	uniform(weight, in, r)
}

// A blockKeep is what a block leaves for its way back.
type blockKeep[F vec.Float] struct {
	unit1, scale1, norm1 []F // of the first norm: unit, scale and result
	qkv, weights, mixed  []F // queries, keys and values; of each head, row by row; what they give
	unit2, scale2, norm2 []F
	up, tanh, active     []F // of the MLP
}

// blockKeeps is how many numbers of a window that are.
func (t *transformer[F]) blockKeeps() int {
	c, w := t.c.Context, t.c.Width
	return c * (20*w + 2 + t.c.Heads*c)
}

func (t *transformer[F]) keeps() int {
	return t.c.Layers*t.blockKeeps() + t.c.Context*(2*t.c.Width+1)
}

func (t *transformer[F]) kept(keep []F, n, b int) (k blockKeep[F]) {
	rows, w := n*t.c.Context, t.c.Width
	rest := cutter[F](keep[n*b*t.blockKeeps():])
	k.unit1, k.scale1, k.norm1 = rest.cut(rows*w), rest.cut(rows), rest.cut(rows*w)
	k.qkv, k.weights, k.mixed = rest.cut(3*rows*w), rest.cut(rows*t.c.Heads*t.c.Context), rest.cut(rows*w)
	k.unit2, k.scale2, k.norm2 = rest.cut(rows*w), rest.cut(rows), rest.cut(rows*w)
	k.up, k.tanh, k.active = rest.cut(4*rows*w), rest.cut(4*rows*w), rest.cut(4*rows*w)
	return k
}

// keptLast is what the last norm leaves.
func (t *transformer[F]) keptLast(keep []F, n int) (unit, scale, norm []F) {
	rows, w := n*t.c.Context, t.c.Width
	rest := cutter[F](keep[n*t.c.Layers*t.blockKeeps():])
	return rest.cut(rows * w), rest.cut(rows), rest.cut(rows * w)
}

func (t *transformer[F]) scratch(n int) int {
	rows, w := n*t.c.Context, t.c.Width
	widest := max(4*w, t.vocabulary)
	return 10*rows*w + t.attentionScratch() + 32*vec.MaxChain + rows*(widest+w) + 4*w
}

// matOf views rows of a width.
func matOf[F vec.Float](x []F, rows, cols int) vec.Mat[F] { return vec.NewMat(x, rows, cols) }

// linearTo is out = in weight + bias on rows.
func linearTo[F vec.Float](out, in vec.Mat[F], weight, bias []F) {
	vec.MulNN(out, 1, in, matOf(weight, in.Cols, out.Cols), false)
	vec.AddBias(out, bias)
}

// linearBack takes the gradient d by out of linearTo back: to weight, bias and, over in's width, to
// din.
func linearBack[F vec.Float](ws *Workspace[F], din, d, in vec.Mat[F], weight, dweight, dbias []F) {
	vec.MulTN(matOf(dweight, in.Cols, d.Cols), 1, in, d, false)
	vec.ColSums(dbias, d)
	free := ws.mark()
	w := matOf(weight, in.Cols, d.Cols)
	vec.MulNT(din, 1, d, w, false, ws.Vec(vec.ScratchNT(d, w)))
	ws.release(free)
}

func (t *transformer[F]) forward(c Call[F], x []F, tokens []int, logits vec.Mat[F], keep []F) {
	rows, w := c.N*t.c.Context, t.c.Width
	stream, branch := matOf(c.WS.Vec(rows*w), rows, w), matOf(c.WS.Vec(rows*w), rows, w)
	token, position := t.embeddings(x)
	vec.GatherRows(stream, token, tokens)
	vec.AddBias(matOf(stream.Data, c.N, t.c.Context*w), position.Data)
	t.drop(c, 0, stream.Data)
	for b := range t.c.Layers {
		p, k := t.block(x, b), t.kept(keep, c.N, b)
		norm := matOf(k.norm1, rows, w)
		vec.LayerNorm(norm, matOf(k.unit1, rows, w), k.scale1, stream, p.gain1, p.bias1, normEps)
		linearTo(matOf(k.qkv, rows, 3*w), norm, p.qkv, p.qkvBias)
		t.attend(c, k)
		linearTo(branch, matOf(k.mixed, rows, w), p.project, p.projectBias)
		t.drop(c, 1+2*b, branch.Data)
		vec.Add(stream.Data, stream.Data, branch.Data)

		norm = matOf(k.norm2, rows, w)
		vec.LayerNorm(norm, matOf(k.unit2, rows, w), k.scale2, stream, p.gain2, p.bias2, normEps)
		linearTo(matOf(k.up, rows, 4*w), norm, p.up, p.upBias)
		vec.GELU(k.active, k.tanh, k.up)
		linearTo(branch, matOf(k.active, rows, 4*w), p.down, p.downBias)
		t.drop(c, 2+2*b, branch.Data)
		vec.Add(stream.Data, stream.Data, branch.Data)
	}
	gain, bias, weight := t.head(x)
	unit, scale, last := t.keptLast(keep, c.N)
	norm := matOf(last, rows, w)
	vec.LayerNorm(norm, matOf(unit, rows, w), scale, stream, gain, bias, normEps)
	if t.c.Tied {
		vec.MulNT(logits, 1, norm, token, false, c.WS.Vec(vec.ScratchNT(norm, token)))
	} else {
		vec.MulNN(logits, 1, norm, matOf(weight, w, t.vocabulary), false)
	}
}

// drop is dropout in place, forward as back.
func (t *transformer[F]) drop(c Call[F], i int, x []F) {
	if c.Training && t.c.Dropout > 0 {
		t.drops[i].mask(c, x, x)
	}
}

func (t *transformer[F]) backward(c Call[F], x, grad []F, tokens []int, dlogits vec.Mat[F], keep []F) {
	rows, w := c.N*t.c.Context, t.c.Width
	stream := matOf(c.WS.Vec(rows*w), rows, w) // the gradient by the residual stream
	branch, below := matOf(c.WS.Vec(rows*w), rows, w), matOf(c.WS.Vec(rows*w), rows, w)
	wide := c.WS.Vec(4 * rows * w)
	token, _ := t.embeddings(x)
	dtoken, dposition := t.embeddings(grad)
	gain, _, weight := t.head(x)
	dgain, dbias, dweight := t.head(grad)
	unit, scale, last := t.keptLast(keep, c.N)
	norm := matOf(last, rows, w)
	if t.c.Tied {
		vec.MulTN(dtoken, 1, dlogits, norm, false)
		vec.MulNN(stream, 1, dlogits, token, false)
	} else {
		clear(dtoken.Data)
		vec.MulTN(matOf(dweight, w, t.vocabulary), 1, norm, dlogits, false)
		m := matOf(weight, w, t.vocabulary)
		vec.MulNT(stream, 1, dlogits, m, false, c.WS.Vec(vec.ScratchNT(dlogits, m)))
	}
	vec.LayerNormGrad(dgain, dbias, stream, matOf(unit, rows, w), scale, gain)
	for b := t.c.Layers - 1; b >= 0; b-- {
		p, d, k := t.block(x, b), t.block(grad, b), t.kept(keep, c.N, b)
		copy(branch.Data, stream.Data)
		t.drop(c, 2+2*b, branch.Data)
		up := matOf(wide, rows, 4*w)
		linearBack(c.WS, up, branch, matOf(k.active, rows, 4*w), p.down, d.down, d.downBias)
		vec.GELUGrad(up.Data, k.up, k.tanh)
		linearBack(c.WS, below, up, matOf(k.norm2, rows, w), p.up, d.up, d.upBias)
		vec.LayerNormGrad(d.gain2, d.bias2, below, matOf(k.unit2, rows, w), k.scale2, p.gain2)
		vec.Add(stream.Data, stream.Data, below.Data)

		copy(branch.Data, stream.Data)
		t.drop(c, 1+2*b, branch.Data)
		linearBack(c.WS, below, branch, matOf(k.mixed, rows, w), p.project, d.project, d.projectBias)
		qkv := matOf(wide, rows, 3*w)
		t.attendBack(c, k, qkv.Data, below.Data)
		linearBack(c.WS, below, qkv, matOf(k.norm1, rows, w), p.qkv, d.qkv, d.qkvBias)
		vec.LayerNormGrad(d.gain1, d.bias1, below, matOf(k.unit1, rows, w), k.scale1, p.gain1)
		vec.Add(stream.Data, stream.Data, below.Data)
	}
	t.drop(c, 0, stream.Data)
	vec.ScatterAddRows(dtoken, tokens, stream)
	vec.ColSums(dposition.Data, matOf(stream.Data, c.N, t.c.Context*w))
}
