package plots

import (
	"fmt"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Curves are given as numbers: a model, a bound, anything that is no record. An experiment fills it
// in Go, or a file lists it.
type Curves struct {
	Common
	XLabel string  `doc:"label of the horizontal axis, with the unit in parentheses; TeX between dollars is set as mathematics" required:""`
	YLabel string  `doc:"label of the vertical axis, with the unit in parentheses; TeX between dollars is set as mathematics" required:""`
	XScale string  `doc:"linear or log" in:"linear|log"`
	YScale string  `doc:"linear or log" in:"linear|log"`
	Note   string  `doc:"what must be said with the figure"`
	Curve  []Curve `doc:"the curves" required:""`
}

// A Curve is points joined by a line.
type Curve struct {
	Name  string    `doc:"its name in the legend"`
	Facet string    `doc:"the panel it is in"`
	X     []float64 `doc:"along the horizontal axis" in:"[-inf,inf]"`
	Y     []float64 `doc:"along the vertical axis, as many as x" in:"[-inf,inf]"`
	Dots  bool      `doc:"a marker at every point"`
	Gray  bool      `doc:"drawn as a reference: gray, dashed"`
}

var _ Exampler = Curves{}

func init() {
	Register("curves", "curves given as numbers, such as those of a cost model", Curves{Common: Defaults(), XScale: "linear", YScale: "linear"})
}

// alone says that the figure needs no runs.
func (Curves) alone() bool { return true }

// Example implements Exampler.
func (Curves) Example() map[string]any {
	return map[string]any{"note": "a bound, as it is computed", "curve": []any{map[string]any{"name": "a bound", "x": []any{1.0, 2.0, 4.0}, "y": []any{1.0, 0.5, 0.25}}}}
}

// Validate implements params.Validator.
func (f Curves) Validate() error {
	if len(f.Curve) == 0 {
		return params.Errorf("curve", "there are none")
	}
	if len(f.Where) > 0 {
		return params.Errorf("where", "these curves are of no run, so none are chosen; leave it out")
	}
	facets := map[string]bool{}
	drawn := false
	for i, c := range f.Curve {
		if at := fmt.Sprintf("curve[%d]", i); len(c.X) != len(c.Y) {
			return params.Errorf(at, "%q has %d values of x and %d of y", c.Name, len(c.X), len(c.Y))
		} else if len(c.X) == 0 {
			return params.Errorf(at, "%q has no points", c.Name)
		}
		facets[c.Facet] = true
		for k := range c.X {
			drawn = drawn || !f.hides(c.X[k], c.Y[k])
		}
	}
	if !drawn {
		return params.Errorf("curve", "no point can be drawn: none is finite and, on a logarithmic axis, above 0")
	}
	return tooManyPanels(len(facets))
}

// hides says whether a point cannot be drawn.
func (f Curves) hides(x, y float64) bool {
	return !draw.Finite(x) || !draw.Finite(y) || f.XScale == "log" && x <= 0 || f.YScale == "log" && y <= 0
}

// Picture implements Figure.
func (f Curves) Picture([]*Run) (*Picture, error) {
	if err := f.Validate(); err != nil { // of a program, not of a file
		return nil, err
	}
	p := &Picture{Shared: true}
	at := map[string]int{}
	style := map[string]Style{}
	hidden := 0
	for i, c := range f.Curve {
		k, ok := at[c.Facet]
		if !ok {
			k = len(p.Panels)
			at[c.Facet] = k
			p.Panels = append(p.Panels, Panel{Title: c.Facet, X: Axis{Label: f.XLabel, Log: f.XScale == "log", Fit: true},
				Y: Axis{Label: f.YLabel, Log: f.YScale == "log"}})
		}
		st, ok := style[c.Name]
		if !ok {
			if st = StyleOf(len(style)); c.Gray {
				st = draw.Reference
			}
			style[c.Name] = st
			if c.Name != "" {
				p.Key = append(p.Key, Key{Name: c.Name, Style: st, Line: true, Dot: true})
			}
		}
		for k := range c.X {
			if f.hides(c.X[k], c.Y[k]) {
				hidden++
			}
		}
		q := &p.Panels[k]
		q.Marks = append(q.Marks, Line{Whose: Whose{Group: c.Name}, X: c.X, Y: c.Y, Style: st, Dots: c.Dots, Phase: float64(i%5) / 5})
	}
	if f.Note != "" {
		p.Note(f.Note)
	}
	var styles []Style
	for _, k := range p.Key {
		if k.Style.Color != draw.Reference.Color {
			styles = append(styles, k.Style)
		}
	}
	if note := colorsAgain(styles); note != "" {
		p.Note(note)
	}
	if hidden > 0 {
		p.Note(plural(hidden, "point", "points") + " cannot be drawn: not finite, or not above 0 on a logarithmic axis")
	}
	return p, nil
}
