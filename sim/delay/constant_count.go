package delay

import (
	"staleness/internal/stream"
)

func init() {
	RegisterCounts("constant", "always tau", "", ConstantCount{})
}

// ConstantCount is staleness tau, always: the cyclic delay of most analyses.
type ConstantCount struct {
	Tau int `doc:"the staleness" in:"[0,16777216]" required:""`
	Reads
}

// Idle implements params.Idler.
func (ConstantCount) Idle() map[string]string {
	return map[string]string{"fifo": "reads of constant age are always in order"}
}

func (c ConstantCount) Counts() Counts { return constantCount(c.Tau) }

type constantCount int

func (c constantCount) Most() int                  { return int(c) }
func (c constantCount) DrawCount(*stream.Rand) int { return int(c) }
