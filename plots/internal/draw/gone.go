package draw

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Gone marks at the upper edge (Below: the lower one) where diverged runs leave the panel: a cross,
// and N if it is above 1.
type Gone struct {
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
	drop := 7 * vg.Length(m.Drop)
	at := vg.Point{X: f.X(math.Max(0, math.Min(1, s))) + m.Shift, Y: f.Max.Y - drop}
	if m.Below {
		at.Y = f.Min.Y + 4 + drop
	}
	f.cross(at, m.N, m.Style.Color)
}

// Departures marks where the curves of diverged runs leave the panel through the upper edge (Below:
// the lower one), or end inside it: a cross, and how many there are in one place if more than one.
type Departures struct {
	X, Y  [][]float64
	Below bool
	Style Style
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
	for i := range m.X {
		if a, ok := m.leave(f, m.X[i], m.Y[i]); ok {
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

// leave is where a curve crosses the edge, or its last point.
func (m Departures) leave(f *frame, xs, ys []float64) (last vg.Point, ok bool) {
	edge, beyond := f.Max.Y, func(y vg.Length) bool { return y > f.Max.Y }
	if m.Below {
		edge, beyond = f.Min.Y, func(y vg.Length) bool { return y < f.Min.Y }
	}
	for i := range min(len(xs), len(ys)) {
		b, placed := f.at(xs[i], ys[i])
		if !placed || !holds(f.plot.X, xs[i]) {
			continue
		}
		if beyond(b.Y) {
			if ok && b.Y != last.Y {
				b.X = last.X + (b.X-last.X)*(edge-last.Y)/(b.Y-last.Y)
			}
			last, ok = vg.Point{X: b.X, Y: edge}, true
			break
		}
		last, ok = b, true
	}
	last.X = max(f.Min.X, min(f.Max.X, last.X))
	last.Y = max(f.Min.Y+4, min(f.Max.Y, last.Y))
	return last, ok
}

// cross is the sign of divergence, n of them if n is above 1.
func (f *frame) cross(at vg.Point, n int, c color.NRGBA) {
	const r = 2.4
	for _, sty := range []draw.LineStyle{plain(f.look.White, 2.8), plain(c, 1.3)} {
		f.StrokeLine2(sty, at.X-r, at.Y-r, at.X+r, at.Y+r)
		f.StrokeLine2(sty, at.X-r, at.Y+r, at.X+r, at.Y-r)
	}
	if n > 1 {
		f.look.text(f, strconv.Itoa(n), vg.Point{X: at.X + r + 1.2, Y: at.Y}, anchor{0, 0.5}, f.look.Small, c, false)
	}
}
