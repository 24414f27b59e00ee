package plots

import (
	"fmt"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// What a figure is made of is defined with the drawing of it.
type (
	// A Picture is what there is to see, in the units of the data; the layout and the paper style
	// are applied when it is drawn.
	Picture = draw.Picture

	// A Panel is one set of axes with marks, drawn in order.
	Panel = draw.Panel

	// An Axis is a scale with its label. A label ends with the unit in parentheses if there is one;
	// it may hold ^{...}, _{...} and, between dollars, the mathematics of TeX.
	Axis = draw.Axis

	// A Key is an entry of the legend.
	Key = draw.Key

	// A ColorBar explains the colors of Cells.
	ColorBar = draw.ColorBar

	// A Style is how the marks of one group look.
	Style = draw.Style

	// A Whose says of whom the points of a mark are: for the numbers beside a figure.
	Whose = draw.Whose
)

// A Mark draws data. Any plot.Plotter of gonum/plot is one: it draws on the panel as on a plot of
// its own. The marks below may hold any numbers: what is not finite or cannot stand on a
// logarithmic axis is cut away.
type (
	Mark       = draw.Mark
	Line       = draw.Line
	Level      = draw.Level
	Band       = draw.Band
	Dots       = draw.Dots
	Rings      = draw.Rings
	Whiskers   = draw.Whiskers
	Spans      = draw.Spans
	Bars       = draw.Bars
	Cells      = draw.Cells
	Gone       = draw.Gone
	Departures = draw.Departures
)

// StyleOf is the look of the i-th group.
func StyleOf(i int) Style { return draw.StyleOf(i) }

// Reference is the look of theory and of other curves that are no measurement.
func Reference() Style { return draw.Reference }

// page is how the keys that concern all kinds set a picture without a [style].
func (c Common) page() draw.Page { return Paper{}.page(c) }

// warn says what is to be known about any figure of these runs.
func warn(p *Picture, runs []*Run) {
	var builds []string
	status := map[string]int{}
	violated := 0
	for _, r := range runs {
		if b := r.Summary.Build; b != "" && !slices.Contains(builds, b) {
			builds = append(builds, b)
		}
		status[r.Summary.Status]++
		for _, v := range r.Summary.Invariants {
			if v != record.Held {
				violated++
				break
			}
		}
	}
	var bad []string
	for _, s := range []string{record.Interrupted, record.Failed} {
		if n := status[s]; n > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(bad) > 0 {
		p.Note(fmt.Sprintf("Warning: of %s, %s", plural(len(runs), "run", "runs"), strings.Join(bad, " and ")))
	}
	if violated > 0 {
		p.Note("Warning: " + plural(violated, "run violates an invariant", "runs violate an invariant") + " of the simulator")
	}
	if len(builds) > 1 {
		p.Note(fmt.Sprintf("Warning: the runs come from %d builds of the program", len(builds)))
	}
}
