package draw

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A layout is the sizes and places of everything on the page but the marks. It is not changed while
// it is drawn.
type layout struct {
	*Picture
	page  Page
	look  Look
	ratio float64

	cols, rows int
	x, y       []scale // of each panel
	oneX, oneY bool    // one label for all panels

	pw, ph vg.Length // size of a panel's frame
	// what stands left of a column and below a row: ticks and, unless oneX and oneY, labels
	left, bottom []vg.Length
	right        vg.Length
	top          vg.Length // above each row: the panel title
	legend       legend
	notes        []string
	bar          bar
}

func (l *layout) grid() {
	n := len(l.Panels)
	l.cols = l.Cols
	if l.cols <= 0 {
		switch {
		case l.page.Width <= ColumnWidth:
			l.cols = min(n, 2)
		case n == 5 || n == 6 || n == 9:
			l.cols = 3
		default:
			l.cols = min(n, 4)
		}
	}
	l.cols = max(1, min(l.cols, n))
	l.rows = (n + l.cols - 1) / l.cols
	l.oneX, l.oneY = true, true
	for _, q := range l.Panels {
		l.oneX = l.oneX && q.X.Label == l.Panels[0].X.Label
		l.oneY = l.oneY && q.Y.Label == l.Panels[0].Y.Label
	}
}

func (l *layout) roomy() error {
	if l.pw < 20 {
		return fmt.Errorf("%d panels side by side leave no room for any: take width = \"page\" or fewer values of facet", l.cols)
	}
	return nil
}

// ranges finds the scales of the panels.
func (l *layout) ranges() {
	xs, ys := make([]Span, len(l.Panels)), make([]Span, len(l.Panels))
	for i, q := range l.Panels {
		xs[i], ys[i] = NewSpan(q.X.Log), NewSpan(q.Y.Log)
		k := l.axesOf(i)
		for _, m := range q.Marks {
			extent(m, func(x, y float64) {
				// what is left of a logarithmic axis needs no height
				if xs[k].Grow(x); !xs[k].Log || !(x <= 0) {
					ys[k].Grow(y)
				}
			})
		}
	}
	for i := range l.Panels {
		k := l.axesOf(i)
		l.x = append(l.x, xs[k].scale(l.Panels[k].X))
		l.y = append(l.y, ys[k].scale(l.Panels[k].Y))
	}
}

// axesOf is the panel whose axes panel i has.
func (l *layout) axesOf(i int) int {
	if l.Shared {
		return 0
	}
	return i
}

// carriesLabels says whether panel i carries labels at its ticks: all panels do unless they share
// axes with a neighbour.
func (l *layout) carriesLabels(i int) (x, y bool) {
	return !l.Shared || i+l.cols >= len(l.Panels), !l.Shared || i%l.cols == 0
}

func (l *layout) yTicks(i int) ([]tick, int) {
	return l.Panels[l.axesOf(i)].Y.ticks(l.y[i], int(max(2, l.ph/13)))
}

// xTicks are as many as stand side by side without touching.
func (l *layout) xTicks(i int) ([]tick, int) {
	a := l.Panels[l.axesOf(i)].X
	for n := int(max(2, l.pw/22)); ; n-- {
		ts, e := a.ticks(l.x[i], n)
		if ts = l.clear(ts, l.x[i], a.At != nil && n <= 2); ts != nil || n <= 2 {
			return ts, e
		}
	}
}

// clear returns ts if their labels do not touch, else nil, or with force: without the labels that
// would.
func (l *layout) clear(ts []tick, s scale, force bool) []tick {
	end := vg.Length(math.Inf(-1))
	out := append([]tick(nil), ts...)
	for i, t := range out {
		if t.label == "" {
			continue
		}
		u, _ := s.norm(t.at)
		at, w := vg.Length(u)*l.pw, l.look.width(t.label, l.look.Tick)
		if at-w/2 < end+4 {
			if !force {
				return nil
			}
			out[i].label = ""
			continue
		}
		end = at + w/2
	}
	return out
}

// agree gives panel i a label of its own if its ticks leave out another power of ten than those of
// the first panel.
func (l *layout) agree(i int) {
	_, x0 := l.xTicks(0)
	_, y0 := l.yTicks(0)
	_, x := l.xTicks(i)
	_, y := l.yTicks(i)
	l.oneX, l.oneY = l.oneX && x == x0, l.oneY && y == y0
}

func (l *layout) widest(ts []tick) (w vg.Length) {
	for _, t := range ts {
		w = max(w, l.look.width(t.label, l.look.Tick))
	}
	return w
}

