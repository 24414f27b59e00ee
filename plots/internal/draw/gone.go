package draw

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Gone marks beyond the upper edge (Below: the lower one) what no axis reaches, such as diverged
// runs: a cross, and N if it is above 1.
type Gone struct {
	Group string
	X     float64
	N     int
	Below bool
	Style Style
	Shift vg.Length // to the right
	Drop  int       // how many other crosses stand in the same place already
}

var _ Mark = Gone{}

// Extent implements Ranger.
func (m Gone) Extent(grow func(x, y float64)) { grow(m.X, math.NaN()) }

// Plot implements plot.Plotter.
func (m Gone) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	if math.IsNaN(m.X) || !holds(p.X, m.X) || m.N < 1 {
		return
	}
	s := norm(p.X, m.X)
	at := vg.Point{X: f.X(math.Max(0, math.Min(1, s))) + m.Shift, Y: f.crossing(m.Drop, m.Below)}
	f.cross(at, m.N, m.Style.Color)
}

// rows implements lost.
func (m Gone) rows(x, _ Axis) (over, under int) {
	switch {
	case m.N < 1 || math.IsNaN(m.X) || x.Log && m.X <= 0:
		return 0, 0
	case m.Below:
		return 0, m.Drop + 1
	}
	return m.Drop + 1, 0
}

// Departures marks where the curves of diverged runs leave the panel through the upper edge (Below:
// the lower one), beyond that, or end inside it: a cross, and how many there are in one place if
// more than one.
type Departures struct {
	Group string
	X, Y  [][]float64
	Below bool
	Style Style
	Drop  int // the row beyond the edge
}

var _ Mark = Departures{}

// Extent implements Ranger.
func (m Departures) Extent(grow func(x, y float64)) {
	for _, xs := range m.X {
		for _, x := range xs {
			grow(x, math.NaN())
		}
	}
}

// Plot implements plot.Plotter.
func (m Departures) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	var at []vg.Point
	x, y := axisOf(p.X), axisOf(p.Y)
	for i := range m.X {
		if u, v, ok := m.leave(x, y, m.X[i], m.Y[i]); ok {
			a, _ := f.at(u, v)
			if m.beyond(y, v) {
				a.Y = f.crossing(m.Drop, m.Below)
			}
			at = append(at, a)
		}
	}
	for len(at) > 0 {
		first, n, rest := at[0], 0, at[:0]
		for _, a := range at {
			if math.Hypot(float64(a.X-first.X), float64(a.Y-first.Y)) < 6.5 {
				n++
			} else {
				rest = append(rest, a)
			}
		}
		at = rest
		f.cross(first, n, m.Style.Color)
	}
}

// beyond says whether a curve that leaves at v does so through the edge.
func (m Departures) beyond(y Axis, v float64) bool {
	return m.Below && v == y.Min || !m.Below && v == y.Max
}

// rows implements lost.
func (m Departures) rows(x, y Axis) (over, under int) {
	for i := range m.X {
		if _, v, ok := m.leave(x, y, m.X[i], m.Y[i]); ok && m.beyond(y, v) {
			if m.Below {
				return 0, m.Drop + 1
			}
			return m.Drop + 1, 0
		}
	}
	return 0, 0
}

// leave is where a curve crosses the edge, or its last point.
func (m Departures) leave(x, y Axis, xs, ys []float64) (u, v float64, ok bool) {
	edge, beyond := 1., func(t float64) bool { return t > 1 }
	if m.Below {
		edge, beyond = 0, func(t float64) bool { return t < 0 }
	}
	for i := range min(len(xs), len(ys)) {
		s, oks := x.Place(xs[i])
		t, okt := y.Place(ys[i])
		if !oks || !okt || x.Log && xs[i] <= 0 {
			continue
		}
		if beyond(t) {
			if ok && t != v {
				s = u + (s-u)*(edge-v)/(t-v)
			}
			u, v, ok = s, edge, true
			break
		}
		u, v, ok = s, t, true
	}
	return x.number(u), y.number(v), ok
}

// number is what lies at a place along an axis, or at the end that is nearer.
func (a Axis) number(t float64) float64 {
	switch {
	case t <= 0:
		return a.Min
	case t >= 1:
		return a.Max
	case a.Log:
		return math.Pow(10, math.Log10(a.Min)+float64(t*(math.Log10(a.Max)-math.Log10(a.Min))))
	}
	return float64(a.Min*(1-t)) + float64(a.Max*t)
}

// axisOf is the range of an axis of gonum/plot.
func axisOf(a plot.Axis) Axis { return Axis{Min: a.Min, Max: a.Max, Log: logarithmic(a)} }

// cross is the sign of divergence, n of them if n is above 1.
func (f *frame) cross(at vg.Point, n int, c color.NRGBA) {
	const r = 2.4
	for _, sty := range []draw.LineStyle{plain(f.look.White, 2.8), plain(c, 1.3)} {
		f.StrokeLine2(sty, at.X-r, at.Y-r, at.X+r, at.Y+r)
		f.StrokeLine2(sty, at.X-r, at.Y+r, at.X+r, at.Y-r)
	}
	if n > 1 {
		p, a := vg.Point{X: at.X + r + 1.2, Y: at.Y}, anchor{0, 0.5}
		if p.X+f.look.width(strconv.Itoa(n), f.look.Small) > f.Max.X+2 {
			p.X, a.x = at.X-r-1.2, 1
		}
		f.look.text(f, strconv.Itoa(n), p, a, f.look.Small, c, false)
	}
}
