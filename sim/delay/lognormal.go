package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("lognormal", "exp of a normal law: shared machines and networks", "", Lognormal{CV: 0.5})
}

// Lognormal is exp(N(ln m - s²/2, s²)) with s² = ln(1 + cv²).
type Lognormal struct {
	Mean time.Duration `doc:"the mean m" in:"(0,)" required:""`
	CV   float64       `doc:"standard deviation over mean" in:"0|[1e-6,1e6]"`
}

func (n Lognormal) ForWorker(int, stream.Key) Law {
	s2 := vec.Log1p(n.CV * n.CV)
	return lognormal{float64(n.Mean), n.CV, -s2 / 2, math.Sqrt(s2)}
}

type lognormal struct{ mean, cv, mu, s float64 } // mean in ns; mu relative to ln mean

func (l lognormal) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

func (l lognormal) Tail(u float64) float64 {
	return l.mean * vec.Exp(l.mu-float64(l.s*vec.NormQuantile(u)))
}

// atScore is the quantile at Φ(z).
func (l lognormal) atScore(z float64) float64 {
	return l.mean * vec.Exp(l.mu+float64(l.s*z))
}

func (l lognormal) CDF(t float64) float64 {
	switch {
	case t <= 0:
		return 0
	case l.s == 0:
		return step(t, l.mean)
	}
	return vec.NormCDF((vec.Log(t/l.mean) - l.mu) / l.s)
}

func (l lognormal) LogDensity(t float64) float64 {
	if t <= 0 || l.s == 0 {
		return math.Inf(-1)
	}
	z := (vec.Log(t/l.mean) - l.mu) / l.s
	return float64(-0.5*z*z) - vec.Log(t*l.s) - float64(0.5*vec.Log(2*math.Pi))
}

func (l lognormal) Mean() float64 { return l.mean / 1e9 }
func (l lognormal) CV() float64   { return l.cv }
