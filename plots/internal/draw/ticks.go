package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A tick is a line across the axis with a label in lines; a minor one has none.
type tick struct {
	at    float64
	lines []string
	minor bool // is short
	extra bool // a label that gives way to the others
}

// label is the text in one line.
func (t tick) label() string { return strings.Join(t.lines, " ") }

// ticks are those of an axis: about n of them, unless the axis says where they stand. The exponent
// is that of a power of ten which the labels leave out and the axis label must name.
func (a Axis) ticks(s scale, n int) (ts []tick, exponent int) {
	switch {
	case a.At != nil:
		return a.given(s), 0
	case s.log:
		if ts := decades(s, n); len(ts) > 0 {
			return ts, 0
		}
	}
	return linear(s, n, a.Counts)
}

func (a Axis) given(s scale) (ts []tick) {
	for i, v := range a.At {
		if t, ok := s.norm(v); ok && t > -1e-9 && t < 1+1e-9 {
			label := Short(v)
			if i < len(a.Names) {
				label = a.Names[i]
			}
			ts = append(ts, tick{at: v, lines: []string{label}})
		}
	}
	return ts
}

// linear ticks stand at multiples of 1, 2 or 5 times a power of ten, which are whole numbers where
// only these count.
func linear(s scale, n int, whole bool) (ts []tick, exponent int) {
	n = max(n, 2)
	raw := s.max/float64(n) - s.min/float64(n)
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	if !(mag > 0) || !Finite(mag) {
		return nil, 0
	}
	step := mag
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * mag; step >= raw*0.999 {
			break
		}
	}
	if whole {
		step = math.Max(step, 1)
	}
	top := math.Max(math.Abs(s.min), math.Abs(s.max))
	if e := int(math.Floor(math.Log10(top))); e >= 5 || e <= -4 {
		exponent = 3 * int(math.Floor(float64(e)/3))
	}
	unit := math.Pow(10, float64(exponent))
	digits := max(0, -int(math.Floor(math.Log10(step/unit)+1e-9)))
	first := math.Ceil(s.min/step - 1e-9)
	for i := 0.0; i <= 50; i++ {
		v := (first + i) * step
		if v > s.max+1e-9*step || !Finite(v) {
			break
		}
		label := strconv.FormatFloat(v/unit, 'f', digits, 64)
		if strings.Trim(label, "-0.") == "" {
			label = strings.TrimPrefix(label, "-")
		}
		ts = append(ts, tick{at: v, lines: []string{strings.Replace(label, "-", "−", 1)}})
	}
	if whole && len(ts) == 0 { // a median may lie between
		return linear(s, n, false)
	}
	return ts, exponent
}

// decades are ticks at powers of ten; where fewer than two fit, at 1, 2 and 5 times them; nil if
// that is too few as well.
func decades(s scale, n int) (ts []tick) {
	lo, hi := math.Log10(s.min), math.Log10(s.max)
	first, last := int(math.Ceil(lo-1e-9)), int(math.Floor(hi+1e-9))
	stride := 1
	for _, stride = range []int{1, 2, 3, 5, 10, 20, 25, 50, 100, 200, 300} {
		if (last-first)/stride+1 <= max(n, 2) {
			break
		}
	}
	// Multiples of the stride, as long as there are two of them; else those counted from the last
	// decade.
	start, multiples := 0, 0
	for k := first; k <= last; k++ {
		if k%stride == 0 {
			multiples++
		}
	}
	switch {
	case multiples < 2:
		start = last
	case stride <= 3 && first%stride != 0 && (last-first)%stride == 0:
		start = first // so that both ends have a label, and all labels the same distance
	}
	plain := first >= -2 && last <= 3
	label := func(k, m int) string {
		switch {
		case plain:
			return Short(float64(m) * pow10(k))
		case m == 1:
			return fmt.Sprintf("10^{%s}", minus(k))
		}
		return fmt.Sprintf("%d×10^{%s}", m, minus(k))
	}
	whole := last > first
	if !whole {
		plain = first-1 >= -3 && last <= 3
	}
	labeled := 0
	for k := first - 1; k <= last; k++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * pow10(k)
			if t, _ := (scale{s.min, s.max, true}).norm(v); t < -1e-9 || t > 1+1e-9 {
				continue
			}
			switch {
			case m == 1 && whole && (k-start)%stride == 0, !whole && (m == 1 || m == 2 || m == 5):
				ts = append(ts, tick{at: v, lines: []string{label(k, m)}})
				labeled++
			case stride == 1 && hi-lo < 8, m == 1 && stride <= 10:
				ts = append(ts, tick{at: v, minor: true})
			}
		}
	}
	if labeled < 2 {
		return nil
	}
	return outermost(ts, s, label)
}

// outermost adds labels beyond the last ones at either end of a logarithmic axis: where it goes on
// so far, at the last 1, 2 or 5 times a power of ten.
func outermost(ts []tick, s scale, label func(k, m int) string) []tick {
	lo, hi := math.Inf(1), 0.
	for _, t := range ts {
		if t.lines != nil {
			lo, hi = math.Min(lo, t.at), math.Max(hi, t.at)
		}
	}
	inside := func(v float64) bool { return v >= s.min*(1-1e-9) && v <= s.max*(1+1e-9) }
	var least, largest *tick
	for k := int(math.Floor(math.Log10(s.min))); k <= int(math.Log10(s.max))+1; k++ {
		for _, m := range []int{1, 2, 5} {
			v := float64(m) * pow10(k)
			if !inside(v) {
				continue
			}
			t := &tick{at: v, lines: []string{label(k, m)}, extra: true}
			if v < lo && least == nil {
				least = t
			}
			if v > hi {
				largest = t
			}
		}
	}
	for _, t := range []*tick{least, largest} {
		if t == nil {
			continue
		}
		i, there := slices.BinarySearchFunc(ts, t.at, func(a tick, at float64) int { return cmp.Compare(a.at, at) })
		if there {
			ts[i] = *t
		} else {
			ts = slices.Insert(ts, i, *t)
		}
	}
	return ts
}

func pow10(k int) float64 {
	// exact, which math.Pow is not everywhere
	v, err := strconv.ParseFloat("1e"+strconv.Itoa(k), 64)
	if err != nil {
		return math.Pow(10, float64(k))
	}
	return v
}

func minus(k int) string { return strings.Replace(strconv.Itoa(k), "-", "−", 1) }

// Short writes a number with at most four digits, as a tick label or in a cell.
func Short(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case a != 0 && (a >= 1e5 || a < 1e-3):
		m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
		if strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		k, _ := strconv.Atoi(e)
		m = strings.Replace(m, "-", "−", 1)
		if m == "1" || m == "−1" {
			return fmt.Sprintf("%s10^{%s}", strings.TrimSuffix(m, "1"), minus(k))
		}
		return fmt.Sprintf("%s×10^{%s}", m, minus(k))
	}
	return strings.Replace(strconv.FormatFloat(Round(v, 4), 'f', -1, 64), "-", "−", 1)
}

// Round keeps n significant digits.
func Round(v float64, n int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// withExponent adds a power of ten to the unit of a label.
func withExponent(label string, e int) string {
	if e == 0 || label == "" {
		return label
	}
	p := fmt.Sprintf("10^{%s}", minus(e))
	if i := strings.LastIndexByte(label, '('); i >= 0 && strings.HasSuffix(label, ")") {
		return label[:i] + "(" + p + " " + label[i+1:]
	}
	return label + " (" + p + ")"
}
