package plots

import (
	"image/color"
	"math"
	"strconv"
)

// A frame is the place of a panel: a rectangle on the page and the scales along it.
type frame struct {
	s              *scene
	x0, y0, x1, y1 float64
	x, y           scale
}

// at places a point of the data; not ok if a coordinate is NaN.
func (f *frame) at(x, y float64) (point, bool) {
	s, okx := f.x.norm(x)
	t, oky := f.y.norm(y)
	return point{f.x0 + s*(f.x1-f.x0), f.y0 + t*(f.y1-f.y0)}, okx && oky
}

// shifted is the frame moved to the right.
func (f *frame) shifted(d float64) *frame {
	g := *f
	g.x0, g.x1 = g.x0+d, g.x1+d
	return &g
}

func (f *frame) inside(a point) bool {
	const slack = 1e-6
	return a.x >= f.x0-slack && a.x <= f.x1+slack && a.y >= f.y0-slack && a.y <= f.y1+slack
}

// A Line joins points. It is broken at NaN and at what has no place on a logarithmic axis, and cut off at the edges of the panel.
type Line struct {
	X, Y  []float64
	Style Style
	Dots  bool    // a marker at each point; otherwise a few along the way if Style has one
	Phase float64 // in [0, 1): shifts the few, so that those of several lines do not coincide
	Loose bool    // the axes need not reach it
	Shift float64 // points to the right
}

// A Band fills what lies between Lo and Hi. It is cut off at the edges and pale where it reaches beyond; absent where either
// is NaN, and where X or Hi has no place on a logarithmic axis.
type Band struct {
	X, Lo, Hi []float64
	Style     Style
}

// Dots are markers.
type Dots struct {
	X, Y  []float64
	Style Style
	Shift float64 // points to the right
}

// Whiskers are vertical bars from Lo to Hi.
type Whiskers struct {
	X, Lo, Hi []float64
	Style     Style
	Shift     float64 // points to the right
}

// Bars stand on the lower edge of the panel, from X - Width/2 to X + Width/2.
type Bars struct {
	X, H  []float64
	Width float64
	Style Style
}

// Cells are colored rectangles with text.
type Cells struct {
	X0, X1, Y0, Y1 []float64
	Color          []color.Color
	Text           []string // may be nil; left out as a whole where one does not fit
}

// Gone marks at the upper edge (Below: the lower one) where diverged runs leave the panel: a cross, and N if it is above 1.
type Gone struct {
	X     float64
	N     int
	Below bool
	Style Style
	Shift float64 // points to the right
	Drop  int     // how many other crosses stand in the same place already
}

func extentOf(xs, ys []float64, grow func(x, y float64)) {
	for i := range min(len(xs), len(ys)) {
		if finite(xs[i]) {
			grow(xs[i], ys[i])
		}
	}
}

func (m Line) extent(grow func(x, y float64)) {
	if !m.Loose {
		extentOf(m.X, m.Y, grow)
	}
}
func (m Band) extent(grow func(x, y float64)) { extentOf(m.X, m.Lo, grow); extentOf(m.X, m.Hi, grow) }
func (m Dots) extent(grow func(x, y float64)) { extentOf(m.X, m.Y, grow) }
func (m Whiskers) extent(grow func(x, y float64)) {
	extentOf(m.X, m.Lo, grow)
	extentOf(m.X, m.Hi, grow)
}
func (m Bars) extent(grow func(x, y float64)) {
	for i := range min(len(m.X), len(m.H)) {
		if finite(m.X[i]) {
			grow(m.X[i]-m.Width/2, m.H[i])
			grow(m.X[i]+m.Width/2, m.H[i])
		}
	}
}
func (m Cells) extent(grow func(x, y float64)) {
	extentOf(m.X0, m.Y0, grow)
	extentOf(m.X1, m.Y1, grow)
}
func (m Gone) extent(grow func(x, y float64)) { grow(m.X, math.NaN()) }

