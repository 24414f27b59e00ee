package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// labels are the ticks of an axis with what stands at them, as it is set.
type labels struct {
	ticks    []tick
	exponent int
	size     vg.Length
	up       bool      // turned to be read from the right
	room     vg.Length // what they take across the axis
	err      error     // they cannot be set
}

// Smallest is the size to which category labels shrink where they have to: what can be read is
// hardly smaller.
const smallest vg.Length = 3.5

// beyond is how far the name of a category may reach beyond its axis.
const beyond vg.Length = 6

// leading is the height of a line of labels, in their size.
const leading = 1.12

// horizontal are those of a horizontal axis.
func (l *layout) horizontal(i int) labels {
	a, s := l.axisX(i), l.x[i]
	if a.categories() {
		ts, _ := a.ticks(s, 0)
		return l.look.across(ts, s, l.pw, 0.8*l.pw*vg.Length(l.ratio)+2*l.look.Text)
	}
	ls := labels{size: l.look.Tick, room: l.look.Tick}
	for n := int(max(2, l.pw/(3.2*l.look.Tick))); ; n-- {
		ts, e := a.ticks(s, n)
		if ls.ticks, ls.exponent = l.look.clear(ts, s, l.pw, n <= 2), e; ls.ticks != nil || n <= 2 {
			return ls
		}
	}
}

// vertical are those of a vertical axis.
func (l *layout) vertical(i int) labels {
	a, s := l.axisY(i), l.y[i]
	if a.categories() {
		ts, _ := a.ticks(s, 0)
		return l.look.beside(ts, s, l.ph, 0.3*l.page.Width/vg.Length(l.cols))
	}
	ts, e := a.ticks(s, int(max(2, l.ph/(1.9*l.look.Tick))))
	ls := labels{ticks: l.look.apart(ts, s, l.ph), exponent: e, size: l.look.Tick}
	for _, t := range ls.ticks {
		ls.room = max(ls.room, l.look.width(t.label(), ls.size))
	}
	return ls
}

// categories says whether the names of an axis are those of its values, each of which must stand.
func (a Axis) categories() bool { return a.Names != nil && a.Plus == 0 }

// place is where a tick stands along an axis of some length.
func (s scale) place(t tick, length vg.Length) vg.Length {
	u, _ := s.norm(t.at)
	return vg.Length(u) * length
}

// clear returns ts if their labels do not touch, else nil, or with force: without the labels that
// would. Labels that are not needed give way.
func (l Look) clear(ts []tick, s scale, length vg.Length, force bool) []tick {
	type span struct{ from, to vg.Length }
	var taken []span
	out := slices.Clone(ts)
	if force {
		out = l.everyFew(out, s, length)
	}
	for _, extra := range []bool{false, true} {
		for i, t := range out {
			if t.lines == nil || t.extra != extra {
				continue
			}
			at, half := s.place(t, length), l.width(t.label(), l.Tick)/2+2
			if slices.ContainsFunc(taken, func(o span) bool { return at-half < o.to && o.from < at+half }) {
				if !force && !extra {
					return nil
				}
				out[i].lines = nil
				continue
			}
			taken = append(taken, span{at - half, at + half})
		}
	}
	return out
}

// everyFew leaves as many labels as do not touch: all, or every second, third and so on, since a
// gap somewhere in a row of labels looks like a mistake.
func (l Look) everyFew(ts []tick, s scale, length vg.Length) []tick {
	var needed []int
	for i, t := range ts {
		if t.lines != nil && !t.extra {
			needed = append(needed, i)
		}
	}
	slices.SortFunc(needed, func(a, b int) int { return cmp.Compare(ts[a].at, ts[b].at) })
	touch := func(a, b tick) bool {
		return s.place(b, length)-s.place(a, length) < (l.width(a.label(), l.Tick)+l.width(b.label(), l.Tick))/2+4
	}
	for few := 1; few <= len(needed); few++ {
		free := true
		for k := few; k < len(needed); k += few {
			free = free && !touch(ts[needed[k-few]], ts[needed[k]])
		}
		if !free {
			continue
		}
		for k, i := range needed {
			if k%few != 0 {
				ts[i].lines = nil
			}
		}
		break
	}
	return ts
}

// apart returns ts without the labels above or below each other that would touch.
func (l Look) apart(ts []tick, s scale, length vg.Length) []tick {
	var taken []vg.Length
	out := slices.Clone(ts)
	for _, extra := range []bool{false, true} {
		for i, t := range out {
			if t.lines == nil || t.extra != extra {
				continue
			}
			at := s.place(t, length)
			if slices.ContainsFunc(taken, func(o vg.Length) bool { return math.Abs(float64(at-o)) < float64(leading*l.Tick) }) {
				out[i].lines = nil
				continue
			}
			taken = append(taken, at)
		}
	}
	return out
}

