package plots

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Axes are those of an experiment: the values along each in the order of its file, which is their
// order in every figure and table, and the looks of labelled entries. Without any, values stand in
// the order of numbers and of the alphabet.
type Axes []AxisOrder

// An AxisOrder is the values along one axis.
type AxisOrder struct {
	Key     string // the name of a labelled axis, or a key of the configuration
	Entries []Entry
}

// An Entry is a value along an axis and how what belongs to it looks.
type Entry struct {
	Value string // as [Run.Text] has it: of a labelled axis, the label
	Looks
}

// Looks are the keys of an entry of an axis that concern figures.
type Looks struct {
	Color Color `doc:"its color in every figure: #rrggbb, or blue, vermilion, green, purple, black, orange, sky-blue, yellow; left out: the next of these that no entry has taken"`
	Dash  Dash  `doc:"its line in every figure: solid, dashed, dotted, dash-dot, long-dash, dash-dot-dot, short-dash, long-dash-dot; left out: as differs most from the others"`
}

// A Color is the name of a color, or #rrggbb; "" is none.
type Color string

// FromParam takes a name or #rrggbb.
func (c *Color) FromParam(value any) error {
	s, _ := value.(string)
	if _, ok := Color(s).rgb(); !ok {
		return fmt.Errorf("want #rrggbb, or one of %s", strings.Join(draw.HueNames, ", "))
	}
	*c = Color(s)
	return nil
}

// ToParam is the inverse.
func (c Color) ToParam() any { return orNothing(string(c)) }

// Wants says how it is written.
func (Color) Wants() string { return "the name of a color or #rrggbb" }

func (c Color) rgb() (color.NRGBA, bool) {
	if i := slices.Index(draw.HueNames, string(c)); i >= 0 {
		return draw.Hues[i], true
	}
	if b, err := hex.DecodeString(strings.TrimPrefix(string(c), "#")); err == nil && len(b) == 3 && len(c) == 7 {
		return color.NRGBA{b[0], b[1], b[2], 0xff}, true
	}
	return color.NRGBA{}, false
}

// A Dash is the name of a kind of line; "" is none.
type Dash string

// FromParam takes a name.
func (d *Dash) FromParam(value any) error {
	s, _ := value.(string)
	if !slices.Contains(draw.DashNames, s) {
		return fmt.Errorf("want one of %s", strings.Join(draw.DashNames, ", "))
	}
	*d = Dash(s)
	return nil
}

// ToParam is the inverse.
func (d Dash) ToParam() any { return orNothing(string(d)) }

// Wants says how it is written.
func (Dash) Wants() string { return "the name of a kind of line" }

func orNothing(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// ValueText is a value of a configuration as [Run.Text] has it.
func ValueText(value any) string { return write(value) }

// Join adds axes, and of an axis that both have, the entries that are new.
func (a Axes) Join(further Axes) Axes {
	a = slices.Clone(a)
	for _, f := range further {
		i := slices.IndexFunc(a, func(o AxisOrder) bool { return o.Key == f.Key })
		if i < 0 {
			a = append(a, f)
			continue
		}
		a[i].Entries = slices.Clone(a[i].Entries)
		for _, e := range f.Entries {
			if !slices.ContainsFunc(a[i].Entries, func(x Entry) bool { return x.Value == e.Value }) {
				a[i].Entries = append(a[i].Entries, e)
			}
		}
	}
	return a
}

// of is the axis that a key names; nil if there is none.
func (a Axes) of(key string) *AxisOrder {
	if i := slices.IndexFunc(a, func(o AxisOrder) bool { return o.Key == key }); i >= 0 {
		return &a[i]
	}
	return nil
}

// index is the place of a value along the axis; -1 if it has none.
func (o *AxisOrder) index(value string) int {
	if o == nil {
		return -1
	}
	if i := slices.IndexFunc(o.Entries, func(e Entry) bool { return e.Value == value }); i >= 0 {
		return i
	}
	return slices.IndexFunc(o.Entries, func(e Entry) bool { return same(e.Value, value) })
}

// Compare orders two values of a key, negative if v is first: by their places along the axis of
// that name, then all others, numbers by size and before words.
func (a Axes) Compare(key, v, w string) int {
	o := a.of(key)
	i, j := o.index(v), o.index(w)
	switch {
	case i >= 0 && j >= 0:
		return cmp.Compare(i, j)
	case i >= 0:
		return -1
	case j >= 0:
		return 1
	}
	return natural(v, w)
}

// Sort orders values of a key as [Axes.Compare] does.
func (a Axes) Sort(key string, values []string) {
	slices.SortStableFunc(values, func(v, w string) int { return a.Compare(key, v, w) })
}

// compareRuns orders runs by keys, the first one first; a run without a key comes last.
func (a Axes) compareRuns(keys []string, r, s *Run) int {
	for _, k := range keys {
		v, okv := r.Text(k)
		w, okw := s.Text(k)
		switch {
		case okv && !okw:
			return -1
		case !okv && okw:
			return 1
		}
		if c := a.Compare(k, v, w); c != 0 {
			return c
		}
	}
	return 0
}

// axesOf are the axes of the experiment of runs.
func axesOf(runs []*Run) Axes {
	if len(runs) == 0 {
		return nil
	}
	return runs[0].axes
}

// Validate says which entry of an axis looks like another: one label has one look, and a color with
// a dash is given once.
func (o AxisOrder) Validate() error {
	for i, e := range o.Entries {
		for k, f := range o.Entries[:i] {
			at := fmt.Sprintf("[%d]", i)
			switch {
			case e.Value == f.Value && e.Looks != f.Looks && e.Looks != (Looks{}) && f.Looks != (Looks{}):
				return params.Errorf(at, "%q looks otherwise in entry %d: one label has one color and dash", e.Value, k)
			case e.Value != f.Value && e.Color != "" && e.Dash != "" && e.Looks == f.Looks:
				return params.Errorf(at+".color", "and dash are those of %q too: take another of either", f.Value)
			}
		}
	}
	return nil
}

// hues are the colors of the entries: those given, and for the others the next ones that are not;
// turn counts how often all had been taken before.
func (o *AxisOrder) hues() (colors []color.NRGBA, turn []int) {
	first := map[string]int{} // by value: its first entry
	free := slices.Clone(draw.Hues)
	for _, e := range o.Entries {
		if c, ok := e.Color.rgb(); ok {
			free = slices.DeleteFunc(free, func(h color.NRGBA) bool { return h == c })
		}
	}
	if len(free) == 0 {
		free = draw.Hues
	}
	n := 0
	for i, e := range o.Entries {
		k, again := first[e.Value]
		c, given := e.Color.rgb()
		switch {
		case again:
			colors, turn = append(colors, colors[k]), append(turn, turn[k])
			continue
		case given:
			colors, turn = append(colors, c), append(turn, 0)
		default:
			colors, turn = append(colors, free[n%len(free)]), append(turn, n/len(free))
			n++
		}
		first[e.Value] = i
	}
	return colors, turn
}
