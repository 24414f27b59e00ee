package delay

import (
	"math"

	"staleness/internal/stream"
)

// Mean and CV are exact but where something is cut off, at 0, min or max: there they are sums over
// some thousand draws, spread evenly where laws invert a uniform number.
func (l *composed) Mean() float64 {
	m, _ := l.moments()
	if m != m { // infinite times 0
		return math.Inf(1)
	}
	return m / 1e9
}

func (l *composed) CV() float64 {
	m, v := l.moments()
	switch {
	case v == 0:
		return 0
	case math.IsInf(m, 0):
		return math.NaN()
	}
	return math.Sqrt(v) / m
}

// moments are mean, ns, and variance.
func (l *composed) moments() (mean, variance float64) {
	mean, square := float64(l.of.Mean()*1e9*l.times), 1+squareOf(l.of.CV())
	if l.noise != nil {
		mean = float64(mean * (l.noise.Mean() * 1e9 / unit))
		square = float64(square * (1 + squareOf(l.noise.CV())))
	}
	if variance = 0; square != 1 && mean != 0 {
		variance = mean * mean * (square - 1)
	}
	mean += l.shift
	if l.shift >= l.least && math.IsInf(l.most, 1) {
		return mean, variance
	}
	const n = 4096
	var dm, ds float64 // what cutting off changes, or if there is a most, all
	x, f := evenly(l.of, n), func(int) float64 { return unit }
	if l.noise != nil {
		f = evenly(l.noise, n)
	}
	bounded := !math.IsInf(l.most, 1)
	for i := range n {
		// 2531/4096 is about the golden section
		y := float64(x(i)*(f(i*2531%n)/unit)*l.times) + l.shift
		cut := max(l.least, min(l.most, y))
		switch {
		case bounded:
			dm += float64(cut / n)
			ds += float64(cut * cut / n)
		case y < cut:
			dm += float64((cut - y) / n)
			ds += float64(float64(float64(cut*cut)-float64(y*y)) / n)
		}
	}
	if bounded {
		return dm, max(0, ds-float64(dm*dm))
	}
	cut := mean + dm
	return cut, max(0, variance+float64(mean*mean)+ds-float64(cut*cut))
}

func squareOf(x float64) float64 { return float64(x * x) }

// evenly is a law's durations at n uniform numbers evenly spread, or so many of its draws.
func evenly(l Law, n int) func(i int) float64 {
	if inverse, ok := AsInverse(l); ok {
		return func(i int) float64 { return inverse.Tail((float64(i) + 0.5) / float64(n)) }
	}
	if c, ok := l.(correlated); ok {
		return evenly(c.of, n)
	}
	d := exactly(l)
	key := stream.NewKey(0, "delay moments")
	r := new(stream.Rand)
	return func(i int) float64 { *r = key.At(0, uint64(i)); return d.ns(r) }
}
