package draw

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"
)

// Whose says of whom the points of a mark are.
type Whose struct {
	Group string
	Seeds []int // behind each point; one number for all of them; none: no measurement
}

// at is the number of seeds behind point i; 0 of what was not measured.
func (w Whose) at(i int) int {
	switch {
	case len(w.Seeds) == 1:
		return w.Seeds[0]
	case i < len(w.Seeds):
		return w.Seeds[i]
	}
	return 0
}

// A Point is one of the numbers behind a picture. What does not apply is NaN; what is infinite is
// worse than any number.
type Point struct {
	Panel, Group string
	X, Y         float64
	NameX, NameY string  // the words that stand at X and Y, where an axis has words
	Low, High    float64 // the ends of what is drawn through Y: along y, or, of a span, along x
	Value        float64 // what a color shows
	Seeds        int     // 0: no measurement
	Mark         string
}

// nowhere is a point of which nothing is known.
func (w Whose) nowhere(mark string, i int) Point {
	nan := math.NaN()
	return Point{Group: w.Group, X: nan, Y: nan, Low: nan, High: nan, Value: nan, Seeds: w.at(i), Mark: mark}
}

// A Pointer is a mark that tells its numbers. The axes are those of its panel, with their ranges.
type Pointer interface {
	Points(x, y Axis, yield func(Point))
}

// Points are the numbers of all panels, in the order in which they are drawn: a line and its band,
// markers and their whiskers are one point each. They are what the marks hold, so that whoever
// draws them draws the same.
func (d *Drawing) Points() (all []Point) {
	l, names := d.layout, d.layout.PanelNames()
	for i, q := range l.Panels {
		x, y := l.axisX(i), l.axisY(i)
		x.Min, x.Max, y.Min, y.Max = l.x[i].min, l.x[i].max, l.y[i].min, l.y[i].max
		j := joiner{lack: map[joint][]int{}}
		for _, m := range q.Marks {
			pointsOf(m, x, y, j.add)
		}
		for _, p := range j.all {
			p.Panel = names[i]
			p.NameX, p.X = x.shown(p.X)
			p.NameY, p.Y = y.shown(p.Y)
			if p.Mark == "span" {
				_, p.Low = x.shown(p.Low)
				_, p.High = x.shown(p.High)
			}
			all = append(all, p)
		}
	}
	return all
}

// PanelNames tell the panels apart: their titles, and where these do not their labels.
func (p *Picture) PanelNames() []string {
	names := make([]string, len(p.Panels))
	count := map[string]int{}
	for i, q := range p.Panels {
		names[i] = q.Title
		count[q.Title]++
	}
	for _, label := range []func(q Panel) string{func(q Panel) string { return q.Y.Label }, func(q Panel) string { return q.X.Label }} {
		again := map[string]int{}
		for i, q := range p.Panels {
			if n := names[i]; count[n] > 1 {
				names[i] = strings.TrimPrefix(n+", ", ", ") + label(q)
			}
			again[names[i]]++
		}
		count = again
	}
	seen := map[string]int{}
	for i, n := range names {
		if seen[n]++; seen[n] > 1 {
			names[i] = fmt.Sprintf("%s (%d)", n, seen[n])
		}
	}
	return names
}

// Grid is how many rows and columns of panels there are.
func (d *Drawing) Grid() (rows, cols int) { return d.layout.rows, d.layout.cols }

// pointsOf are those of a mark, which may be a plotter of gonum/plot: of those that are points, or
// a histogram, the table has them.
func pointsOf(m Mark, x, y Axis, yield func(Point)) {
	switch m := m.(type) {
	case Pointer:
		m.Points(x, y, yield)
	case *plotter.Histogram:
		for i, b := range m.Bins {
			p := Whose{}.nowhere("bar", i)
			p.X, p.Y = (b.Min+b.Max)/2, b.Weight
			yield(p)
		}
	case plotter.XYer:
		for i := range m.Len() {
			p := Whose{}.nowhere("plotter", i)
			p.X, p.Y = m.XY(i)
			yield(p)
		}
	}
}

// shown is the word at v, if the axis has words, and the number that is shown there.
func (a Axis) shown(v float64) (name string, number float64) {
	if a.Plus != 0 {
		return "", v - a.Plus
	}
	if i := slices.Index(a.At, v); i >= 0 && i < len(a.Names) {
		if i < len(a.Whole) {
			return a.Whole[i], v
		}
		return a.Names[i], v
	}
	return "", v
}

