package draw

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// page is the content of a PDF on whose canvas something is drawn.
func page(t *testing.T, do func(c *pdfCanvas)) string {
	t.Helper()
	c := newPDF(200, 100)
	c.doc.SetCompression(false)
	do(c)
	b, err := c.bytes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	return s[strings.Index(s, "stream"):strings.Index(s, "endstream")]
}

// The canvas does what every vg.Canvas does: transformations apply to what follows, the last one
// first, until they are popped; so do colors and lines.
func TestPDFCanvas(t *testing.T) {
	var line, arc, bend vg.Path
	line.Move(vg.Point{})
	line.Line(vg.Point{X: 5})
	arc.Move(vg.Point{X: 50, Y: 50})
	arc.Arc(vg.Point{X: 50, Y: 50}, 10, 0, math.Pi/2)
	arc.Close()
	bend.Move(vg.Point{})
	bend.QuadTo(vg.Point{X: 3}, vg.Point{X: 6})
	for _, c := range []struct {
		what string
		do   func(c *pdfCanvas)
		want []string
	}{
		{"joins lines roundly", func(c *pdfCanvas) {}, []string{"1 j"}},
		{"draws a line", func(c *pdfCanvas) { c.Stroke(line) }, []string{"1.00 w", "0.00 0.00 m", "5.00 0.00 l", "S"}},
		{"turns", func(c *pdfCanvas) {
			c.Push()
			c.Translate(vg.Point{X: 10, Y: 20})
			c.Rotate(math.Pi / 2)
			c.Scale(2, 2)
			c.SetLineDash([]vg.Length{1, 2}, 0)
			c.Stroke(line)
		}, []string{"10.00 20.00 m", "10.00 30.00 l", "2.00 w", "[2.00 4.00] 0.00 d"}},
		{"comes back", func(c *pdfCanvas) {
			c.Push()
			c.SetLineWidth(7)
			c.SetColor(Hues[0])
			c.Scale(3, 3)
			c.Pop()
			c.Stroke(line)
		}, []string{"1.00 w", "5.00 0.00 l", "0.000 G"}},
		{"draws no line without a width", func(c *pdfCanvas) { c.SetLineWidth(0); c.Stroke(line) }, []string{"stream"}},
		{"draws arcs", func(c *pdfCanvas) { c.Fill(arc) }, []string{"50.00 50.00 m", "60.00 50.00 l", "50.00000 60.00000 c", "h"}},
		{"draws quadratics", func(c *pdfCanvas) { c.Stroke(bend) }, []string{"2.00000 0.00000 4.00000 0.00000 6.00000 0.00000 c"}},
		{"writes", func(c *pdfCanvas) {
			c.FillString(fonts().Lookup(Paper.font(8), 8), vg.Point{X: 7, Y: 9}, "x")
		}, []string{"BT 7.00 9.00 Td"}},
		{"writes turned", func(c *pdfCanvas) {
			c.Translate(vg.Point{X: 10, Y: 20})
			c.Rotate(math.Pi / 2)
			c.FillString(fonts().Lookup(Paper.font(8), 8), vg.Point{X: 3}, "x")
		}, []string{"0.00000 1.00000 -1.00000 0.00000 10.00000 23.00000 cm", "BT 0.00 0.00 Td"}},
	} {
		got := page(t, c.do)
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s", c.what, w, got)
			}
		}
		if strings.Contains(c.what, "no line") && strings.Contains(got, " l") {
			t.Errorf("%s:\n%s", c.what, got)
		}
	}
}
