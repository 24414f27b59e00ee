// Package delay holds the laws of time and staleness, one file each.
package delay

import (
	"time"

	"staleness/internal/stream"
)

// A Law draws durations. Draw is pure but for r: it may read any number of draws from it.
type Law interface {
	Draw(r *stream.Rand) time.Duration // nearest nanosecond, saturating, >= 0
	Mean() float64                     // seconds; +Inf if it has none
	CV() float64                       // standard deviation over mean; +Inf or NaN where undefined
}

// Counts draws staleness directly.
type Counts interface {
	DrawCount(r *stream.Rand) int
}