// A joint is where two marks of a group meet.
type joint struct {
	group string
	x     float64
}

// A joiner makes one point of a band, or of whiskers, and of what is drawn within.
type joiner struct {
	all  []Point
	lack map[joint][]int // points that lack one of the two, all the same one
}

func (j *joiner) add(p Point) {
	between := p.isBetween()
	if !between && !slices.Contains([]string{"line", "dot", "bar"}, p.Mark) || math.IsNaN(p.X) {
		j.all = append(j.all, p)
		return
	}
	key := joint{p.Group, p.X}
	lack := j.lack[key]
	if len(lack) == 0 || j.all[lack[0]].isBetween() == between {
		j.lack[key] = append(lack, len(j.all))
		j.all = append(j.all, p)
		return
	}
	j.lack[key] = lack[1:]
	if q := &j.all[lack[0]]; between {
		q.Low, q.High = p.Low, p.High
	} else {
		q.Y, q.Mark, q.Seeds = p.Y, p.Mark, p.Seeds
	}
}

// isBetween says whether a point is of what lies around others.
func (p Point) isBetween() bool { return p.Mark == "band" || p.Mark == "whisker" }

// Points implements Pointer.
func (m Line) Points(_, _ Axis, yield func(Point)) { m.Whose.xy("line", m.X, m.Y, yield) }

// Points implements Pointer.
func (m Dots) Points(_, _ Axis, yield func(Point)) { m.Whose.xy("dot", m.X, m.Y, yield) }

// Points implements Pointer.
func (m Bars) Points(_, _ Axis, yield func(Point)) { m.Whose.xy("bar", m.X, m.H, yield) }

// Points implements Pointer.
func (m Rings) Points(_, _ Axis, yield func(Point)) { m.Whose.xy("ring", m.X, m.Y, yield) }

// Points implements Pointer.
func (m Band) Points(_, _ Axis, yield func(Point)) { m.Whose.between("band", m.X, m.Lo, m.Hi, yield) }

// Points implements Pointer.
func (m Whiskers) Points(_, _ Axis, yield func(Point)) {
	m.Whose.between("whisker", m.X, m.Lo, m.Hi, yield)
}

// Points implements Pointer.
func (m Spans) Points(_, _ Axis, yield func(Point)) {
	for i := range min(len(m.Y), len(m.Lo), len(m.Hi)) {
		p := m.Whose.nowhere("span", i)
		p.Y, p.Low, p.High = m.Y[i], m.Lo[i], m.Hi[i]
		yield(p)
	}
}

// Points implements Pointer: a level has no place along x.
func (m Level) Points(_, _ Axis, yield func(Point)) {
	p := m.Whose.nowhere("level", 0)
	p.Y = m.Y
	yield(p)
}

// Points implements Pointer.
func (m Cells) Points(_, _ Axis, yield func(Point)) {
	for i := range min(len(m.X), len(m.Y), len(m.Value)) {
		p := m.Whose.nowhere("cell", i)
		p.X, p.Y, p.Value = m.X[i], m.Y[i], m.Value[i]
		yield(p)
	}
}

// Points implements Pointer: a cross stands for what is worse than any number.
func (m Gone) Points(_, _ Axis, yield func(Point)) {
	if m.N < 1 {
		return
	}
	p := Whose{m.Group, []int{m.N}}.nowhere("cross", 0)
	p.X, p.Y = m.X, math.Inf(1)
	if m.Below {
		p.Y = math.Inf(-1)
	}
	yield(p)
}

// Points implements Pointer: each curve has a cross, where it leaves the panel.
func (m Departures) Points(x, y Axis, yield func(Point)) {
	for i := range m.X {
		if u, v, ok := m.leave(x, y, m.X[i], m.Y[i]); ok {
			p := Whose{m.Group, []int{1}}.nowhere("cross", 0)
			p.X, p.Y = u, v
			yield(p)
		}
	}
}

func (w Whose) xy(mark string, xs, ys []float64, yield func(Point)) {
	for i := range min(len(xs), len(ys)) {
		p := w.nowhere(mark, i)
		p.X, p.Y = xs[i], ys[i]
		yield(p)
	}
}

func (w Whose) between(mark string, xs, lo, hi []float64, yield func(Point)) {
	for i := range min(len(xs), len(lo), len(hi)) {
		p := w.nowhere(mark, i)
		p.X, p.Low, p.High = xs[i], lo[i], hi[i]
		yield(p)
	}
}
