package draw

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel draws the i-th panel into a frame: grid, marks, axes, labels.
func (l *layout) panel(i int, c draw.Canvas) {
	look, q := l.look, l.Panels[i]
	f := frameOf(c, axes(look, l.x[i], l.y[i]))
	xs, _ := l.xTicks(i)
	ys, _ := l.yTicks(i)
	middle := vg.Point{X: (f.Min.X + f.Max.X) / 2, Y: (f.Min.Y + f.Max.Y) / 2}
	if t := l.panelTitle(i); len(t.lines) > 0 {
		t.draw(f, vg.Point{X: middle.X, Y: f.Max.Y + 2.5 + t.depth()}, false, false)
	}
	l.lattice(f, xs, ys)
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
		m.Plot(c, f.plot)
		c.Pop()
	}
	f.StrokeLines(plain(look.Ink, look.Axis), []vg.Point{{X: f.Min.X, Y: f.Max.Y}, f.Min, {X: f.Max.X, Y: f.Min.Y}})
	labelsX, labelsY := l.carriesLabels(i)
	l.xAxis(f, xs, labelsX)
	l.yAxis(f, ys, labelsY)
	l.panelX(i).draw(f, vg.Point{X: middle.X, Y: f.Min.Y - look.TickLen - 2 - look.Tick - 2}, true, false)
	if t := l.panelY(i); len(t.lines) > 0 {
		t.draw(f, vg.Point{X: f.Min.X - look.TickLen - 2 - l.widest(ys) - 1.5 - t.depth(), Y: middle.Y}, false, true)
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

func (l *layout) xAxis(f *frame, ts []tick, labels bool) {
	for _, t := range ts {
		a, ok := f.at(t.at, f.plot.Y.Min)
		if !ok {
			continue
		}
		f.StrokeLine2(plain(l.look.Ink, l.look.Axis), a.X, f.Min.Y, a.X, f.Min.Y-l.look.length(t))
		if labels {
			at := vg.Point{X: a.X, Y: f.Min.Y - l.look.TickLen - 2}
			l.look.text(f, t.label, at, anchor{0.5, 1}, l.look.Tick, l.look.Ink, false)
		}
	}
}

func (l *layout) yAxis(f *frame, ts []tick, labels bool) {
	for _, t := range ts {
		a, ok := f.at(f.plot.X.Min, t.at)
		if !ok {
			continue
		}
		f.StrokeLine2(plain(l.look.Ink, l.look.Axis), f.Min.X, a.Y, f.Min.X-l.look.length(t), a.Y)
		if labels {
			at := vg.Point{X: f.Min.X - l.look.TickLen - 2, Y: a.Y}
			l.look.text(f, t.label, at, anchor{1, 0.5}, l.look.Tick, l.look.Ink, false)
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
