package extending

import (
	"staleness/experiments"
	"staleness/sim/delay"
)

// Ramp is staleness from Lo to Hi, the less probable the larger: in proportion to Hi + 1 - tau.
type Ramp struct {
	Lo int `doc:"the smallest staleness" in:"[0,65535]"`
	Hi int `doc:"the largest staleness" in:"[0,65535]" required:""`
	delay.Reads
}

// Validate says what no range can. A KeyError names the key, so that file and line are found.
func (r Ramp) Validate() error {
	if r.Lo > r.Hi {
		return &experiments.KeyError{Path: "lo", Problem: "is above hi"}
	}
	return nil
}

// Counts implements delay.CountSpec.
func (r Ramp) Counts() delay.Counts {
	weights := make([]float64, r.Hi-r.Lo+1)
	for i := range weights {
		weights[i] = float64(len(weights) - i)
	}
	return delay.Weighted(r.Lo, weights)
}

func init() {
	delay.RegisterCounts("ramp", "falls in a straight line", "", Ramp{})
}
