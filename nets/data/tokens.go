package data

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"staleness/nets/vec"
)

// A Sequence is what a set for a language model holds: tokens in their order. It is never written
// after it was made.
type Sequence struct {
	Tokens  []int32  // each from 0 to len(Symbols)-1
	Symbols []string // what each token stands for
	Bytes   bool     // a token is a byte of a text
	Law     *Chain   // what the tokens were drawn from; nil: not known
}

// Spelled names the symbols in their order, of which tokens are indices. It comes before the first
// AddToken. For a test part they are the training part's, whatever is said.
func (b *Builder) Spelled(symbols []string) {
	if b.sequence == nil {
		b.sequence = &Sequence{Symbols: symbols}
	}
}

// AddToken adds one token, which is an index of the symbols.
func (b *Builder) AddToken(token int) error {
	s := b.sequence
	switch {
	case b.Task != Language:
		return errNoSamples
	case len(s.Tokens) == MaxElements:
		return fmt.Errorf("there are more than %d tokens, the most that is held; use a part of them", MaxElements)
	case token < 0 || token >= len(s.Symbols):
		return fmt.Errorf("token %d is none of the %d", token, len(s.Symbols))
	}
	var err error
	if s.Tokens, err = room(b, s.Tokens, 1, b.announced); err != nil {
		return err
	}
	s.Tokens = append(s.Tokens, int32(token))
	return nil
}

var (
	errNoSamples = errors.New(`holds tokens, and this problem takes samples; language models ("transformer", "lstm") take tokens`)
	errNoTokens  = errors.New(`holds samples, and this problem takes tokens: data = "text:FILE" or "markov"`)
)

// finishTokens is finish for a language model.
func finishTokens[F vec.Float](b *Builder, name string) (*Set[F], error) {
	s := b.sequence
	switch {
	case s == nil || len(s.Tokens) == 0:
		return nil, &Error{File: name, Problem: "holds no tokens", Remedy: "a text has at least some characters"}
	case len(s.Symbols) < 2:
		return nil, &Error{File: name, Problem: fmt.Sprintf("is %d times the same symbol, %q", len(s.Tokens), s.Symbols[0]), Remedy: "there is nothing to learn; take another text"}
	}
	return &Set[F]{Name: name, Shape: Flat(1), Sequence: s}, nil
}

// cutTokens holds the last share of a sequence out.
func cutTokens[F vec.Float](s *Set[F], share float64) (rest, held *Set[F], err error) {
	n := len(s.Sequence.Tokens)
	k := max(1, int(float64(share*float64(n))+.5))
	if k >= n {
		return nil, nil, fmt.Errorf("a share of %v of %d tokens leaves nothing to train on", share, n)
	}
	part := func(tokens []int32) *Set[F] {
		t, q := *s, *s.Sequence
		q.Tokens = tokens
		t.Sequence = &q
		return &t
	}
	return part(s.Sequence.Tokens[:n-k]), part(s.Sequence.Tokens[n-k:]), nil
}

// A Chain is the law of a sequence in which the next symbol depends on the last Order ones: a state
// is these, the latest the last digit of a number in base Symbols.
type Chain struct {
	Order, Symbols int
	Next           []float64 // of each state, the probability of each symbol
	stationary     []float64 // of each state
}

// newChain finds the stationary distribution of a chain all of whose probabilities are positive.
func newChain(order, symbols int, next []float64) *Chain {
	c := &Chain{Order: order, Symbols: symbols, Next: next}
	n := len(next) / symbols
	full := make([]float64, n*n)
	for s := range n {
		for y := range symbols {
			full[s*n+c.After(s, y)] += next[s*symbols+y]
		}
	}
	c.stationary = stationary(full, n)
	return c
}

// After is the state that follows on a state and a symbol.
func (c *Chain) After(state, symbol int) int {
	n := len(c.Next) / c.Symbols
	return (state*c.Symbols + symbol) % n
}

// EntropyRate is the least mean loss, in nats a symbol, of whoever predicts with all of the past:
// the mean over states of the entropy of what follows.
func (c *Chain) EntropyRate() float64 { return c.Entropy(c.Order) }

// Entropy is the least mean loss of whoever knows the last known symbols alone.
func (c *Chain) Entropy(known int) float64 {
	h := 0.
	weight, next := c.Knowing(known)
	for s, w := range weight {
		for _, p := range next[s*c.Symbols:][:c.Symbols] {
			h -= float64(w * float64(p*vec.Log(p)))
		}
	}
	return h
}

// Knowing is the chain as who knows the last known symbols alone sees it, Order of them at most:
// how often they are each of the Symbols^known words, and what follows on each. Rows are read-only.
func (c *Chain) Knowing(known int) (weight, next []float64) {
	if known >= c.Order {
		return c.stationary, c.Next
	}
	n := 1
	for range known {
		n *= c.Symbols
	}
	weight, next = make([]float64, n), make([]float64, n*c.Symbols)
	for s, w := range c.stationary {
		weight[s%n] += w
		for y, p := range c.Next[s*c.Symbols:][:c.Symbols] {
			next[s%n*c.Symbols+y] += float64(w * p)
		}
	}
	for s, w := range weight {
		for y := range c.Symbols {
			next[s*c.Symbols+y] /= w
		}
	}
	return weight, next
}

// stationary is the distribution that a Markov chain of n states keeps, by elimination of one state
// after the other without a subtraction, so that every number has nearly all digits (Grassmann,
// Taksar and Heyman 1985, Operations Research 33). p, row by row, is used up.
func stationary(p []float64, n int) []float64 {
	for k := n - 1; k > 0; k-- {
		out := 0.
		for _, v := range p[k*n : k*n+k] {
			out += v
		}
		for i := range k {
			p[i*n+k] /= out
			if f := p[i*n+k]; f != 0 {
				for j := range k {
					p[i*n+j] += float64(f * p[k*n+j])
				}
			}
		}
	}
	w, sum := make([]float64, n), 1.
	w[0] = 1
	for k := 1; k < n; k++ {
		for i := range k {
			w[k] += float64(w[i] * p[i*n+k])
		}
		sum += w[k]
	}
	for k := range w {
		w[k] /= sum
	}
	return w
}

// spell names numbers from 0.
func spell(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// softmaxOf turns logits into probabilities.
func softmaxOf(row []float64) {
	top, sum := math.Inf(-1), 0.
	for _, v := range row {
		top = max(top, v)
	}
	for i, v := range row {
		row[i] = vec.Exp(v - top)
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
}
