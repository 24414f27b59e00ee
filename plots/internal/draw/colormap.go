package draw

import "image/color"

// A ColorMap is given by stops at equal distances and interpolated linearly in sRGB.
type ColorMap []color.NRGBA

// Cividis runs from dark blue to yellow with evenly rising lightness, the same to the eye with and
// without red-green blindness (Nunez, Anderton, Renslow, PLoS ONE 13(7): e0199239, 2018).
var Cividis = ColorMap{
	{0x00, 0x20, 0x4d, 0xff}, {0x00, 0x33, 0x6f, 0xff}, {0x39, 0x48, 0x6b, 0xff}, {0x57, 0x5c, 0x6d, 0xff},
	{0x70, 0x71, 0x73, 0xff}, {0x8a, 0x87, 0x79, 0xff}, {0xa6, 0x9d, 0x75, 0xff}, {0xc4, 0xb5, 0x6c, 0xff},
	{0xe4, 0xcf, 0x5b, 0xff}, {0xff, 0xea, 0x46, 0xff},
}

// Diverging runs from blue through white to orange-red: for numbers whose sign matters.
var Diverging = ColorMap{
	{0x21, 0x66, 0xac, 0xff}, {0x67, 0xa9, 0xcf, 0xff}, {0xd1, 0xe5, 0xf0, 0xff}, {0xf7, 0xf7, 0xf7, 0xff},
	{0xfd, 0xdb, 0xc7, 0xff}, {0xef, 0x8a, 0x62, 0xff}, {0xb2, 0x18, 0x2b, 0xff},
}

// At is the color at t in [0, 1]; beyond, that of the end.
func (m ColorMap) At(t float64) color.Color {
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

// luminance is the relative luminance, approximately: with a gamma of 2.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	sq := func(v uint8) float64 { return float64(v) * float64(v) / (255 * 255) }
	return 0.2126*sq(n.R) + 0.7152*sq(n.G) + 0.0722*sq(n.B)
}
