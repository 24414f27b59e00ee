package draw

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The widths of a column and of the page of the usual two-column styles. Sizes are as printed: a
// figure is included unscaled.
const (
	ColumnWidth vg.Length = 3.3 * 72
	PageWidth   vg.Length = 6.8 * 72
)

// A Look is how everything looks that is not data: letters, axes, the sizes of marks. Lengths are
// points.
type Look struct {
	Family font.Variant // of Liberation: Sans or Serif

	Text  vg.Length // size of axis labels, legend, titles
	Tick  vg.Length // of the numbers at ticks
	Small vg.Length // of the fine print

	Axis, Grid vg.Length // widths of lines
	Weight     float64   // times which the lines of marks are as wide as they say
	Marker     vg.Length // radius
	TickLen    vg.Length
	GapX, GapY vg.Length // between panels
	LineHeight vg.Length // of text, in its size
	Swatch     vg.Length // a line in the legend
	Ink        color.NRGBA
	Gray, Pale color.NRGBA
	White      color.NRGBA
}

// Paper is the style of papers.
var Paper = Look{
	Family: "Sans",
	Text:   7.5, Tick: 6.8, Small: 6,
	Axis: 0.6, Grid: 0.35, Weight: 1,
	Marker: 2.3, TickLen: 2.6,
	GapX: 9, GapY: 8, LineHeight: 1.32, Swatch: 19,
	Ink: Ink, Gray: Gray, Pale: color.NRGBA{0xdd, 0xdd, 0xdd, 0xff}, White: White,
}

// Sized is the look in other letters, of which labels have the given size, and with lines for data
// of the given width; all else goes with these.
func (l Look) Sized(family font.Variant, size, line vg.Length) Look {
	l.Family = family
	k := size / l.Text
	for _, x := range []*vg.Length{&l.Text, &l.Tick, &l.Small, &l.Marker, &l.TickLen, &l.GapX, &l.GapY, &l.Swatch} {
		*x *= k
	}
	l.Weight = float64(line / CurveLine)
	l.Axis *= vg.Length(l.Weight)
	l.Grid *= vg.Length(l.Weight)
	return l
}

// CurveLine is the width of a line that shows data.
const CurveLine vg.Length = 1.1

var (
	Ink   = color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
	Gray  = color.NRGBA{0x60, 0x60, 0x60, 0xff}
	White = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// Hues are the colors of Okabe and Ito, Color Universal Design (2008), which people with any common
// color vision tell apart, in an order that also alternates dark and light. Their yellow is too
// pale for a line on paper and stands last.
var Hues = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0x00, 0x00, 0x00, 0xff}, // black
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x8c, 0x7a, 0x00, 0xff}, // yellow, darkened
}

// HueNames are what files call the Hues.
var HueNames = []string{"blue", "vermilion", "green", "purple", "black", "orange", "sky-blue", "yellow"}

// DashNames are what files call the Dashes.
var DashNames = []string{"solid", "dashed", "dotted", "dash-dot", "long-dash", "dash-dot-dot", "short-dash", "long-dash-dot"}

// Dashes tell lines apart without color.
var Dashes = [][]vg.Length{
	nil,
	{4.5, 1.8},
	{1.2, 1.4},
	{6, 1.6, 1.2, 1.6},
	{7.5, 2},
	{3, 1.2, 1, 1.2, 1, 1.2},
	{2.6, 2.6},
	{9, 1.6, 2, 1.6},
}

// A Style is how the marks of one group look.
type Style struct {
	Color  color.NRGBA
	Dashes []vg.Length
	Marker int       // a shape, from 1; 0: none
	Width  vg.Length // of lines
}

// StyleOf is the look of the i-th group. Color, dash and marker all change from one to the next;
// color and dash together repeat after 64 groups only, color and marker after 48.
func StyleOf(i int) Style {
	n := len(Hues)
	return Style{Color: Hues[i%n], Dashes: Dashes[(i+i/n)%n], Marker: 1 + (i+i/24)%markers, Width: CurveLine}
}

// Reference is the look of theory and of other curves that are no measurement.
var Reference = Style{Color: Gray, Dashes: []vg.Length{2.2, 1.6}, Width: 0.9}

// line is the style of gonum/plot.
func (s Style) line() draw.LineStyle {
	return draw.LineStyle{Color: s.Color, Width: s.Width, Dashes: s.Dashes}
}

// Faint is the color, so transparent.
func (s Style) Faint(alpha uint8) color.NRGBA {
	c := s.Color
	c.A = alpha
	return c
}

// plain is an undashed line.
func plain(c color.Color, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width}
}
