package data

import (
	"fmt"
	"math"

	"staleness/nets/vec"
)

// An Affine map of features: x_j becomes (x_j - Shift[j]) * Factor[j], computed in float64 and rounded once. Slices of
// length 1 serve all features.
type Affine struct{ Shift, Factor []float64 }

// MinMax maps the interval [low, high] onto [to, To], every feature alike (dist-keras: MinMaxTransformer(n_min, n_max, o_min, o_max)).
func MinMax(low, high, newLow, newHigh float64) Affine {
	f := (newHigh - newLow) / (high - low)
	return Affine{[]float64{low - newLow/f}, []float64{f}}
}

// FitMinMax maps each feature's range in s onto [0, 1]; a constant feature becomes 0.
func FitMinMax[F vec.Float](s *Set[F]) Affine {
	d := s.Features()
	a := Affine{make([]float64, d), make([]float64, d)}
	for j := range d {
		low, high := math.Inf(1), math.Inf(-1)
		for i := range s.Len() {
			v := float64(s.X[i*d+j])
			low, high = min(low, v), max(high, v)
		}
		a.Shift[j] = low
		if high > low {
			a.Factor[j] = 1 / (high - low)
		}
	}
	return a
}

// FitStandard maps each feature of s to mean 0 and variance 1 (divisor N); a constant feature becomes 0.
func FitStandard[F vec.Float](s *Set[F]) Affine {
	d, n := s.Features(), float64(s.Len())
	a := Affine{make([]float64, d), make([]float64, d)}
	for j := range d {
		sum := 0.
		for i := range s.Len() {
			sum += float64(s.X[i*d+j])
		}
		mean, squares := sum/n, 0.
		for i := range s.Len() {
			c := float64(s.X[i*d+j]) - mean
			squares += float64(c * c)
		}
		a.Shift[j] = mean
		// Rounding in the mean must not make a constant feature vary; what overflows is an error of Apply.
		if sd := math.Sqrt(squares / n); sd > 1e-12*math.Abs(mean) {
			a.Factor[j] = 1 / sd
		}
		if math.IsInf(squares, 0) {
			a.Factor[j] = math.NaN()
		}
	}
	return a
}

// Apply returns a copy of s with its features mapped.
func Apply[F vec.Float](a Affine, s *Set[F]) (*Set[F], error) {
	if s == nil {
		return nil, nil
	}
	t := *s
	t.X = make([]F, len(s.X))
	t.Low, t.High = 0, 0
	d := s.Features()
	for i, v := range s.X {
		j := i % d
		shift, factor := a.Shift[j%len(a.Shift)], a.Factor[j%len(a.Factor)]
		t.X[i] = F((float64(v) - shift) * factor)
		if x := float64(t.X[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s: sample %d, feature %d: %v becomes %v when scaled; the feature's range is too wide or too narrow", s.Name, i/d+1, j+1, v, x)
		}
	}
	return &t, nil
}

// OneHot writes label i as row i of dst: classes numbers, all 0 but a 1 at the label (dist-keras: OneHotTransformer).
func OneHot[F vec.Float](dst []F, labels []int, classes int) {
	clear(dst[:len(labels)*classes])
	for i, l := range labels {
		dst[i*classes+l] = 1
	}
}

// LabelIndex writes the place of the largest number of each row of scores, the first of equals (dist-keras:
// LabelIndexTransformer).
func LabelIndex[F vec.Float](dst []int, scores []F, classes int) {
	for i := range dst {
		row := scores[i*classes : (i+1)*classes]
		best := 0
		for c, v := range row {
			if v > row[best] {
				best = c
			}
		}
		dst[i] = best
	}
}
