package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("half-normal", "absolute value of a normal law: clients of federated learning", "Nguyen et al. 2022 (FedBuff), arXiv 2106.06639", HalfNormal{})
}

// HalfNormal is |N(0, s²)| with s = m sqrt(π/2).
type HalfNormal struct {
	Mean time.Duration `doc:"the mean m" in:"(0,)" required:""`
}

func (h HalfNormal) ForWorker(int, stream.Key) Law {
	m := float64(h.Mean)
	return halfNormal{m, m * math.Sqrt(math.Pi/2)}
}

type halfNormal struct{ mean, s float64 } // ns

func (l halfNormal) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

// Tail: P(|N| > t) = u at t = -Φ⁻¹(u/2).
func (l halfNormal) Tail(u float64) float64 { return -l.s * vec.NormQuantile(u/2) }

func (l halfNormal) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return 1 - float64(2*vec.NormCDF(-t/l.s))
}

func (l halfNormal) LogDensity(t float64) float64 {
	if t < 0 {
		return math.Inf(-1)
	}
	z := t / l.s
	return float64(-0.5*z*z) - vec.Log(l.s) + float64(0.5*vec.Log(2/math.Pi))
}

func (l halfNormal) Mean() float64 { return l.mean / 1e9 }
func (l halfNormal) CV() float64   { return math.Sqrt(math.Pi/2 - 1) }
