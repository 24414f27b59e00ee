package delay

import (
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	RegisterCounts("two-point", "hi with a probability, else lo", "", TwoPointCount{})
}

// TwoPointCount is a mixture of two values: Hi with probability P, else Lo.
type TwoPointCount struct {
	Lo int     `doc:"the usual staleness" in:"[0,16777216]"`
	Hi int     `doc:"the rare staleness" in:"[0,16777216]" required:""`
	P  float64 `doc:"probability of hi" in:"[0,1]" required:""`
	Reads
}

// Validate checks the order.
func (t TwoPointCount) Validate() error {
	if t.Lo > t.Hi {
		return &params.Error{Path: "lo", Value: fmt.Sprint(t.Lo), Problem: "is above hi", Allowed: fmt.Sprintf("at most %d", t.Hi)}
	}
	return nil
}

var _ params.Validator = TwoPointCount{}

func (t TwoPointCount) Counts() Counts { return twoPointCount(t) }

type twoPointCount TwoPointCount

func (t twoPointCount) Most() int {
	if t.P == 0 {
		return t.Lo
	}
	return t.Hi
}

func (t twoPointCount) DrawCount(r *stream.Rand) int {
	if r.Float64() < t.P {
		return t.Hi
	}
	return t.Lo
}
