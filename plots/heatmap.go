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

// Heatmap is a number of each run over two keys that were swept, as color: the median over seeds.
type Heatmap struct {
	Common
	X       string   `doc:"the key along the horizontal axis" required:""`
	Y       string   `doc:"the key along the vertical axis" required:""`
	Facet   Keys     `doc:"what tells panels apart; left out: one panel"`
	Value   string   `doc:"the number: train_loss, test_accuracy, growth, time, staleness_mean, ..."`
	Scale   string   `doc:"of the colors" in:"linear|log"`
	Center  *float64 `doc:"a value of its own meaning, such as 0, in the unit of the record: colors then diverge from it"`
	Against string   `doc:"the title of one panel: the others then show their difference to it, seed by seed, blue where they are better"`
	Text    bool     `doc:"whether the numbers stand in the cells, where they fit"`
}

func init() {
	Register("heatmap", "a final number over two keys that were swept, as color", Heatmap{
		Common: Defaults(), Value: "train_loss", Scale: "linear", Text: true,
	})
}

var (
	lostColor   = color.NRGBA{0xb8, 0x3a, 0x3a, 0xff} // a diverged median on a perceptual map, which has no red
	darkColor   = color.NRGBA{0x2b, 0x2b, 0x2b, 0xff} // the same on a diverging map, which has
	absentColor = color.NRGBA{0xf4, 0xf4, 0xf4, 0xff} // no value, on a perceptual map, which has no white
	grayColor   = color.NRGBA{0xb4, 0xb4, 0xb4, 0xff} // the same on a diverging map
)

// Validate implements params.Validator.
func (f Heatmap) Validate() error { _, err := lookup("value", f.Value, summarised); return err }

// Picture implements Figure.
func (f Heatmap) Picture(runs []*Run) (*Picture, error) {
	q, err := lookup("value", f.Value, summarised)
	if err != nil {
		return nil, err
	}
	m := heat{q: q, log: f.Scale == "log", text: f.Text, against: f.Against}
	if f.Center != nil {
		c := *f.Center * q.unit()
		m.center = &c
	}
	return m.picture(runs, f.X, f.Y, f.Facet, "category")
}

