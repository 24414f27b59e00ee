package plots

import (
	"image/color"
	"math"
)

// A scene is a finished drawing: filled and stroked paths on a white page, in points, the origin at the lower left.
// The three formats are encodings of it.
type scene struct {
	w, h  float64
	desc  string // for formats that can hold it
	items []item
}

// An item is one path. Its width is 0 if it is filled.
type item struct {
	path   path
	color  color.NRGBA
	width  float64
	dashes []float64
}

type point struct{ x, y float64 }

// A segment of a path: op is m (move, 1 point), l (line, 1), q (quadratic, 2), c (cubic, 3) or z (close).
type segment struct {
	op byte
	p  [3]point
}

type path []segment

func (p *path) move(a point)       { *p = append(*p, segment{'m', [3]point{a}}) }
func (p *path) line(a point)       { *p = append(*p, segment{'l', [3]point{a}}) }
func (p *path) quad(a, b point)    { *p = append(*p, segment{'q', [3]point{a, b}}) }
func (p *path) cube(a, b, c point) { *p = append(*p, segment{'c', [3]point{a, b, c}}) }
func (p *path) close()             { *p = append(*p, segment{op: 'z'}) }

func (s segment) points() int {
	switch s.op {
	case 'q':
		return 2
	case 'c':
		return 3
	case 'z':
		return 0
	}
	return 1
}

// polyline joins points.
func polyline(ps []point) (p path) {
	for i, a := range ps {
		if i == 0 {
			p.move(a)
		} else {
			p.line(a)
		}
	}
	return p
}

// polygon joins points and closes.
func polygon(ps []point) path {
	p := polyline(ps)
	if len(ps) > 0 {
		p.close()
	}
	return p
}

func rectangle(x0, y0, x1, y1 float64) path {
	return polygon([]point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}})
}

// circle is four cubics.
func circle(c point, r float64) (p path) {
	const k = 0.5522847498
	p.move(point{c.x + r, c.y})
	p.cube(point{c.x + r, c.y + k*r}, point{c.x + k*r, c.y + r}, point{c.x, c.y + r})
	p.cube(point{c.x - k*r, c.y + r}, point{c.x - r, c.y + k*r}, point{c.x - r, c.y})
	p.cube(point{c.x - r, c.y - k*r}, point{c.x - k*r, c.y - r}, point{c.x, c.y - r})
	p.cube(point{c.x + k*r, c.y - r}, point{c.x + r, c.y - k*r}, point{c.x + r, c.y})
	p.close()
	return p
}

func (s *scene) fill(p path, c color.NRGBA) { s.add(item{path: p, color: c}) }

func (s *scene) stroke(p path, c color.NRGBA, width float64, dashes []float64) {
	if width > 0 {
		s.add(item{p, c, width, dashes})
	}
}

// add takes only what can be drawn: it is the last gate before the encoders.
func (s *scene) add(it item) {
	if len(it.path) == 0 {
		return
	}
	for _, g := range it.path {
		for _, a := range g.p[:g.points()] {
			if !finite(a.x) || !finite(a.y) || math.Abs(a.x) > 1e5 || math.Abs(a.y) > 1e5 {
				return
			}
		}
	}
	s.items = append(s.items, it)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Where a text stands relative to its point.
type anchor struct{ x, y float64 } // 0: left or on the base line; 0.5: centered; 1: right or hanging from its top

// text writes a line. up turns it to be read from the right.
func (s *scene) text(str string, at point, a anchor, size float64, c color.NRGBA, up bool) {
	var p path
	w := outline(str, size, &p)
	dx, dy := -a.x*w, -a.y*ascent*size
	for i := range p {
		for k := range p[i].points() {
			q := &p[i].p[k]
			x, y := q.x+dx, q.y+dy
			if up {
				x, y = -y, x
			}
			*q = point{at.x + x, at.y + y}
		}
	}
	s.fill(p, c)
}
