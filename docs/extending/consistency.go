package extending

import (
	"math"

	"staleness/optimizers"
)

// Quorum is k-async by the share of the workers that make an update.
type Quorum struct {
	Share float64 `doc:"of the workers" in:"(0,1]"`
}

// Among says which consistency it is. A Consistency is data: what is gathered, refused and held.
func (q Quorum) Among(workers int) (optimizers.Consistency, error) {
	return optimizers.KAsync(int(math.Ceil(q.Share * float64(workers)))), nil
}

func init() {
	optimizers.RegisterConsistency("quorum", "a share of the workers makes an update, they wait for it", "", Quorum{.5})
}
