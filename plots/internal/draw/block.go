package draw

import "gonum.org/v1/plot/vg"

// A block is a label, in several lines if one would be too long.
type block struct {
	look  Look
	lines []string
	size  vg.Length
}

// block sets a label into some room: shrunk by up to a third, or else in lines a little smaller,
// the longest words cut.
func (l Look) block(s string, size, room vg.Length) block {
	if s == "" {
		return block{}
	}
	if fitted := l.fit(s, size, room); l.width(s, fitted) <= room+1e-6 {
		return block{l, []string{s}, fitted}
	}
	b := block{l, nil, size * 0.85}
	for _, line := range l.fold(s, b.size, room) {
		b.lines = append(b.lines, l.cut(line, b.size, room))
	}
	return b
}

// height is what the block takes with the space around it.
func (b block) height() (h vg.Length) {
	for _, s := range b.lines {
		h += b.look.room(s, b.size)
	}
	return h
}

// draw centers the lines at a point: hanging from it, or standing on it. up turns them to be read
// from the right.
func (b block) draw(c vg.Canvas, at vg.Point, hang, up bool) {
	rise := vg.Length(0)
	if !hang {
		rise = b.height()
	}
	for _, s := range b.lines {
		h := b.look.room(s, b.size)
		a, p := anchor{0.5, 1}, at
		dy := rise
		if !hang {
			a.y = 0
			dy -= h
		}
		if up {
			p.X -= dy
		} else {
			p.Y += dy
		}
		b.look.text(c, s, p, a, b.size, b.look.Ink, up)
		rise -= h
	}
}

// depth is how far the last line reaches below what digits stand on.
func (b block) depth() vg.Length { return b.look.depth(b.lines[len(b.lines)-1], b.size) }
