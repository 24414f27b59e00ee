package plots

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"staleness/results"
)

// A Picture is what there is to see, in the units of the data; the layout and the paper style are applied when it is drawn.
type Picture struct {
	Title  string
	Panels []Panel // in reading order
	Cols   int     // panels in a row; 0: chosen from their number
	Key    []Key   // the legend, above the panels
	Shared bool    // all panels have the axes of the first and the ranges of all

	Bar *ColorBar // to the right of the panels; nil: none

	Notes []string // the fine print; sentences

	width, ratio float64 // points; height over width of a panel
	fine         bool    // Notes stand below the panels
}

// A Panel is one set of axes with marks, drawn in order.
type Panel struct {
	Title string
	X, Y  Axis
	Marks []Mark
	Empty string // why there is nothing to see, shown in the middle
}

// An Axis is a scale with its label. A label ends with the unit in parentheses if there is one.
type Axis struct {
	Label    string
	Min, Max float64 // the range; Min >= Max: from the marks
	Log      bool
	Fit      bool      // a range from the marks ends at them exactly: no margin
	Zero     bool      // a range from the marks includes 0
	At       []float64 // where ticks stand; nil: chosen
	Names    []string  // what stands at At; nil: the numbers
}

// A Key is an entry of the legend.
type Key struct {
	Name  string
	Style Style
	Line  bool // shows a line,
	Dot   bool // a marker,
	Fill  bool // a filled box
}

// A ColorBar explains the colors of Cells.
type ColorBar struct {
	Axis  Axis
	Color func(t float64) color.Color // t in [0, 1] along the axis
	Miss  []Key                       // what colors off the bar mean
}

// A Mark draws data. Marks may hold any numbers: what is not finite or cannot stand on a logarithmic axis is cut away here.
type Mark interface {
	// extent reports the numbers that the axes should reach.
	extent(grow func(x, y float64))
	draw(p *frame)
}

// adopt takes over the keys that concern all kinds.
func (p *Picture) adopt(c Common) {
	if c.Title != "" {
		p.Title = c.Title
	}
	p.width = columnWidth
	if c.Width == "page" {
		p.width = pageWidth
	}
	switch p.ratio = c.Ratio; {
	case p.ratio > 0:
	case p.Bar != nil: // cells are best near square
		p.ratio = 0.85
	case len(p.Panels) == 1 && p.width > columnWidth:
		p.ratio = 0.45
	default:
		p.ratio = 0.66
	}
	p.fine = c.Notes
}

// note adds a sentence to the fine print, once.
func (p *Picture) note(s string) {
	for _, n := range p.Notes {
		if n == s {
			return
		}
	}
	p.Notes = append(p.Notes, s)
}

// warn says what is to be known about any figure of these runs.
func (p *Picture) warn(runs []*Run) {
	var builds []string
	status := map[string]int{}
	violated := 0
	for _, r := range runs {
		if b := r.Summary.Build; b != "" && !slices.Contains(builds, b) {
			builds = append(builds, b)
		}
		status[r.Summary.Status]++
		for _, v := range r.Summary.Invariants {
			if v != results.Held {
				violated++
				break
			}
		}
	}
	var bad []string
	for _, s := range []string{results.Interrupted, results.Failed} {
		if n := status[s]; n > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(bad) > 0 {
		p.note(fmt.Sprintf("Warning: of %s, %s", plural(len(runs), "run", "runs"), strings.Join(bad, " and ")))
	}
	if violated > 0 {
		p.note("Warning: " + plural(violated, "run violates an invariant", "runs violate an invariant") + " of the simulator")
	}
	if len(builds) > 1 {
		p.note(fmt.Sprintf("Warning: the runs come from %d builds of the program", len(builds)))
	}
}
