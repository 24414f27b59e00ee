package page

import (
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"staleness/plots"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Table is ready to be shown.
type Table struct {
	Caption string   `json:"caption,omitempty"`
	Head    []Head   `json:"head"`
	Rows    [][]Cell `json:"rows"`
	Notes   []string `json:"notes,omitempty"`
}

// A Head is that of a column.
type Head struct {
	Over    string `json:"over,omitempty"` // above it, over all neighbours with the same
	Text    string `json:"text"`
	Numbers bool   `json:"numbers,omitempty"` // to the right
}

// A Cell is a text and what it counts as when rows are sorted.
type Cell struct {
	Text     string `json:"text"`
	Marked   bool   `json:"marked,omitempty"` // the text holds mark-up
	Interval string `json:"interval,omitempty"`
	Sign     string `json:"sign,omitempty"` // after it
	Note     string `json:"note,omitempty"` // to be known of it
	Sort     string `json:"sort,omitempty"` // a number for scripts; "": the text
	Mark     string `json:"mark,omitempty"` // a class of the page's style
	Link     string `json:"-"`
}

// A Span is a head over several columns.
type Span struct {
	Text    string
	Columns int
}

// Above are the heads over the heads; nil if there are none.
func (t *Table) Above() (out []Span) {
	some := false
	for i, h := range t.Head {
		some = some || h.Over != ""
		if n := len(out); i > 0 && h.Over == t.Head[i-1].Over && h.Over != "" {
			out[n-1].Columns++
			continue
		}
		out = append(out, Span{h.Over, 1})
	}
	if !some {
		return nil
	}
	return out
}

// Shown is the text as HTML.
func (c Cell) Shown() template.HTML {
	if c.Marked {
		return template.HTML(draw.HTML(c.Text))
	}
	return template.HTML(template.HTMLEscapeString(c.Text))
}

// long is from how many characters on a text is broken into lines.
const long = 36

// Class is what the page's style knows a cell by.
func (c Cell) Class() string {
	if utf8.RuneCountInString(c.Text) > long {
		return strings.TrimSpace(c.Mark + " long")
	}
	return c.Mark
}

// number is a cell that sorts by its value; one that does not apply sorts as a text.
func number(text string, v float64) Cell {
	switch {
	case math.IsNaN(v):
		return Cell{Text: text}
	case math.IsInf(v, 1):
		return Cell{Text: text, Sort: "Infinity"}
	case math.IsInf(v, -1):
		return Cell{Text: text, Sort: "-Infinity"}
	}
	return Cell{Text: text, Sort: strconv.FormatFloat(v, 'g', -1, 64)}
}

// value is a cell of a text that may be a number.
func value(text string) Cell {
	text = draw.Legible(text)
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) {
		return number(text, v)
	}
	return Cell{Text: text}
}

// numeric says of each column whether all that stands in it are numbers, or nothing.
func (t *Table) numeric() {
	for i := range t.Head {
		t.Head[i].Numbers = len(t.Rows) > 0
		for _, r := range t.Rows {
			if r[i].Sort == "" && r[i].Text != "–" && r[i].Text != "" {
				t.Head[i].Numbers = false
			}
		}
	}
}

// outcomeTable is what came out, a row a setting.
func outcomeTable(o *plots.Outcome) *Table {
	t := &Table{Notes: o.Notes()}
	for _, k := range o.Keys {
		t.Head = append(t.Head, Head{Text: draw.Legible(k)})
	}
	t.Head = append(t.Head, Head{Text: "seeds"}, Head{Text: "status"})
	for _, c := range o.Columns {
		t.Head = append(t.Head, Head{Text: draw.Plain(c.Label)})
	}
	for i, r := range o.Rows {
		var row []Cell
		for _, k := range r.Keys {
			row = append(row, value(k))
		}
		row = append(row, number(strconv.Itoa(r.Seeds), float64(r.Seeds)), Cell{Text: r.Status(), Mark: markOf(r.Ended[0].Status)})
		for c := range o.Columns {
			row = append(row, number(o.Number(i, c), r.Mid[c]))
		}
		t.Rows = append(t.Rows, row)
	}
	t.numeric()
	return t
}

// markOf is the class in the style of how a run ended; "" if well.
func markOf(status string) string {
	switch status {
	case record.Completed, record.Target:
		return ""
	case record.Diverged, record.Stalled:
		return "diverged"
	}
	return "bad"
}
