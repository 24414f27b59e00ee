package delay

import (
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	RegisterCounts("uniform", "uniform on {lo, ..., hi}", "", UniformCount{})
}

// UniformCount is uniform on {Lo, ..., Hi}, both included.
type UniformCount struct {
	Lo int `doc:"the least staleness" in:"[0,16777216]"`
	Hi int `doc:"the largest staleness" in:"[0,16777216]" required:""`
	Reads
}

// Validate checks the order.
func (u UniformCount) Validate() error {
	if u.Lo > u.Hi {
		return &params.Error{Path: "lo", Value: fmt.Sprint(u.Lo), Problem: "is above hi", Allowed: fmt.Sprintf("at most %d", u.Hi)}
	}
	return nil
}

var _ params.Validator = UniformCount{}

func (u UniformCount) Counts() Counts { return uniformCount(u) }

type uniformCount UniformCount

func (u uniformCount) Most() int                    { return u.Hi }
func (u uniformCount) DrawCount(r *stream.Rand) int { return u.Hi - r.IntN(u.Hi-u.Lo+1) }
