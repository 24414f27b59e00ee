package draw

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// An affine map takes (x, y) to (m0 x + m2 y + m4, m1 x + m3 y + m5).
type affine [6]float64

// after is the map that does n first.
func (m affine) after(n affine) affine {
	return affine{
		m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1],
		m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5],
	}
}

func (m affine) apply(a vg.Point) (x, y float64) {
	x, y = float64(a.X), float64(a.Y)
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// scale is by how much lengths grow, on average over directions.
func (m affine) scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }
