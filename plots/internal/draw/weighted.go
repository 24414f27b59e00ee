package draw

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A weighted canvas draws lines wider than they say, dashes as much longer. Marks that are not ours
// draw on it as well.
type weighted struct {
	vg.Canvas
	by float64
}

// SetLineWidth implements vg.Canvas.
func (w weighted) SetLineWidth(width vg.Length) { w.Canvas.SetLineWidth(width * vg.Length(w.by)) }

// SetLineDash implements vg.Canvas.
func (w weighted) SetLineDash(pattern []vg.Length, offset vg.Length) {
	scaled := make([]vg.Length, len(pattern))
	for i, d := range pattern {
		scaled[i] = d * vg.Length(w.by)
	}
	w.Canvas.SetLineDash(scaled, offset*vg.Length(w.by))
}

// weighted is the canvas for marks.
func (l Look) weighted(c draw.Canvas) draw.Canvas {
	if l.Weight != 0 && l.Weight != 1 {
		c.Canvas = weighted{c.Canvas, l.Weight}
	}
	return c
}
