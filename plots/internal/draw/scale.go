package draw

import (
	"math"

	"gonum.org/v1/plot"
)

// A scale places numbers along an axis.
type scale struct {
	min, max float64 // finite, min < max, both positive if log
	log      bool
}

// off is where the scale puts what is infinitely far away: beyond any clipping, near enough to
// compute with.
const off = 50

// norm is 0 at min and 1 at max. What cannot be placed lies off: 0 and negative numbers below a
// logarithmic axis, infinities beyond their end. NaN has no place.
func (s scale) norm(v float64) (t float64, ok bool) {
	switch {
	case math.IsNaN(v):
		return 0, false
	case math.IsInf(v, 0):
		return math.Copysign(off, v), true
	case s.log && v <= 0:
		return -off, true
	case s.log:
		t = (math.Log10(v) - math.Log10(s.min)) / (math.Log10(s.max) - math.Log10(s.min))
	default:
		// Halves, so that a range of twice the largest number does not overflow.
		t = (v/2 - s.min/2) / (s.max/2 - s.min/2)
	}
	return math.Max(-off, math.Min(off, t)), true
}

// Normalize implements plot.Normalizer, so that any plotter uses the scale. That of gonum/plot
// panics at 0 on a logarithmic axis.
func (s scale) Normalize(min, max, v float64) float64 {
	if t, ok := (scale{min, max, s.log}).norm(v); ok {
		return t
	}
	return math.NaN()
}

var _ plot.Normalizer = scale{}

// A Span is a range of numbers that grows.
type Span struct {
	Min, Max float64 // Min > Max: nothing seen
	Log      bool    // takes only what can stand on a logarithmic axis
}

// NewSpan is an empty range.
func NewSpan(log bool) Span { return Span{math.Inf(1), math.Inf(-1), log} }

// Grow widens the range to v, if that has a place on an axis.
func (r *Span) Grow(v float64) {
	if Finite(v) && (!r.Log || v > 0) {
		r.Min, r.Max = math.Min(r.Min, v), math.Max(r.Max, v)
	}
}

// Range is a range that an axis can show, whatever was seen: min < max, both finite, above 0 if the
// axis is logarithmic.
func (r Span) Range(a Axis) (min, max float64) { s := r.scale(a); return s.min, s.max }

// Finite says whether x is a number that an axis could show.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Place is where v lies on an axis that has a range: 0 at its beginning, 1 at its end; not ok if v
// is NaN.
func (a Axis) Place(v float64) (t float64, ok bool) { return NewSpan(a.Log).scale(a).norm(v) }

func (r Span) scale(a Axis) scale {
	if a.Min < a.Max && Finite(a.Min) && Finite(a.Max) && (!a.Log || a.Min > 0) {
		return scale{a.Min, a.Max, a.Log}
	}
	if a.Zero && !a.Log {
		r.Grow(0)
	}
	if r.Min > r.Max { // nothing seen
		r.Min, r.Max = 0, 1
		if a.Log {
			r.Min, r.Max = 0.1, 1
		}
	}
	least := -1e300 // beyond which arithmetic would overflow
	if a.Log {
		least = 1e-300
	}
	lo, hi := math.Max(least, math.Min(r.Min, 1e300)), math.Max(least, math.Min(r.Max, 1e300))
	if a.Log {
		return logScale(lo, hi, a.Fit)
	}
	if big := math.Max(math.Abs(lo), math.Abs(hi)); hi-lo <= math.Max(1e-9*big, 1e-290) {
		d := big * 0.05
		if big < 1e-290 {
			d = 1
		}
		lo, hi = lo-d, hi+d
	}
	if !a.Fit {
		m := 0.05 * (hi - lo)
		if !a.Zero || r.Min < 0 {
			lo -= m
		}
		if !a.Zero || r.Max > 0 {
			hi += m
		}
	}
	return scale{lo, hi, false}
}

func logScale(lo, hi float64, fit bool) scale {
	if hi < lo*1.01 {
		lo, hi = lo/2, hi*2
	}
	if !fit {
		l, h := math.Log10(lo), math.Log10(hi)
		m := 0.05 * (h - l)
		lo, hi = math.Pow(10, math.Max(l-m, -305)), math.Pow(10, math.Min(h+m, 305))
	}
	return scale{lo, hi, true}
}
