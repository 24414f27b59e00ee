package data

import (
	"fmt"
	"math"

	"staleness/nets/vec"
)

// An Affine map of features: x_j becomes (x_j - Shift[j]) * Factor[j], computed in float64 and
// rounded once. Slices of length 1 serve all features.
type Affine struct{ Shift, Factor []float64 }

// MinMax maps the interval [low, high] onto [newLow, newHigh], every feature alike (dist-keras:
// MinMaxTransformer(n_min, n_max, o_min, o_max)).
func MinMax(low, high, newLow, newHigh float64) Affine {
	f := (newHigh - newLow) / (high - low)
	return Affine{[]float64{low - newLow/f}, []float64{f}}
}

// FitMinMax maps each feature's range in s onto [0, 1]; a constant feature becomes 0.
func FitMinMax[F vec.Float](s *Set[F]) Affine {
	d := s.Features()
	a := Affine{make([]float64, d), make([]float64, d)}
	low, high, row := a.Shift, make([]float64, d), make([]F, d)
	for i := range s.Len() {
		for j, v := range s.Rows(row, i, i+1) {
			if x := float64(v); i == 0 {
				low[j], high[j] = x, x
			} else {
				low[j], high[j] = min(low[j], x), max(high[j], x)
			}
		}
	}
	for j := range d {
		if high[j] > low[j] {
			a.Factor[j] = 1 / (high[j] - low[j])
		}
	}
	return a
}

// FitStandard maps each feature of s to mean 0 and variance 1 (divisor N); a constant feature
// becomes 0.
func FitStandard[F vec.Float](s *Set[F]) Affine {
	d, n := s.Features(), float64(s.Len())
	a := Affine{make([]float64, d), make([]float64, d)}
	mean, squares, row := a.Shift, make([]float64, d), make([]F, d)
	for i := range s.Len() {
		for j, v := range s.Rows(row, i, i+1) {
			mean[j] += float64(v)
		}
	}
	for j := range mean {
		mean[j] /= n
	}
	for i := range s.Len() {
		for j, v := range s.Rows(row, i, i+1) {
			c := float64(v) - mean[j]
			squares[j] += float64(c * c)
		}
	}
	for j := range d {
		// Rounding in the mean must not make a constant feature vary; what overflows is an error of
		// apply.
		if sd := math.Sqrt(squares[j] / n); sd > 1e-12*math.Abs(mean[j]) {
			a.Factor[j] = 1 / sd
		}
		if math.IsInf(squares[j], 0) {
			a.Factor[j] = math.NaN()
		}
	}
	return a
}

// apply maps the features of a set that nobody else has seen. Zeros that move may take so many
// bytes; 0: any number.
func apply[F vec.Float](a Affine, s *Set[F], memory int64) error {
	s.Low, s.High = 0, 0
	if s.sparse != nil {
		if a.stays() {
			s.sparse.scaled(a)
			return s.finite()
		}
		if n := s.Len() * s.Features(); n > MaxElements {
			return fmt.Errorf("%s: scaling moves zeros, and %d samples of %d features are too many to be held with theirs; use scale = \"none\"", s.Name, s.Len(), s.Features())
		}
		if memory > 0 && bytesOf[F](int64(s.Len()*s.Features())) > memory {
			return fmt.Errorf("%s: scaling moves zeros, which %w", s.Name, &memoryError{memory})
		}
		s.x, s.sparse = s.sparse.dense(s.Features()), nil
	}
	before, was := *s, make([]F, s.Features())
	if s.lazy != nil {
		s.lazy = s.lazy.after(a)
		if s.lazy.finite() {
			return nil
		}
	}
	room := make([]F, s.Features())
	for i := range s.Len() {
		row := before.Rows(room, i, i+1) // in memory it is mapped in place
		copy(was, row)
		mapRow(a, row)
		for j, v := range row {
			if v-v != 0 {
				return fmt.Errorf("%s: sample %d, feature %d: %v becomes %v when scaled; the feature's range is too wide or too narrow", s.Name, i+1, j+1, was[j], v)
			}
		}
	}
	return nil
}

// mapRow maps a sample.
func mapRow[F vec.Float](a Affine, row []F) {
	if len(a.Shift) == 1 {
		shift, factor := a.Shift[0], a.Factor[0]
		for j, v := range row {
			row[j] = F((float64(v) - shift) * factor)
		}
		return
	}
	shift, factor := a.Shift[:len(row)], a.Factor[:len(row)]
	for j, v := range row {
		row[j] = F((float64(v) - shift[j]) * factor[j])
	}
}
