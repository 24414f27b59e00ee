package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// A heat is what is to be seen on a map of colors.
type heat struct {
	q      quantity
	log    bool
	center *float64
	limit  *float64 // of the distance from center that colors show
	text   bool
	ownX   bool // each panel has its own horizontal axis
	ownY   bool // and vertical one

	against string // a facet
	base    map[spot]float64
}

// A spot is a cell and a seed.
type spot struct {
	x, y float64
	seed uint64
}

// value is what a run adds to its cell.
func (h heat) value(r *Run, x, y float64) float64 {
	v := r.last(h.q)
	if h.base == nil {
		return v
	}
	b, ok := h.base[spot{x, y, r.Summary.Seed}]
	switch vi, bi := math.IsInf(v, 0), math.IsInf(b, 0); {
	case !ok || vi && bi:
		return math.NaN()
	case vi:
		return v
	case bi:
		return -b
	}
	return v - b
}

// compare takes the facet that the others are compared with out of the split.
func (h *heat) compare(s *split, placeX, placeY func(r *Run) (float64, bool)) error {
	k, err := facetAgainst(s, h.against)
	if err != nil {
		return err
	}
	h.base = map[spot]float64{}
	var rest []cell
	for _, c := range s.cells {
		switch {
		case c.facet == k:
			for _, r := range c.runs {
				x, okx := placeX(r)
				y, oky := placeY(r)
				if v := r.last(h.q); okx && oky && !math.IsNaN(v) {
					h.base[spot{x, y, r.Summary.Seed}] = v
				}
			}
			continue
		case c.facet > k:
			c.facet--
		}
		rest = append(rest, c)
	}
	s.facets, s.cells = slices.Delete(s.facets, k, k+1), rest
	zero := 0.0
	h.center = &zero
	return nil
}

// picture sets cells side by side; on a scale of numbers their edges are midway between these.
func (h heat) picture(runs []*Run, kx, ky string, facet Keys, scale string) (*Picture, error) {
	m, err := h.gather(runs, kx, ky, facet, scale)
	if err != nil {
		return nil, err
	}
	p := &Picture{Shared: true, Bar: m.bar(m.values)}
	gone, none := lostColor, absentColor
	if m.center != nil {
		gone, none = darkColor, grayColor
	}
	var seen shown
	for i, name := range m.facets {
		cells := m.cells(m.squares[i], p.Bar, gone, none, &seen)
		p.Panels = append(p.Panels, Panel{Title: name, X: m.x[i], Y: m.y[i], Marks: []Mark{cells}})
	}
	if seen.lost {
		p.Bar.Miss = append(p.Bar.Miss, Key{Name: "diverged", Style: Style{Color: gone}, Fill: true})
	}
	if seen.absent {
		p.Bar.Miss = append(p.Bar.Miss, Key{Name: "no value", Style: Style{Color: none}, Fill: true})
	}
	m.notes(p, seen)
	return p, nil
}

// A heatMap is what there is to color.
type heatMap struct {
	heat
	kx, ky  string
	x, y    []Axis // of each facet
	facets  []string
	squares [][]square // of each facet
	values  draw.Span  // of all squares

	seeds                        tally // of a square
	lost, absent, bare, unplaced int
}

// A square is a cell of the map: the median over its seeds.
type square struct {
	x, y [2]float64 // edges
	at   [2]float64 // place
	v    float64    // NaN: no value
	n    int        // seeds that have one
	lost int        // diverged seeds
}

