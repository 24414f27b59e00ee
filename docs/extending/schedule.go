package extending

import (
	"staleness/nets/vec"
	"staleness/optimizers"
)

// Polynomial falls from 1 to 0 over Length as (1 - t/Length)^Power.
type Polynomial struct {
	optimizers.ByClock
	Length float64 `doc:"progress at which it is 0" in:"(0,1e30]"`
	Power  float64 `doc:"1 is a straight line" in:"[0.1,10]"`
}

// At is a function of t alone. Powers are those of nets/vec: the same bits everywhere.
func (s Polynomial) At(t float64) float64 { return vec.Pow(1-min(t/s.Length, 1), s.Power) }

func init() {
	optimizers.RegisterSchedule("polynomial", "falls to 0 as a power of what is left", "",
		Polynomial{optimizers.ByClock{By: "sample"}, 10, 1})
}
