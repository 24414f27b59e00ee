package extending

import (
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Unequal deals a random order of the samples out in unequal pieces.
type Unequal struct {
	Power float64 `doc:"worker i, from 1, gets a share in proportion to i^power" in:"[0,10]"`
}

// Split implements data.Partition.
func (u Unequal) Split(n, workers int, _ []int, _ int, key data.Key) (data.Shares, error) {
	all, upTo := 0., make([]float64, workers)
	for w := range upTo {
		all += vec.Pow(float64(w+1), u.Power)
		upTo[w] = all
	}
	order, lists, at := data.NewPermutation(n, key, 0, 0), make([][]int32, workers), 0
	for w := range lists {
		for ; at < n && (w == workers-1 || float64(at) < float64(n)*(upTo[w]/all)); at++ {
			lists[w] = append(lists[w], int32(order.At(at)))
		}
	}
	return data.SharesOf(n, lists), nil
}

func init() {
	data.RegisterPartition("unequal", "a random cut into unequal pieces", "", Unequal{1})
}
