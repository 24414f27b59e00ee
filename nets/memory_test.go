package nets

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// drawNet is a random net on random images.
func drawNet(r *rand.Rand) Config {
	images := data.Patches{Samples: 20 + r.IntN(60), Rows: 8 + r.IntN(12), Cols: 8 + r.IntN(12), Channels: 1 + r.IntN(3), Classes: 2 + r.IntN(30), Noise: .3}
	on := onData([]string{"float32", "float64"}[r.IntN(2)])
	on.Data = images
	switch r.IntN(4) {
	case 0:
		return Softmax{WithData: on}
	case 1:
		c := MLP{WithData: on, Activation: []Activation{ReLU, Tanh}[r.IntN(2)]}
		for range 1 + r.IntN(3) {
			c.Hidden = append(c.Hidden, 1+r.IntN(80))
		}
		return c
	}
	c := Conv{WithData: on}
	for range 1 + r.IntN(2) {
		size := 1 + r.IntN(3)
		c.Layers = append(c.Layers, ConvLayer{Size: size, Channels: 1 + r.IntN(40), Pad: r.IntN(size), Activation: ReLU})
		if r.IntN(2) == 0 {
			c.Layers = append(c.Layers, PoolLayer{Size: 2})
		}
		if r.IntN(3) == 0 {
			c.Layers = append(c.Layers, DropoutLayer{Rate: .3})
		}
	}
	if r.IntN(2) == 0 {
		c.Layers = append(c.Layers, DenseLayer{Width: 1 + r.IntN(40), Activation: Tanh})
	}
	return c
}

// What a problem says that it takes is what it takes at most, and not much more.
func TestScratch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 18))
	for i := range 60 {
		c := drawNet(r)
		t.Run(fmt.Sprintf("%d %T", i, c), func(t *testing.T) {
			if c.Settings().Precision == "float64" {
				checkScratch[float64](t, c, r)
			} else {
				checkScratch[float32](t, c, r)
			}
		})
	}
}

func checkScratch[F vec.Float](t *testing.T, c Config, r *rand.Rand) {
	p, err := Build[F](c, Env{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, g := make([]F, p.Dim()), make([]F, p.Dim())
	p.Init(x, r)
	batch := make([]int, 1+r.IntN(150)) // some larger than the set
	for i := range batch {
		batch[i] = r.IntN(p.Len())
	}
	var ws Workspace[F]
	most := int64(0)
	used := func(what string) {
		bytes := sizeof[F]()*int64(ws.floats.used) + 8*int64(ws.wide.used+ws.ints.used)
		if said := p.(Sized).Scratch(len(batch)); bytes > said {
			t.Errorf("%s of %d samples took %d bytes, of %d foreseen: %+v", what, len(batch), bytes, said, c)
		}
		most = max(most, bytes)
	}
	p.Grad(&ws, g, x, batch)
	used("a gradient")
	p.(Stepper[F]).Step(&ws, g, x, x, .1, batch)
	used("a step")
	// a layer may, or may not, write its gradient down
	if said := p.(Sized).Scratch(len(batch)); said > 3*most+int64(p.Dim())*sizeof[F]() {
		t.Errorf("%d samples: %d bytes foreseen, %d taken: %+v", len(batch), said, most, c)
	}
	set := c.(OnData).DataOptions().Data.(data.Patches)
	if held := p.(Sized).Held(); held < int64(set.Samples*set.Rows*set.Cols*set.Channels)*sizeof[F]() {
		t.Errorf("%d bytes are held: %+v", held, c)
	}
}

// What a language model says that a gradient takes of memory is what it takes at most.
func TestLanguageScratch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 30 {
		on := onTokens()
		on.Data = data.Markov{Order: 2, Vocabulary: 5, Tokens: 150, Spread: 2}
		on.Context = 1 + r.IntN(60)
		layers, width := 1+r.IntN(2), 4*(1+r.IntN(10))
		var c Config = LSTM{on, layers, width}
		if r.IntN(2) == 0 {
			c = Transformer{WithTokens: on, Layers: layers, Width: width, Heads: 1 << r.IntN(3), Tied: r.IntN(2) == 0}
		}
		p, err := Build[float32](c, Env{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		x, g := make([]float32, p.Dim()), make([]float32, p.Dim())
		batch := make([]int, 1+r.IntN(60))
		for i := range batch {
			batch[i] = r.IntN(p.Len())
		}
		var ws Workspace[float32]
		p.Grad(&ws, g, x, batch)
		took, said := 4*int64(ws.floats.most)+8*int64(ws.wide.most+ws.ints.most), p.(Sized).Scratch(len(batch))
		if took > said || said > 3*took+int64(1<<16)+8*int64(p.Dim()) {
			t.Errorf("%+v, batch %d: %d bytes, %d foreseen", c, len(batch), took, said)
		}
	}
}
