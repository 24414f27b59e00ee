package nets

import (
	"math"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// WithTokens are the keys of language models; their configurations embed it.
type WithTokens struct {
	WithData
	Context int    `doc:"tokens of a window, which is a sample: each is predicted from those before it there" in:"[1,4096]"`
	Windows string `doc:"samples of the training part: random: a window begins at any token; consecutive: windows stand side by side. Evaluations always take consecutive ones" in:"random|consecutive"`
}

// Task says that the data are tokens.
func (WithTokens) Task() data.Task { return data.Language }

// Idle implements params.Idler.
func (WithTokens) Idle() map[string]string { return map[string]string{"scale": "tokens have no scale"} }

func onTokens() WithTokens {
	w := WithTokens{WithData: onData("float32"), Context: 32, Windows: "random"}
	w.Batch = 16
	return w
}

// A sequenceNet turns windows of tokens into logits of what follows on each token.
type sequenceNet[F vec.Float] interface {
	Shaped
	init(x []F, r *rand.Rand)
	// keeps is how many numbers of a window forward leaves for backward, and scratch how many each
	// takes of the workspace for n windows.
	keeps() int
	scratch(n int) int
	// forward writes the logits, a row for each token of each window.
	forward(c Call[F], x []F, tokens []int, logits vec.Mat[F], keep []F)
	// backward takes the gradient by the logits, which it may destroy, and overwrites grad.
	backward(c Call[F], x, grad []F, tokens []int, dlogits vec.Mat[F], keep []F)
}

// language is the mean cross-entropy, in nats a token, of a net's predictions of the next token.
type language[F vec.Float] struct {
	whole    *data.Parts[F]
	parts    [3]*data.Sequence // by Part; nil: there is none
	net      sequenceNet[F]
	dim      int
	context  int
	anywhere bool // windows of the training part begin at any token
	noisy    bool
	key      stream.Key
}

var (
	_ Problem[float32]   = (*language[float32])(nil)
	_ Evaluator[float32] = (*language[float32])(nil)
	_ Noisy              = (*language[float32])(nil)
	_ Shaped             = (*language[float32])(nil)
	_ Sized              = (*language[float32])(nil)
	_ Speaking           = (*language[float32])(nil)
)

// Speaking problems predict tokens: losses are in nats a token.
type Speaking interface {
	Context() int // tokens of a sample
	ByBytes() bool
}

// newLanguage loads the data and puts a net on them; make is called with the size of the
// vocabulary.
func newLanguage[F vec.Float](w WithTokens, e Env, dropout float64, make func(vocabulary int) (sequenceNet[F], error)) (Problem[F], error) {
	whole, err := data.Load[F](w.Options, data.Language, e.where())
	if err != nil {
		return nil, err
	}
	p := &language[F]{whole: whole, context: w.Context, anywhere: w.Windows == "random",
		noisy: dropout > 0, key: stream.NewKey(e.Seed, "problem: dropout")}
	for part, s := range []*data.Set[F]{Train: whole.Train, Validation: whole.Validation, Test: whole.Test} {
		if s == nil {
			continue
		}
		if n := len(s.Sequence.Tokens); n <= w.Context {
			return nil, params.Errorf("context", "is %d, and the %s part of %s has %d tokens: a window takes one more than its context", w.Context, [...]string{"training", "validation", "test"}[part], s.Name, n)
		}
		p.parts[part] = s.Sequence
	}
	if p.net, err = make(len(p.parts[Train].Symbols)); err != nil {
		return nil, err
	}
	ps := p.net.Parameters()
	last := ps[len(ps)-1]
	p.dim = last.Offset + last.Size()
	if law := p.parts[Train].Law; law != nil {
		return newKnownLanguage(p, law), nil
	}
	return p, nil
}

func (p *language[F]) Dim() int                 { return p.dim }
func (p *language[F]) Context() int             { return p.context }
func (p *language[F]) ByBytes() bool            { return p.parts[Train].Bytes }
func (p *language[F]) Noisy() bool              { return p.noisy }
func (p *language[F]) Classifies() bool         { return false }
func (p *language[F]) Parameters() []Parameter  { return p.net.Parameters() }
func (p *language[F]) Init(x []F, r *rand.Rand) { p.net.init(x, r) }
func (p *language[F]) DataHash() string         { return p.whole.Hash }
func (p *language[F]) Held() int64              { return p.whole.Bytes() }
func (p *language[F]) vocabulary() int          { return len(p.parts[Train].Symbols) }

// Len is the number of windows.
func (p *language[F]) Len() int {
	if p.anywhere {
		return len(p.parts[Train].Tokens) - p.context
	}
	return p.PartLen(Train)
}

// PartLen counts windows side by side.
func (p *language[F]) PartLen(part Part) int {
	if p.parts[part] == nil {
		return 0
	}
	return (len(p.parts[part].Tokens) - 1) / p.context
}

// together is how many tokens, at most, go through a net at once: enough for the kernels, small
// enough for the cache.
const together = 1024

// group is how many windows that are.
func (p *language[F]) group() int { return max(1, together/p.context) }

// Scratch implements Sized.
func (p *language[F]) Scratch(batch int) int64 {
	n := min(batch, p.group())
	rows := n * p.context
	numbers := n*p.net.keeps() + p.net.scratch(n) + 2*rows*p.vocabulary() + p.dim
	return int64(numbers)*sizeof[F]() + 16*int64(rows)
}

// windows writes the tokens of some windows, and what follows on each.
func (p *language[F]) windows(part Part, starts []int, tokens, next []int) {
	all, c := p.parts[part].Tokens, p.context
	for i, at := range starts {
		for j, v := range all[at : at+c] {
			tokens[i*c+j], next[i*c+j] = int(v), int(all[at+j+1])
		}
	}
}

// start is where window i of the training part begins.
func (p *language[F]) start(i int) int {
	if p.anywhere {
		return i
	}
	return i * p.context
}

// A passage is room for some windows on their way through the net.
type passage[F vec.Float] struct {
	starts, tokens, next []int
	logits, keep         []F
}

func (p *language[F]) room(ws *Workspace[F], n int) passage[F] {
	rows := n * p.context
	return passage[F]{ws.Ints(n), ws.Ints(rows), ws.Ints(rows), ws.Vec(rows * p.vocabulary()), ws.Vec(n * p.net.keeps())}
}

// run sends windows through the net and returns their logits; starts are set.
func (p *language[F]) run(c Call[F], room *passage[F], part Part, x []F) vec.Mat[F] {
	rows := c.N * p.context
	room.tokens, room.next = room.tokens[:rows], room.next[:rows]
	p.windows(part, room.starts[:c.N], room.tokens, room.next)
	logits := vec.NewMat(room.logits, rows, p.vocabulary())
	p.net.forward(c, x, room.tokens, logits, room.keep)
	return logits
}

// Grad implements Problem: windows go through the net in groups, whose gradients are added in
// order.
func (p *language[F]) Grad(ws *Workspace[F], grad, x []F, batch []int) (loss float64) {
	ws.Reset()
	group := min(len(batch), p.group())
	room := p.room(ws, group)
	var more []F
	if group < len(batch) {
		more = ws.Vec(p.dim)
	}
	terms := float64(len(batch) * p.context)
	free := ws.mark()
	for lo := 0; lo < len(batch); lo += group {
		ws.release(free)
		some := batch[lo:min(lo+group, len(batch))]
		c := Call[F]{WS: ws, N: len(some), Training: true}
		if p.noisy {
			c.Draw = drawOf(p.key, some)
		}
		for j, i := range some {
			room.starts[j] = p.start(i)
		}
		logits := p.run(c, &room, Train, x)
		loss += vec.SoftmaxXent(logits, logits, room.next, F(1/terms))
		if lo == 0 {
			p.net.backward(c, x, grad, room.tokens, logits, room.keep)
			continue
		}
		p.net.backward(c, x, more, room.tokens, logits, room.keep)
		vec.Add(grad, grad, more)
	}
	return loss / terms
}

// Evaluate implements Evaluator.
func (p *language[F]) Evaluate(ws *Workspace[F], x []F, part Part, lo, hi int) Sums {
	sums := Sums{Samples: hi - lo}
	ws.Reset()
	for r := p.read(ws, part, lo, hi); r.next(ws, x); {
		sums.Loss += vec.SoftmaxXent(r.logits, r.logits, r.room.next, 1)
	}
	sums.Loss /= float64(p.context)
	return sums
}

// A reader sends windows lo to hi of a part, side by side, through the net, a group at a time.
type reader[F vec.Float] struct {
	p      *language[F]
	part   Part
	lo, hi int
	room   passage[F]
	free   mark
	logits vec.Mat[F] // of the group, once next has said that there is one
}

func (p *language[F]) read(ws *Workspace[F], part Part, lo, hi int) reader[F] {
	r := reader[F]{p: p, part: part, lo: lo, hi: hi}
	r.room = p.room(ws, max(0, min(hi-lo, p.group())))
	r.free = ws.mark()
	return r
}

func (r *reader[F]) next(ws *Workspace[F], x []F) bool {
	n := min(len(r.room.starts), r.hi-r.lo)
	if n <= 0 {
		return false
	}
	ws.release(r.free)
	for j := range n {
		r.room.starts[j] = (r.lo + j) * r.p.context
	}
	r.logits = r.p.run(Call[F]{WS: ws, N: n}, &r.room, r.part, x)
	r.lo += n
	return true
}

// knownLanguage is on tokens of a known law, so that the least loss is known.
type knownLanguage[F vec.Float] struct {
	*language[F]
	law   *data.Chain
	least float64
	known []known // by tokens that are seen, from 1
}

// known is what follows on words of some length: a row of probabilities for each, and its entropy.
type known struct {
	words   int
	next    []float64
	entropy []float64
}

var _ Solved[float32] = (*knownLanguage[float32])(nil)

func newKnownLanguage[F vec.Float](p *language[F], law *data.Chain) *knownLanguage[F] {
	k := &knownLanguage[F]{language: p, law: law}
	for seen := 1; seen <= law.Order; seen++ {
		_, next := law.Knowing(seen)
		words := len(next) / law.Symbols
		entropy := make([]float64, words)
		for w := range entropy {
			for _, p := range next[w*law.Symbols:][:law.Symbols] {
				entropy[w] -= float64(p * vec.Log(p))
			}
		}
		k.known = append(k.known, known{words, next, entropy})
	}
	for j := range p.context {
		k.least += law.Entropy(min(j+1, law.Order))
	}
	k.least /= float64(p.context)
	return k
}

// Noisy implements Noisy: what follows on a word is drawn, and Value is the mean over that.
func (p *knownLanguage[F]) Noisy() bool { return true }

// Minimum implements Solved: the least mean loss, which is the entropy rate where a window's first
// token says as much as all before it, that is, of order 1. No x need reach it.
func (p *knownLanguage[F]) Minimum() (x []F, f float64) { return nil, p.least }

// valueWindows is how many windows Value looks at.
const valueWindows = 256

// Value implements Solved: the least loss plus what predictions lose beside the law, the mean of
// the Kullback-Leibler divergence of the law from them, which is never negative. The mean is over
// what may follow, exactly, and over the words of the first 256 windows of the training part.
func (p *knownLanguage[F]) Value(ws *Workspace[F], x []F) float64 {
	n := min(p.PartLen(Train), valueWindows)
	sum, at := 0., 0
	ws.Reset()
	for r := p.read(ws, Train, 0, n); r.next(ws, x); {
		for i := range r.logits.Rows {
			sum += p.divergence(r.logits.Row(i), at)
			at++
		}
	}
	return p.least + max(0, sum/float64(at))
}

// divergence is that of the law from the prediction of what follows on token at of the training
// part, in windows side by side.
func (p *knownLanguage[F]) divergence(logits []F, at int) float64 {
	seen := min(at%p.context+1, p.law.Order)
	word := 0
	for _, v := range p.parts[Train].Tokens[at+1-seen : at+1] {
		word = word*p.law.Symbols + int(v)
	}
	of := &p.known[seen-1]
	top := math.Inf(-1)
	for _, z := range logits {
		top = max(top, float64(z))
	}
	norm, score := 0., 0.
	for y, q := range of.next[word*p.law.Symbols:][:p.law.Symbols] {
		z := float64(logits[y]) - top
		norm += vec.Exp(z)
		score += float64(q * z)
	}
	return vec.Log(norm) - score - of.entropy[word]
}
