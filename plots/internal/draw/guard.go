package draw

import (
	"context"
	"image"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A guard is the last gate before a file: it lets through what can be drawn, and nothing more once
// the drawing is to end. Marks that are not ours draw through it as well.
type guard struct {
	vg.Canvas
	ctx context.Context
}

// far is a distance at which nothing is on any page.
const far = 1e5

func near(at vg.Point) bool {
	return math.Abs(float64(at.X)) <= far && math.Abs(float64(at.Y)) <= far // not NaN either
}

func drawable(p vg.Path) bool {
	for _, c := range p {
		if c.Type != vg.CloseComp && !near(c.Pos) {
			return false
		}
		for _, a := range c.Control {
			if !near(a) {
				return false
			}
		}
		if c.Type == vg.ArcComp && !(near(vg.Point{X: c.Radius}) && Finite(c.Start) && Finite(c.Angle)) {
			return false
		}
	}
	return len(p) > 0
}

// Stroke implements vg.Canvas.
func (g guard) Stroke(p vg.Path) {
	if drawable(p) && g.ctx.Err() == nil {
		g.Canvas.Stroke(p)
	}
}

// Fill implements vg.Canvas.
func (g guard) Fill(p vg.Path) {
	if drawable(p) && g.ctx.Err() == nil {
		g.Canvas.Fill(p)
	}
}

// FillString implements vg.Canvas.
func (g guard) FillString(f font.Face, at vg.Point, s string) {
	if s = legible(s); s != "" && near(at) && f.Font.Size > 0 && g.ctx.Err() == nil {
		f.Font = fontOf(f)
		g.Canvas.FillString(f, at, s)
	}
}

// DrawImage implements vg.Canvas.
func (g guard) DrawImage(r vg.Rectangle, m image.Image) {
	if near(r.Min) && near(r.Max) && !m.Bounds().Empty() && g.ctx.Err() == nil {
		g.Canvas.DrawImage(r, m)
	}
}
