package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("uniform", "uniform on mean * [1 - spread, 1 + spread]", "", Uniform{Spread: 0.5})
}

// Uniform is the uniform law on [m(1-r), m(1+r)].
type Uniform struct {
	Mean   time.Duration `doc:"the mean m" in:"(0,)" required:""`
	Spread float64       `doc:"half the width over the mean, r; cv = r/sqrt(3)" in:"[0,1]"`
}

func (u Uniform) ForWorker(int, stream.Key) Law { return uniform{float64(u.Mean), u.Spread} }

type uniform struct{ mean, spread float64 } // mean in ns

func (l uniform) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

// Tail: F⁻¹(1-u) = m(1 + r(1-2u)); 1-2u is exact.
func (l uniform) Tail(u float64) float64 {
	return l.mean * (1 + float64(l.spread*(1-float64(2*u))))
}

func (l uniform) CDF(t float64) float64 {
	if l.spread == 0 {
		return step(t, l.mean)
	}
	return min(1, max(0, (t/l.mean-1+l.spread)/(2*l.spread)))
}

func (l uniform) LogDensity(t float64) float64 {
	if math.Abs(t/l.mean-1) > l.spread || l.spread == 0 {
		return math.Inf(-1)
	}
	return -vec.Log(2 * l.spread * l.mean)
}

func (l uniform) Mean() float64 { return l.mean / 1e9 }
func (l uniform) CV() float64   { return l.spread / math.Sqrt(3) }
