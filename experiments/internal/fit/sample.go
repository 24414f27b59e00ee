// Package fit finds the delay laws that measured times may come from: each law by maximum
// likelihood, ranked by Akaike's criterion, and, of several workers, how much they differ, how long
// their slowness lasts and how much of it they share.
//
// The searches are those of gonum/optimize. What is written for a configuration is rounded to five
// digits, so that it does not depend on the machine.
package fit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"staleness/nets/vec"
)

// A Sample is what was measured: the durations of each worker in their order, seconds.
type Sample struct{ Workers []Series }

// A Series are the durations of one worker.
type Series struct {
	Name  string
	Times []float64
}

// Len is how many durations there are.
func (s Sample) Len() (n int) {
	for _, w := range s.Workers {
		n += len(w.Times)
	}
	return n
}

// All are the durations together.
func (s Sample) All() (all []float64) {
	for _, w := range s.Workers {
		all = append(all, w.Times...)
	}
	return all
}

// Split cuts each series: so large a share of it, and the rest.
func (s Sample) Split(share float64) (first, rest Sample) {
	for _, w := range s.Workers {
		k := int(math.Round(share * float64(len(w.Times))))
		first.Workers = append(first.Workers, Series{w.Name, w.Times[:k]})
		rest.Workers = append(rest.Workers, Series{w.Name, w.Times[k:]})
	}
	return first, rest
}

// Statistics describe a sample. NaN: there is too little to tell.
type Statistics struct {
	N, Workers int
	Mean, CV   float64
	Quantiles  []float64 // at Levels
	Within     float64   // cv of one worker's times, median over workers,
	WithinLow  float64   // least
	WithinHigh float64   // and largest
	Between    float64   // cv of the workers' means
	Iteration  float64   // cv over workers at one index, median over indices
	Lag        float64   // lag-1 correlation of one worker's times, median over workers
	LagLow     float64
	LagHigh    float64
	Common     float64 // correlation of two workers' scores at one index, mean over pairs
	// second half over first half of a worker's mean, less 1: median over workers
	Drift     float64
	DriftMost float64 // and the largest in size
}

// Levels are those of the quantiles.
var Levels = []float64{0, .01, .1, .25, .5, .75, .9, .99, 1}

// few is how many durations a worker must have for a correlation of its own.
const few = 20

// Describe computes the statistics.
func Describe(s Sample) Statistics {
	nan := math.NaN()
	st := Statistics{N: s.Len(), Workers: len(s.Workers), Mean: nan, CV: nan, Drift: nan, DriftMost: nan}
	all := s.All()
	slices.Sort(all)
	if len(all) == 0 {
		return st
	}
	st.Mean = stat.Mean(all, nil)
	st.CV = spread(all)
	for _, p := range Levels {
		st.Quantiles = append(st.Quantiles, stat.Quantile(max(p, 1e-300), stat.LinInterp, all, nil))
	}
	var within, lags, means, drifts []float64
	for _, w := range s.Workers {
		if len(w.Times) == 0 {
			continue
		}
		means = append(means, stat.Mean(w.Times, nil))
		if len(w.Times) < 2 {
			continue
		}
		within = append(within, spread(w.Times))
		if len(w.Times) < few {
			continue
		}
		if r := lag(w.Times); !math.IsNaN(r) {
			lags = append(lags, r)
		}
		half := len(w.Times) / 2
		drifts = append(drifts, stat.Mean(w.Times[half:], nil)/stat.Mean(w.Times[:half], nil)-1)
	}
	st.WithinLow, st.Within, st.WithinHigh = middle(within)
	st.LagLow, st.Lag, st.LagHigh = middle(lags)
	low, mid, high := middle(drifts)
	if st.Drift, st.DriftMost = mid, high; -low > high {
		st.DriftMost = low
	}
	st.Between = nan
	if len(means) > 1 {
		st.Between = spread(means)
	}
	st.Iteration = iteration(s)
	st.Common = common(s)
	return st
}

// Mean is the mean.
func Mean(x []float64) float64 { return stat.Mean(x, nil) }

// spread is the standard deviation over the mean.
func spread(x []float64) float64 {
	m := stat.Mean(x, nil)
	return math.Sqrt(stat.MomentAbout(2, x, m, nil)) / m
}

// middle are the least, the median and the largest.
func middle(x []float64) (low, mid, high float64) {
	if len(x) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	return x[0], (x[(n-1)/2] + x[n/2]) / 2, x[n-1]
}

// lag is the lag-1 correlation of a series; NaN of one that does not vary.
func lag(x []float64) float64 {
	m := stat.Mean(x, nil)
	v, c := 0.0, 0.0
	for k := range x {
		v += (x[k] - m) * (x[k] - m)
		if k > 0 {
			c += (x[k] - m) * (x[k-1] - m)
		}
	}
	return c / v
}

// unbiased takes the bias of a lag-1 correlation of n durations off: about -(1+3r)/n (Kendall
// 1954).
func unbiased(r float64, n int) float64 { return min(r+(1+3*r)/float64(n), 1) }

// iteration is the median cv over workers at one index: of those that have a few times, as long as
// all of them go on. Later only the fast ones would be left of a run.
func iteration(s Sample) float64 {
	var of [][]float64
	for _, least := range []int{few, 1} {
		for _, w := range s.Workers {
			if len(w.Times) >= least && len(of) < len(s.Workers) {
				of = append(of, w.Times)
			}
		}
		if len(of) > 1 {
			break
		}
		of = nil
	}
	var cvs []float64
	at := make([]float64, len(of))
	for k := 0; len(of) > 1; k++ {
		for i, times := range of {
			if k == len(times) {
				_, mid, _ := middle(cvs)
				return mid
			}
			at[i] = times[k]
		}
		cvs = append(cvs, spread(at))
	}
	return math.NaN()
}

// Scores are the normal scores of a series: the standard normal quantiles at its ranks, ties at
// their middle.
func Scores(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	z := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j+1 < len(order) && x[order[j+1]] == x[order[i]] {
			j++
		}
		at := vec.NormQuantile((float64(i+j)/2 + .5) / float64(len(x)))
		for ; i <= j; i++ {
			z[order[i]] = at
		}
	}
	return z
}

// common is the mean correlation of two workers' scores at one index: of at most 64 workers.
func common(s Sample) float64 {
	var zs [][]float64
	for _, w := range s.Workers {
		if len(w.Times) >= few && len(zs) < 64 {
			zs = append(zs, Scores(w.Times))
		}
	}
	sum, n := 0.0, 0
	for i, a := range zs {
		for _, b := range zs[:i] {
			k := min(len(a), len(b))
			if r := stat.Correlation(a[:k], b[:k], nil); !math.IsNaN(r) {
				sum, n = sum+r, n+1
			}
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}