// pieces are the stretches of a curve between points that have no place on the axes: a line to one would be made up.
func (f *frame) pieces(xs, ys []float64) (out [][]point) {
	var cur []point
	for i := range min(len(xs), len(ys)) {
		a, ok := f.at(xs[i], ys[i])
		if ok = ok && f.x.holds(xs[i]) && f.y.holds(ys[i]); ok {
			cur = append(cur, a)
		}
		if (!ok || i == min(len(xs), len(ys))-1) && len(cur) > 0 {
			out, cur = append(out, cur), nil
		}
	}
	return out
}

func (m Line) draw(f *frame) {
	f = f.shifted(m.Shift)
	for _, ps := range f.pieces(m.X, m.Y) {
		if len(ps) == 1 && f.inside(ps[0]) && !m.Dots {
			f.s.marker(max(m.Style.Marker, 1), ps[0], m.Style)
		}
		for _, seg := range f.clip(ps) {
			f.s.stroke(polyline(thin(seg)), m.Style.Color, m.Style.Width, m.Style.Dashes)
		}
		switch {
		case m.Style.Marker == 0:
		case m.Dots:
			for _, a := range ps {
				if f.inside(a) {
					f.s.marker(m.Style.Marker, a, m.Style)
				}
			}
		default:
			const few = 5
			for k := range few {
				x := f.x0 + (float64(k)+0.2+0.8*m.Phase)/few*(f.x1-f.x0)
				for i := 1; i < len(ps); i++ {
					if a, b := ps[i-1], ps[i]; a.x <= x && x < b.x {
						at := point{x, a.y + (b.y-a.y)*(x-a.x)/(b.x-a.x)}
						if f.inside(at) {
							f.s.marker(m.Style.Marker, at, m.Style)
						}
					}
				}
			}
		}
	}
}

func (m Band) draw(f *frame) {
	n := min(len(m.X), len(m.Lo), len(m.Hi))
	kind := func(i int) uint8 { // the opacity of the stretch from i to i+1
		a := uint8(0x38)
		for k := i; k <= i+1; k++ {
			if math.IsNaN(m.X[k]) || math.IsNaN(m.Lo[k]) || math.IsNaN(m.Hi[k]) || !f.x.holds(m.X[k]) || !f.y.holds(m.Hi[k]) {
				return 0
			}
			lo, _ := f.at(m.X[k], m.Lo[k])
			hi, _ := f.at(m.X[k], m.Hi[k])
			if math.Min(lo.y, hi.y) < f.y0-1e-6 || math.Max(lo.y, hi.y) > f.y1+1e-6 {
				a = 0x18
			}
		}
		return a
	}
	for from := 0; from+1 < n; {
		to, alpha := from+1, kind(from)
		for to+1 < n && kind(to) == alpha {
			to++
		}
		if alpha > 0 {
			m.fill(f, from, to, alpha)
		}
		from = to
	}
}

func (m Band) fill(f *frame, from, to int, alpha uint8) {
	var ps []point
	for i := from; i <= to; i++ {
		a, _ := f.at(m.X[i], m.Hi[i])
		ps = append(ps, a)
	}
	for i := to; i >= from; i-- {
		a, _ := f.at(m.X[i], m.Lo[i])
		ps = append(ps, a)
	}
	if ps = f.clipPolygon(ps); len(ps) > 2 {
		f.s.fill(polygon(ps), m.Style.faint(alpha))
	}
}

func (m Dots) draw(f *frame) {
	f = f.shifted(m.Shift)
	for i := range min(len(m.X), len(m.Y)) {
		if a, ok := f.at(m.X[i], m.Y[i]); ok && f.inside(a) {
			f.s.marker(max(m.Style.Marker, 1), a, m.Style)
		}
	}
}

