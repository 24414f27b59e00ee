package optimizers

import "staleness/nets/vec"

// A gradientTable holds of each worker the sum of some gradients, and how many they are.
type gradientTable[F vec.Float] struct {
	g [][]F // G_i
	b []int // b_i
}

func newGradientTable[F vec.Float](e Env[F]) gradientTable[F] {
	return gradientTable[F]{vectors[F](e.Workers, len(e.X0)), make([]int, e.Workers)}
}

// add puts in a gradient of worker i: G_i <- G_i + g, b_i <- b_i + 1.
func (t *gradientTable[F]) add(i int, g []F) {
	if t.b[i]++; t.b[i] == 1 {
		copy(t.g[i], g)
		return
	}
	vec.Add(t.g[i], t.g[i], g)
}

// empty forgets worker i's.
func (t *gradientTable[F]) empty(i int) { t.b[i] = 0 }

// clear forgets all.
func (t *gradientTable[F]) clear() { clear(t.b) }

// step is x <- x - rate/n sum of G_i/b_i over the n workers of p that are in the table.
func (t *gradientTable[F]) step(x []F, rate float64, p *present) {
	n := 0
	for i, b := range t.b {
		if b > 0 && !p.away[i] {
			n++
		}
	}
	for i, b := range t.b {
		if b > 0 && !p.away[i] {
			vec.Axpy(x, -F(rate/(float64(n)*float64(b))), t.g[i])
		}
	}
}

// full says whether each worker of p is in the table.
func (t *gradientTable[F]) full(p *present) bool {
	for i, b := range t.b {
		if b == 0 && !p.away[i] {
			return false
		}
	}
	return true
}
