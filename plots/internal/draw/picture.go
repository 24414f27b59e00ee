package draw

import (
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
)

// A Picture is what there is to see, in the units of the data; the layout and the paper style are
// applied when it is drawn.
type Picture struct {
	Title  string
	Panels []Panel // in reading order
	Cols   int     // panels in a row; 0: chosen from their number
	Key    []Key   // the legend, above the panels
	Shared bool    // all panels have the axes of the first and the ranges of all, but
	OwnX   bool    // each its own horizontal one,
	OwnY   bool    // each its own vertical one

	Bar *ColorBar // to the right of the panels; nil: none

	About []string // what is shown, for the caption alone; sentences
	Notes []string // the fine print; sentences, which end the caption
}

// A Panel is one set of axes with marks, drawn in order.
type Panel struct {
	Title string
	X, Y  Axis
	Marks []Mark
	Empty string // why there is nothing to see, shown in the middle
}

// A Mark draws data. Any plotter of gonum/plot is one: it is given the panel's frame as its canvas,
// and a plot with the panel's axes. A mark that is a [Ranger] or a plot.DataRanger says what the
// axes should reach.
type Mark = plot.Plotter

// A Ranger is a mark that reports its numbers one by one, so that a logarithmic axis can pass over
// those it cannot show.
type Ranger interface {
	Extent(grow func(x, y float64))
}

// extent reports what the axes should reach for m.
func extent(m Mark, grow func(x, y float64)) {
	switch m := m.(type) {
	case Ranger:
		m.Extent(grow)
	case plot.DataRanger:
		x0, x1, y0, y1 := m.DataRange()
		grow(x0, y0)
		grow(x1, y1)
	}
}

// An Axis is a scale with its label. A label ends with the unit in parentheses if there is one.
type Axis struct {
	Label    string
	Min, Max float64 // the range; Min >= Max: from the marks
	Log      bool
	Fit      bool      // a range from the marks ends at them exactly: no margin
	Zero     bool      // a range from the marks includes 0
	Counts   bool      // of whole numbers: so are the ticks
	At       []float64 // where ticks stand; nil: chosen
	Names    []string  // what stands at At; nil: the numbers
	Whole    []string  // the Names in full, where they are cut short; nil: they are not
	// is in all places, so that 0 has one on a logarithmic axis; Names say what is without it
	Plus float64
}

// A Key is an entry of the legend.
type Key struct {
	Name  string
	Style Style
	Line  bool             // shows a line,
	Dot   bool             // a marker,
	Fill  bool             // a filled box,
	Thumb plot.Thumbnailer // or what a plotter draws of itself
}

// A ColorBar explains the colors of Cells.
type ColorBar struct {
	Axis  Axis
	Color func(t float64) color.Color // t in [0, 1] along the axis
	Miss  []Key                       // what colors off the bar mean
}

// Note adds a sentence to the fine print, once.
func (p *Picture) Note(s string) {
	if !slices.Contains(p.Notes, s) {
		p.Notes = append(p.Notes, s)
	}
}

// Caption is what must be said with the picture: one paragraph of plain text.
func (p *Picture) Caption() string {
	var b strings.Builder
	for _, n := range p.Sentences() {
		b.WriteString(Plain(n))
		b.WriteByte('\n')
	}
	return b.String()
}

// Sentences are those of the caption, with mark-up.
func (p *Picture) Sentences() (all []string) {
	for _, n := range slices.Concat(p.About, p.Notes) {
		all = append(all, sentence(n))
	}
	return all
}

// sentence ends a note with a full stop.
func sentence(note string) string {
	if strings.HasSuffix(note, ".") {
		return note
	}
	return note + "."
}
