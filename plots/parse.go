package plots

import (
	"strconv"
	"time"

	"staleness/plots/internal/draw"
)

// parse reads a number, or a duration in seconds. Infinities and NaN are no numbers here.
func parse(s string) (float64, bool) {
	if x, err := strconv.ParseFloat(s, 64); err == nil {
		return x, draw.Finite(x)
	}
	if d, err := time.ParseDuration(s); err == nil {
		return d.Seconds(), true
	}
	return 0, false
}
