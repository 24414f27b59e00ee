package sim

import (
	"math"
	"math/rand/v2"
	"testing"

	"staleness/nets"
)

// oracleProblem predicts, for every sample, the probabilities that its parameters are; the label is
// always 1.
type oracleProblem struct{}

func (oracleProblem) Dim() int                   { return 3 }
func (oracleProblem) Len() int                   { return 2 }
func (oracleProblem) Classes() int               { return 3 }
func (oracleProblem) Label(nets.Part, int) int   { return 1 }
func (oracleProblem) Init([]float64, *rand.Rand) {}
func (oracleProblem) Grad(*nets.Workspace[float64], []float64, []float64, []int) float64 {
	return 0
}
func (oracleProblem) Predict(_ *nets.Workspace[float64], dst, x []float64, _ nets.Part, lo, hi int) {
	for i := range hi - lo {
		copy(dst[3*i:], x)
	}
}

// Two members prefer class 0 by little, the third class 1 by much: the mean says 1, the vote 0. Of
// two members who disagree the surer one decides.
func TestMeanAndVote(t *testing.T) {
	mild, sure := []float64{.4, .35, .25}, []float64{0, .9, .1}
	for _, c := range []struct {
		members    [][]float64
		mean, vote int // samples classified right, of 2
	}{
		{[][]float64{mild, mild, sure}, 2, 0},
		{[][]float64{mild, sure}, 2, 2},
		{[][]float64{mild, {.1, .35, .55}, {.35, .4, .25}, sure}, 2, 2},
	} {
		for _, vote := range []bool{false, true} {
			sums := ensembleSums(new(nets.Workspace[float64]), oracleProblem{}, c.members, vote, piece{hi: 2})
			want := c.mean
			if vote {
				want = c.vote
			}
			if sums.Correct != want || sums.Samples != 2 {
				t.Errorf("%v, vote %t: %d of %d right, want %d", c.members, vote, sums.Correct, sums.Samples, want)
			}
			mean := 0.
			for _, m := range c.members {
				mean += m[1] / float64(len(c.members))
			}
			if loss := -2 * math.Log(mean); math.Abs(sums.Loss-loss) > 1e-12 {
				t.Errorf("%v, vote %t: loss %v, want %v", c.members, vote, sums.Loss, loss)
			}
		}
	}
}
