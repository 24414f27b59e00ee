package plots

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"staleness/plots/internal/draw"
)

// arrange puts groups in the order of the legend and gives each its style; one are runs, one of
// each group.
func (g Grouping) arrange(s *split, one map[string]*Run) {
	rank := func(name string) int {
		if i := slices.Index(g.Order, name); i >= 0 {
			return i
		}
		return len(g.Order)
	}
	slices.SortStableFunc(s.groups, func(a, b string) int {
		first := func(name string) int { // of several keys, the first one counts
			if i := rank(name); i < len(g.Order) {
				return i
			}
			name, _, _ = strings.Cut(name, ", ")
			return rank(name)
		}
		return first(a) - first(b)
	})
	var runs []*Run
	for _, name := range s.groups {
		runs = append(runs, one[name])
	}
	paint := painter{axes: axesOf(runs), keys: s.keys}
	paint.choose(runs)
	other := len(g.Order)
	for _, name := range s.groups {
		i := rank(name)
		if i == len(g.Order) {
			i, other = other, other+1
		}
		s.styles = append(s.styles, paint.style(one[name], i))
	}
	if note := colorsAgain(s.styles); note != "" {
		s.note = strings.TrimPrefix(s.note+". ", ". ") + note
	}
}

// colorsAgain says that groups share colors; "" if they do not.
func colorsAgain(styles []Style) string {
	seen := map[color.NRGBA]bool{}
	for _, s := range styles {
		seen[s.Color] = true
	}
	if len(seen) == len(styles) {
		return ""
	}
	return fmt.Sprintf("%d groups have %d colors: those of one color differ by dash and marker", len(styles), len(seen))
}

// A painter gives groups of runs their styles: what belongs to an entry of an axis has the color of
// the entry, and no two groups look alike.
type painter struct {
	axes Axes
	keys []string // that tell the groups apart

	main  string // the key that colors stand for; "" if no axis is known
	taken []Style
}

// choose finds what colors stand for: the first key with an axis along which the runs differ.
func (p *painter) choose(runs []*Run) {
	for _, k := range p.keys {
		o := p.axes.of(k)
		if o == nil {
			continue
		}
		if p.main == "" {
			p.main = k
		}
		first, _ := runs[0].Text(k)
		if slices.ContainsFunc(runs, func(r *Run) bool { t, _ := r.Text(k); return t != first }) {
			p.main = k
			return
		}
	}
}

// style is that of the group of a run, the n-th of all that are on no axis.
func (p *painter) style(r *Run, n int) (s Style) {
	defer func() { p.taken = append(p.taken, s) }()
	variant, dash := p.variants(r)
	if variant == nil {
		if p.main != "" {
			n += len(p.axes.of(p.main).Entries)
		}
		variant = func(k int) Style { return draw.StyleOf(n + k) }
	}
	// color with dash and color with marker tell all groups apart; if that is not to be had, all
	// three together
	for _, clash := range []func(a, b Style) bool{lookAlike, identical} {
		for k := range 96 {
			if s = variant(k); dash != nil {
				s.Dashes = *dash
			}
			if !slices.ContainsFunc(p.taken, func(t Style) bool { return clash(s, t) }) {
				return s
			}
		}
	}
	return s
}

func lookAlike(a, b Style) bool {
	return a.Color == b.Color && (slices.Equal(a.Dashes, b.Dashes) || a.Marker == b.Marker)
}

func identical(a, b Style) bool {
	return a.Color == b.Color && slices.Equal(a.Dashes, b.Dashes) && a.Marker == b.Marker
}

// variants are the styles that the group of a run may have, the best one first, and the dash if it
// is given; nil if the run is on no axis.
func (p *painter) variants(r *Run) (variant func(k int) Style, dash *[]vg.Length) {
	text, ok := r.Text(p.main)
	o := p.axes.of(p.main)
	i := o.index(text)
	if !ok || i < 0 {
		return nil, nil
	}
	hues, turns := o.hues()
	hue, turn := hues[i], turns[i]
	at := slices.Index(draw.Hues, hue)
	if at < 0 {
		at = i % len(draw.Hues)
	}
	further := 0
	for _, k := range p.keys {
		o := p.axes.of(k)
		text, _ := r.Text(k)
		j := o.index(text)
		if j < 0 {
			continue
		}
		if name := o.Entries[j].Dash; name != "" && dash == nil {
			dash = &draw.Dashes[slices.Index(draw.DashNames, string(name))]
		}
		if k != p.main {
			further = further*len(o.Entries) + j
		}
	}
	return func(k int) Style {
		s := draw.StyleOf(at + len(draw.Hues)*(turn+further+k))
		s.Color = hue
		return s
	}, dash
}
