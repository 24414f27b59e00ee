package optimizers

import (
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Parts that methods are made of. A method embeds what it shares with others and writes out what is
// its own.

// Draw is the k-th draw from {0, ..., n-1} of a half's own: id and seed are those of its Env. It is
// a function of its arguments, with no state to save; the half counts k.
func Draw(seed uint64, id, k, n int) int {
	r := stream.NewKey(seed, "method").At(uint64(id+1), uint64(k))
	return r.IntN(n)
}

// center is embedded by servers: the center variable.
type center[F vec.Float] struct{ x []F }

func newCenter[F vec.Float](e Env[F]) center[F] { return center[F]{vec.Clone(e.X0)} }
func (c *center[F]) Center() []F                { return c.x }

// broadcast is embedded by servers that send everybody the center.
type broadcast[F vec.Float] struct{ center[F] }

func newBroadcast[F vec.Float](e Env[F]) broadcast[F] { return broadcast[F]{newCenter(e)} }
func (b *broadcast[F]) Reply(dst []F, _ int)          { copy(dst, b.x) }
func (*broadcast[F]) Uniform()                        {}

// adder is the server x <- x + push.
type adder[F vec.Float] struct{ broadcast[F] }

var _ Versioner[float32] = (*adder[float32])(nil)

func newAdder[F vec.Float](e Env[F]) Server[F] { return &adder[F]{newBroadcast(e)} }

func (s *adder[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *adder[F]) ApplyTo(next []F, m Message[F]) Verdict {
	vec.Add(next, s.x, m.Vec) // x <- x + push
	s.x = next
	return Applied
}

// descent is the server whose pushes are gradients for an optimizer of its own.
type descent[F vec.Float] struct {
	broadcast[F]
	rule Rule[F]
}

var (
	_ Uniform = (*descent[float32])(nil)
	_ Linear  = (*descent[float32])(nil)
)

func newDescent[F vec.Float](c RuleConfig) func(Env[F]) Server[F] {
	return func(e Env[F]) Server[F] {
		s := descent[F]{newBroadcast(e), NewRule[F](c, len(e.X0))}
		if _, ok := outward(s.rule); ok {
			return &renewingDescent[F]{s}
		}
		return &s
	}
}

func (s *descent[F]) Apply(m Message[F]) Verdict {
	s.rule.Step(s.x, m.Vec, m.Sched) // x <- x - eta g, or the rule's own step
	return Applied
}

// Linear implements Linear.
func (s *descent[F]) Linear() bool { _, ok := s.rule.(*plainSGD[F]); return ok }

// renewingDescent is descent by an optimizer that can step out of place.
type renewingDescent[F vec.Float] struct{ descent[F] }

var (
	_ Versioner[float32] = (*renewingDescent[float32])(nil)
	_ Linear             = (*renewingDescent[float32])(nil)
)

// ApplyTo implements Versioner.
func (s *renewingDescent[F]) ApplyTo(next []F, m Message[F]) Verdict {
	s.rule.(Outward[F]).StepTo(next, s.x, m.Vec, m.Sched)
	s.x = next
	return Applied
}

// newPlainDescent is x <- x - rate g, for servers that choose the factor of each step.
func newPlainDescent[F vec.Float](e Env[F], rate float64) renewingDescent[F] {
	return renewingDescent[F]{descent[F]{newBroadcast(e), NewRule[F](PlainSGD{Rate: rate}, len(e.X0))}}
}

// Gradients makes the worker that sends every gradient and goes on where the server says; for
// methods of one's own that differ in the server alone.
func Gradients[F vec.Float](e Env[F]) Worker[F] { return newGradients[F](Exchange)(e) }

// gradients is the worker that sends every gradient and goes on where the server says.
type gradients[F vec.Float] struct {
	x     []F // what Receive brought
	lent  []F `state:"-"` // what Borrow brought, instead
	after Action
}

func newGradients[F vec.Float](after Action) func(Env[F]) Worker[F] {
	return func(Env[F]) Worker[F] { return &mereGradients[F]{gradients[F]{after: after}} }
}

func (w *gradients[F]) Point() []F {
	if w.lent != nil {
		return w.lent
	}
	return w.x
}

func (w *gradients[F]) Step([]F, float64) Action { return w.after }

func (w *gradients[F]) Receive(v []F) Action {
	w.x, w.lent = append(w.x[:0], v...), nil
	return Compute
}

func (w *gradients[F]) Borrow(v []F) { w.lent = v }

// mereGradients is a worker that does nothing else: a type of its own, since those that are made of
// gradients and remember more must not be taken for Stateless.
type mereGradients[F vec.Float] struct{ gradients[F] }

var (
	_ Borrower[float32] = (*mereGradients[float32])(nil)
	_ Stateless         = (*mereGradients[float32])(nil)
)

// Behaviour implements Stateless.
func (w *mereGradients[F]) Behaviour() any { return w.after }

// Serving are keys of methods whose server adds what it is sent, times a factor. The zero value
// applies what comes as it comes.
type Serving struct {
	ServerRate float64 `doc:"multiplies what the server applies" in:"(0,1e30]"`
	Weight     Weight  `doc:"a factor s(staleness) on what the server applies"`
}

// rate is ServerRate, 1 where the method was made without one.
func (s Serving) rate() float64 {
	if s.ServerRate == 0 {
		return 1
	}
	return s.ServerRate
}

// weigh is that factor, for Strategy.Weight.
func (s Serving) weigh() func(tau int) float64 {
	rate := s.rate()
	switch _, none := s.Weight.(NoWeight); {
	case s.Weight != nil && !none:
		return func(tau int) float64 { return rate * s.Weight.Of(tau) }
	case rate != 1:
		return func(int) float64 { return rate }
	}
	return nil
}

// plainServing applies what comes as it comes.
var plainServing = Serving{ServerRate: 1, Weight: NoWeight{}}
