package hub

import (
	"testing"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// counter is a server whose center counts what was applied.
type counter struct{ x []float64 }

func newCounter(e optimizers.Env[float64]) optimizers.Server[float64] {
	return &counter{vec.Clone(e.X0)}
}

func (s *counter) Center() []float64          { return s.x }
func (s *counter) Reply(dst []float64, _ int) { copy(dst, s.x) }
func (*counter) Uniform()                     {}

func (s *counter) Apply(m optimizers.Message[float64]) optimizers.Verdict { return s.ApplyTo(s.x, m) }

func (s *counter) ApplyTo(next []float64, m optimizers.Message[float64]) optimizers.Verdict {
	vec.Add(next, s.x, m.Vec)
	s.x = next
	return optimizers.Applied
}

// count is a strategy of dimension 1 with such a server.
func count(combine optimizers.Combine) optimizers.Strategy[float64] {
	return optimizers.Strategy[float64]{Worker: optimizers.Gradients[float64], Server: newCounter, Combine: combine}
}

func newCount(t testing.TB, c optimizers.Consistency, workers int) *Hub[float64] {
	t.Helper()
	h, err := New(count(optimizers.Sum), c, optimizers.Env[float64]{Workers: workers, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}
