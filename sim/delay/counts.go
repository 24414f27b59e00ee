package delay

import (
	"sort"

	"staleness/internal/params"
	"staleness/internal/stream"
)

// Counts draws staleness directly. It is immutable, and pure but for r. The caller clips what it
// gets to the versions that there are.
type Counts interface {
	DrawCount(r *stream.Rand) int // >= 0
	Most() int                    // the largest that it may draw
}

// A CountSpec is the configuration of a staleness law, as a [Spec] is that of a delay law.
type CountSpec interface {
	Counts() Counts
	// whether a read may not be older than the one before it; from the embedded [Reads]
	Monotone() bool
}

// Reads are the keys that all staleness laws share.
type Reads struct {
	FIFO bool `key:"fifo" doc:"reads are monotone: none is older than the one before it, as in a real cluster"`
}

// Monotone is FIFO.
func (r Reads) Monotone() bool { return r.FIFO }

var counts = params.Serve[CountSpec](params.New("staleness law", "law"))

// CountLaws is the registry of staleness laws: its values are CountSpecs.
func CountLaws() *params.Registry { return counts }

// table is the law of least + k with probability proportional to weight k, by inversion of one
// uniform number.
type table struct {
	least int
	cum   []float64 // sums of the weights
}

// newTable needs weights that are finite, not negative and not all 0.
func newTable(least int, weights []float64) table {
	cum := make([]float64, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		cum[i] = sum
	}
	return table{least, cum}
}

// Most is the last value that has a weight.
func (t table) Most() int {
	n := len(t.cum)
	return t.least + sort.Search(n-1, func(i int) bool { return t.cum[i] == t.cum[n-1] })
}

func (t table) DrawCount(r *stream.Rand) int {
	// F⁻¹(1-u), as in delay laws: 1-u is exact. The search finds a weight above 0, for its sum
	// exceeds x.
	x := (1 - r.Float64()) * t.cum[len(t.cum)-1]
	i := sort.Search(len(t.cum), func(i int) bool { return t.cum[i] > x })
	return t.least + min(i, len(t.cum)-1)
}
