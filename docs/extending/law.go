package extending

import (
	"math"
	"time"

	"staleness/sim/delay"
)

// Triangular is the symmetric triangular law on [mean (1 - r), mean (1 + r)].
type Triangular struct {
	Mean time.Duration `doc:"the mean" in:"(0,)" required:""`
	R    float64       `doc:"half the width over the mean" in:"[0,1]"`
}

// ForWorker implements delay.Spec: all workers have the same law.
func (t Triangular) ForWorker(int, delay.Key) delay.Law { return triangular{float64(t.Mean), t.R} }

type triangular struct{ mean, r float64 } // ns

// Draw inverts the distribution function, long times for small u as everywhere.
func (t triangular) Draw(r *delay.Rand) time.Duration {
	u := r.Float64()
	s := 1 - math.Sqrt(2*min(u, 1-u)) // distance from the mean, over its largest
	if u > .5 {
		s = -s
	}
	return delay.Nearest(t.mean * (1 + float64(t.r*s)))
}

func (t triangular) Mean() float64 { return t.mean / 1e9 }
func (t triangular) CV() float64   { return t.r / math.Sqrt(6) }

func init() {
	delay.Register("triangular", "triangular around the mean", "", Triangular{R: .5})
}
