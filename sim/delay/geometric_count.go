package delay

import (
	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	RegisterCounts("geometric", "P(tau) = p (1-p)^tau: that of 1/p memoryless workers, drawn independently", "", GeometricCount{})
}

// GeometricCount is P(τ) = p(1-p)^τ, of mean (1-p)/p. With p = 1/M it is the law of the staleness
// of M exponential workers, but drawn independently, which theirs is not.
type GeometricCount struct {
	P float64 `doc:"probability p of staleness 0; its mean is (1-p)/p" in:"[1e-6,1]" required:""`
	Reads
}

func (g GeometricCount) Counts() Counts {
	if g.P == 1 {
		return constantCount(0)
	}
	return geometricCount(1 / vec.Log1p(-g.P))
}

// geometricCount is 1/ln(1-p).
type geometricCount float64

// Most is what the smallest number gives that is drawn.
func (g geometricCount) Most() int {
	least := stream.Starting(0)
	return g.DrawCount(&least)
}

// DrawCount gives the largest k such that u <= (1-p)^k: P(τ >= k) = (1-p)^k.
func (g geometricCount) DrawCount(r *stream.Rand) int { return int(vec.Log(r.Float64()) * float64(g)) }
