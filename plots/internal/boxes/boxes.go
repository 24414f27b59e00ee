// Package boxes finds where the texts of a drawing stand, for tests: a canvas that draws nothing
// and measures.
package boxes

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A Text is a line of text and the box around it, as high as its digits.
type Text struct {
	Text     string
	Min, Max vg.Point
	Up       bool // turned

	end   vg.Point // where it would go on
	scale float64
}

// A Canvas keeps the texts that are drawn on it.
type Canvas struct {
	Texts []Text
	at    []placed
	here  placed
}

// placed is a shift and a turn.
type placed struct {
	x, y, cos, sin float64
}

var _ vg.Canvas = (*Canvas)(nil)

// New is a canvas without texts.
func New() *Canvas { return &Canvas{here: placed{cos: 1}} }

func (p placed) of(a vg.Point) vg.Point {
	x, y := float64(a.X), float64(a.Y)
	return vg.Point{X: vg.Length(p.x + p.cos*x - p.sin*y), Y: vg.Length(p.y + p.sin*x + p.cos*y)}
}

// The methods of vg.Canvas.

func (c *Canvas) SetLineWidth(vg.Length)              {}
func (c *Canvas) SetLineDash([]vg.Length, vg.Length)  {}
func (c *Canvas) SetColor(color.Color)                {}
func (c *Canvas) Scale(x, y float64)                  { panic("boxes: nothing is scaled") }
func (c *Canvas) Push()                               { c.at = append(c.at, c.here) }
func (c *Canvas) Pop()                                { c.here, c.at = c.at[len(c.at)-1], c.at[:len(c.at)-1] }
func (c *Canvas) Stroke(vg.Path)                      {}
func (c *Canvas) Fill(vg.Path)                        {}
func (c *Canvas) DrawImage(vg.Rectangle, image.Image) {}

func (c *Canvas) Translate(a vg.Point) {
	b := c.here.of(a)
	c.here.x, c.here.y = float64(b.X), float64(b.Y)
}

func (c *Canvas) Rotate(rad float64) {
	s, k := math.Sincos(rad)
	c.here.cos, c.here.sin = c.here.cos*k-c.here.sin*s, c.here.sin*k+c.here.cos*s
}

// FillString keeps a text. What goes on where the text before ended, raised or not, is part of it.
func (c *Canvas) FillString(f font.Face, at vg.Point, s string) {
	size, w := f.Font.Size, f.Width(s)
	a, b := c.here.of(vg.Point{X: at.X, Y: at.Y - 0.05*size}), c.here.of(vg.Point{X: at.X + w, Y: at.Y + 0.7*size})
	t := Text{Text: s, Min: vg.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, Max: vg.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)},
		Up: math.Abs(c.here.sin) > 0.5, end: c.here.of(vg.Point{X: at.X + w, Y: at.Y}), scale: float64(size)}
	if n := len(c.Texts); n > 0 && c.Texts[n-1].Up == t.Up {
		l, start := &c.Texts[n-1], c.here.of(at)
		along, across := float64(start.X-l.end.X), float64(start.Y-l.end.Y)
		if t.Up {
			along, across = across, along
		}
		if along > -0.01 && along < 0.3*l.scale && math.Abs(across) < 0.5*l.scale {
			l.Text += s
			l.Min = vg.Point{X: min(l.Min.X, t.Min.X), Y: min(l.Min.Y, t.Min.Y)}
			l.Max = vg.Point{X: max(l.Max.X, t.Max.X), Y: max(l.Max.Y, t.Max.Y)}
			l.end = t.end
			return
		}
	}
	c.Texts = append(c.Texts, t)
}

// Overlaps says which texts touch another, and which leave a page of some size.
func (c *Canvas) Overlaps(width, height vg.Length) (faults []string) {
	for i, a := range c.Texts {
		if a.Min.X < -0.5 || a.Min.Y < -0.5 || a.Max.X > width+0.5 || a.Max.Y > height+0.5 {
			faults = append(faults, fmt.Sprintf("%v leaves the page of %.0f x %.0f", a, float64(width), float64(height)))
		}
		for _, b := range c.Texts[:i] {
			const near = 0.2
			if a.Min.X < b.Max.X+near && b.Min.X < a.Max.X+near && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y {
				faults = append(faults, fmt.Sprintf("%v touches %v", a, b))
			}
		}
	}
	return faults
}

// String is the text and its box.
func (t Text) String() string {
	return fmt.Sprintf("%q at (%.1f, %.1f) to (%.1f, %.1f)", t.Text, float64(t.Min.X), float64(t.Min.Y), float64(t.Max.X), float64(t.Max.Y))
}
