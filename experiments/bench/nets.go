package main

import (
	"fmt"
	"math/rand/v2"
	"unsafe"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// A net is one row's problem.
type net struct {
	name  string
	table map[string]any
	batch int
}

var (
	mlpTable     = map[string]any{"kind": "mlp", "data": "fashion-mnist-5k", "hidden": []any{int64(256), int64(128)}}
	softmaxTable = map[string]any{"kind": "softmax", "data": "fashion-mnist-5k"}
	lenetTable   = map[string]any{"kind": "lenet", "data": "fashion-mnist-5k"}

	mlp32   = net{"mlp", mlpTable, 32}
	mlp128  = net{"mlp", mlpTable, 128}
	linear  = net{"softmax", softmaxTable, 32}
	lenet32 = net{"lenet", lenetTable, 32}
)

const learningRate = .05

// training is a net that is being trained on one batch after the other, in the order of the data,
// by plain steps.
type training[F vec.Float] struct {
	p     nets.Problem[F]
	data  *data.Set[F] // its training part
	x, g  []F
	ws    nets.Workspace[F]
	batch []int
}

func newTraining[F vec.Float](n net) (*training[F], error) {
	c, err := nets.Decode("problem", n.table)
	if err != nil {
		return nil, err
	}
	p, err := nets.Build[F](c, nets.Env{Seed: 1})
	if err != nil {
		return nil, err
	}
	parts, err := data.Load[F](c.(nets.OnData).DataOptions(), data.Classify, data.Where{Seed: 1})
	if err != nil {
		return nil, err
	}
	t := &training[F]{p: p, data: parts.Train, x: make([]F, p.Dim()), g: make([]F, p.Dim()), batch: make([]int, n.batch)}
	p.Init(t.x, rand.New(rand.NewPCG(1, 2)))
	for i := range t.batch {
		t.batch[i] = i
	}
	return t, nil
}

// next moves the batch on.
func (t *training[F]) next() {
	n := len(t.batch)
	first := t.batch[n-1] + 1
	if first+n > t.p.Len() {
		first = 0
	}
	for i := range t.batch {
		t.batch[i] = first + i
	}
}

// step takes a step, in one go where the problem can, and returns the loss before it.
func (t *training[F]) step() (loss float64) {
	if s, ok := t.p.(nets.Stepper[F]); ok {
		loss = s.Step(&t.ws, t.x, t.x, nil, learningRate, t.batch)
	} else {
		loss = t.separately()
	}
	t.next()
	return loss
}

// separately takes a step as a gradient and an update.
func (t *training[F]) separately() (loss float64) {
	loss = t.p.Grad(&t.ws, t.g, t.x, t.batch)
	vec.Axpy(t.x, -learningRate, t.g)
	return loss
}

// products counts the multiplications and additions in the products of a step, the only work that
// counts.
func (n net) products() float64 {
	type layer struct{ in, out, places int }
	layers := map[string][]layer{
		"mlp":     {{784, 256, 1}, {256, 128, 1}, {128, 10, 1}},
		"softmax": {{784, 10, 1}},
		"lenet":   {{25, 6, 24 * 24}, {150, 16, 8 * 8}, {256, 120, 1}, {120, 84, 1}, {84, 10, 1}},
	}[n.name]
	sum := 0
	for i, l := range layers {
		passes := 3 // forward, derivatives by weights and by inputs
		if i == 0 {
			passes = 2
		}
		sum += 2 * passes * n.batch * l.in * l.out * l.places
	}
	return float64(sum)
}

func (n net) String() string { return fmt.Sprintf("%s, batch %d", n.name, n.batch) }

// sizeOf is the bytes of an element.
func sizeOf[F vec.Float]() int { return int(unsafe.Sizeof(*new(F))) }
