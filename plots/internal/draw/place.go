package draw

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// place draws everything, from above.
func (l *layout) place(c draw.Canvas) {
	look := l.look
	y := c.Max.Y - 3
	if t := l.title(); len(t.lines) > 0 {
		t.draw(c, vg.Point{X: c.Max.X / 2, Y: y}, true, false)
		y -= t.height() + 2
	}
	y = l.placeLegend(c, y)
	y -= 1 + l.top
	x := vg.Length(2)
	if t := l.yLabel(); len(t.lines) > 0 {
		x += t.height()
		t.draw(c, vg.Point{X: x - 2.7 - t.depth(), Y: y - l.total()/2}, false, true)
	}
	first, last, y := l.placePanels(c, x, y)
	if t := l.xLabel(); len(t.lines) > 0 {
		t.draw(c, vg.Point{X: l.within((first+last)/2, t), Y: y - 2.5}, true, false)
		y -= t.height()
	}
	y -= 5
	for _, n := range l.notes {
		look.text(c, n, vg.Point{X: 3, Y: y}, anchor{0, 1}, look.Small, look.Gray, false)
		y -= look.Small * look.LineHeight
	}
}

// placePanels draws the panels in rows and the color bar beside them, from x and y to the right and
// down. It returns the left and right edges of the frames, and what is below them and their ticks.
func (l *layout) placePanels(c draw.Canvas, x, y vg.Length) (first, last, below vg.Length) {
	first, upper := x+l.left[0], y
	last = first
	for r := range l.rows {
		cx := x
		for k := range l.cols {
			cx += l.left[k]
			if i := r*l.cols + k; i < len(l.Panels) {
				l.panel(i, draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: cx, Y: y - l.over - l.ph}, Max: vg.Point{X: cx + l.pw, Y: y - l.over}}})
				last = max(last, cx+l.pw)
			}
			cx += l.pw + l.gaps[k]
		}
		y -= l.over + l.ph + l.under
		if l.Bar != nil && r == l.rows-1 {
			l.placeBar(c, last+7, y, upper)
		}
		y -= l.bottom[r]
		if r < l.rows-1 {
			y -= l.look.GapY + l.top
		}
	}
	return first, last, y
}

// within moves the middle of a label so that it ends on the page.
func (l *layout) within(middle vg.Length, b block) vg.Length {
	for _, s := range b.lines {
		half := l.look.width(s, b.size) / 2
		middle = max(half+3, min(middle, l.page.Width-3-half))
	}
	return middle
}
