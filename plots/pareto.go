package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
)

// Pareto sets two measures of each run against each other, such as bytes and loss: one marker a
// setting, and the line of those that no other setting beats in both.
type Pareto struct {
	Common
	Grouping
	X      string `doc:"the measure along the horizontal axis: bytes, time, gradients, staleness_mean, ..."`
	Y      string `doc:"the other one: train_loss, test_accuracy, ..."`
	XScale string `doc:"auto: log if the values are spread over a factor of 16 or more" in:"auto|linear|log"`
	YScale string `doc:"auto is log for suboptimality, grad_norm and consensus" in:"auto|linear|log"`
	Band   string `doc:"what the whiskers around the medians of the seeds are" in:"min-max|quartiles|none"`
}

var _ Checker = Pareto{}

func init() {
	Register("pareto", "two measures of each run, and which settings none beats in both", Pareto{
		Common: Defaults(), X: "bytes", Y: "train_loss", XScale: "auto", YScale: "auto", Band: "min-max",
	})
}

// Validate implements params.Validator.
func (f Pareto) Validate() error {
	_, _, err := f.measures()
	return err
}

func (f Pareto) measures() (x, y quantity, err error) {
	if x, err = lookup("x", f.X, summarised); err == nil {
		y, err = lookup("y", f.Y, summarised)
	}
	return
}

// further are keys beside group and facet that tell settings apart.
func (f Pareto) further(runs []*Run) Keys {
	if len(f.Group) == 0 {
		return nil
	}
	return missing(runs, append(slices.Clone(f.Facet), f.Group...))
}

// Check implements Checker.
func (f Pareto) Check(runs []*Run) error {
	if err := f.Grouping.check(runs, f.further(runs)...); err != nil {
		return err
	}
	if err := recorded("x", f.X, runs); err != nil {
		return err
	}
	return recorded("y", f.Y, runs)
}

// Picture implements Figure.
func (f Pareto) Picture(runs []*Run) (*Picture, error) {
	qx, qy, err := f.measures()
	if err == nil {
		err = readable(runs, qx.final == nil || qy.final == nil)
	}
	if err != nil {
		return nil, err
	}
	further := f.further(runs)
	s, err := f.split(runs, further...)
	if err != nil {
		return nil, err
	}
	b := bargains{qx: qx, qy: qy, band: s.crowd(f.Band), s: s, further: further}
	all := make([][]bargain, len(s.facets))
	for _, c := range s.cells {
		all[c.facet] = append(all[c.facet], b.gather(c)...)
	}
	if b.drawn == 0 {
		return nil, fmt.Errorf("no run has both measures: %s", some(b.because, "; "))
	}
	x := Axis{Label: qx.finally(), Log: f.XScale == "log" || f.XScale == "auto" && wide(all), Counts: qx.counts()}
	y := Axis{Label: qy.finally(), Log: f.YScale == "log" || f.YScale == "auto" && qy.log, Counts: qy.counts()}
	b.logX, b.logY = x.Log, y.Log
	p := &Picture{Shared: true}
	for i, name := range s.facets {
		panel := Panel{Title: name, X: x, Y: y, Marks: b.marks(all[i])}
		if len(panel.Marks) == 0 {
			panel.Empty = "nothing to draw"
		}
		p.Panels = append(p.Panels, panel)
	}
	p.Key = append(s.legend(false, true), Key{Name: "beaten by none in both", Style: draw.Reference, Line: true})
	b.notes(p)
	return p, nil
}

// wide says whether the places along x are spread over a factor of 16.
func wide(all [][]bargain) bool {
	span := draw.NewSpan(false)
	for _, bs := range all {
		for _, b := range bs {
			span.Grow(b.x[0])
		}
	}
	return span.Min > 0 && span.Max >= 16*span.Min
}

// A bargain is a setting: of each measure median and band.
type bargain struct {
	group   int
	x, y    [3]float64 // median, low, high
	n, lost int        // seeds, and those whose measure is infinite
}

// bargains gathers settings, makes marks of them and keeps count of what has to be said.
type bargains struct {
	qx, qy     quantity
	logX, logY bool
	band       string
	s          *split
	further    Keys

	drawn, hidden int
	seeds         tally
	because, gone []string
}

