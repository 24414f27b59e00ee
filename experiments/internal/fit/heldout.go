package fit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"staleness/sim/delay"
)

// A Held is how well a law that was fitted to a part of each series tells the rest.
type Held struct {
	Name       string
	LogLik     float64 // of a held-out time (s), mean
	Kolmogorov float64 // largest distance of the distribution functions
}

// HeldOut judges laws that were fitted to known by times that were not: each worker's are brought
// to the mean that it was known to have. The best comes first.
func HeldOut(m *Model, known, rest Sample) (out []Held) {
	mean, means := 0.0, map[string]float64{}
	for _, w := range known.Workers {
		if len(w.Times) > 0 {
			means[w.Name] = stat.Mean(w.Times, nil)
		}
	}
	for _, x := range means {
		mean += x / float64(len(means))
	}
	var times []float64
	for _, w := range rest.Workers {
		own, ok := means[w.Name]
		if !ok || own == 0 {
			own = mean
		}
		if m.Once || len(means) == 1 {
			own = mean
		}
		for _, t := range w.Times {
			times = append(times, t/own*mean)
		}
	}
	slices.Sort(times)
	if len(times) == 0 {
		return nil
	}
	for _, l := range m.Laws {
		out = append(out, Held{l.Name, meanLogLik(l.Law, times), kolmogorov(l.Law, times)})
	}
	slices.SortStableFunc(out, func(a, b Held) int {
		switch {
		case a.LogLik > b.LogLik:
			return -1
		case a.LogLik < b.LogLik:
			return 1
		}
		return 0
	})
	return out
}

func meanLogLik(l delay.Distribution, times []float64) float64 {
	sum := 0.0
	for _, t := range times {
		sum += l.LogDensity(t * 1e9)
	}
	return sum/float64(len(times)) + math.Log(1e9)
}

func kolmogorov(l delay.Distribution, sorted []float64) (d float64) {
	n := float64(len(sorted))
	for i, t := range sorted {
		p := l.CDF(t * 1e9)
		d = max(d, p-float64(i)/n, float64(i+1)/n-p)
	}
	return d
}