// nearest is the least distance of two labels along an axis.
func nearest(ts []tick, s scale, length vg.Length) vg.Length {
	ts = slices.SortedFunc(slices.Values(ts), func(a, b tick) int { return cmp.Compare(a.at, b.at) })
	least := length
	for i := 1; i < len(ts); i++ {
		least = min(least, s.place(ts[i], length)-s.place(ts[i-1], length))
	}
	return least
}

// across sets names side by side: shrunk, in lines, or turned, so that none touches another; deep
// is how far turned ones may reach.
func (l Look) across(ts []tick, s scale, length, deep vg.Length) labels {
	slot := nearest(ts, s, length)
	for _, t := range ts {
		at := s.place(t, length)
		slot = min(slot, 2*(min(at, length-at)+beyond))
	}
	for _, part := range []vg.Length{1, 0.9, 0.8} {
		ls := labels{ticks: slices.Clone(ts), size: l.Tick * part, room: l.Tick * part}
		left, right := l.overhang(ls, s, length)
		if l.clear(ts, s, length*l.Tick/ls.size, false) != nil && max(left, right) < beyond {
			return ls
		}
	}
	for _, part := range []vg.Length{1, 0.9, 0.8} {
		ls := labels{ticks: slices.Clone(ts), size: l.Tick * part}
		lines, fit := 0, true
		for i, t := range ts {
			folded := l.fold(t.label(), ls.size, slot-4)
			for _, line := range folded {
				fit = fit && l.width(line, ls.size) <= slot-4
			}
			ls.ticks[i].lines, lines = folded, max(lines, len(folded))
		}
		if fit && lines <= 3 {
			ls.room = ls.size * (1 + leading*vg.Length(lines-1))
			return ls
		}
	}
	ls := labels{ticks: slices.Clone(ts), size: min(l.Tick, slot/leading), up: true}
	if ls.size < smallest {
		ls.err = fmt.Errorf("%d names stand side by side on a horizontal axis of %.0f points and cannot be read: take width = \"page\", choose runs by where, or put the key into facet", len(ts), float64(length))
		ls.size = smallest
	}
	most := max(1, int(slot/(leading*ls.size)))
	for i, t := range ts {
		ls.ticks[i].lines = l.lines(t.label(), ls.size, deep, most)
		for _, line := range ls.ticks[i].lines {
			ls.room = max(ls.room, l.width(line, ls.size))
		}
	}
	return ls
}

// beside sets names above each other, left of an axis: shrunk, or in lines.
func (l Look) beside(ts []tick, s scale, length, wide vg.Length) labels {
	slot := nearest(ts, s, length)
	ls := labels{ticks: slices.Clone(ts), size: min(l.Tick, slot/leading)}
	if ls.size < smallest {
		ls.err = fmt.Errorf("%d names stand above each other on a vertical axis of %.0f points and cannot be read: give a larger ratio, choose runs by where, or put the key into facet", len(ts), float64(length))
		ls.size = smallest
	}
	widest := vg.Length(0)
	for _, t := range ts {
		widest = max(widest, l.width(t.label(), ls.size))
	}
	if widest > wide {
		ls.size = max(0.8*ls.size, ls.size*wide/widest, min(ls.size, smallest))
	}
	most := max(1, int(slot/(leading*ls.size)))
	for i, t := range ts {
		ls.ticks[i].lines = l.lines(t.label(), ls.size, wide, most)
		for _, line := range ls.ticks[i].lines {
			ls.room = max(ls.room, l.width(line, ls.size))
		}
	}
	return ls
}

// lines sets a text in at most so many lines, no longer than room; what is longer is cut.
func (l Look) lines(s string, size, room vg.Length, most int) []string {
	if l.width(s, size) <= room {
		return []string{s}
	}
	folded := l.fold(s, size, room)
	if len(folded) > most {
		rest := folded[most-1]
		for _, more := range folded[most:] {
			rest += " " + more
		}
		folded = append(folded[:most-1:most-1], rest)
	}
	for i := range folded {
		folded[i] = l.cut(folded[i], size, room)
	}
	return folded
}

// overhang is how far the labels of a horizontal axis reach beyond its ends.
func (l Look) overhang(ls labels, s scale, length vg.Length) (left, right vg.Length) {
	for _, t := range ls.ticks {
		half := vg.Length(0)
		for _, line := range t.lines {
			w := l.width(line, ls.size)
			if ls.up {
				w = leading * ls.size * vg.Length(len(t.lines))
			}
			half = max(half, w/2)
		}
		if half == 0 {
			continue
		}
		at := s.place(t, length)
		left, right = max(left, half-at), max(right, at+half-length)
	}
	return left, right
}