// gather finds the squares of each facet.
func (h heat) gather(runs []*Run, kx, ky string, facet Keys, scale string) (*heatMap, error) {
	if err := readable(runs, h.q.final == nil); err != nil {
		return nil, err
	}
	s, err := Grouping{Facet: facet, Group: Keys{ky}}.split(runs, kx)
	if err == nil {
		err = latticeFits(kx, ky, runs)
	}
	if err != nil {
		return nil, err
	}
	m := &heatMap{kx: kx, ky: ky, values: draw.NewSpan(h.log)}
	x, placeX, err := Sweep{kx, scale}.axis(runs)
	if err != nil {
		return nil, err
	}
	y, placeY, err := Sweep{ky, scale}.axis(runs)
	if err != nil {
		return nil, err
	}
	if h.against != "" {
		if err := h.compare(s, placeX, placeY); err != nil {
			return nil, err
		}
	}
	ex, ey := edges(&x, runs, placeX), edges(&y, runs, placeY)
	m.heat, m.facets = h, s.facets
	at := func(r *Run) (place [2]float64, ok bool) {
		u, okx := placeX(r)
		v, oky := placeY(r)
		return [2]float64{u, v}, okx && oky
	}
	for _, r := range runs {
		if _, ok := at(r); !ok {
			m.unplaced++
		}
	}
	for i := range s.facets {
		values := map[[2]float64][]float64{}
		for _, c := range s.cells {
			for _, r := range c.runs {
				if p, ok := at(r); ok && c.facet == i {
					values[p] = append(values[p], h.value(r, p[0], p[1]))
				}
			}
		}
		px, py := plane{kx, scale, x, ex}, plane{ky, scale, y, ey}
		if mine := s.runsIn(i); h.ownX {
			if err := px.narrow(mine, placeX); err != nil {
				return nil, err
			}
		}
		if mine := s.runsIn(i); h.ownY {
			if err := py.narrow(mine, placeY); err != nil {
				return nil, err
			}
		}
		m.x, m.y = append(m.x, px.axis), append(m.y, py.axis)
		var squares []square
		for u, bx := range px.cells {
			for v, by := range py.cells {
				vs, run := values[[2]float64{px.at[u], py.at[v]}]
				sq := m.square(vs, run)
				sq.x, sq.y, sq.at = bx, by, [2]float64{px.at[u], py.at[v]}
				squares = append(squares, sq)
			}
		}
		m.squares = append(m.squares, squares)
	}
	if m.seeds.most == 0 {
		return nil, fmt.Errorf("no run has a value to draw: no %s", h.q.name)
	}
	return m, nil
}

// square takes the median of the seeds of a cell; run: whether there was any.
func (m *heatMap) square(vs []float64, run bool) square {
	n := len(vs)
	vs = slices.DeleteFunc(vs, math.IsNaN)
	sq := square{v: math.NaN()}
	switch {
	case !run:
		m.absent++
		return sq
	case len(vs) == 0 && n > 0:
		m.bare++
		return sq
	}
	sq.v, _, _ = spread(vs, "none")
	for _, w := range vs {
		if math.IsInf(w, 0) {
			sq.lost++
		}
	}
	m.lost += sq.lost
	m.values.Grow(sq.v)
	sq.n = len(vs)
	m.seeds.add(sq.n)
	return sq
}

// shown says what the legend and the notes must explain.
type shown struct {
	lost, absent, otherGone bool
	below                   int // values below a logarithmic scale
}

// cells colors squares and writes their values.
func (m *heatMap) cells(squares []square, bar *ColorBar, gone, none color.Color, seen *shown) (c Cells) {
	for _, sq := range squares {
		c.X0, c.X1 = append(c.X0, sq.x[0]), append(c.X1, sq.x[1])
		c.Y0, c.Y1 = append(c.Y0, sq.y[0]), append(c.Y1, sq.y[1])
		c.X, c.Y, c.Value = append(c.X, sq.at[0]), append(c.Y, sq.at[1]), append(c.Value, sq.v)
		c.Seeds = append(c.Seeds, sq.n)
		text := ""
		var fill color.Color
		t, ok := bar.Axis.Place(sq.v)
		switch {
		case !ok:
			fill, seen.absent = none, true
		case math.IsInf(sq.v, 0) && m.base != nil && sq.v != m.q.bad():
			fill, text, seen.otherGone = bar.Color(t), "–×", true
		case math.IsInf(sq.v, 0):
			fill, text, seen.lost = gone, "×", true
		default:
			if m.log && sq.v <= 0 {
				seen.below++
			}
			fill, text = bar.Color(t), inCell(sq.v, m.values)
			if sq.lost > 0 {
				text += fmt.Sprintf("^{×%d}", sq.lost)
			}
		}
		c.Color, c.Text = append(c.Color, fill), append(c.Text, text)
	}
	if !m.text {
		c.Text = nil
	}
	return c
}

