package nets_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"staleness/nets"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// step measures whole training steps: a gradient and a plain SGD update, on one core.
func step[F vec.Float](b *testing.B, table map[string]any) {
	p := build[F](b, table)
	c, err := nets.Decode("problem", table)
	if err != nil {
		b.Fatal(err)
	}
	s, err := nets.NewSampler(c, p, 1, nets.Env{}, 1)
	if err != nil {
		b.Fatal(err)
	}
	x, g := make([]F, p.Dim()), make([]F, p.Dim())
	p.Init(x, rand.New(rand.NewPCG(1, 2)))
	ws := new(nets.Workspace[F])
	batch := s.Batch(nil, 0, 0)
	k := 0
	for b.Loop() {
		batch = s.Batch(batch, 0, k)
		p.Grad(ws, g, x, batch)
		vec.Axpy(x, -.01, g)
		k++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

func BenchmarkStep(b *testing.B) {
	mlp := map[string]any{"kind": "mlp", "data": "fashion-mnist-5k", "hidden": []any{int64(256), int64(128)}}
	softmax := map[string]any{"kind": "softmax", "data": "fashion-mnist-5k"}
	lenet := map[string]any{"kind": "lenet", "data": "fashion-mnist-5k"}
	// of McMahan et al. 2017, arXiv 1602.05629, without padding
	mnist := map[string]any{"kind": "conv", "data": "fashion-mnist-5k", "layers": []any{
		map[string]any{"kind": "conv", "channels": int64(32)}, map[string]any{"kind": "pool"},
		map[string]any{"kind": "conv", "channels": int64(64)}, map[string]any{"kind": "pool"},
		map[string]any{"kind": "dense", "width": int64(512)},
	}}
	colour := map[string]any{"kind": "conv", // the size of CIFAR
		"data": map[string]any{"kind": "patches", "samples": int64(500), "rows": int64(32), "cols": int64(32), "channels": int64(3), "classes": int64(10)},
		"layers": []any{
			map[string]any{"kind": "conv", "size": int64(3), "pad": int64(1), "channels": int64(16)}, map[string]any{"kind": "pool"},
			map[string]any{"kind": "conv", "size": int64(3), "pad": int64(1), "channels": int64(32), "activation": "tanh"}, map[string]any{"kind": "pool"},
			map[string]any{"kind": "dense", "width": int64(64)},
		}}
	for _, c := range []struct {
		name  string
		table map[string]any
		batch int64
		wide  bool
	}{
		{"mlp", mlp, 32, false},
		{"mlp", mlp, 128, false},
		{"mlp", mlp, 32, true},
		{"softmax", softmax, 32, false},
		{"softmax", softmax, 128, false},
		{"lenet", lenet, 32, false},
		{"lenet", lenet, 32, true},
		{"mnist", mnist, 32, false},
		{"colour", colour, 32, false},
		{"logistic", map[string]any{"kind": "logistic", "data": map[string]any{"kind": "gaussian", "samples": int64(10000), "features": int64(100)}}, 32, true},
	} {
		table := netstest.With(c.table, map[string]any{"batch": c.batch})
		if c.wide {
			b.Run(fmt.Sprintf("%s/float64/%d", c.name, c.batch), func(b *testing.B) { step[float64](b, table) })
		} else {
			b.Run(fmt.Sprintf("%s/float32/%d", c.name, c.batch), func(b *testing.B) { step[float32](b, table) })
		}
	}
}
