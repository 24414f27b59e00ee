package nets_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// prose is a text of some length with characters of one and of two bytes.
func prose(n int) string {
	r := rand.New(rand.NewPCG(1, 5))
	var b strings.Builder
	for range n {
		b.WriteString([]string{"a", "b", "é", " ", "na", "ö\n"}[r.IntN(6)])
	}
	return b.String()
}

func textFile(t testing.TB, text string) string {
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// On a text nothing is known of the law, so that all that netstest holds of losses is held, over
// more windows than go through a net at once.
func TestLanguageOnText(t *testing.T) {
	for _, units := range []string{"bytes", "characters"} {
		for _, kind := range []string{"transformer", "lstm"} {
			t.Run(kind+" "+units, func(t *testing.T) {
				netstest.Kind(t, netstest.With(netstest.Small, map[string]any{"kind": kind, "test": .1,
					"data": map[string]any{"kind": "text", "path": textFile(t, prose(200)), "units": units}}))
			})
		}
	}
}

// Attention in pieces, of which there are several in a window as long as this, is what it is by the
// definition, and does not see what follows.
func TestLanguageIsCausal(t *testing.T) {
	text := []byte(prose(160))
	for _, kind := range []string{"transformer", "lstm"} {
		const context = 70
		loss := func(text []byte, samples int) float64 {
			p := build[float64](t, map[string]any{"kind": kind, "width": int64(8), "layers": int64(1), "context": int64(context),
				"windows": "consecutive", "data": map[string]any{"kind": "text", "path": textFile(t, string(text))}})
			x := make([]float64, p.Dim())
			p.Init(x, rand.New(rand.NewPCG(3, 4)))
			return p.(nets.Evaluator[float64]).Evaluate(new(nets.Workspace[float64]), x, nets.Train, 0, samples).Loss
		}
		// two tokens change places behind the first window, whose last prediction is of the first
		// of them
		other := slices.Clone(text)
		at := context + 1
		for other[at] == other[at+1] {
			at++
		}
		other[at], other[at+1] = other[at+1], other[at]
		if a, b := loss(text, 1), loss(other, 1); a != b {
			t.Errorf("%s: the first window's loss is %v or %v, by what follows on it", kind, a, b)
		}
		if a, b := loss(text, 2), loss(other, 2); a == b {
			t.Errorf("%s: the second window's loss does not depend on its tokens", kind)
		}
	}
}

// train takes steps of Adam and returns the parameters.
func train(t *testing.T, p nets.Problem[float32], steps, batch int, rate float32) []float32 {
	x := make([]float32, p.Dim())
	g, m, v := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	p.Init(x, rand.New(rand.NewPCG(1, 2)))
	r := rand.New(rand.NewPCG(3, 4))
	var ws nets.Workspace[float32]
	some := make([]int, batch)
	for k := range steps {
		for i := range some {
			some[i] = r.IntN(p.Len())
		}
		p.Grad(&ws, g, x, some)
		n := float64(k + 1)
		vec.AdamTo(x, x, m, v, g, vec.AdamStep[float32]{Rate: rate * float32(1-float64(k)/float64(steps)), Beta1: .9, Beta2: .99, Eps: 1e-8,
			MeanScale: float32(1 / (1 - math.Pow(.9, n))), VarScale: float32(1 / (1 - math.Pow(.99, n)))})
	}
	return x
}

// Both nets come within .05 nats of the entropy rate of a source of order 1, where one that
// predicts each symbol as often as it comes stays more than half a nat above.
func TestLanguageReachesTheEntropyRate(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("training takes long under the race detector and without assembly; the bits are the same")
	}
	for _, kind := range []string{"transformer", "lstm"} {
		p := build[float32](t, map[string]any{"kind": kind, "layers": int64(1), "width": int64(16), "context": int64(8), "test": .1, "data": "markov"})
		x := train(t, p, 600, 16, .01)
		s := p.(nets.Solved[float32])
		_, rate := s.Minimum()
		start := make([]float32, p.Dim())
		p.Init(start, rand.New(rand.NewPCG(1, 2)))
		var ws nets.Workspace[float32]
		e := p.(nets.Evaluator[float32])
		n := e.PartLen(nets.Test)
		test := e.Evaluate(&ws, x, nets.Test, 0, n).Loss / float64(n)
		if excess := s.Value(&ws, x) - rate; !(excess < .05) || s.Value(&ws, start)-rate < .5 {
			t.Errorf("%s: %.4f nats above the entropy rate of %.4f, at the start %.4f; test loss %.4f", kind, excess, rate, s.Value(&ws, start)-rate, test)
		} else if math.Abs(test-rate) > .15 {
			t.Errorf("%s: test loss %.4f, entropy rate %.4f", kind, test, rate)
		}
	}
}

