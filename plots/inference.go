package plots

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"staleness/plots/internal/draw"
)

const (
	confidence   = 0.95 // of intervals
	significance = 0.05 // of all tests of a table together
	fewestSeeds  = 6    // of which a table claims anything: below, no sign test can reach 0.05
)

// meanInterval is the mean and its interval by Student's t, on the logarithm if log. The values are
// finite, and positive if log; the interval of less than two is NaN.
func meanInterval(values []float64, log bool) (mean, lo, hi float64) {
	xs := slices.Clone(values)
	if log {
		for i, x := range xs {
			xs[i] = math.Log(x)
		}
	}
	mean, sd := stat.MeanStdDev(xs, nil)
	lo, hi = math.NaN(), math.NaN()
	if n := float64(len(xs)); n > 1 {
		half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile((1+confidence)/2) * stat.StdErr(sd, n)
		lo, hi = mean-half, mean+half
	}
	if log {
		mean, lo, hi = math.Exp(mean), math.Exp(lo), math.Exp(hi)
	}
	return mean, lo, hi
}

// medianInterval is the median and the narrowest interval between order statistics that covers it
// in 95 of 100 cases or more whatever the law; NaN if there is none. Values may be infinite.
func medianInterval(values []float64) (median, lo, hi float64) {
	xs := slices.Sorted(slices.Values(values))
	n := len(xs)
	signs := distuv.Binomial{N: float64(n), P: 0.5}
	lo, hi = math.NaN(), math.NaN()
	for k := 0; k < n/2 && 1-2*signs.CDF(float64(k)) >= confidence; k++ {
		lo, hi = xs[k], xs[n-1-k]
	}
	return Quantile(xs, 0.5), lo, hi
}

// pairedP is the p-value, two-sided, of the differences of pairs being around 0: of Student's t if
// they are finite, of the signs if some are infinite, for then they have no mean. NaN: nothing is
// claimed, for there are too few, or all are the same, as they are where nothing is random.
func pairedP(differences []float64) float64 {
	n := len(differences)
	if n < fewestSeeds {
		return math.NaN()
	}
	if slices.ContainsFunc(differences, func(d float64) bool { return !draw.Finite(d) }) {
		up, down := 0, 0
		for _, d := range differences {
			switch {
			case d > 0:
				up++
			case d < 0:
				down++
			}
		}
		signs := distuv.Binomial{N: float64(up + down), P: 0.5}
		return math.Min(1, 2*signs.CDF(float64(min(up, down))))
	}
	mean, sd := stat.MeanStdDev(differences, nil)
	if !(sd > 1e-12*math.Abs(mean)) {
		return math.NaN()
	}
	t := mean / stat.StdErr(sd, float64(n))
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.CDF(-math.Abs(t))
}

// A test is a comparison of a table.
type test struct {
	p     float64 // NaN: none could be made
	holds bool    // after the correction
}

// holm says which tests hold at the level for all of them together (Holm, A simple sequentially
// rejective multiple test procedure, 1979): the smallest p-value at level/m, the next at
// level/(m-1), until one does not hold. It returns m.
func holm(tests []*test) int {
	var made []*test
	for _, t := range tests {
		if !math.IsNaN(t.p) {
			made = append(made, t)
		}
	}
	slices.SortStableFunc(made, func(a, b *test) int { return cmp.Compare(a.p, b.p) })
	for i, t := range made {
		if t.p > significance/float64(len(made)-i) {
			break
		}
		t.holds = true
	}
	return len(made)
}
