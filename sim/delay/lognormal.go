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
	return nearest(l.mean * vec.Exp(l.mu-float64(l.s*vec.NormQuantile(r.Float64()))))
}

func (l lognormal) Mean() float64 { return l.mean / 1e9 }
func (l lognormal) CV() float64   { return l.cv }
