package draw

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// A lost is a mark of what is beyond an axis: it stands in a strip of its own, above or below the
// frame, where the axis is broken.
type lost interface {
	// rows are how many it needs above and below, with these axes.
	rows(x, y Axis) (over, under int)
}

var (
	_ lost = Gone{}
	_ lost = Departures{}
)

// stripGap is the gap between the frame and the strip.
const stripGap vg.Length = 3

// row is the height of a row of crosses.
func (l Look) row() vg.Length { return l.Small + 1.5 }

// strips finds the heights of the strips: that of all panels, so that they stand side by side.
func (l *layout) strips() {
	over, under := 0, 0
	for i, q := range l.Panels {
		x, y := Axis{Min: l.x[i].min, Max: l.x[i].max, Log: l.x[i].log}, Axis{Min: l.y[i].min, Max: l.y[i].max, Log: l.y[i].log}
		for _, m := range q.Marks {
			if m, ok := m.(lost); ok {
				o, u := m.rows(x, y)
				over, under = max(over, o), max(under, u)
			}
		}
	}
	height := func(rows int) vg.Length {
		if rows == 0 {
			return 0
		}
		return stripGap + 1 + vg.Length(rows)*l.look.row()
	}
	l.over, l.under = height(over), height(under)
}

// crossing is where crosses of a row of the strip stand.
func (f *frame) crossing(row int, under bool) vg.Length {
	d := stripGap + 0.5 + (vg.Length(row)+0.5)*f.look.row()
	if under {
		return f.Min.Y - d
	}
	return f.Max.Y + d
}

// shade is the ground of the strip.
var shade = color.NRGBA{0xf1, 0xf1, 0xf1, 0xff}

// ground shades the strips.
func (l *layout) ground(f *frame) {
	if l.over > 0 {
		f.rectangle(Style{Color: shade}, vg.Point{X: f.Min.X, Y: f.Max.Y + stripGap}, vg.Point{X: f.Max.X, Y: f.Max.Y + l.over})
	}
	if l.under > 0 {
		f.rectangle(Style{Color: shade}, vg.Point{X: f.Min.X, Y: f.Min.Y - stripGap}, vg.Point{X: f.Max.X, Y: f.Min.Y - l.under})
	}
}

// broken draws the vertical axis along the strips, and the breaks; labels: what stands there.
func (l *layout) broken(f *frame, labels bool) {
	ink := plain(l.look.Ink, l.look.Axis)
	side := func(edge, beyond, end vg.Length) {
		f.StrokeLine2(ink, f.Min.X, beyond, f.Min.X, end)
		for _, y := range []vg.Length{edge, beyond} {
			f.StrokeLine2(ink, f.Min.X-2, y-1, f.Min.X+2, y+1)
		}
		if labels {
			l.look.text(f, "×", vg.Point{X: f.Min.X - l.look.TickLen - 2, Y: (beyond + end) / 2}, anchor{1, 0.5}, l.look.Tick, l.look.Ink, false)
		}
	}
	if l.over > 0 {
		side(f.Max.Y, f.Max.Y+stripGap, f.Max.Y+l.over)
	}
	if l.under > 0 {
		side(f.Min.Y, f.Min.Y-stripGap, f.Min.Y-l.under)
		f.StrokeLine2(ink, f.Min.X, f.Min.Y-l.under, f.Max.X, f.Min.Y-l.under)
	}
}
