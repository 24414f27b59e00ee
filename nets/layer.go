package nets

import (
	"fmt"
	"math/rand/v2"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// A Layer is the configuration of a layer of Conv: a plain struct that is registered as a kind.
type Layer interface {
	// Shape is the shape of what the layer gives for what it takes, or why it cannot.
	Shape(from data.Shape) (data.Shape, error)
}

// A Transform is what a layer computes: it maps the samples of a call, a row each, to as many rows.
// Its parameters are a piece of the problem's vector. It is never written after it was made.
type Transform[F vec.Float] interface {
	Inputs() int  // length of a row that it takes
	Outputs() int // length of a row that it gives
	Params() int
	// Weights is how many of the parameters, the first ones, are weights; the rest are biases,
	// which l2 leaves out.
	Weights() int
	// Init writes the parameters at the start, with the same bits on every machine.
	Init(w []F, r *rand.Rand)
	// Scratch bounds what Forward or Backward take of the workspace for n samples, in numbers.
	Scratch(n int) float64
	// Keeps is how many numbers a sample Forward leaves in keep for Backward.
	Keeps() int
	// Forward writes all of out. It may read w and in alone.
	Forward(c Call[F], w, in, out, keep []F)
	// Backward takes the derivative dout of the loss by out, which it may destroy, and overwrites
	// gw with that by w and, unless nil, din with that by in.
	Backward(c Call[F], w, gw, in, out, keep, dout, din []F)
}

// A Call is what a layer is told of the samples.
type Call[F vec.Float] struct {
	WS       *Workspace[F] // to take from, not to reset
	N        int           // how many there are
	Training bool          // it is a gradient, not an evaluation
	Draw     uint64        // while training, if a layer is Drawing: that of these samples
}

// A Drawing layer is random while training. What it draws is a function of its key, of Call.Draw
// and of the place in the batch, so that Grad is pure: minibatches practically never repeat, and
// each has draws of its own.
type Drawing interface{ Draws() Key }

// Key names a family of random streams, for layers that live in another module.
type Key = stream.Key

// A Place is where in a net a layer stands.
type Place struct {
	From  data.Shape // of what it takes
	Index int        // among the layers, from 0
	Seed  uint64     // of the problem
}

// Key is for the layer's own draws.
func (p Place) Key(kind string) Key {
	return stream.NewKey(p.Seed, fmt.Sprintf("problem: %s %d", kind, p.Index))
}

var layerKinds = params.Serve[Layer](params.New("layer", "kind"))

// LayerKinds is the registry of layers, for lists and the manual.
func LayerKinds() *params.Registry { return layerKinds }

// layerMaker is what a registered layer is made by.
type layerMaker struct {
	single func(Layer, Place) Transform[float32]
	double func(Layer, Place) Transform[float64]
}

// RegisterLayer adds a kind of layer: its name, one line about it, its source, its configuration
// with all defaults, and its constructor in both precisions, which is only called with a place
// whose shape C can take. Timing and panics are Register's; netstest.Layer tests it.
func RegisterLayer[C Layer](name, doc, source string, defaults C, single func(C, Place) Transform[float32], double func(C, Place) Transform[float64]) {
	layerKinds.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults, Value: layerMaker{
		func(c Layer, p Place) Transform[float32] { return single(c.(C), p) },
		func(c Layer, p Place) Transform[float64] { return double(c.(C), p) },
	}})
}

// newLayer makes a layer that gives the shape to.
func newLayer[F vec.Float](c Layer, p Place, to data.Shape) (Transform[F], error) {
	e, ok := layerKinds.Of(c)
	if !ok {
		return nil, fmt.Errorf("%T is no registered layer", c)
	}
	m := e.Value.(layerMaker)
	var made any
	switch any(F(0)).(type) {
	case float32:
		made = m.single(c, p)
	default:
		made = m.double(c, p)
	}
	l := made.(Transform[F])
	if l.Inputs() != p.From.Size() || l.Outputs() != to.Size() {
		return nil, fmt.Errorf("layer %s turns %d numbers into %d, but its Shape turns %v into %v", e.Name, l.Inputs(), l.Outputs(), p.From, to)
	}
	return l, nil
}
