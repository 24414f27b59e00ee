package plots

import "math"

// clip cuts a curve at the frame, into the parts that are inside (Liang and Barsky, 1984).
func (f *frame) clip(ps []point) (parts [][]point) {
	var cur []point
	flush := func() {
		if len(cur) > 1 {
			parts = append(parts, cur)
		}
		cur = nil
	}
	for i := 1; i < len(ps); i++ {
		a, b := ps[i-1], ps[i]
		t0, t1 := 0.0, 1.0
		within := true
		for _, e := range [4][2]float64{{a.x - b.x, a.x - f.x0}, {b.x - a.x, f.x1 - a.x}, {a.y - b.y, a.y - f.y0}, {b.y - a.y, f.y1 - a.y}} {
			switch d, q := e[0], e[1]; {
			case d == 0:
				within = within && q >= 0
			case d < 0:
				t0 = math.Max(t0, q/d)
			default:
				t1 = math.Min(t1, q/d)
			}
		}
		if !within || t0 > t1 {
			flush()
			continue
		}
		at := func(t float64) point { return point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)} }
		if t0 > 0 || len(cur) == 0 {
			flush()
			cur = append(cur, at(t0))
		}
		if t1 < 1 {
			cur = append(cur, at(t1))
			flush()
		} else {
			cur = append(cur, b)
		}
	}
	flush()
	return parts
}

// clipPolygon cuts a polygon at the frame, one side after the other (Sutherland and Hodgman, 1974).
func (f *frame) clipPolygon(ps []point) []point {
	for _, side := range []func(a point) float64{ // positive inside
		func(a point) float64 { return a.x - f.x0 },
		func(a point) float64 { return f.x1 - a.x },
		func(a point) float64 { return a.y - f.y0 },
		func(a point) float64 { return f.y1 - a.y },
	} {
		var out []point
		for i, b := range ps {
			a := ps[(i+len(ps)-1)%len(ps)]
			da, db := side(a), side(b)
			if (da < 0) != (db < 0) {
				t := da / (da - db)
				out = append(out, point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
			}
			if db >= 0 {
				out = append(out, b)
			}
		}
		ps = out
	}
	return ps
}

// thin leaves out points of a curve that no eye can see: those within a fiftieth of a point of the last one kept.
func thin(ps []point) []point {
	out := ps[:1:1]
	for i, a := range ps[1:] {
		if l := out[len(out)-1]; math.Hypot(a.x-l.x, a.y-l.y) > 0.02 || i == len(ps)-2 {
			out = append(out, a)
		}
	}
	return out
}
