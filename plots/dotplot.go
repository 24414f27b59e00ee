package plots

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"staleness/plots/internal/draw"
)

// A dotPlot is a number per run against a swept key: medians, whiskers, and a cross for runs whose
// number is infinite.
type dotPlot struct {
	q     quantity
	log   bool
	band  string
	level *float64
	// groups are not set side by side: their slopes are compared
	still bool
	ownX  bool                                 // each panel has its own horizontal axis
	what  string                               // what an infinite number means
	value func(r *Run) (v float64, why string) // NaN and why where there is none
}

// hides says whether the vertical axis has no place for a value.
func (d dotPlot) hides(v float64) bool { return d.log && v <= 0 && draw.Finite(v) }

func (d dotPlot) picture(runs []*Run, g Grouping, sw Sweep) (*Picture, error) {
	s, err := g.split(runs, sw.X)
	if err != nil {
		return nil, err
	}
	d.band = s.crowd(d.band)
	ds := dots{dotPlot: d, s: s, key: sw.X}
	p := &Picture{Shared: true}
	for i, name := range s.facets {
		if ds.x, ds.place, err = sw.axisIn(s, i, runs, d.ownX); err != nil {
			return nil, err
		}
		panel := Panel{Title: name, X: ds.x, Y: Axis{Label: d.q.label, Log: d.log, Counts: d.q.counts()}}
		if panel.Marks = ds.facet(i); len(panel.Marks) == 0 {
			panel.Empty = "nothing to draw"
		}
		p.Panels = append(p.Panels, panel)
	}
	if ds.drawn == 0 {
		return nil, fmt.Errorf("no run has a value to draw: %s", some(ds.because, "; "))
	}
	p.Key = s.legend(!ds.words(), true)
	if d.level != nil {
		level := Level{Whose: Whose{Group: "level"}, Y: *d.level * d.q.unit(), Style: draw.Reference}
		for i := range p.Panels {
			p.Panels[i].Marks = append([]Mark{level}, p.Panels[i].Marks...)
		}
	}
	ds.notes(p)
	return p, nil
}

// dots gathers the numbers of groups, makes marks of them, and keeps count of what has to be said.
type dots struct {
	dotPlot
	s     *split
	key   string // that was swept
	x     Axis
	place func(r *Run) (float64, bool)

	seeds         tally
	drawn, hidden int
	gone          []string // groups with infinite numbers
	because       []string // why runs are not drawn
	levels        []string // groups that were not swept
}

// A dot is the seeds of a group at one place of the axis.
type dot struct {
	x, mid, lo, hi float64
	n, lost        int // seeds, and those whose number is infinite
}

// words says whether the places are names, which no line joins.
func (ds *dots) words() bool { return ds.x.Names != nil }

// facet makes the marks of a panel, crosses above all others.
func (ds *dots) facet(i int) (marks []Mark) {
	var crosses []Mark
	taken := map[float64]int{} // crosses at a place
	for _, c := range ds.s.cells {
		if c.facet != i {
			continue
		}
		if level, ok := ds.baseline(c); ok {
			marks = append(marks, level)
			continue
		}
		at := ds.gather(c)
		marks = append(marks, ds.marks(c, at)...)
		for _, d := range at {
			if d.lost > 0 {
				crosses = append(crosses, Gone{Group: ds.s.groups[c.group], X: d.x, N: d.lost, Below: ds.q.up, Style: ds.s.styles[c.group], Shift: ds.shift(c), Drop: taken[d.x]})
				taken[d.x]++
			}
		}
	}
	return append(marks, crosses...)
}