// What cannot be is refused with the key, the value and what would do.
func TestLanguageMistakes(t *testing.T) {
	text := textFile(t, "some text of a few words")
	on := map[string]any{"kind": "text", "path": text}
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"kind": "transformer", "data": "markov", "width": int64(10)}, "heads: 4 heads do not share a width of 10"},
		{map[string]any{"kind": "transformer", "data": on, "context": int64(24)}, "context: is 24, and the training part of text has 24 tokens"},
		{map[string]any{"kind": "transformer", "data": on, "context": int64(8), "test": .2}, "the test part of text has 5 tokens"},
		{map[string]any{"kind": "transformer", "data": "digits"}, "data: "},
		{map[string]any{"kind": "transformer", "data": "markov", "scale": "none"}, "tokens have no scale"},
		{map[string]any{"kind": "lstm", "data": netstest.Data}, "holds samples, and this problem takes tokens"},
		{map[string]any{"kind": "mlp", "data": on}, "holds tokens, and this problem takes samples"},
		{map[string]any{"kind": "softmax", "data": "markov"}, "holds tokens, and this problem takes samples"},
		{map[string]any{"kind": "lstm", "data": map[string]any{"kind": "text", "path": textFile(t, "aaaa")}}, `4 times the same symbol, "a"`},
		{map[string]any{"kind": "lstm", "data": map[string]any{"kind": "text", "path": textFile(t, "")}}, "the file is empty"},
		{map[string]any{"kind": "lstm", "data": map[string]any{"kind": "text", "path": textFile(t, "ab\xffcd"), "units": "characters"}}, "byte 2: byte 0xff is no UTF-8"},
		{map[string]any{"kind": "lstm", "data": on, "context": int64(4), "test": map[string]any{"kind": "text", "path": textFile(t, "some word!")}}, `byte 9: "!" does not occur in the training part`},
		{map[string]any{"kind": "lstm", "data": on, "context": int64(4), "test": map[string]any{"kind": "text", "path": text, "units": "characters"}}, "the same units"},
		{map[string]any{"kind": "lstm", "data": map[string]any{"kind": "markov", "order": int64(4)}}, "order: 4 symbols of a vocabulary of 16 are 65536 words; the most is 1024"},
	} {
		conf, err := nets.Decode("problem", c.table)
		if err == nil {
			_, err = nets.Build[float32](conf, nets.Env{Seed: 1})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.table, err, c.want)
		}
	}
}

// The entropy rate of a source of two symbols is the well-known one.
func TestKnownLeast(t *testing.T) {
	p := build[float64](t, map[string]any{"kind": "transformer", "layers": int64(1), "width": int64(4), "context": int64(3),
		"data": map[string]any{"kind": "markov", "vocabulary": int64(2), "order": int64(2), "tokens": int64(100)}})
	parts, err := data.Load[float64](data.Options{Data: data.Markov{Order: 2, Vocabulary: 2, Tokens: 100, Spread: 2}}, data.Language, data.Where{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	law := parts.Train.Sequence.Law
	_, least := p.(nets.Solved[float64]).Minimum()
	want := (law.Entropy(1) + 2*law.EntropyRate()) / 3
	if math.Abs(least-want) > 1e-12 || !(law.Entropy(1) > law.EntropyRate()) {
		t.Errorf("the least loss is %v, want %v: entropies %v and %v", least, want, law.Entropy(1), law.EntropyRate())
	}
}