type heat struct {
	q      quantity
	log    bool
	center *float64
	limit  *float64 // of the distance from center that colors show
	text   bool

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
	k := slices.Index(s.facets, h.against)
	if k < 0 || len(s.facets) < 2 {
		e := params.Errorf("against", "is none of the panels, or the only one")
		e.Value, e.Allowed = strconv.Quote(h.against), "there are "+strings.Join(s.facets, ", ")
		return e
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
	g := Grouping{Facet: facet, Group: Keys{ky}}
	s, err := g.split(runs, kx)
	if err != nil {
		return nil, err
	}
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
	p := &Picture{Shared: true}
	values := draw.NewSpan(h.log)
	type square struct {
		x, y  [2]float64
		v     float64
		lost  int
		seeds int
	}
	unplaced := 0
	for _, r := range runs {
		_, okx := placeX(r)
		if _, oky := placeY(r); !okx || !oky {
			unplaced++
		}
	}
	squares := make([][]square, len(s.facets))
	least, most, lost, absent, bare := 0, 0, 0, 0, 0
	for i := range s.facets {
		at := map[[2]float64][]float64{}
		for _, c := range s.cells {
			if c.facet != i {
				continue
			}
			for _, r := range c.runs {
				u, okx := placeX(r)
				v, oky := placeY(r)
				if okx && oky {
					at[[2]float64{u, v}] = append(at[[2]float64{u, v}], h.value(r, u, v))
				}
			}
		}
		for u, bx := range ex.cells {
			for v, by := range ey.cells {
				vs, run := at[[2]float64{ex.at[u], ey.at[v]}]
				n := len(vs)
				vs = slices.DeleteFunc(vs, math.IsNaN)
				sq := square{x: bx, y: by, v: math.NaN(), seeds: len(vs)}
				switch {
				case !run:
					absent++
				case len(vs) == 0 && n > 0:
					bare++
				default:
					sq.v, _, _ = spread(vs, "none")
					for _, w := range vs {
						if math.IsInf(w, 0) {
							sq.lost++
						}
					}
					lost += sq.lost
					values.Grow(sq.v)
					if least == 0 || len(vs) < least {
						least = len(vs)
					}
					most = max(most, len(vs))
				}
				squares[i] = append(squares[i], sq)
			}
		}
	}
	if most == 0 {
		return nil, fmt.Errorf("no run has a value to draw: no %s", h.q.name)
	}
	bar := h.bar(values)
	below, lostAny, absentAny, otherGone := 0, false, false, false
	gone, none := lostColor, absentColor
	if h.center != nil {
		gone, none = darkColor, grayColor
	}
	for i, name := range s.facets {
		panel := Panel{Title: name, X: x, Y: y}
		var c Cells
		for _, sq := range squares[i] {
			c.X0, c.X1 = append(c.X0, sq.x[0]), append(c.X1, sq.x[1])
			c.Y0, c.Y1 = append(c.Y0, sq.y[0]), append(c.Y1, sq.y[1])
			text := ""
			var fill color.Color
			t, ok := bar.Axis.Place(sq.v)
			switch {
			case !ok:
				fill, absentAny = none, true
			case math.IsInf(sq.v, 0) && h.base != nil && sq.v != h.q.bad():
				fill, text, otherGone = bar.Color(t), "–×", true
			case math.IsInf(sq.v, 0):
				fill, text, lostAny = gone, "×", true
			default:
				if h.log && sq.v <= 0 {
					below++
				}
				fill, text = bar.Color(t), inCell(sq.v, values)
				if sq.lost > 0 {
					text += fmt.Sprintf("^{×%d}", sq.lost)
				}
			}
			c.Color, c.Text = append(c.Color, fill), append(c.Text, text)
		}
		if !h.text {
			c.Text = nil
		}
		panel.Marks = []Mark{c}
		p.Panels = append(p.Panels, panel)
	}
	p.Bar = bar
	if lostAny {
		bar.Miss = append(bar.Miss, Key{Name: "diverged", Style: Style{Color: gone}, Fill: true})
	}
	if absentAny {
		bar.Miss = append(bar.Miss, Key{Name: "no value", Style: Style{Color: none}, Fill: true})
	}
	p.Note(strings.Replace(bandNote("Colors", "none", least, most), "; band: smallest to largest", "", 1))
	if h.center != nil && math.Max(values.Max-*h.center, *h.center-values.Min) > bar.Axis.Max-*h.center {
		p.Note(fmt.Sprintf("Values beyond the color bar have the color of its end; they reach from %s to %s", draw.Short(draw.Round(values.Min, 3)), draw.Short(draw.Round(values.Max, 3))))
	}
	if lost > 0 {
		if h.base == nil {
			p.Note(plural(lost, "diverged run counts", "diverged runs count") + " as worse than any value; ×n in a cell: n of its seeds diverged")
		} else {
			p.Note("×n in a cell: for n of its seeds one of the two diverged, which counts as worse by more than any value")
		}
	}
	if h.base != nil {
		p.Note("Differences are taken seed by seed; blue: better than " + h.against)
	}
	if otherGone {
		p.Note("–×: " + h.against + " diverged there, this did not")
	}
	if absent > 0 {
		p.Note(plural(absent, "cell has", "cells have") + " no run")
	}
	if unplaced > 0 {
		p.Note("Not drawn: " + plural(unplaced, "run", "runs") + " without " + kx + " or " + ky)
	}
	if bare > 0 {
		p.Note(plural(bare, "cell has", "cells have") + " runs without " + h.q.name)
	}
	if below > 0 {
		p.Note(plural(below, "value", "values") + " of 0 or below take the lowest color of the logarithmic scale")
	}
	return p, nil
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

// A lattice is the values along an axis, and the edges of the cells around them.
type lattice struct {
	at    []float64
	cells [][2]float64
}

// edges puts the edges of cells midway between values, on a logarithmic axis at the geometric mean, and widens the axis to
// the outermost edges.
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