// baseline is the level of a group that was not swept, as far as the axis goes.
func (ds *dots) baseline(c cell) (Mark, bool) {
	if slices.ContainsFunc(c.runs, func(r *Run) bool { _, ok := ds.place(r); return ok }) {
		return nil, false
	}
	var vs []float64
	for _, r := range c.runs {
		if v, _ := ds.value(r); !math.IsNaN(v) {
			vs = append(vs, v)
			if ds.hides(v) {
				ds.hidden++
			}
		}
	}
	m, _, _ := spread(vs, ds.band)
	if !draw.Finite(m) {
		return nil, false
	}
	st := ds.s.styles[c.group]
	st.Marker = 0
	ds.levels = append(ds.levels, ds.s.nameOf(c))
	ds.drawn++
	return Level{Whose: ds.s.whose(c, len(vs)), Y: m, Style: st}, true
}

// gather takes medians and bands of a group, from left to right.
func (ds *dots) gather(c cell) (at []dot) {
	values := map[float64][]float64{}
	for _, r := range c.runs {
		u, ok := ds.place(r)
		v, why := ds.value(r)
		if !ok || math.IsNaN(v) {
			if why == "" {
				why = "no " + ds.key
			}
			if why = ds.s.nameOf(c) + ": " + why; !slices.Contains(ds.because, why) {
				ds.because = append(ds.because, why)
			}
			continue
		}
		values[u] = append(values[u], v)
		if ds.hides(v) {
			ds.hidden++
		}
	}
	lost, all := 0, 0
	for _, u := range slices.Sorted(maps.Keys(values)) {
		vs := values[u]
		d := dot{x: u, n: len(vs)}
		if d.mid, d.lo, d.hi = spread(vs, ds.band); math.IsInf(d.mid, 0) {
			d.mid = math.NaN()
		}
		for _, v := range vs {
			if math.IsInf(v, 0) {
				d.lost++
			}
		}
		at = append(at, d)
		lost, all = lost+d.lost, all+d.n
		ds.seeds.add(d.n)
	}
	if lost > 0 {
		ds.gone = append(ds.gone, fmt.Sprintf("%s, %d of %d", ds.s.nameOf(c), lost, all))
	}
	return at
}

// shift sets groups side by side.
func (ds *dots) shift(c cell) vg.Length {
	if ds.still {
		return 0
	}
	return vg.Length(3.2 * (float64(c.group) - float64(len(ds.s.groups)-1)/2))
}

// marks are the whiskers and the medians of a group.
func (ds *dots) marks(c cell, at []dot) (marks []Mark) {
	if len(at) == 0 {
		return nil
	}
	ds.drawn++
	line := Line{Whose: ds.s.whose(c), Style: ds.s.styles[c.group], Dots: true, Shift: ds.shift(c)}
	for _, d := range at {
		line.Seeds = append(line.Seeds, d.n)
	}
	bars := Whiskers{Whose: line.Whose, Style: line.Style, Shift: line.Shift}
	for _, d := range at {
		line.X, line.Y = append(line.X, d.x), append(line.Y, d.mid)
		bars.X, bars.Lo, bars.Hi = append(bars.X, d.x), append(bars.Lo, d.lo), append(bars.Hi, d.hi)
	}
	if ds.band != "none" {
		marks = append(marks, bars)
	}
	if ds.words() {
		return append(marks, Dots{Whose: line.Whose, X: line.X, Y: line.Y, Style: line.Style, Shift: line.Shift})
	}
	return append(marks, line)
}

func (ds *dots) notes(p *Picture) {
	p.Note(strings.Replace(ds.s.bandNote("Markers", ds.band, ds.seeds), "band", "whisker", 1))
	if ds.hidden > 0 {
		p.Note(hiddenNote(ds.hidden, "value"))
	}
	if len(ds.gone) > 0 {
		p.Note(fmt.Sprintf("×: runs that %s, and how many: %s", ds.what, some(ds.gone, "; ")))
		p.Note("They count as worse than any value")
	}
	if len(ds.levels) > 0 {
		p.Note("Level lines: the medians of " + some(ds.levels, "; ") + ", which have no " + ds.key)
	}
	if ds.s.note != "" {
		p.Note(ds.s.note)
	}
	if len(ds.because) > 0 {
		p.Note("Not drawn: " + some(ds.because, "; "))
	}
}
