package draw

import (
	"math"
	"testing"
)

// The lightness of Cividis rises evenly; the ends of the diverging map are dark alike and its
// middle is light.
func TestColorMaps(t *testing.T) {
	light := func(m ColorMap, x float64) float64 { return math.Sqrt(luminance(m.At(x))) }
	last := -1.0
	for i := range 101 {
		l := light(Cividis, float64(i)/100)
		if l <= last {
			t.Fatalf("lightness falls at %d %%", i)
		}
		last = l
	}
	if a, b, m := light(Diverging, 0), light(Diverging, 1), light(Diverging, 0.5); m < 2*a || m < 2*b {
		t.Errorf("lightness %v, %v, %v", a, m, b)
	}
	for _, x := range []float64{math.NaN(), -1, 0} {
		if Cividis.At(x) != Cividis[0] {
			t.Errorf("at %v: %v", x, Cividis.At(x))
		}
	}
}

// No two of the first sixteen styles look alike, and neighbours differ in all of color, dash and
// marker.
func TestStyles(t *testing.T) {
	type look struct {
		c any
		d int
	}
	seen := map[look]int{}
	for i := range 16 {
		s := StyleOf(i)
		l := look{s.Color, len(s.Dashes)*100 + i/8}
		if len(s.Dashes) > 0 {
			l.d += int(1000 * s.Dashes[0])
		}
		if j, ok := seen[l]; ok {
			t.Errorf("%d and %d look alike", i, j)
		}
		seen[l] = i
		n := StyleOf(i + 1)
		if s.Color == n.Color || s.Marker == n.Marker {
			t.Errorf("%d and %d share a color or a marker", i, i+1)
		}
	}
}