// measure finds the sizes. Tick labels need room, and the room decides on the ticks: a few times
// around is enough.
func (l *layout) measure() {
	if l.Bar != nil {
		l.bar.scale = NewSpan(l.Bar.Axis.Log).scale(l.Bar.Axis)
	}
	l.left, l.bottom = make([]vg.Length, l.cols), make([]vg.Length, l.rows)
	l.pw = (l.page.Width - 30) / vg.Length(l.cols)
	for range 4 {
		l.ph = l.pw * vg.Length(l.ratio)
		l.right, l.top = 4, 0
		clear(l.left)
		clear(l.bottom)
		for i := range l.Panels {
			l.agree(i)
			l.margins(i)
		}
		if l.Bar != nil {
			l.measureBar()
		}
		w := l.page.Width - l.right - l.bar.width - l.look.GapX*vg.Length(l.cols-1) - 2
		w -= l.yLabel().height()
		for _, left := range l.left {
			w -= left
		}
		l.pw = w / vg.Length(l.cols)
	}
	l.ph = l.pw * vg.Length(l.ratio)
	l.measureLegend()
	if l.page.Fine {
		var all strings.Builder
		for _, n := range l.Notes {
			all.WriteString(sentence(n) + " ")
		}
		l.notes = l.look.fold(all.String(), l.look.Small, l.page.Width-6)
	}
}

// margins widens what stands around the frames to what panel i needs.
func (l *layout) margins(i int) {
	x, y := l.carriesLabels(i)
	c, r := i%l.cols, i/l.cols
	if b := l.panelTitle(i); len(b.lines) > 0 {
		l.top = max(l.top, b.height()+2)
	}
	if y {
		ts, _ := l.yTicks(i)
		l.left[c] = max(l.left[c], l.look.TickLen+2+l.widest(ts)+l.panelY(i).height())
	}
	if x {
		l.bottom[r] = max(l.bottom[r], l.look.TickLen+2+l.look.Tick+l.panelX(i).height())
	}
	if c < l.cols-1 {
		return
	}
	ts, _ := l.xTicks(i)
	for _, t := range ts {
		if u, ok := l.x[i].norm(t.at); ok && t.label != "" {
			l.right = max(l.right, l.look.width(t.label, l.look.Tick)/2-vg.Length(1-u)*l.pw+1)
		}
	}
}

// total is the height from the upper edge of the first row to the lower edge of the last.
func (l *layout) total() vg.Length {
	h := vg.Length(l.rows)*(l.ph+l.top) - l.top + l.look.GapY*vg.Length(l.rows-1)
	for _, b := range l.bottom[:l.rows-1] {
		h += b
	}
	return h
}

// The labels, each as it is set: that below all panels and that left of them, which are empty if
// the panels have their own.

func (l *layout) xLabel() block {
	if !l.oneX {
		return block{}
	}
	_, e := l.xTicks(0)
	return l.look.block(withExponent(l.Panels[0].X.Label, e), l.look.Text, l.page.Width-6)
}

func (l *layout) yLabel() block {
	if !l.oneY {
		return block{}
	}
	_, e := l.yTicks(0)
	return l.look.block(withExponent(l.Panels[0].Y.Label, e), l.look.Text, l.total()+8)
}

func (l *layout) panelX(i int) block {
	if carriesLabels, _ := l.carriesLabels(i); l.oneX || !carriesLabels {
		return block{}
	}
	_, e := l.xTicks(i)
	return l.look.block(withExponent(l.Panels[l.axesOf(i)].X.Label, e), l.look.Text, l.pw+l.look.GapX/2)
}

func (l *layout) panelY(i int) block {
	if _, carriesLabels := l.carriesLabels(i); l.oneY || !carriesLabels {
		return block{}
	}
	_, e := l.yTicks(i)
	return l.look.block(withExponent(l.Panels[l.axesOf(i)].Y.Label, e), l.look.Text, l.ph+l.look.GapY)
}

func (l *layout) panelTitle(i int) block {
	return l.look.block(l.Panels[i].Title, l.look.Text, l.pw+l.look.GapX/2)
}

func (l *layout) title() block { return l.look.block(l.Title, l.look.Text+0.5, l.page.Width-6) }

// height is that of the page.
func (l *layout) height() vg.Length {
	h := vg.Length(4)
	if t := l.title(); len(t.lines) > 0 {
		h += t.height() + 2
	}
	h += l.legend.height
	h += l.top + l.total() + l.bottom[l.rows-1]
	h += l.xLabel().height()
	if n := len(l.notes); n > 0 {
		h += 5 + l.look.Small*l.look.LineHeight*vg.Length(n)
	}
	return h + 3
}
