package delay

import (
	"time"

	"staleness/internal/stream"
)

func init() {
	Register("constant", "always the same", "", Constant{})
}

// Constant is the law of one value: workers of equal speed, which take turns.
type Constant struct {
	Mean time.Duration `doc:"the duration" in:"[0,)" required:""`
}

func (c Constant) ForWorker(int, stream.Key) Law { return constant(c.Mean) }

type constant time.Duration

func (c constant) Draw(*stream.Rand) time.Duration { return time.Duration(c) }
func (c constant) Mean() float64                   { return float64(c) / 1e9 }
func (c constant) CV() float64                     { return 0 }