// gather takes the settings of a cell.
func (b *bargains) gather(c cell) (all []bargain) {
	at := map[string][]*Run{}
	var order []string
	for _, r := range c.runs {
		t := titleOf(r, b.further)
		if b.s.settings > 0 { // each run by itself: they are no seeds of one setting
			t = r.ID
		}
		if at[t] == nil {
			order = append(order, t)
		}
		at[t] = append(at[t], r)
	}
	for _, t := range order {
		d := bargain{group: c.group}
		var xs, ys []float64
		for _, r := range at[t] {
			x, y := r.last(b.qx), r.last(b.qy)
			if math.IsNaN(x) || math.IsNaN(y) {
				why := b.s.nameOf(c) + ": no " + b.qx.name
				if !math.IsNaN(x) {
					why = b.s.nameOf(c) + ": no " + b.qy.name
				}
				if !slices.Contains(b.because, why) {
					b.because = append(b.because, why)
				}
				continue
			}
			if math.IsInf(x, 0) || math.IsInf(y, 0) {
				d.lost++
			}
			xs, ys = append(xs, x), append(ys, y)
		}
		if d.n = len(xs); d.n == 0 {
			continue
		}
		d.x[0], d.x[1], d.x[2] = spread(xs, b.band)
		d.y[0], d.y[1], d.y[2] = spread(ys, b.band)
		if d.lost > 0 {
			b.gone = append(b.gone, strings.Trim(b.s.nameOf(c)+", "+t, ", ")+fmt.Sprintf(", %d of %d", d.lost, d.n))
		}
		b.drawn++
		b.seeds.add(d.n)
		all = append(all, d)
	}
	return all
}

// marks are the front, the whiskers, the medians, and crosses for settings with runs that diverged.
func (b *bargains) marks(all []bargain) (marks []Mark) {
	var dots, crosses []Mark
	if front := b.front(all); len(front.X) > 0 {
		marks = append(marks, front)
	}
	drop := map[float64]int{}
	for _, d := range all {
		st, whose := b.s.styles[d.group], Whose{Group: b.s.groups[d.group], Seeds: []int{d.n}}
		if d.lost > 0 && draw.Finite(d.x[0]) {
			crosses = append(crosses, Gone{Group: whose.Group, X: d.x[0], N: d.lost, Below: b.qy.up, Style: st, Drop: drop[d.x[0]]})
			drop[d.x[0]]++
		}
		if !draw.Finite(d.x[0]) || !draw.Finite(d.y[0]) {
			continue
		}
		if b.logX && d.x[0] <= 0 || b.logY && d.y[0] <= 0 {
			b.hidden++
			continue
		}
		if d.n > 1 && b.band != "none" {
			thin := Style{Color: st.Color, Width: 0.7}
			marks = append(marks, Spans{Whose: whose, Y: d.y[:1], Lo: d.x[1:2], Hi: d.x[2:], Style: thin},
				Whiskers{Whose: whose, X: d.x[:1], Lo: d.y[1:2], Hi: d.y[2:], Style: thin, Bare: true})
		}
		dots = append(dots, Dots{Whose: whose, X: d.x[:1], Y: d.y[:1], Style: st})
	}
	return slices.Concat(marks, dots, crosses)
}

// front is the staircase through the settings that none beats in both measures.
func (b *bargains) front(all []bargain) Line {
	sign := func(q quantity) float64 {
		if q.up {
			return -1
		}
		return 1
	}
	sx, sy := sign(b.qx), sign(b.qy)
	var best []bargain
	for _, d := range all {
		if draw.Finite(d.x[0]) && draw.Finite(d.y[0]) {
			best = append(best, d)
		}
	}
	slices.SortStableFunc(best, func(c, d bargain) int {
		if c.x[0] != d.x[0] {
			return int(math.Copysign(1, sx*(c.x[0]-d.x[0])))
		}
		return int(math.Copysign(1, sy*(c.y[0]-d.y[0])))
	})
	l := Line{Whose: Whose{Group: "beaten by none in both"}, Style: draw.Reference}
	least := math.Inf(1)
	for _, d := range best {
		if sy*d.y[0] >= least {
			continue
		}
		if n := len(l.X); n > 0 {
			l.X, l.Y = append(l.X, d.x[0]), append(l.Y, l.Y[n-1])
		}
		l.X, l.Y = append(l.X, d.x[0]), append(l.Y, d.y[0])
		least = sy * d.y[0]
	}
	return l
}

func (b *bargains) notes(p *Picture) {
	p.Note(strings.Replace(b.s.bandNote("Markers", b.band, b.seeds), "band", "whiskers", 1))
	if len(b.further) > 0 {
		p.Note("Markers of one look differ in " + strings.Join(b.further, ", "))
	}
	if len(b.gone) > 0 {
		p.Note("×: where runs diverged, and how many: " + some(b.gone, "; "))
		p.Note("They count as worse than any value")
	}
	if b.hidden > 0 {
		p.Note(plural(b.hidden, "setting with a value of 0 or below has", "settings with a value of 0 or below have") + " no place on the logarithmic axes")
	}
	if b.s.note != "" {
		p.Note(b.s.note)
	}
	if len(b.because) > 0 {
		p.Note("Not drawn: " + some(b.because, "; "))
	}
}