func (m *heatMap) notes(p *Picture, seen shown) {
	p.Note(strings.Replace(bandNote("Colors", "none", m.seeds), "; band: smallest to largest", "", 1))
	if c := m.center; c != nil && math.Max(m.values.Max-*c, *c-m.values.Min) > p.Bar.Axis.Max-*c {
		lo, hi := draw.Short(draw.Round(m.values.Min, 3)), draw.Short(draw.Round(m.values.Max, 3))
		p.Note(fmt.Sprintf("Values beyond the color bar have the color of its end; they reach from %s to %s", lo, hi))
	}
	if m.lost > 0 {
		if m.base == nil {
			p.Note(plural(m.lost, "diverged run counts", "diverged runs count") + " as worse than any value; ×n in a cell: n of its seeds diverged")
		} else {
			p.Note("×n in a cell: for n of its seeds one of the two diverged, which counts as worse by more than any value")
		}
	}
	if m.base != nil {
		p.Note("Differences are taken seed by seed; blue: better than " + m.against)
	}
	if seen.otherGone {
		p.Note("–×: " + m.against + " diverged there, this did not")
	}
	if m.absent > 0 {
		p.Note(plural(m.absent, "cell has", "cells have") + " no run")
	}
	if m.unplaced > 0 {
		p.Note("Not drawn: " + plural(m.unplaced, "run", "runs") + " without " + m.kx + " or " + m.ky)
	}
	if m.bare > 0 {
		p.Note(plural(m.bare, "cell has", "cells have") + " runs without " + m.q.name)
	}
	if seen.below > 0 {
		p.Note(plural(seen.below, "value", "values") + " of 0 or below take the lowest color of the logarithmic scale")
	}
}

// inCell writes a number with as many decimals as the largest one needs for three digits.
func inCell(v float64, all draw.Span) string {
	top := math.Max(math.Abs(all.Min), math.Abs(all.Max))
	if !(top >= 0.01 && top < 1e4) || v != 0 && math.Abs(v) < top/1e3 {
		return draw.Short(draw.Round(v, 3))
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(top)))), 64), "-", "−", 1)
}

// bar is the scale of the colors.
func (h heat) bar(values draw.Span) *ColorBar {
	b := &ColorBar{Axis: Axis{Label: h.q.finally(), Log: h.log, Fit: true}}
	if h.base != nil {
		name, unit, _ := strings.Cut(b.Axis.Label, " (")
		b.Axis.Label = name + " minus that of " + h.against
		if unit == "%)" {
			b.Axis.Label += " (% points)"
		} else if unit != "" {
			b.Axis.Label += " (" + unit
		}
	}
	if h.center == nil {
		b.Axis.Min, b.Axis.Max = values.Range(b.Axis)
		// Better is lighter, whichever way that is.
		b.Color = func(t float64) color.Color {
			if h.q.up {
				return draw.Cividis.At(t)
			}
			return draw.Cividis.At(1 - t)
		}
		return b
	}
	r := 1e-12
	if values.Min <= values.Max {
		r = math.Max(r, math.Max(math.Abs(values.Max-*h.center), math.Abs(values.Min-*h.center)))
	}
	if h.limit != nil {
		r = math.Min(r, *h.limit)
	}
	b.Axis.Log = false
	b.Axis.Min, b.Axis.Max = *h.center-r, *h.center+r
	b.Color = draw.Diverging.At
	if h.base != nil && h.q.up {
		b.Color = func(t float64) color.Color { return draw.Diverging.At(1 - t) }
	}
	return b
}

// facetAgainst finds the panel that the others are compared with.
func facetAgainst(s *split, title string) (int, error) {
	k := slices.Index(s.facets, title)
	if k < 0 || len(s.facets) < 2 {
		e := params.Errorf("against", "is none of the panels, or the only one")
		e.Value, e.Allowed = strconv.Quote(title), "there are "+some(s.facets, ", ")
		return 0, e
	}
	return k, nil
}

func checkHeat(x, y string, facet Keys, scale string, runs []*Run) error {
	err := Sweep{x, scale}.check(Grouping{Facet: facet, Group: Keys{y}}, runs)
	if err == nil {
		err = latticeFits(x, y, runs)
	}
	if err == nil {
		_, _, err = Sweep{y, scale}.axis(runs)
	}
	return keyIs("x_scale", "scale", keyIs("group", "y", err))
}
