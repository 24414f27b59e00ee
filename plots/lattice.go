package plots

import (
	"math"
	"slices"
	"strconv"

	"staleness/internal/params"
)

// A lattice is the values along an axis, and the edges of the cells around them.
type lattice struct {
	at    []float64
	cells [][2]float64
}

// edges puts the edges of cells midway between values, on a logarithmic axis at the geometric mean,
// and widens the axis to the outermost edges.
func edges(a *Axis, runs []*Run, place func(r *Run) (float64, bool)) (l lattice) {
	for _, r := range runs {
		if v, ok := place(r); ok {
			l.at = append(l.at, v)
		}
	}
	slices.Sort(l.at)
	l.at = slices.Compact(l.at)
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if a.Log {
		to, from = math.Log, math.Exp
	}
	n := len(l.at)
	for i, v := range l.at {
		u := to(v)
		lo, hi := u-0.5, u+0.5
		switch {
		case n == 1:
		case i == 0:
			hi = (u + to(l.at[1])) / 2
			lo = 2*u - hi
		case i == n-1:
			lo = (u + to(l.at[i-1])) / 2
			hi = 2*u - lo
		default:
			lo, hi = (u+to(l.at[i-1]))/2, (u+to(l.at[i+1]))/2
		}
		l.cells = append(l.cells, [2]float64{from(lo), from(hi)})
	}
	if n > 0 {
		a.Min, a.Max = l.cells[0][0], l.cells[n-1][1]
	}
	return l
}

// A plane is one axis of a map of cells, with its lattice.
type plane struct {
	key, scale string
	axis       Axis
	lattice
}

// narrow keeps what runs of one panel have, in its places among all.
func (p *plane) narrow(runs []*Run, place func(r *Run) (float64, bool)) error {
	if !slices.ContainsFunc(runs, func(r *Run) bool { _, ok := place(r); return ok }) {
		return nil
	}
	a, own, err := Sweep{p.key, p.scale}.axis(runs)
	if err != nil {
		return err
	}
	p.axis = a
	p.cells = edges(&p.axis, runs, own).cells
	p.at = edges(&a, runs, place).at // in the same order
	return nil
}

// latticeFits is the error if the values along two axes make so many cells that hardly any can have
// a run.
func latticeFits(x, y string, runs []*Run) error {
	count := func(key string) int {
		seen := map[string]bool{}
		for _, r := range runs {
			if t, ok := r.Text(key); ok {
				seen[t] = true
			}
		}
		return len(seen)
	}
	nx, ny := count(x), count(y)
	if nx*ny <= max(10_000, 10*len(runs)) {
		return nil
	}
	e := params.Errorf("x", "%d values, and %d of %s, make %d cells, and there are but %d runs", nx, ny, y, nx*ny, len(runs))
	e.Value, e.Allowed = strconv.Quote(x), "take other keys, or choose by where"
	return e
}
