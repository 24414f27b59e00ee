package draw

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A legend is keys in rows and columns.
type legend struct {
	rows   [][]Key
	widths []vg.Length // of the columns
	height vg.Length
}

func (l *layout) keyWidth(k Key) vg.Length {
	w := l.look.width(k.Name, l.look.Text) + 3
	if k.Line || k.Thumb != nil {
		return w + l.look.Swatch
	}
	return w + 9
}

// measureLegend arranges the entries in columns, as many as fit.
func (l *layout) measureLegend() {
	keys := slices.Clone(l.Key)
	if l.Bar != nil {
		keys = append(keys, l.Bar.Miss...)
	}
	if len(keys) == 0 {
		return
	}
	room := l.page.Width - 8
	for i, k := range keys {
		keys[i].Name = l.look.cut(k.Name, l.look.Text, room-(l.keyWidth(k)-l.look.width(k.Name, l.look.Text)))
	}
	for cols := len(keys); ; cols-- {
		rows := (len(keys) + cols - 1) / cols
		if cols > 1 && (len(keys)+rows-1)/rows < cols { // fewer columns need no more rows
			continue
		}
		widths := make([]vg.Length, cols)
		for i, k := range keys {
			widths[i%cols] = max(widths[i%cols], l.keyWidth(k))
		}
		if total(widths) > room && cols > 1 {
			continue
		}
		l.legend.widths = widths
		l.legend.rows = slices.Collect(slices.Chunk(keys, cols))
		break
	}
	l.legend.height = 3
	for _, row := range l.legend.rows {
		l.legend.height += l.rowHeight(row)
	}
}

func (l *layout) rowHeight(row []Key) (h vg.Length) {
	for _, k := range row {
		h = max(h, l.look.room(k.Name, l.look.Text))
	}
	return h
}

// total is the width of columns with the gaps between them.
func total(widths []vg.Length) vg.Length {
	w := 10 * vg.Length(len(widths)-1)
	for _, x := range widths {
		w += x
	}
	return w
}

// placeLegend draws the legend below y and returns what is below it.
func (l *layout) placeLegend(c draw.Canvas, y vg.Length) vg.Length {
	if len(l.legend.rows) == 0 {
		return y
	}
	f := &frame{Canvas: l.look.weighted(c), look: l.look}
	for _, row := range l.legend.rows {
		x := max(3, (l.page.Width-total(l.legend.widths))/2)
		base := y
		for _, key := range row { // the names stand on one line, however high they are
			base = min(base, y-l.look.height(key.Name, l.look.Text))
		}
		for k, key := range row {
			tx := l.swatch(f, key, vg.Point{X: x, Y: base + ascent*l.look.Text/2})
			l.look.text(f, key.Name, vg.Point{X: tx, Y: base}, anchor{}, l.look.Text, l.look.Ink, false)
			x += l.legend.widths[k] + 10
		}
		y -= l.rowHeight(row)
	}
	return y - 3
}

// swatch draws the sign of a key and returns where its name begins.
func (l *layout) swatch(f *frame, k Key, at vg.Point) vg.Length {
	wide := l.look.Swatch - 2.5
	box := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - 3}, Max: vg.Point{X: at.X + 6.5, Y: at.Y + 3}}
	end := at.X + 9
	if k.Line || k.Thumb != nil {
		end = at.X + l.look.Swatch
	}
	switch {
	case k.Thumb != nil:
		box.Max.X = at.X + wide
		c := draw.Canvas{Canvas: f.Canvas.Canvas, Rectangle: box}
		c.Push()
		k.Thumb.Thumbnail(&c)
		c.Pop()
	case k.Fill:
		f.rectangle(k.Style, box.Min, box.Max)
		f.SetLineStyle(plain(l.look.Gray, 0.3))
		f.Stroke(box.Path())
	default:
		if k.Line {
			f.StrokeLine2(k.Style.line(), at.X, at.Y, at.X+wide, at.Y)
		}
		if k.Dot && k.Style.Marker > 0 {
			f.marker(vg.Point{X: (at.X + end - 2.5) / 2, Y: at.Y}, k.Style)
		}
	}
	return end + 1
}
