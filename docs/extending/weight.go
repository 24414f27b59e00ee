package extending

import (
	"staleness/nets/vec"
	"staleness/optimizers"
)

// Powers weighs a push of staleness tau by Ratio^tau.
type Powers struct {
	Ratio float64 `doc:"of one weight to the one before" in:"(0,1]"`
}

// Of is the weight.
func (w Powers) Of(tau int) float64 { return vec.Pow(w.Ratio, float64(tau)) }

func init() {
	optimizers.RegisterWeight("powers", "ratio^tau", "", Powers{.5})
}
