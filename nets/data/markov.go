package data

import (
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Markov is a sequence of symbols in which each depends on the last ones alone. What follows on
// them has the probabilities of softmax over normal numbers times Spread, drawn once: of 0 all
// symbols are equally likely, of 5 mostly one follows. The entropy rate is known, and with it the
// least loss that any model can reach.
type Markov struct {
	Order      int     `doc:"how many symbols the next one depends on" in:"[1,4]"`
	Vocabulary int     `doc:"number of symbols; at most 1024 words of order symbols" in:"[2,256]"`
	Tokens     int     `doc:"length of the sequence" in:"[3,100000000]"`
	Spread     float64 `doc:"standard deviation of the logits" in:"[0,5]"`
}

// mostStates bounds the states of a chain: its stationary distribution takes their number cubed.
const mostStates = 1024

func init() {
	Register("markov", "synthetic: symbols that depend on the last ones; the entropy rate, the least loss, is known; for language models", "Shannon 1948",
		Markov{Order: 1, Vocabulary: 16, Tokens: 20000, Spread: 2})
}

// Validate implements params.Validator.
func (s Markov) Validate() error {
	if n := s.states(); n > mostStates {
		return params.Errorf("order", "%d symbols of a vocabulary of %d are %d words; the most is %d", s.Order, s.Vocabulary, n, mostStates)
	}
	return nil
}

func (s Markov) states() int {
	n := 1
	for range s.Order {
		n *= s.Vocabulary
	}
	return n
}

// Read implements Source.
func (s Markov) Read(b *Builder, test bool) error {
	switch {
	case test:
		return ErrNoTest
	case b.Task != Language:
		return errNoSamples
	}
	fmt.Fprintf(b, "markov %+v", s)
	if err := b.hold(4 * int64(s.Tokens)); err != nil {
		return fmt.Errorf("a sequence of %d tokens %w", s.Tokens, err)
	}
	key := stream.NewKey(b.Seed(), "data: markov")
	if like := b.sequence; like != nil && (len(like.Symbols) != s.Vocabulary || like.Bytes) {
		return fmt.Errorf("its symbols are not the training part's: there are %d of these", len(like.Symbols))
	}
	b.Spelled(spell(s.Vocabulary))
	b.announced = s.Tokens
	if b.discard { // what it is like says the seed, which Content leaves out
		b.sequence.Tokens = make([]int32, s.Tokens)
		return nil
	}
	next := make([]float64, s.states()*s.Vocabulary)
	for state := range s.states() {
		r := key.At(0, uint64(state))
		row := next[state*s.Vocabulary:][:s.Vocabulary]
		for y := range row {
			row[y] = float64(s.Spread * vec.NormQuantile(r.Float64()))
		}
		softmaxOf(row)
	}
	law := newChain(s.Order, s.Vocabulary, next)
	b.sequence.Law = law
	r := key.At(1, 0)
	state := draw(law.stationary, r.Float64())
	for range s.Tokens {
		y := draw(law.Next[state*s.Vocabulary:][:s.Vocabulary], r.Float64())
		if err := b.AddToken(y); err != nil {
			return err
		}
		state = law.After(state, y)
	}
	return nil
}

// draw is the index at which the sum of probabilities passes u.
func draw(p []float64, u float64) int {
	for i, v := range p {
		if u -= v; u < 0 {
			return i
		}
	}
	return len(p) - 1
}
