package plots

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// A Paper is the [style] table: what a journal asks of all figures of an experiment.
type Paper struct {
	Family    string `in:"sans|serif" doc:"of the letters: Liberation Sans or Liberation Serif, which are as wide as Helvetica and as Times"`
	FontSize  Length `doc:"size of the letters of labels and legends, 4pt to 24pt; numbers at ticks, the fine print, markers and gaps go with it"`
	LineWidth Length `doc:"width of a line that shows data, 0.2pt to 5pt; all other lines and the dashes go with it"`
	Column    Length `doc:"width of a figure with width = \"column\", 1in to 20in"`
	Page      Length `doc:"width of a figure with width = \"page\", 1in to 20in, not below column"`
}

// DefaultPaper is the style of figures without a [style] table.
func DefaultPaper() Paper {
	return Paper{Family: "sans", FontSize: "7.5bp", LineWidth: "1.1bp", Column: "3.3in", Page: "6.8in"}
}

// Table is the [style] table that makes this paper.
func (p Paper) Table() map[string]any { return params.Encode(p) }

// DescribePaper lists the keys of [style].
func DescribePaper() []params.KeyDoc { return params.DescribeStruct(DefaultPaper()) }

// DecodePaper makes a Paper from the [style] table of a file.
func DecodePaper(table map[string]any) (Paper, error) {
	p := DefaultPaper()
	err := params.Decode("style", table, &p)
	return p, err
}

// A Length is a size on paper with its unit: "3.3in", "246pt" (points of TeX, 72.27 to an inch),
// "1bp" (PostScript's, 72 to an inch), "84mm", "8.4cm".
type Length string

// units are lengths in points of PostScript.
var units = map[string]float64{"in": 72, "pt": 72 / 72.27, "bp": 1, "mm": 72 / 25.4, "cm": 72 / 2.54}

func (l Length) points() (vg.Length, bool) {
	s := string(l)
	if len(s) < 3 {
		return 0, false
	}
	unit, known := units[s[len(s)-2:]]
	x, err := strconv.ParseFloat(strings.TrimSpace(s[:len(s)-2]), 64)
	return vg.Length(x * unit), known && err == nil && draw.Finite(x) && x > 0
}

// FromParam takes a number with a unit.
func (l *Length) FromParam(value any) error {
	s, _ := value.(string)
	if _, ok := Length(s).points(); !ok {
		return fmt.Errorf(`want a length with its unit: "3.3in", "246pt", "84mm"`)
	}
	*l = Length(s)
	return nil
}

// ToParam is the inverse.
func (l Length) ToParam() any { return string(l) }

// Wants says how it is written.
func (Length) Wants() string { return "a length with its unit (in, pt, bp, mm, cm)" }

// Validate implements params.Validator.
func (p Paper) Validate() error {
	const in = 72
	for _, k := range []struct {
		key      string
		v        Length
		lo, hi   vg.Length
		lowest   string
		greatest string
	}{
		{"font_size", p.FontSize, 4 * 72 / 72.27, 24, "4pt", "24pt"},
		{"line_width", p.LineWidth, 0.2 * 72 / 72.27, 5, "0.2pt", "5pt"},
		{"column", p.Column, in, 20 * in, "1in", "20in"},
		{"page", p.Page, in, 20 * in, "1in", "20in"},
	} {
		if v, _ := k.v.points(); v < k.lo*(1-1e-9) || v > k.hi*(1+1e-9) {
			e := params.Errorf(k.key, "is out of range")
			e.Value, e.Allowed = strconv.Quote(string(k.v)), fmt.Sprintf("%s to %s", k.lowest, k.greatest)
			return e
		}
	}
	column, _ := p.Column.points()
	if page, _ := p.Page.points(); page < column {
		e := params.Errorf("page", "is narrower than a column, %s", p.Column)
		e.Value = strconv.Quote(string(p.Page))
		return e
	}
	return nil
}

// page is how the keys of a figure set it on this paper.
func (p Paper) page(c Common) draw.Page {
	if p == (Paper{}) {
		p = DefaultPaper()
	}
	size, _ := p.FontSize.points()
	line, _ := p.LineWidth.points()
	width, _ := p.Column.points()
	if c.Width == "page" {
		width, _ = p.Page.points()
	}
	family := font.Variant("Sans")
	if p.Family == "serif" {
		family = "Serif"
	}
	return draw.Page{Look: draw.Paper.Sized(family, size, line), Width: width, Ratio: c.Ratio, Fine: c.Notes}
}
