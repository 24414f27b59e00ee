package draw

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A bar is the color bar, measured.
type bar struct {
	scale
	ticks  []tick
	label  block
	widest vg.Length // of the texts at ticks
	width  vg.Length // everything right of the panels
}

// The gap left of the bar, and its own width.
const barGap, barWidth = 7, 8

func (l *layout) measureBar() {
	var e int
	l.bar.ticks, e = l.Bar.Axis.ticks(l.bar.scale, int(max(2, l.total()/20)))
	l.bar.ticks, l.bar.widest = l.look.apart(l.bar.ticks, l.bar.scale, l.total()), 0
	for _, t := range l.bar.ticks {
		l.bar.widest = max(l.bar.widest, l.look.width(t.label(), l.look.Tick))
	}
	l.bar.label = l.look.block(withExponent(l.Bar.Axis.Label, e), l.look.Text, l.total()+8)
	l.bar.width = barGap + barWidth + l.look.TickLen + 2 + l.bar.widest + 3.5 + l.bar.label.height()
}

func (l *layout) placeBar(c draw.Canvas, x, y0, y1 vg.Length) {
	const slices = 128
	look := l.look
	f := &frame{Canvas: c, look: look}
	for i := range slices {
		a, b := y0+(y1-y0)*vg.Length(i)/slices, y0+(y1-y0)*vg.Length(i+1)/slices
		if i < slices-1 {
			b += 0.2 // no seams between slices
		}
		fill := color.NRGBAModel.Convert(l.Bar.Color((float64(i) + 0.5) / slices)).(color.NRGBA)
		f.rectangle(Style{Color: fill}, vg.Point{X: x, Y: a}, vg.Point{X: x + barWidth, Y: b})
	}
	f.SetLineStyle(plain(look.Ink, 0.4))
	f.Stroke(vg.Rectangle{Min: vg.Point{X: x, Y: y0}, Max: vg.Point{X: x + barWidth, Y: y1}}.Path())
	right := x + barWidth
	for _, t := range l.bar.ticks {
		u, _ := l.bar.norm(t.at)
		y := y0 + vg.Length(u)*(y1-y0)
		f.StrokeLine2(plain(look.Ink, look.Axis), right, y, right+look.length(t), y)
		look.text(f, t.label(), vg.Point{X: right + look.TickLen + 2, Y: y}, anchor{0, 0.5}, look.Tick, look.Ink, false)
	}
	at := vg.Point{X: right + look.TickLen + 2 + l.bar.widest + 3.5, Y: (y0 + y1) / 2}
	l.bar.label.draw(f, at, true, true)
}
