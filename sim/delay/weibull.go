package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("weibull", "Weibull: heavier than exponential below shape 1, lighter above", "", Weibull{Shape: 0.7})
}

// Weibull is s (-ln u)^(1/k) with s = m/Γ(1 + 1/k).
type Weibull struct {
	Mean  time.Duration `doc:"the mean m" in:"(0,)" required:""`
	Shape float64       `doc:"shape k; 1 is exponential" in:"[0.05,1000]"`
}

func (w Weibull) ForWorker(int, stream.Key) Law {
	m := float64(w.Mean)
	return weibull{m, w.Shape, m / vec.Gamma(1+1/w.Shape), 1 / w.Shape}
}

type weibull struct{ mean, shape, scale, power float64 } // mean and scale in ns

func (l weibull) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

func (l weibull) Tail(u float64) float64 { return l.scale * vec.Pow(-vec.Log(u), l.power) }

func (l weibull) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return -vec.Expm1(-vec.Pow(t/l.scale, l.shape))
}

func (l weibull) LogDensity(t float64) float64 {
	if t <= 0 {
		return math.Inf(-1)
	}
	x := t / l.scale
	return vec.Log(l.shape/l.scale) + float64((l.shape-1)*vec.Log(x)) - vec.Pow(x, l.shape)
}

func (l weibull) Mean() float64 { return l.mean / 1e9 }

func (l weibull) CV() float64 {
	g := vec.Gamma(1 + 1/l.shape)
	return math.Sqrt(math.Max(0, vec.Gamma(1+2/l.shape)/(g*g)-1))
}
