package delay

import (
	"slices"
)

func init() {
	RegisterCounts("poisson", "Poisson of a mean", "", PoissonCount{})
}

// PoissonCount is the Poisson law, cut where a term is below 1e-18 of the largest.
type PoissonCount struct {
	Mean float64 `doc:"the mean" in:"[0,1e6]" required:""`
	Reads
}

func (p PoissonCount) Counts() Counts {
	if p.Mean == 0 {
		return constantCount(0)
	}
	// Terms relative to the one at the mode, outwards by the ratio of neighbours: P(k)/P(k-1) =
	// mean/k.
	const least = 1e-18
	mode := int(p.Mean)
	weights := []float64{1}
	k := mode
	for w := 1.0; k > 0; k-- {
		if w = w * float64(k) / p.Mean; w < least {
			break
		}
		weights = append(weights, w)
	}
	slices.Reverse(weights)
	for w, j := 1.0, mode+1; ; j++ {
		if w = w * p.Mean / float64(j); w < least {
			break
		}
		weights = append(weights, w)
	}
	return newTable(k, weights)
}