func (m Whiskers) draw(f *frame) {
	cap := 1.8
	if n := float64(len(m.X)); n > 1 && (f.x1-f.x0)/n < 5 {
		cap = 0
	}
	f = f.shifted(m.Shift)
	for i := range min(len(m.X), len(m.Lo), len(m.Hi)) {
		a, oka := f.at(m.X[i], m.Lo[i])
		b, okb := f.at(m.X[i], m.Hi[i])
		if !oka || !okb || m.Lo[i] == m.Hi[i] || !f.x.holds(m.X[i]) || !f.y.holds(m.Hi[i]) {
			continue
		}
		for _, seg := range f.clip([]point{a, b}) {
			f.s.stroke(polyline(seg), m.Style.Color, 0.7, nil)
		}
		for _, e := range []point{a, b} {
			if f.inside(e) && cap > 0 {
				f.s.stroke(polyline([]point{{e.x - cap, e.y}, {e.x + cap, e.y}}), m.Style.Color, 0.8, nil)
			}
		}
	}
}

func (m Bars) draw(f *frame) {
	for i := range min(len(m.X), len(m.H)) {
		a, oka := f.at(m.X[i]-m.Width/2, m.H[i])
		b, okb := f.at(m.X[i]+m.Width/2, m.H[i])
		if !oka || !okb || a.y <= f.y0 {
			continue
		}
		a.x, b.x = math.Max(a.x, f.x0), math.Min(b.x, f.x1)
		if y := math.Min(a.y, f.y1); a.x < b.x {
			f.s.fill(rectangle(a.x, f.y0, b.x, y), m.Style.Color)
		}
	}
}

func (m Cells) draw(f *frame) {
	size := tickSize - 0.3
	fits := m.Text != nil
	each := func(do func(i int, a, b point)) {
		for i := range m.X0 {
			a, oka := f.at(m.X0[i], m.Y0[i])
			b, okb := f.at(m.X1[i], m.Y1[i])
			if !oka || !okb {
				continue
			}
			a = point{math.Max(a.x, f.x0), math.Max(a.y, f.y0)}
			b = point{math.Min(b.x, f.x1), math.Min(b.y, f.y1)}
			if a.x < b.x && a.y < b.y {
				do(i, a, b)
			}
		}
	}
	each(func(i int, a, b point) {
		// A little too large, or seams would shine through; the next cells cover it.
		f.s.fill(rectangle(a.x, a.y, math.Min(b.x+0.3, f.x1), math.Min(b.y+0.3, f.y1)), color.NRGBAModel.Convert(m.Color[i]).(color.NRGBA))
		// Up to 0.8 of the size the text may shrink.
		if fits {
			size = math.Min(size, size*(b.x-a.x-3)/math.Max(textWidth(m.Text[i], size), 1))
			fits = size >= 0.8*(tickSize-0.3) && b.y-a.y > 1.2*size
		}
	})
	if !fits {
		return
	}
	each(func(i int, a, b point) {
		c := white
		if luminance(m.Color[i]) > 0.2 {
			c = ink
		}
		f.s.text(m.Text[i], point{(a.x + b.x) / 2, (a.y + b.y) / 2}, anchor{0.5, 0.5}, size, c, false)
	})
}

// luminance is the relative luminance, approximately: with a gamma of 2.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	sq := func(v uint8) float64 { return float64(v) * float64(v) / (255 * 255) }
	return 0.2126*sq(n.R) + 0.7152*sq(n.G) + 0.0722*sq(n.B)
}

func (m Gone) draw(f *frame) {
	s, ok := f.x.norm(m.X)
	if !ok || m.N < 1 || !f.x.holds(m.X) {
		return
	}
	at := point{f.x0 + math.Max(0, math.Min(1, s))*(f.x1-f.x0) + m.Shift, f.y1 - 7*float64(m.Drop)}
	if m.Below {
		at.y = f.y0 + 4 + 7*float64(m.Drop)
	}
	f.s.cross(at, m.N, m.Style.Color)
}

