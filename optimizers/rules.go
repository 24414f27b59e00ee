package optimizers

import (
	"fmt"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Rule is an optimizer on one vector: a worker's own, or a server's. It owns its memory.
type Rule[F vec.Float] interface {
	// moves x along the gradient g, which it may overwrite; rates are times sched
	Step(x, g []F, sched float64)
	Memory() [][]F // its vectors, to be averaged; writable
	Reset()        // to how it was made
}

// A RuleConfig is a plain struct that is registered as a local optimizer: its exported fields are
// its hyperparameters.
type RuleConfig interface{ LocalOptimizer() }

var rules = params.Serve[RuleConfig](params.New("local optimizer", "kind"))

// Rules lists what is registered.
func Rules() *params.Registry { return rules }

// ruleMaker is what a registered rule is made by.
type ruleMaker struct {
	f32 func(any) func(dim int) Rule[float32]
	f64 func(any) func(dim int) Rule[float64]
}

// RegisterRule adds a local optimizer: its name, what it is in one line, its paper, its defaults
// and its constructor for vectors of length dim at both precisions. Panics and timing are
// Register's; optimizertest.Rule tests it.
func RegisterRule[C RuleConfig](name, doc, source string, defaults C, f32 func(c C, dim int) Rule[float32], f64 func(c C, dim int) Rule[float64]) {
	rules.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults, Value: ruleMaker{
		func(c any) func(int) Rule[float32] { return func(dim int) Rule[float32] { return f32(c.(C), dim) } },
		func(c any) func(int) Rule[float64] { return func(dim int) Rule[float64] { return f64(c.(C), dim) } },
	}})
}

// NewRule makes a local optimizer for vectors of length dim. It panics if c is not registered.
func NewRule[F vec.Float](c RuleConfig, dim int) Rule[F] {
	e, ok := rules.Of(c)
	if !ok {
		panic(fmt.Sprintf("optimizers: %T is not a registered local optimizer", c))
	}
	m := e.Value.(ruleMaker)
	return pick[F, func(int) Rule[F]](m.f32, m.f64)(c)(dim)
}

// Decay is decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101): before a step of
// rate eta, x <- (1 - eta decay) x. It is not part of f. Rules embed it.
type Decay struct {
	Decay float64 `doc:"decoupled weight decay: x shrinks by rate * decay a step" in:"[0,1e30]"`
}

// shrinking are the rules that embed it.
type shrinking interface{ shrinks() bool }

var _ shrinking = Decay{}

func (d Decay) shrinks() bool { return d.Decay != 0 }

func shrink[F vec.Float](d Decay, x []F, eta float64) {
	if d.Decay != 0 {
		vec.Scale(x, F(1-float64(eta*d.Decay)))
	}
}

// An Outward rule can also leave x where it is: StepTo writes to dst where Step would move x, bit
// for bit. dst may be x or g. It is not called where there is Decay.
type Outward[F vec.Float] interface {
	StepTo(dst, x, g []F, sched float64)
}

// outward is r as an Outward rule, if it is one.
func outward[F vec.Float](r Rule[F]) (o Outward[F], ok bool) {
	if d, ok := r.(shrinking); ok && d.shrinks() {
		return nil, false
	}
	o, ok = r.(Outward[F])
	return o, ok
}

// stepTo is StepTo for any rule; dst must not be g.
func stepTo[F vec.Float](r Rule[F], dst, x, g []F, sched float64) {
	if o, ok := outward(r); ok {
		o.StepTo(dst, x, g, sched)
		return
	}
	copy(dst, x)
	r.Step(dst, g, sched)
}

// forgetful is embedded by rules without memory.
type forgetful[F vec.Float] struct{}

func (forgetful[F]) Memory() [][]F { return nil }
func (forgetful[F]) Reset()        {}
