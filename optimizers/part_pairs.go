package optimizers

import "staleness/nets/vec"

// pairs is the worker of methods that subtract gradients of the same samples at two points: it is
// sent both, and sends both gradients, one behind the other. Where the server has chosen the
// samples, it is one gradient, at the first point.
type pairs[F vec.Float] struct {
	x, y   []F
	chosen bool
}

var (
	_ Pairer[float32] = (*pairs[float32])(nil)
	_ Directed        = (*pairs[float32])(nil)
)

func newPairs[F vec.Float](Env[F]) Worker[F] { return &pairs[F]{} }

// Direct implements Directed.
func (w *pairs[F]) Direct(lo, hi int) { w.chosen = lo < hi }

func (w *pairs[F]) Receive(v []F) Action {
	d := len(v) / 2
	w.x, w.y = append(w.x[:0], v[:d]...), append(w.y[:0], v[d:]...)
	return Compute
}

func (w *pairs[F]) Point() []F { return w.x }

// Second implements Pairer.
func (w *pairs[F]) Second() (y []F, ok bool) { return w.y, !w.chosen }

func (w *pairs[F]) Step(g []F, _ float64) Action {
	if w.chosen {
		clear(g[len(g) : 2*len(g)])
	}
	return Exchange
}
