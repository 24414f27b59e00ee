package draw

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Band fills what lies between Lo and Hi. It is cut off at the edges and pale where it reaches
// beyond; absent where either is NaN, and where X or Hi has no place on a logarithmic axis.
type Band struct {
	Whose
	X, Lo, Hi []float64
	Style     Style
}

var _ Mark = Band{}

// Extent implements Ranger.
func (m Band) Extent(grow func(x, y float64)) { extentOf(m.X, m.Lo, grow); extentOf(m.X, m.Hi, grow) }

// Plot implements plot.Plotter.
func (m Band) Plot(c draw.Canvas, p *plot.Plot) {
	f := frameOf(c, p)
	n := min(len(m.X), len(m.Lo), len(m.Hi))
	for from := 0; from+1 < n; {
		to, alpha := from+1, m.opacity(f, from)
		for to+1 < n && m.opacity(f, to) == alpha {
			to++
		}
		if alpha > 0 {
			m.fill(f, from, to, alpha)
		}
		from = to
	}
}

// opacity is that of the stretch from i to i+1.
func (m Band) opacity(f *frame, i int) uint8 {
	alpha := uint8(0x38)
	for k := i; k <= i+1; k++ {
		if math.IsNaN(m.X[k]) || math.IsNaN(m.Lo[k]) || math.IsNaN(m.Hi[k]) || !f.holds(m.X[k], m.Hi[k]) {
			return 0
		}
		lo, _ := f.at(m.X[k], m.Lo[k])
		hi, _ := f.at(m.X[k], m.Hi[k])
		if min(lo.Y, hi.Y) < f.Min.Y-1e-6 || max(lo.Y, hi.Y) > f.Max.Y+1e-6 {
			alpha = 0x18
		}
	}
	return alpha
}

func (m Band) fill(f *frame, from, to int, alpha uint8) {
	var ps []vg.Point
	for i := from; i <= to; i++ {
		a, _ := f.at(m.X[i], m.Hi[i])
		ps = append(ps, a)
	}
	for i := to; i >= from; i-- {
		a, _ := f.at(m.X[i], m.Lo[i])
		ps = append(ps, a)
	}
	if ps = f.ClipPolygonXY(ps); len(ps) > 2 {
		f.FillPolygon(m.Style.Faint(alpha), ps)
	}
}
