package plots

import (
	"context"
	"fmt"
	"image/color"
	"math"
	"slices"
)

// lay arranges a picture on the page: title, legend, panels in rows, fine print, from above. The width is given; the height
// follows from the panels' ratio.
func (p *Picture) lay(ctx context.Context) (*scene, error) {
	l := layout{Picture: p, ctx: ctx, s: &scene{w: p.width, desc: p.Caption()}}
	l.grid()
	l.ranges()
	l.measure()
	if l.pw < 20 {
		return nil, fmt.Errorf("%d panels side by side leave no room for any: take width = \"page\" or fewer values of facet", l.cols)
	}
	l.place()
	return l.s, ctx.Err()
}

type layout struct {
	*Picture
	ctx        context.Context // ends the drawing of marks
	s          *scene
	cols, rows int
	x, y       []scale // of each panel
	oneX, oneY bool    // one label for all panels

	pw, ph       float64   // size of a panel's frame
	left, bottom []float64 // what stands left of a column and below a row: ticks and, unless oneX and oneY, labels
	right        float64
	top          float64 // above each row: the panel title
	legend       [][]Key
	legendCols   []float64
	notes        []string
	bar          barLayout
}

type barLayout struct {
	scale
	ticks []tick
	label string
	width float64 // everything right of the panels
}

const (
	gapX, gapY = 9.0, 8.0
	lineHeight = 1.32
	swatch     = 19.0 // a line in the legend
)