// markers is the number of marker shapes.
const markers = 6

// marker draws shape k = 1 ... markers with a thin white edge, so that overlapping ones stay apart.
func (s *scene) marker(k int, at point, st Style) {
	r := markSize
	p := func(cs ...float64) path {
		var ps []point
		for i := 0; i < len(cs); i += 2 {
			ps = append(ps, point{at.x + r*cs[i], at.y + r*cs[i+1]})
		}
		return polygon(ps)
	}
	var shape path
	switch k {
	case 1:
		shape = circle(at, r)
	case 2:
		shape = p(-.9, -.9, .9, -.9, .9, .9, -.9, .9)
	case 3:
		shape = p(-1.1, -.8, 1.1, -.8, 0, 1.15)
	case 4:
		shape = p(0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0)
	case 5:
		shape = p(-1.1, .8, 0, -1.15, 1.1, .8)
	default:
		shape = p(-.4, -1.2, .4, -1.2, .4, -.4, 1.2, -.4, 1.2, .4, .4, .4, .4, 1.2, -.4, 1.2, -.4, .4, -1.2, .4, -1.2, -.4, -.4, -.4)
	}
	s.fill(shape, st.Color)
	s.stroke(shape, white, 0.4, nil)
}

// Departures marks where the curves of diverged runs leave the panel through the upper edge (Below: the lower one), or end
// inside it: a cross, and how many there are in one place if more than one.
type Departures struct {
	X, Y  [][]float64
	Below bool
	Style Style
}

func (m Departures) extent(grow func(x, y float64)) {
	for _, xs := range m.X {
		for _, x := range xs {
			grow(x, math.NaN())
		}
	}
}

func (m Departures) draw(f *frame) {
	var at []point
	for i := range m.X {
		if a, ok := m.leave(f, m.X[i], m.Y[i]); ok {
			at = append(at, a)
		}
	}
	for len(at) > 0 {
		first, n, rest := at[0], 0, at[:0]
		for _, a := range at {
			if math.Hypot(a.x-first.x, a.y-first.y) < 6.5 {
				n++
			} else {
				rest = append(rest, a)
			}
		}
		at = rest
		f.s.cross(first, n, m.Style.Color)
	}
}

// leave is where a curve crosses the edge, or its last point.
func (m Departures) leave(f *frame, xs, ys []float64) (a point, ok bool) {
	edge, beyond := f.y1, func(y float64) bool { return y > f.y1 }
	if m.Below {
		edge, beyond = f.y0, func(y float64) bool { return y < f.y0 }
	}
	var last point
	for i := range min(len(xs), len(ys)) {
		b, placed := f.at(xs[i], ys[i])
		if !placed || !f.x.holds(xs[i]) {
			continue
		}
		if beyond(b.y) {
			if ok && b.y != last.y {
				b.x = last.x + (b.x-last.x)*(edge-last.y)/(b.y-last.y)
			}
			last, ok = point{b.x, edge}, true
			break
		}
		last, ok = b, true
	}
	last.x = math.Max(f.x0, math.Min(f.x1, last.x))
	last.y = math.Max(f.y0+4, math.Min(f.y1, last.y))
	return last, ok
}

// cross is the sign of divergence, n of them if n is above 1.
func (s *scene) cross(at point, n int, c color.NRGBA) {
	const r = 2.4
	for _, w := range []struct {
		c color.NRGBA
		w float64
	}{{white, 2.8}, {c, 1.3}} {
		s.stroke(polyline([]point{{at.x - r, at.y - r}, {at.x + r, at.y + r}}), w.c, w.w, nil)
		s.stroke(polyline([]point{{at.x - r, at.y + r}, {at.x + r, at.y - r}}), w.c, w.w, nil)
	}
	if n > 1 {
		s.text(strconv.Itoa(n), point{at.x + r + 1.2, at.y}, anchor{0, 0.5}, smallSize, c, false)
	}
}
