package draw

import (
	"errors"
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
	x, y       []scale // of each panel, and
	xs, ys     []labels
	oneX, oneY bool // one label for all panels

	pw, ph vg.Length // size of a panel's frame
	// what is beyond its axis, above and below, where that is broken: the place of crosses
	over, under vg.Length
	gaps        []vg.Length // right of each column but the last
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
		case l.page.narrow():
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
	if l.pw < 20*l.look.Tick/Paper.Tick {
		return fmt.Errorf("%d panels side by side leave no room for any: take width = \"page\" or fewer values of facet", l.cols)
	}
	for i := range l.Panels {
		if err := errors.Join(l.xs[i].err, l.ys[i].err); err != nil {
			return err
		}
	}
	return nil
}

// ranges finds the scales of the panels.
func (l *layout) ranges() {
	xs, ys := make([]Span, len(l.Panels)), make([]Span, len(l.Panels))
	for i := range l.Panels {
		xs[i], ys[i] = NewSpan(l.axisX(i).Log), NewSpan(l.axisY(i).Log)
	}
	for i, q := range l.Panels {
		kx, ky := l.axesOf(i)
		for _, m := range q.Marks {
			extent(m, func(x, y float64) {
				// what is left of a logarithmic axis needs no height
				if xs[kx].Grow(x); !xs[kx].Log || !(x <= 0) {
					ys[ky].Grow(y)
				}
			})
		}
	}
	for i := range l.Panels {
		kx, ky := l.axesOf(i)
		l.x = append(l.x, xs[kx].scale(l.axisX(i)))
		l.y = append(l.y, ys[ky].scale(l.axisY(i)))
	}
}

// axesOf are the panels whose axes panel i has.
func (l *layout) axesOf(i int) (x, y int) {
	x, y = i, i
	if l.Shared && !l.OwnX {
		x = 0
	}
	if l.Shared && !l.OwnY {
		y = 0
	}
	return x, y
}

func (l *layout) axisX(i int) Axis { x, _ := l.axesOf(i); return l.Panels[x].X }
func (l *layout) axisY(i int) Axis { _, y := l.axesOf(i); return l.Panels[y].Y }

// carriesLabels says whether panel i carries labels at its ticks: all panels do unless they share
// axes with a neighbour.
func (l *layout) carriesLabels(i int) (x, y bool) {
	return !l.Shared || l.OwnX || i+l.cols >= len(l.Panels), !l.Shared || l.OwnY || i%l.cols == 0
}

// agree gives panel i a label of its own if its ticks leave out another power of ten than those of
// the first panel.
func (l *layout) agree(i int) {
	l.oneX = l.oneX && l.xs[i].exponent == l.xs[0].exponent
	l.oneY = l.oneY && l.ys[i].exponent == l.ys[0].exponent
}

// measure finds the sizes. Tick labels need room, and the room decides on the ticks: a few times
// around is enough.
func (l *layout) measure() {
	if l.Bar != nil {
		l.bar.scale = NewSpan(l.Bar.Axis.Log).scale(l.Bar.Axis)
	}
	l.left, l.bottom = make([]vg.Length, l.cols), make([]vg.Length, l.rows)
	l.gaps = make([]vg.Length, l.cols)
	l.strips()
	l.xs, l.ys = make([]labels, len(l.Panels)), make([]labels, len(l.Panels))
	l.pw = (l.page.Width - 30) / vg.Length(l.cols)
	for range 6 {
		l.ph = l.pw * vg.Length(l.ratio)
		for i := range l.Panels {
			l.xs[i], l.ys[i] = l.horizontal(i), l.vertical(i)
		}
		l.right, l.top = 4, 0
		clear(l.left)
		clear(l.bottom)
		for c := range l.gaps {
			l.gaps[c] = l.look.GapX
		}
		for i := range l.Panels {
			l.agree(i)
			l.margins(i)
		}
		if l.Bar != nil {
			l.measureBar()
		}
		w := l.page.Width - l.right - l.bar.width - 2
		for _, gap := range l.gaps[:l.cols-1] {
			w -= gap
		}
		w -= l.yLabel().height()
		for _, left := range l.left {
			w -= left
		}
		before := l.pw
		if l.pw = w / vg.Length(l.cols); math.Abs(float64(l.pw-before)) < 0.01 {
			break
		}
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
	below := l.xs[i]
	left, right := l.look.overhang(below, l.x[i], l.pw)
	if !x {
		left, right = 0, 0
	}
	if y {
		l.left[c] = max(l.left[c], l.look.TickLen+2+l.ys[i].room+l.panelY(i).height())
	}
	if x {
		l.bottom[r] = max(l.bottom[r], l.look.TickLen+2+below.room+l.panelX(i).height())
	}
	if c == 0 {
		l.left[c] = max(l.left[c], left-l.yLabel().height())
	} else {
		// the labels of a panel end before those of the next begin
		if k := i - 1; x {
			if carries, _ := l.carriesLabels(k); carries {
				_, before := l.look.overhang(l.xs[k], l.x[k], l.pw)
				l.gaps[c-1] = max(l.gaps[c-1], before+left+3-l.left[c])
			}
		}
	}
	if c == l.cols-1 || i == len(l.Panels)-1 {
		l.right = max(l.right, right+1)
	}
}

// total is the height from the upper edge of the first row to the lower edge of the last.
func (l *layout) total() vg.Length {
	h := vg.Length(l.rows)*(l.over+l.ph+l.under+l.top) - l.top + l.look.GapY*vg.Length(l.rows-1)
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
	return l.look.block(withExponent(l.Panels[0].X.Label, l.xs[0].exponent), l.look.Text, l.page.Width-6)
}

func (l *layout) yLabel() block {
	if !l.oneY {
		return block{}
	}
	return l.look.block(withExponent(l.Panels[0].Y.Label, l.ys[0].exponent), l.look.Text, l.total()+8)
}

func (l *layout) panelX(i int) block {
	if carriesLabels, _ := l.carriesLabels(i); l.oneX || !carriesLabels {
		return block{}
	}
	return l.look.block(withExponent(l.axisX(i).Label, l.xs[i].exponent), l.look.Text, l.pw+l.look.GapX/2)
}

func (l *layout) panelY(i int) block {
	if _, carriesLabels := l.carriesLabels(i); l.oneY || !carriesLabels {
		return block{}
	}
	return l.look.block(withExponent(l.axisY(i).Label, l.ys[i].exponent), l.look.Text, l.ph+l.look.GapY)
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