func (l *layout) grid() {
	n := len(l.Panels)
	l.cols = l.Cols
	if l.cols <= 0 {
		switch {
		case l.width <= columnWidth:
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

// A span is a range of numbers that grows.
type span struct {
	min, max float64
	log      bool
}

func newSpan(log bool) span { return span{math.Inf(1), math.Inf(-1), log} }

func (r *span) grow(v float64) {
	if finite(v) && (!r.log || v > 0) {
		r.min, r.max = math.Min(r.min, v), math.Max(r.max, v)
	}
}

// scale makes a range that can be drawn, whatever was seen.
func (r span) scale(a Axis) scale {
	if a.Min < a.Max && finite(a.Min) && finite(a.Max) && (!a.Log || a.Min > 0) {
		return scale{a.Min, a.Max, a.Log}
	}
	if a.Zero && !a.Log {
		r.grow(0)
	}
	if r.min > r.max { // nothing seen
		r.min, r.max = 0, 1
		if a.Log {
			r.min, r.max = 0.1, 1
		}
	}
	least := -1e300 // beyond which arithmetic would overflow
	if a.Log {
		least = 1e-300
	}
	lo, hi := math.Max(least, math.Min(r.min, 1e300)), math.Max(least, math.Min(r.max, 1e300))
	if a.Log {
		if hi < lo*1.01 {
			lo, hi = lo/2, hi*2
		}
		if !a.Fit {
			l, h := math.Log10(lo), math.Log10(hi)
			m := 0.05 * (h - l)
			lo, hi = math.Pow(10, math.Max(l-m, -305)), math.Pow(10, math.Min(h+m, 305))
		}
		return scale{lo, hi, true}
	}
	if big := math.Max(math.Abs(lo), math.Abs(hi)); hi-lo <= math.Max(1e-9*big, 1e-290) {
		d := big * 0.05
		if big < 1e-290 {
			d = 1
		}
		lo, hi = lo-d, hi+d
	}
	if !a.Fit {
		m := 0.05 * (hi - lo)
		if !a.Zero || r.min < 0 {
			lo -= m
		}
		if !a.Zero || r.max > 0 {
			hi += m
		}
	}
	return scale{lo, hi, false}
}

func (l *layout) ranges() {
	xs, ys := make([]span, len(l.Panels)), make([]span, len(l.Panels))
	for i, q := range l.Panels {
		xs[i], ys[i] = newSpan(q.X.Log), newSpan(q.Y.Log)
		k := i
		if l.Shared {
			k = 0
		}
		for _, m := range q.Marks {
			m.extent(func(x, y float64) {
				if xs[k].grow(x); !xs[k].log || !(x <= 0) { // what is left of a logarithmic axis needs no height
					ys[k].grow(y)
				}
			})
		}
	}
	for i, q := range l.Panels {
		k := i
		if l.Shared {
			k, q = 0, l.Panels[0]
		}
		l.x = append(l.x, xs[k].scale(q.X))
		l.y = append(l.y, ys[k].scale(q.Y))
	}
}

// bears says whether panel i carries labels at its ticks: all panels do unless they share axes with a neighbour.
func (l *layout) bears(i int) (x, y bool) {
	return !l.Shared || i+l.cols >= len(l.Panels), !l.Shared || i%l.cols == 0
}

func (l *layout) yTicks(i int) ([]tick, int) {
	return l.axisOf(i, true).ticks(l.y[i], int(math.Max(2, l.ph/13)))
}

// xTicks are as many as stand side by side without touching.
func (l *layout) xTicks(i int) ([]tick, int) {
	a := l.axisOf(i, false)
	for n := int(math.Max(2, l.pw/22)); ; n-- {
		ts, e := a.ticks(l.x[i], n)
		if ts = l.clear(ts, l.x[i], a.At != nil && n <= 2); ts != nil || n <= 2 {
			return ts, e
		}
	}
}

// clear returns ts if their labels do not touch, else nil, or with force: without the labels that would.
func (l *layout) clear(ts []tick, s scale, force bool) []tick {
	end := math.Inf(-1)
	out := append([]tick(nil), ts...)
	for i, t := range out {
		if t.label == "" {
			continue
		}
		u, _ := s.norm(t.at)
		w := textWidth(t.label, tickSize)
		if u*l.pw-w/2 < end+4 {
			if !force {
				return nil
			}
			out[i].label = ""
			continue
		}
		end = u*l.pw + w/2
	}
	return out
}

func (l *layout) axisOf(i int, y bool) Axis {
	if l.Shared {
		i = 0
	}
	if y {
		return l.Panels[i].Y
	}
	return l.Panels[i].X
}

// agree gives panel i a label of its own if its ticks leave out another power of ten than those of the first panel.
func (l *layout) agree(i int) {
	_, x0 := l.xTicks(0)
	_, y0 := l.yTicks(0)
	_, x := l.xTicks(i)
	_, y := l.yTicks(i)
	l.oneX, l.oneY = l.oneX && x == x0, l.oneY && y == y0
}

func widest(ts []tick) (w float64) {
	for _, t := range ts {
		w = math.Max(w, textWidth(t.label, tickSize))
	}
	return w
}

// measure finds the sizes. Tick labels need room, and the room decides on the ticks: twice around is enough.
func (l *layout) measure() {
	if l.Bar != nil {
		l.bar.scale = newSpan(l.Bar.Axis.Log).scale(l.Bar.Axis)
	}
	l.left, l.bottom = make([]float64, l.cols), make([]float64, l.rows)
	for _, q := range l.Panels {
		if q.Title != "" {
			l.top = textSize*lineHeight + 2
		}
	}
	l.pw = (l.width - 30) / float64(l.cols)
	for range 3 {
		l.ph = l.pw * l.ratio
		l.right = 4
		clear(l.left)
		clear(l.bottom)
		for i := range l.Panels {
			l.agree(i)
			x, y := l.bears(i)
			c, r := i%l.cols, i/l.cols
			if y {
				ts, _ := l.yTicks(i)
				w := tickLen + 2 + widest(ts)
				if !l.oneY && l.axisOf(i, true).Label != "" {
					w += textSize * lineHeight
				}
				l.left[c] = math.Max(l.left[c], w)
			}
			ts, _ := l.xTicks(i)
			if x {
				h := tickLen + 2 + tickSize
				if !l.oneX && l.axisOf(i, false).Label != "" {
					h += textSize * lineHeight
				}
				l.bottom[r] = math.Max(l.bottom[r], h)
			}
			for _, t := range ts {
				if u, ok := l.x[i].norm(t.at); ok && t.label != "" {
					over := textWidth(t.label, tickSize)/2 - (1-u)*l.pw
					if c == l.cols-1 {
						l.right = math.Max(l.right, over+1)
					} else if l.Shared && over > gapX/2-1 {
						l.right = math.Max(l.right, 4)
					}
				}
			}
		}
		if l.Bar != nil {
			var e int
			n := math.Max(2, l.total()/20)
			l.bar.ticks, e = l.Bar.Axis.ticks(l.bar.scale, int(n))
			l.bar.label = withExponent(l.Bar.Axis.Label, e)
			l.bar.width = 7 + 8 + tickLen + 2 + widest(l.bar.ticks) + 2 + textSize*lineHeight
		}
		w := l.width - l.right - l.bar.width - gapX*float64(l.cols-1) - 2
		if l.oneY && l.axisOf(0, true).Label != "" {
			w -= textSize * lineHeight
		}
		for _, left := range l.left {
			w -= left
		}
		l.pw = w / float64(l.cols)
	}
	l.ph = l.pw * l.ratio
	l.measureLegend()
	if l.fine {
		var all string
		for _, n := range l.Notes {
			all += n
			if c := n[len(n)-1]; c != '.' {
				all += "."
			}
			all += " "
		}
		l.notes = fold(all, smallSize, l.width-6)
	}
}

// total is the height from the upper edge of the first row to the lower edge of the last.
func (l *layout) total() float64 {
	h := float64(l.rows)*(l.ph+l.top) - l.top + gapY*float64(l.rows-1)
	for _, b := range l.bottom[:l.rows-1] {
		h += b
	}
	return h
}

func keyWidth(k Key) float64 {
	w := textWidth(k.Name, textSize) + 3
	if k.Line {
		return w + swatch
	}
	return w + 9
}

// measureLegend arranges the entries in columns, as many as fit.
func (l *layout) measureLegend() {
	keys := l.Key
	if l.Bar != nil {
		keys = append(keys[:len(keys):len(keys)], l.Bar.Miss...)
	}
	if len(keys) == 0 {
		return
	}
	keys = slices.Clone(keys)
	for i, k := range keys {
		keys[i].Name = cut(k.Name, textSize, l.width-8-(keyWidth(k)-textWidth(k.Name, textSize)))
	}
	for cols := len(keys); ; cols-- {
		rows := (len(keys) + cols - 1) / cols
		if cols > 1 && (len(keys)+rows-1)/rows < cols { // fewer columns need no more rows
			continue
		}
		widths := make([]float64, cols)
		total := 10 * float64(cols-1)
		for i, k := range keys {
			widths[i%cols] = math.Max(widths[i%cols], keyWidth(k))
		}
		for _, w := range widths {
			total += w
		}
		if total > l.width-8 && cols > 1 {
			continue
		}
		l.legendCols = widths
		for i := 0; i < len(keys); i += cols {
			l.legend = append(l.legend, keys[i:min(i+cols, len(keys))])
		}
		return
	}
}

// place draws everything. The height is known first, as the origin is at the lower left.
func (l *layout) place() {
	s := l.s
	label := textSize * lineHeight
	h := 4.0
	if l.Title != "" {
		h += label + 2
	}
	if len(l.legend) > 0 {
		h += label*float64(len(l.legend)) + 3
	}
	h += l.top + l.total() + l.bottom[l.rows-1]
	xLabel := l.oneX && l.Panels[0].X.Label != ""
	if xLabel {
		h += label
	}
	if len(l.notes) > 0 {
		h += 5 + smallSize*lineHeight*float64(len(l.notes))
	}
	s.h = h + 3

	y := s.h - 3
	if l.Title != "" {
		s.text(l.Title, point{s.w / 2, y}, anchor{0.5, 1}, fit(l.Title, textSize+0.5, s.w-6), ink, false)
		y -= label + 2
	}
	y = l.placeLegend(y)
	y -= 1 + l.top
	x := 2.0
	if l.oneY && l.Panels[0].Y.Label != "" {
		_, e := l.yTicks(0)
		x += label
		t := withExponent(l.Panels[0].Y.Label, e)
		s.text(t, point{x - 4.2, y - l.total()/2}, anchor{0.5, 0}, fit(t, textSize, l.total()+8), ink, true)
	}
	first, topEdge := x+l.left[0], y
	last := first
	for r := range l.rows {
		cx := x
		for c := range l.cols {
			cx += l.left[c]
			if i := r*l.cols + c; i < len(l.Panels) {
				l.panel(i, frame{s, cx, y - l.ph, cx + l.pw, y, l.x[i], l.y[i]})
				last = math.Max(last, cx+l.pw)
			}
			cx += l.pw + gapX
		}
		y -= l.ph
		if l.Bar != nil && r == l.rows-1 {
			l.placeBar(last+7, y, topEdge)
		}
		y -= l.bottom[r]
		if r < l.rows-1 {
			y -= gapY + l.top
		}
	}
	if xLabel {
		_, e := l.xTicks(0)
		s.text(withExponent(l.Panels[0].X.Label, e), point{(first + last) / 2, y - 2.5}, anchor{0.5, 1}, textSize, ink, false)
		y -= label
	}
	y -= 5
	for _, n := range l.notes {
		s.text(n, point{3, y}, anchor{0, 1}, smallSize, gray, false)
		y -= smallSize * lineHeight
	}
}

func (l *layout) placeLegend(y float64) float64 {
	s := l.s
	total := 10 * float64(len(l.legendCols)-1)
	for _, w := range l.legendCols {
		total += w
	}
	for _, row := range l.legend {
		x := math.Max(3, (s.w-total)/2)
		for c, k := range row {
			mid := y - ascent*textSize/2
			tx := x + 9
			if k.Line {
				tx = x + swatch
			}
			switch {
			case k.Fill:
				s.fill(rectangle(x, mid-3, x+6.5, mid+3), k.Style.Color)
				s.stroke(rectangle(x, mid-3, x+6.5, mid+3), gray, 0.3, nil)
			default:
				if k.Line {
					s.stroke(polyline([]point{{x, mid}, {x + swatch - 2.5, mid}}), k.Style.Color, k.Style.Width, k.Style.Dashes)
				}
				if k.Dot && k.Style.Marker > 0 {
					s.marker(k.Style.Marker, point{(x + tx - 2.5) / 2, mid}, k.Style)
				}
			}
			s.text(k.Name, point{tx + 1, y}, anchor{0, 1}, textSize, ink, false)
			x += l.legendCols[c] + 10
		}
		y -= textSize * lineHeight
	}
	if len(l.legend) > 0 {
		y -= 3
	}
	return y
}

func (l *layout) panel(i int, f frame) {
	s, q := l.s, l.Panels[i]
	xt, xe := l.xTicks(i)
	yt, ye := l.yTicks(i)
	bearX, bearY := l.bears(i)
	if q.Title != "" {
		s.text(q.Title, point{(f.x0 + f.x1) / 2, f.y1 + 4.5}, anchor{0.5, 0}, fit(q.Title, textSize, f.x1-f.x0+gapX/2), ink, false)
	}
	for _, t := range xt {
		if a, ok := f.at(t.at, f.y.min); ok && !t.minor {
			s.stroke(polyline([]point{{a.x, f.y0}, {a.x, f.y1}}), pale, gridLine, nil)
		}
	}
	for _, t := range yt {
		if a, ok := f.at(f.x.min, t.at); ok && !t.minor {
			s.stroke(polyline([]point{{f.x0, a.y}, {f.x1, a.y}}), pale, gridLine, nil)
		}
	}
	if q.Empty != "" {
		lines := fold(q.Empty, tickSize, f.x1-f.x0-8)
		y := (f.y0+f.y1)/2 + float64(len(lines)-1)*tickSize*lineHeight/2
		for _, t := range lines {
			s.text(t, point{(f.x0 + f.x1) / 2, y}, anchor{0.5, 0.5}, tickSize, gray, false)
			y -= tickSize * lineHeight
		}
	}
	for _, m := range q.Marks {
		if l.ctx.Err() != nil {
			return
		}
		m.draw(&f)
	}
	s.stroke(polyline([]point{{f.x0, f.y1}, {f.x0, f.y0}, {f.x1, f.y0}}), ink, axisLine, nil)
	for _, t := range xt {
		a, ok := f.at(t.at, f.y.min)
		if !ok {
			continue
		}
		n := tickLen
		if t.minor {
			n *= 0.55
		}
		s.stroke(polyline([]point{{a.x, f.y0}, {a.x, f.y0 - n}}), ink, axisLine, nil)
		if bearX {
			s.text(t.label, point{a.x, f.y0 - tickLen - 2}, anchor{0.5, 1}, tickSize, ink, false)
		}
	}
	for _, t := range yt {
		a, ok := f.at(f.x.min, t.at)
		if !ok {
			continue
		}
		n := tickLen
		if t.minor {
			n *= 0.55
		}
		s.stroke(polyline([]point{{f.x0, a.y}, {f.x0 - n, a.y}}), ink, axisLine, nil)
		if bearY {
			s.text(t.label, point{f.x0 - tickLen - 2, a.y}, anchor{1, 0.5}, tickSize, ink, false)
		}
	}
	if !l.oneX && bearX {
		t := withExponent(q.X.Label, xe)
		s.text(t, point{(f.x0 + f.x1) / 2, f.y0 - tickLen - 2 - tickSize - 2}, anchor{0.5, 1}, fit(t, textSize, f.x1-f.x0+gapX/2), ink, false)
	}
	if !l.oneY && bearY {
		x := f.x0 - tickLen - 2 - widest(yt) - 3
		t := withExponent(q.Y.Label, ye)
		s.text(t, point{x, (f.y0 + f.y1) / 2}, anchor{0.5, 0}, fit(t, textSize, f.y1-f.y0+gapY), ink, true)
	}
}

func (l *layout) placeBar(x, y0, y1 float64) {
	const slices, w = 128, 8.0
	s := l.s
	for i := range slices {
		a, b := y0+(y1-y0)*float64(i)/slices, y0+(y1-y0)*float64(i+1)/slices
		if i < slices-1 {
			b += 0.2 // no seams between slices
		}
		c := color.NRGBAModel.Convert(l.Bar.Color((float64(i) + 0.5) / slices)).(color.NRGBA)
		s.fill(rectangle(x, a, x+w, b), c)
	}
	s.stroke(rectangle(x, y0, x+w, y1), ink, 0.4, nil)
	tx := x + w
	for _, t := range l.bar.ticks {
		u, _ := l.bar.norm(t.at)
		y := y0 + u*(y1-y0)
		n := tickLen
		if t.minor {
			n *= 0.55
		}
		s.stroke(polyline([]point{{tx, y}, {tx + n, y}}), ink, axisLine, nil)
		s.text(t.label, point{tx + tickLen + 2, y}, anchor{0, 0.5}, tickSize, ink, false)
	}
	s.text(l.bar.label, point{tx + tickLen + 2 + widest(l.bar.ticks) + 2 + textSize*0.75, (y0 + y1) / 2}, anchor{0.5, 0}, fit(l.bar.label, textSize, y1-y0+8), ink, true)
}
