package plots

import "image/color"

// The paper style. Lengths are points, 1/72 inch. The widths are those of a column and of the page of the usual two-column
// styles; sizes are as printed, so a figure is included without scaling.
const (
	columnWidth = 3.3 * 72
	pageWidth   = 6.8 * 72

	textSize  = 7.5 // axis labels, legend, titles
	tickSize  = 6.8
	smallSize = 6.0 // the fine print; also the size of exponents

	axisLine  = 0.6
	gridLine  = 0.35
	curveLine = 1.1
	markSize  = 2.3 // radius
	tickLen   = 2.6
)

var (
	ink   = color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
	gray  = color.NRGBA{0x60, 0x60, 0x60, 0xff}
	pale  = color.NRGBA{0xdd, 0xdd, 0xdd, 0xff}
	white = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// hues are the colors of Okabe and Ito, Color Universal Design (2008), which people with any common color vision tell apart,
// in an order that also alternates dark and light. Their yellow is too pale for a line on paper and stands last.
var hues = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0x00, 0x00, 0x00, 0xff}, // black
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x8c, 0x7a, 0x00, 0xff}, // yellow, darkened
}

// dashes tell lines apart without color.
var dashes = [][]float64{
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
	Dashes []float64
	Marker int // 0: none
	Width  float64
}

// styleOf is the look of the i-th group. Color, dash and marker all change from one to the next; color and dash together
// repeat after 8 groups only, and then with other dashes.
func styleOf(i int) Style {
	n := len(hues)
	return Style{Color: hues[i%n], Dashes: dashes[(i+i/n)%n], Marker: 1 + i%markers, Width: curveLine}
}

// reference is the look of theory and of other curves that are no measurement.
var reference = Style{Color: gray, Dashes: []float64{2.2, 1.6}, Width: 0.9}

func (s Style) faint(alpha uint8) color.NRGBA {
	c := s.Color
	c.A = alpha
	return c
}

// A colour map is given by stops at equal distances and interpolated linearly in sRGB.
type colorMap []color.NRGBA

// cividis runs from dark blue to yellow with evenly rising lightness, the same to the eye with and without red-green
// blindness (Nunez, Anderton, Renslow, PLoS ONE 13(7): e0199239, 2018).
var cividis = colorMap{
	{0x00, 0x20, 0x4d, 0xff}, {0x00, 0x33, 0x6f, 0xff}, {0x39, 0x48, 0x6b, 0xff}, {0x57, 0x5c, 0x6d, 0xff},
	{0x70, 0x71, 0x73, 0xff}, {0x8a, 0x87, 0x79, 0xff}, {0xa6, 0x9d, 0x75, 0xff}, {0xc4, 0xb5, 0x6c, 0xff},
	{0xe4, 0xcf, 0x5b, 0xff}, {0xff, 0xea, 0x46, 0xff},
}

// diverging runs from blue through white to orange-red: for numbers whose sign matters.
var diverging = colorMap{
	{0x21, 0x66, 0xac, 0xff}, {0x67, 0xa9, 0xcf, 0xff}, {0xd1, 0xe5, 0xf0, 0xff}, {0xf7, 0xf7, 0xf7, 0xff},
	{0xfd, 0xdb, 0xc7, 0xff}, {0xef, 0x8a, 0x62, 0xff}, {0xb2, 0x18, 0x2b, 0xff},
}

// at is the color at t in [0, 1]; beyond, that of the end.
func (m colorMap) at(t float64) color.Color {
	if !(t > 0) {
		return m[0]
	}
	if t >= 1 {
		return m[len(m)-1]
	}
	i := int(t * float64(len(m)-1))
	f := t*float64(len(m)-1) - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-f) + float64(b)*f + 0.5) }
	a, b := m[i], m[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
