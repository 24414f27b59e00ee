package delay

import (
	"math"
	"slices"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	Register("empirical", "measured times, drawn with replacement and scaled to the mean", "", Empirical{})
}

// Empirical draws one of the Times with equal probability, scaled such that their mean is m.
type Empirical struct {
	Mean  time.Duration `doc:"the mean m" in:"(0,)" required:""`
	Times []float64     `doc:"measured times in any unit: only their ratios count" in:"[0,1e18]" len:"[1,1000000]" required:""`
}

// Validate checks that there is something to scale.
func (e Empirical) Validate() error {
	if slices.Max(e.Times) == 0 {
		return &params.Error{Path: "times", Problem: "are all 0", Allowed: "at least one above 0"}
	}
	return nil
}

var _ params.Validator = Empirical{}

func (e Empirical) ForWorker(int, stream.Key) Law {
	l := empirical{mean: float64(e.Mean), draws: make([]time.Duration, len(e.Times))}
	n, sum, squares := float64(len(e.Times)), 0.0, 0.0
	for _, x := range e.Times {
		sum += x
	}
	for i, x := range e.Times {
		rel := x / (sum / n)
		squares += float64((rel - 1) * (rel - 1))
		l.draws[i] = nearest(rel * l.mean)
	}
	l.cv = math.Sqrt(squares / n)
	slices.Sort(l.draws)
	slices.Reverse(l.draws) // the smaller the uniform number, the longer
	return l
}

type empirical struct {
	mean, cv float64 // mean in ns
	draws    []time.Duration
}

func (l empirical) Draw(r *stream.Rand) time.Duration { return l.draws[r.IntN(len(l.draws))] }
func (l empirical) Mean() float64                     { return l.mean / 1e9 }
func (l empirical) CV() float64                       { return l.cv }
