package record

import (
	"math"
	"slices"
)

// Clients say how evenly those contributed to whom jobs were assigned.
type Clients struct {
	Served int64 `json:"served"` // of whom a push entered an update
	// quantiles over all clients of the share of these pushes that each made; nil: there were none
	Share *Quantiles `json:"share,omitempty"`
}

// Quantiles of numbers, between two of them interpolated.
type Quantiles struct {
	Min    float64 `json:"min"`
	Lower  float64 `json:"q25"`
	Median float64 `json:"median"`
	Upper  float64 `json:"q75"`
	Max    float64 `json:"max"`
}

// ClientsOf sums up how many pushes of each client entered an update. It sorts them.
func ClientsOf(used []int64) *Clients {
	slices.Sort(used)
	c, sum := new(Clients), int64(0)
	for _, n := range used {
		if sum += n; n > 0 {
			c.Served++
		}
	}
	if sum == 0 {
		return c
	}
	at := func(p float64) float64 {
		k := float64(p * float64(len(used)-1))
		lo := int(k)
		hi := min(lo+1, len(used)-1)
		rest := k - math.Floor(k)
		x := float64(used[lo]) + float64(rest*float64(used[hi]-used[lo]))
		return x / float64(sum)
	}
	c.Share = &Quantiles{at(0), at(.25), at(.5), at(.75), at(1)}
	return c
}
