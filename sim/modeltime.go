package sim

import (
	"math"
	"time"
)

// Model time is an integer of ns, or a sum of such that stops at its end.

// saturated is a number of ns, cut to an integer; what is beyond the end of time is the end of
// time.
func saturated(ns float64) int64 {
	if !(ns < endOfTime) {
		return endOfTime
	}
	return int64(ns)
}

// endOfTime stands for all times that an integer cannot hold. A run that comes there fails.
const endOfTime = math.MaxInt64

// later adds without overflow: beyond the end of time is the end of time.
func later(at, by int64) int64 {
	if at > endOfTime-by {
		return endOfTime
	}
	return at + by
}

func duration(ns int64) time.Duration { return time.Duration(ns) }

func seconds(ns int64) float64 { return float64(ns) / float64(time.Second) }
