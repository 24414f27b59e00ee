package plots

import (
	"math"
	"slices"

	"staleness/plots/internal/draw"
)

// coinciding says in the caption which lines of a panel lie on each other: of two one sees one.
func coinciding(p *Picture) {
	var said []string
	for _, q := range p.Panels {
		var lines []Line
		for _, m := range q.Marks {
			if l, ok := m.(Line); ok && l.Group != "" && len(l.Seeds) > 0 {
				lines = append(lines, l)
			}
		}
		if len(lines) > manyGroups {
			continue
		}
		for i, a := range lines {
			for _, b := range lines[:i] {
				if a.Group == b.Group || a.Shift != b.Shift || !coincide(a, b, q.X, q.Y) {
					continue
				}
				what := b.Group + " and " + a.Group
				if q.Title != "" {
					what += " (" + q.Title + ")"
				}
				said = append(said, what)
			}
		}
	}
	if len(said) > 0 {
		p.Note("Lines that coincide: " + some(said, "; "))
	}
}

// coincide says whether no eye tells two lines apart: wherever either has a point and both go, they
// are nearer than a third of the width of a line, in a panel two hundred times as high as that.
func coincide(a, b Line, x, y Axis) bool {
	span := draw.NewSpan(y.Log)
	if y.Min < y.Max {
		span.Grow(y.Min)
		span.Grow(y.Max)
	} else {
		for _, v := range slices.Concat(a.Y, b.Y) {
			span.Grow(v)
		}
	}
	at := func(v float64) float64 {
		if y.Log {
			return math.Log(v)
		}
		return v
	}
	near := 1.0 / 600 * (at(span.Max) - at(span.Min))
	common := 0
	for _, pair := range [][2]Line{{a, b}, {b, a}} {
		for i, v := range pair[0].X {
			w, ok := along(pair[1], v)
			if !ok {
				continue
			}
			one, other := at(pair[0].Y[i]), at(w)
			if math.IsNaN(one) && math.IsNaN(other) || one == other {
				common++
				continue
			}
			if !(math.Abs(one-other) <= near) {
				return false
			}
			common++
		}
	}
	// one that only begins where the other ends does not lie on it
	return common > 2 || common > 0 && len(a.X) == 1 && len(b.X) == 1
}

// along is where a line is at x, if it goes that far.
func along(l Line, x float64) (y float64, ok bool) {
	n := len(l.X)
	if n == 0 || !(x >= l.X[0] && x <= l.X[n-1]) {
		return 0, false
	}
	i, hit := slices.BinarySearch(l.X, x)
	if hit {
		return l.Y[i], true
	}
	t := (x - l.X[i-1]) / (l.X[i] - l.X[i-1])
	return l.Y[i-1] + float64(t*(l.Y[i]-l.Y[i-1])), true
}
