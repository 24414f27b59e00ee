package draw

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel draws the i-th panel into a frame: grid, marks, axes, labels.
func (l *layout) panel(i int, c draw.Canvas) {
	look, q := l.look, l.Panels[i]
	f := frameOf(c, axes(look, l.x[i], l.y[i]))
	xs, ys := l.xs[i], l.ys[i]
	middle := vg.Point{X: (f.Min.X + f.Max.X) / 2, Y: (f.Min.Y + f.Max.Y) / 2}
	if t := l.panelTitle(i); len(t.lines) > 0 {
		t.draw(f, vg.Point{X: middle.X, Y: f.Max.Y + l.over + 2.5 + t.depth()}, false, false)
	}
	l.ground(f)
	l.lattice(f, xs.ticks, ys.ticks)
	if q.Empty != "" {
		lines := look.fold(q.Empty, look.Tick, l.pw-8)
		y := middle.Y + vg.Length(len(lines)-1)*look.Tick*look.LineHeight/2
		for _, t := range lines {
			look.text(f, t, vg.Point{X: middle.X, Y: y}, anchor{0.5, 0.5}, look.Tick, look.Gray, false)
			y -= look.Tick * look.LineHeight
		}
	}
	for _, m := range q.Marks {
		c.Push()
		m.Plot(look.weighted(c), f.plot)
		c.Pop()
	}
	axis := []vg.Point{{X: f.Min.X, Y: f.Max.Y}, f.Min}
	if l.under == 0 {
		axis = append(axis, vg.Point{X: f.Max.X, Y: f.Min.Y})
	}
	f.StrokeLines(plain(look.Ink, look.Axis), axis)
	labelsX, labelsY := l.carriesLabels(i)
	l.broken(f, labelsY)
	if !labelsX {
		xs.size = 0
	}
	if !labelsY {
		ys.size = 0
	}
	l.xAxis(f, xs)
	l.yAxis(f, ys)
	l.panelX(i).draw(f, vg.Point{X: middle.X, Y: f.Min.Y - l.under - look.TickLen - 2 - xs.room - 2}, true, false)
	if t := l.panelY(i); len(t.lines) > 0 {
		t.draw(f, vg.Point{X: f.Min.X - look.TickLen - 2 - ys.room - 1.5 - t.depth(), Y: middle.Y}, false, true)
	}
}

// lattice draws the pale lines behind the marks.
func (l *layout) lattice(f *frame, xs, ys []tick) {
	pale := plain(l.look.Pale, l.look.Grid)
	for _, t := range xs {
		if a, ok := f.at(t.at, f.plot.Y.Min); ok && !t.minor {
			f.StrokeLine2(pale, a.X, f.Min.Y, a.X, f.Max.Y)
		}
	}
	for _, t := range ys {
		if a, ok := f.at(f.plot.X.Min, t.at); ok && !t.minor {
			f.StrokeLine2(pale, f.Min.X, a.Y, f.Max.X, a.Y)
		}
	}
}

// xAxis draws the ticks of the horizontal axis, and their labels if these have a size.
func (l *layout) xAxis(f *frame, ls labels) {
	base := f.Min.Y - l.under
	for _, t := range ls.ticks {
		a, ok := f.at(t.at, f.plot.Y.Min)
		if !ok {
			continue
		}
		f.StrokeLine2(plain(l.look.Ink, l.look.Axis), a.X, base, a.X, base-l.look.length(t))
		at := vg.Point{X: a.X, Y: base - l.look.TickLen - 2}
		if ls.up {
			at.X -= leading * ls.size * vg.Length(len(t.lines)-1) / 2
		}
		for _, line := range t.lines {
			switch {
			case ls.size == 0:
			case ls.up:
				l.look.text(f, line, at, anchor{1, 0.5}, ls.size, l.look.Ink, true)
				at.X += leading * ls.size
			default:
				l.look.text(f, line, at, anchor{0.5, 1}, ls.size, l.look.Ink, false)
				at.Y -= leading * ls.size
			}
		}
	}
}

// yAxis is the same for the vertical axis.
func (l *layout) yAxis(f *frame, ls labels) {
	for _, t := range ls.ticks {
		a, ok := f.at(f.plot.X.Min, t.at)
		if !ok {
			continue
		}
		f.StrokeLine2(plain(l.look.Ink, l.look.Axis), f.Min.X, a.Y, f.Min.X-l.look.length(t), a.Y)
		at := vg.Point{X: f.Min.X - l.look.TickLen - 2, Y: a.Y + leading*ls.size*vg.Length(len(t.lines)-1)/2}
		for _, line := range t.lines {
			if ls.size > 0 {
				l.look.text(f, line, at, anchor{1, 0.5}, ls.size, l.look.Ink, false)
				at.Y -= leading * ls.size
			}
		}
	}
}

// length is that of a tick.
func (l Look) length(t tick) vg.Length {
	if t.minor {
		return l.TickLen * 0.55
	}
	return l.TickLen
}
