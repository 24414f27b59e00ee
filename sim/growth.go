package sim

import (
	"math"

	"staleness/nets"
	"staleness/nets/vec"
)

// growth follows |x - x*| over the run, at updates that get rarer as it grows longer, where the
// minimizer is known.
type growth[F vec.Float] struct {
	min    []F // x*; nil: unknown
	Stride int64
	Update []int64
	Log    []float64 // ln |x - x*|
}

const growthPoints = 4096

func (g *growth[F]) init(p nets.Problem[F]) {
	g.Stride = 1
	if s, ok := problemAs[nets.Solved[F]](p); ok {
		g.min, _ = s.Minimum()
	}
}

// add is called after every update.
func (g *growth[F]) add(update int64, center func() []F) {
	if g.min == nil || update%g.Stride != 0 {
		return
	}
	if d := vec.DistSq(center(), g.min); d > 0 && !math.IsInf(d, 0) && !math.IsNaN(d) {
		g.Update = append(g.Update, update)
		g.Log = append(g.Log, vec.Log(d)/2)
	}
	if len(g.Update) < growthPoints {
		return
	}
	g.Stride *= 2
	n := 0
	for i, u := range g.Update {
		if u%g.Stride == 0 {
			g.Update[n], g.Log[n] = u, g.Log[i]
			n++
		}
	}
	g.Update, g.Log = g.Update[:n], g.Log[:n]
}

// slope is that of the least-squares line through the last half of the run: ln |x - x*| per update.
// NaN if unknown.
func (g *growth[F]) slope(updates int64) float64 {
	from := 0
	for from < len(g.Update) && 2*g.Update[from] < updates {
		from++
	}
	u, l := g.Update[from:], g.Log[from:]
	if len(u) < 2 {
		return math.NaN()
	}
	var mu, ml float64
	for i := range u {
		mu += float64(u[i])
		ml += l[i]
	}
	mu /= float64(len(u))
	ml /= float64(len(u))
	var num, den float64
	for i := range u {
		d := float64(u[i]) - mu
		num += float64(d * (l[i] - ml))
		den += float64(d * d)
	}
	return num / den
}
