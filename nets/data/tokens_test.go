package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// The entropy rate of a chain of two states is known in closed form.
func TestEntropyRate(t *testing.T) {
	h := func(p float64) float64 { return -p*math.Log(p) - (1-p)*math.Log(1-p) }
	const a, b = .1, 1e-9 // of leaving either state, so that one is nearly never left
	c := newChain(1, 2, []float64{1 - a, a, b, 1 - b})
	if got, want := c.EntropyRate(), (b*h(a)+a*h(b))/(a+b); math.Abs(got-want) > 1e-12*want {
		t.Errorf("%v, want %v", got, want)
	}
	// One that does not look back has the entropy of its symbols, whatever its order.
	row := []float64{.2, .3, .5}
	c = newChain(2, 3, slices.Repeat(row, 9))
	want := -.2*math.Log(.2) - .3*math.Log(.3) - .5*math.Log(.5)
	for known := range 3 {
		if got := c.Entropy(known); math.Abs(got-want) > 1e-14 {
			t.Errorf("knowing %d symbols: %v, want %v", known, got, want)
		}
	}
}

// What is drawn has the law that is told: words of it come as often as that says, and who counts
// what follows on them is nearly as good as who knows.
func TestMarkov(t *testing.T) {
	s := Markov{Order: 2, Vocabulary: 3, Tokens: 40000, Spread: 1.5}
	load := func(seed uint64) *Sequence {
		p, err := Load[float32](Options{Data: s}, Language, Where{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return p.Train.Sequence
	}
	q := load(1)
	law := q.Law
	if again := load(1); !slices.Equal(q.Tokens, again.Tokens) || slices.Equal(q.Tokens, load(2).Tokens) {
		t.Error("the tokens are not a function of the seed")
	}
	counts := make([]float64, len(law.Next))
	loss, state := 0., 0
	for i, y := range q.Tokens {
		if i >= s.Order {
			counts[state*law.Symbols+int(y)]++
			loss -= math.Log(law.Next[state*law.Symbols+int(y)])
		}
		state = law.After(state, int(y))
	}
	n := float64(len(q.Tokens) - s.Order)
	if rate := law.EntropyRate(); math.Abs(loss/n-rate) > .02 {
		t.Errorf("the law's own loss is %v, its entropy rate %v", loss/n, rate)
	}
	for i, c := range counts {
		p := law.stationary[i/law.Symbols] * law.Next[i]
		if math.Abs(c/n-p) > 8*math.Sqrt(p/n)+1e-3 {
			t.Errorf("word %d comes with frequency %v, its probability is %v", i, c/n, p)
		}
	}
}

// Parts of a sequence are cut by position: together, in order, they are the whole.
func TestTokensAreCutByPosition(t *testing.T) {
	on := Options{Data: Markov{Order: 1, Vocabulary: 4, Tokens: 1000, Spread: 1}}
	whole, err := Load[float64](on, Language, Where{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	on.Test, on.Validation = TestPart{Share: .2}, .1
	p, err := Load[float64](on, Language, Where{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(p.Train.Sequence.Tokens, p.Validation.Sequence.Tokens, p.Test.Sequence.Tokens)
	if !slices.Equal(all, whole.Train.Sequence.Tokens) || p.Test.Len() != 200 || p.Validation.Len() != 80 {
		t.Errorf("%d, %d and %d tokens are not the sequence, cut", p.Train.Len(), p.Validation.Len(), p.Test.Len())
	}
	if p.Hash != whole.Hash || p.Bytes() != 4000 {
		t.Errorf("hashes %s, %s; %d bytes", p.Hash, whole.Hash, p.Bytes())
	}
}

// A text becomes its bytes or its characters, whatever they are.
func FuzzText(f *testing.F) {
	f.Add([]byte("to be, or not to be"))
	f.Add([]byte("é\xffé\n\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, bytes := range []bool{true, false} {
			b := newBuilder(true, Language, 0, "")
			r := &textReader{b: b, in: reader(t, b, nil), bytes: bytes}
			if err := r.read(text); err != nil {
				if bytes || len(err.Error()) < 20 {
					t.Fatal(err)
				}
				continue
			}
			var back strings.Builder
			for _, v := range b.sequence.Tokens {
				back.WriteString(b.sequence.Symbols[v])
			}
			if back.String() != string(text) {
				t.Fatalf("%q became %q", text, back.String())
			}
		}
	})
}
