package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("pareto", "power-law tail: rare and very long stragglers", "", Pareto{Alpha: 2.5})
}

// Pareto is x_m u^(-1/α) with x_m = m(α-1)/α.
type Pareto struct {
	Mean  time.Duration `doc:"the mean m" in:"(0,)" required:""`
	Alpha float64       `doc:"tail index α: P(T > t) falls as t^-α; the variance is infinite up to 2, there is no mean up to 1" in:"(1,1e6]"`
}

func (p Pareto) ForWorker(int, stream.Key) Law {
	m := float64(p.Mean)
	return pareto{m, p.Alpha, m * (p.Alpha - 1) / p.Alpha, -1 / p.Alpha}
}

type pareto struct{ mean, alpha, least, power float64 } // mean and least in ns

func (l pareto) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

func (l pareto) Tail(u float64) float64 { return l.least * vec.Pow(u, l.power) }

func (l pareto) CDF(t float64) float64 {
	if t <= l.least {
		return 0
	}
	return -vec.Expm1(-l.alpha * vec.Log(t/l.least))
}

func (l pareto) LogDensity(t float64) float64 {
	if t < l.least {
		return math.Inf(-1)
	}
	return vec.Log(l.alpha/t) - float64(l.alpha*vec.Log(t/l.least))
}

func (l pareto) Mean() float64 { return l.mean / 1e9 }

func (l pareto) CV() float64 {
	if l.alpha <= 2 {
		return math.Inf(1)
	}
	return 1 / math.Sqrt(l.alpha*(l.alpha-2))
}
