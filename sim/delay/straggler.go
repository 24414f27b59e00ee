package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
)

func init() {
	Register("straggler", "two values: slow with a probability, per task or for good", "", Straggler{Probability: 0.05, Slowdown: 10})
}

// Straggler takes a base time, or s times it with probability p, such that the mean is m: base =
// m/(1 + p(s-1)).
type Straggler struct {
	Mean        time.Duration `doc:"the mean m, slow times included" in:"(0,)" required:""`
	Probability float64       `doc:"probability p of being slow" in:"[0,1]"`
	Slowdown    float64       `doc:"slow over fast, s" in:"[1,1e6]"`
	Persistent  bool          `doc:"whether it is workers that are slow, drawn once, rather than single tasks"`
}

// ForWorker draws whether a persistent straggler is slow from key.At(worker, 0).
func (s Straggler) ForWorker(worker int, key stream.Key) Law {
	fast := float64(s.Mean) / (1 + float64(s.Probability*(s.Slowdown-1)))
	l := straggler{nearest(fast), nearest(fast * s.Slowdown), s.Probability, s.Slowdown, float64(s.Mean)}
	if s.Persistent {
		r := key.At(uint64(worker), 0)
		return constant(l.Draw(&r))
	}
	return l
}

type straggler struct {
	fast, slow        time.Duration
	p, slowdown, mean float64 // mean in ns
}

func (l straggler) Draw(r *stream.Rand) time.Duration {
	if r.Float64() < l.p {
		return l.slow
	}
	return l.fast
}

func (l straggler) Tail(u float64) float64 {
	if u < l.p {
		return float64(l.slow)
	}
	return float64(l.fast)
}

func (l straggler) Mean() float64 { return l.mean / 1e9 }

func (l straggler) CV() float64 {
	s := l.slowdown - 1
	return math.Sqrt(l.p*(1-l.p)) * s / (1 + float64(l.p*s))
}
