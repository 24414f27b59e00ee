package delay

import (
	"staleness/internal/params"
)

func init() {
	RegisterCounts("empirical", "weights by staleness, such as the histogram of a recorded run", "", EmpiricalCount{})
}

// EmpiricalCount draws τ with probability proportional to Weights[τ].
type EmpiricalCount struct {
	Weights []float64 `doc:"weight of staleness 0, 1, 2, ..., in any unit, such as the counts of a recorded run" in:"[0,1e18]" len:"[1,1000000]" required:""`
	Reads
}

// Validate checks that something can be drawn.
func (e EmpiricalCount) Validate() error {
	for _, w := range e.Weights {
		if w > 0 {
			return nil
		}
	}
	return &params.Error{Path: "weights", Problem: "are all 0", Allowed: "at least one above 0"}
}

var _ params.Validator = EmpiricalCount{}

func (e EmpiricalCount) Counts() Counts { return newTable(0, e.Weights) }
