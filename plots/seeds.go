package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"staleness/plots/internal/draw"
)

// A curve is one run's y over x, x strictly rising. A diverged run's y is bad (infinite) from where
// it is no longer finite.
type curve struct {
	x, y     []float64
	diverged bool
	left     int // evaluations left of a logarithmic axis
}

// curveOf reads two columns; log leaves out where x is not above 0. missing names a column that the
// run does not have.
func curveOf(r *Run, qx, qy quantity, log bool) (c curve, missing string, err error) {
	rows, err := r.Evals()
	if err != nil {
		return c, "", err
	}
	c.diverged = r.Diverged()
	sawX, sawY := false, false
	c.x, c.y = make([]float64, 0, len(rows)), make([]float64, 0, len(rows))
	for i := range rows {
		x, okx := rows[i].Value(qx.name)
		y, oky := rows[i].Value(qy.name)
		okx, oky = okx && draw.Finite(x), oky && !math.IsNaN(y)
		sawX, sawY = sawX || okx, sawY || oky
		if !okx {
			continue
		}
		y *= qy.unit()
		if c.diverged && !(oky && draw.Finite(y)) {
			y = qy.bad()
		} else if !oky || !draw.Finite(y) {
			continue
		}
		if x *= qx.unit(); log && x <= 0 {
			c.left++
			continue
		}
		if n := len(c.x); n > 0 && x <= c.x[n-1] {
			if x == c.x[n-1] {
				c.y[n-1] = y // the later evaluation at the same x counts
			}
			continue
		}
		c.x, c.y = append(c.x, x), append(c.y, y)
	}
	switch {
	case len(rows) > 0 && !sawX:
		return c, qx.name, nil
	case len(rows) > 0 && !sawY:
		return c, qy.name, nil
	}
	return c, "", nil
}

// at interpolates linearly. Beyond its ends a curve is NaN, but a diverged one is bad after its
// end.
func (c curve) at(x float64, bad float64) float64 {
	n := len(c.x)
	if n == 0 || x < c.x[0] {
		return math.NaN()
	}
	i, hit := slices.BinarySearch(c.x, x)
	switch {
	case hit:
		return c.y[i]
	case i == n && c.diverged:
		return bad
	case i == n:
		return math.NaN()
	}
	a, b := c.y[i-1], c.y[i]
	if math.IsInf(a, 0) || math.IsInf(b, 0) {
		return bad
	}
	t := (x - c.x[i-1]) / (c.x[i] - c.x[i-1])
	return a + t*(b-a)
}

// most is how many points a pooled curve has: more than a page can resolve.
const most = 600

// grid is the common x axis of curves: all their points, or if these are too many, those nearest to
// as many at equal distances. It ends where the first of the curves ends that did not diverge, for
// what is left beyond would be a median of the slow.
func grid(cs []curve, log bool) (xs []float64) {
	end := math.Inf(1)
	for _, c := range cs {
		if n := len(c.x); n > 0 && !c.diverged {
			end = math.Min(end, c.x[n-1])
		}
	}
	for _, c := range cs {
		for _, x := range c.x {
			if x <= end {
				xs = append(xs, x)
			}
		}
	}
	slices.Sort(xs)
	xs = slices.Compact(xs)
	if len(xs) <= most {
		return xs
	}
	lo, hi := xs[0], xs[len(xs)-1]
	var out []float64
	for i := range most {
		t := float64(i) / (most - 1)
		x := lo + t*(hi-lo)
		if log {
			x = lo * math.Pow(hi/lo, t)
		}
		k, _ := slices.BinarySearch(xs, x)
		if k = min(k, len(xs)-1); k > 0 && x-xs[k-1] < xs[k]-x {
			k--
		}
		out = append(out, xs[k])
	}
	out[len(out)-1] = hi
	return slices.Compact(out)
}

// A pooled is the median and the band of several curves on their common grid.
type pooled struct {
	x, mid, lo, hi []float64
	n              int // curves
}

// pool takes the median and the band at every point of the grid at which all curves have a value.
func pool(cs []curve, q quantity, log bool, band string) pooled {
	p := pooled{n: len(cs)}
	for _, x := range grid(cs, log) {
		var ys []float64
		for _, c := range cs {
			if y := c.at(x, q.bad()); !math.IsNaN(y) {
				ys = append(ys, y)
			}
		}
		if len(ys) < len(cs) {
			continue
		}
		m, lo, hi := spread(ys, band)
		p.x, p.mid, p.lo, p.hi = append(p.x, x), append(p.mid, m), append(p.lo, lo), append(p.hi, hi)
	}
	return p
}

// spread is the median of ys and a band around it: "min-max" or "quartiles". Values may be
// infinite, not NaN. It sorts ys. The median is finite if more than half of the values are.
func spread(ys []float64, band string) (median, lo, hi float64) {
	n := len(ys)
	if n == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	slices.Sort(ys)
	switch band {
	case "quartiles":
		return Quantile(ys, 0.5), Quantile(ys, 0.25), Quantile(ys, 0.75)
	case "deciles": // of groups that are too many to tell apart
		return Quantile(ys, 0.5), Quantile(ys, 0.1), Quantile(ys, 0.9)
	}
	return Quantile(ys, 0.5), ys[0], ys[n-1]
}

// Quantile interpolates between the order statistics of sorted values at h = (n-1)p, counted from
// 0: Hyndman and Fan's type 7, which R and NumPy take too, of which p = 0.5 is the usual median.
// Values may be infinite, not NaN; between a finite and an infinite value it is infinite. NaN of
// nothing.
func Quantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	h := p * float64(n-1)
	if i := int(h); float64(i) == h || math.IsInf(sorted[i], 0) {
		return sorted[i] // no share of the next value, not even 0 times infinity
	}
	// gonum's LinInterp interpolates at h = np (type 4), the median of 1, 2, 3, 4 being 2. With a
	// first value of no weight there are n-1 steps from the first to the last, as there should be.
	weights := make([]float64, n)
	for i := range weights[1:] {
		weights[i+1] = 1
	}
	return stat.Quantile(p, stat.LinInterp, sorted, weights)
}

// bandNote says what a band is, of how many.
func bandNote(what, band string, seeds tally) string {
	n := fmt.Sprint(seeds.most)
	if seeds.least < seeds.most {
		n = fmt.Sprintf("%d to %d", seeds.least, seeds.most)
	}
	switch {
	case seeds.most <= 1:
		return what + ": one seed"
	case band == "quartiles":
		return fmt.Sprintf("%s: median of %s seeds; band: first to third quartile", what, n)
	case band == "deciles":
		return fmt.Sprintf("%s: median of %s seeds; band: first to ninth decile", what, n)
	}
	return fmt.Sprintf("%s: median of %s seeds; band: smallest to largest", what, n)
}

// hiddenNote says what a logarithmic axis cannot show of n values, which count in medians all the
// same.
func hiddenNote(n int, what string) string {
	return plural(n, what+" of 0 or below has", what+"s of 0 or below have") + " no place on the logarithmic axis; a line is broken where its median is one"
}

// some joins a list, of which a long one is cut off: a caption is no log.
func some(names []string, sep string) string {
	const few = 12
	if len(names) > few+1 {
		names = append(slices.Clone(names[:few]), fmt.Sprintf("%d more", len(names)-few))
	}
	return strings.Join(names, sep)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// A tally is the least and the most of what was counted, such as the seeds behind a point.
type tally struct{ least, most int }

func (t *tally) add(n int) {
	if t.least == 0 || n < t.least {
		t.least = n
	}
	t.most = max(t.most, n)
}
