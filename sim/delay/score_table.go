package delay

import (
	"math"
	"sync"

	"staleness/nets/vec"
)

// Scores that tables reach, and the step between nodes.
const (
	scoreReach = 8.5 // rarer ones do not occur
	scoreStep  = 1. / 32
	scoreNodes = 2*scoreReach/scoreStep + 1
)

// A scoreTable holds a function of normal scores and its derivative at each node.
type scoreTable [int(scoreNodes)][2]float64

// at interpolates.
func (t *scoreTable) at(z float64) float64 {
	x := float64((min(max(z, -scoreReach), scoreReach) + scoreReach) / scoreStep)
	i := min(int(x), len(t)-2)
	s := x - float64(i)
	l, r := &t[i], &t[i+1]
	dl, dr := float64(l[1]*scoreStep), float64(r[1]*scoreStep)
	d := r[0] - l[0]
	// Hermite: l + s (dl + s ((3d - 2dl - dr) + s (dl + dr - 2d)))
	c := float64(3*d) - float64(2*dl) - dr
	return l[0] + float64(s*(dl+float64(s*(c+float64(s*(dl+dr-float64(2*d)))))))
}

// exponentialAtScore is an exponential law at normal scores: -ln Φ(-z) from a table, off by 1e-8 of
// the mean.
type exponentialAtScore struct {
	shiftedExponential
	table *scoreTable
}

func (l exponentialAtScore) atScore(z float64) float64 {
	return l.shift + float64(l.tail*max(0, l.table.at(z)))
}

var exponentialTable = sync.OnceValue(func() *scoreTable {
	t := new(scoreTable)
	for i := range t {
		z := float64(float64(i)*scoreStep) - scoreReach
		p := vec.NormCDF(-z)
		density := vec.Exp(float64(-0.5*z*z)) / math.Sqrt(2*math.Pi)
		t[i] = [2]float64{-vec.Log1p(-vec.NormCDF(z)), density / p}
		if z > 0 {
			t[i][0] = -vec.Log(p)
		}
	}
	return t
})
