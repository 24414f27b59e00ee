package plots

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Grouping are the keys of kinds that compare groups of runs.
type Grouping struct {
	Group Keys     `doc:"what tells lines apart: the name of an axis (\"method\") or keys of the configuration (\"strategy.window\"); left out: whatever the runs differ in beside facet and seed"`
	Facet Keys     `doc:"what tells panels apart, left out: one panel; runs without these keys, such as sequential baselines, stand in every panel"`
	Order []string `doc:"names of groups, or of the values of their first key, in the order of the legend; a whole name also fixes a color; the others follow, numbers by size"`
}

// A cell holds runs that differ in their seed only.
type cell struct {
	facet, group int // indices
	runs         []*Run
}

// A split is runs sorted into facets and groups.
type split struct {
	facets, groups []string // names
	styles         []Style  // of groups
	cells          []cell   // that hold runs, in order of facet, then group
	keys           Keys     // that tell groups apart
	note           string   // what is to be said; may be empty
	settings       int      // groups that were too many to tell apart and are one now; else 0
}

const (
	manyGroups = 48  // more lines than an eye can tell apart
	manyPanels = 100 // more panels than any page holds
)

// crowd joins the groups of each facet if there are too many to tell apart, and returns the band to
// draw: quantiles instead of the extremes.
func (s *split) crowd(band string) string {
	if len(s.groups) <= manyGroups {
		return band
	}
	s.settings = len(s.groups)
	var joined []cell
	for _, c := range s.cells {
		if n := len(joined); n == 0 || joined[n-1].facet != c.facet {
			joined = append(joined, cell{facet: c.facet})
		}
		last := &joined[len(joined)-1]
		last.runs = append(last.runs, c.runs...)
	}
	s.groups, s.styles, s.cells = []string{""}, []Style{draw.StyleOf(0)}, joined
	note := fmt.Sprintf("%d settings are too many to tell apart: what is drawn is over all their runs, which are no seeds of one setting; give group, or choose by where", s.settings)
	if s.note != "" {
		note += ". " + s.note
	}
	if s.note = note; band == "min-max" {
		return "deciles"
	}
	return band
}

// bandNote is [bandNote] of these groups.
func (s *split) bandNote(what, band string, seeds tally) string {
	note := bandNote(what, band, seeds)
	if s.settings > 0 {
		note = strings.Replace(note, " seed", " run", 1)
	}
	return note
}

// unit is what medians are over.
func (s *split) unit() string {
	if s.settings > 0 {
		return "runs"
	}
	return "seeds"
}

// tooManyPanels is the error if there are, of a facet or of what stands for it.
func tooManyPanels(n int) error {
	if n <= manyPanels {
		return nil
	}
	e := params.Errorf("facet", "makes %d panels, more than a page holds", n)
	e.Allowed = fmt.Sprintf("at most %d: choose runs by where, or other keys", manyPanels)
	return e
}

// Check implements Checker.
func (g Grouping) Check(runs []*Run) error { return g.check(runs) }

func (g Grouping) check(runs []*Run, further ...string) error {
	s, err := g.split(runs, further...)
	if err != nil || slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		return err
	}
	var names []string
	for _, name := range s.groups {
		first, _, _ := strings.Cut(name, ", ")
		names = append(names, name, first)
	}
	for i, o := range g.Order {
		if slices.Contains(names, o) {
			continue
		}
		e := params.Errorf(fmt.Sprintf("order[%d]", i), "is no group")
		e.Value, e.Allowed = fmt.Sprintf("%q", o), "there are "+some(s.groups, ", ")
		if near, ok := params.Nearest(o, names); ok {
			e.Allowed = fmt.Sprintf("did you mean %q? ", near) + e.Allowed
		}
		return e
	}
	return nil
}

// split sorts runs, also by the further keys (such as the x axis of a sweep), which it does not
// name. Runs that differ in more than these keys and the seed are an error: they would pass for
// seeds of one setting.
func (g Grouping) split(runs []*Run, further ...string) (*split, error) {
	for _, f := range []struct {
		name string
		keys []string
	}{{"group", g.Group}, {"facet", g.Facet}, {"x", further}} {
		for _, k := range f.keys {
			if !slices.ContainsFunc(runs, func(r *Run) bool { _, ok := r.Text(k); return ok }) {
				return nil, unknownKey(f.name, k, runs)
			}
		}
	}
	fixed := append(append([]string(nil), g.Facet...), further...)
	s := &split{keys: g.Group}
	if len(s.keys) == 0 {
		s.keys = missing(runs, fixed)
	}
	if err := pure(runs, append(fixed, s.keys...)); err != nil {
		return nil, err
	}
	axes := axesOf(runs)
	type place struct{ facet, group string }
	at := map[place][]*Run{}
	groups, facets := map[string]*Run{}, map[string]*Run{} // by title, one that has it
	// a baseline without what the facets are about is compared with each of them
	var everywhere []*Run
	for _, r := range runs {
		p := place{titleOf(r, g.Facet), titleOf(r, s.keys)}
		if groups[p.group] == nil {
			groups[p.group] = r
			s.groups = append(s.groups, p.group)
		}
		if len(g.Facet) > 0 && !slices.ContainsFunc(g.Facet, func(k string) bool { _, ok := r.Text(k); return ok }) {
			everywhere = append(everywhere, r)
			continue
		}
		at[p] = append(at[p], r)
		if facets[p.facet] == nil {
			facets[p.facet] = r
			s.facets = append(s.facets, p.facet)
		}
	}
	if err := tooManyPanels(len(s.facets)); err != nil {
		return nil, err
	}
	for _, r := range everywhere {
		for _, f := range s.facets {
			p := place{f, titleOf(r, s.keys)}
			at[p] = append(at[p], r)
		}
	}
	if len(everywhere) > 0 && len(s.facets) > 1 {
		var names []string
		named := map[string]bool{}
		for _, r := range everywhere {
			if t := titleOf(r, s.keys); !named[t] {
				named[t] = true
				names = append(names, t)
			}
		}
		slices.SortStableFunc(names, func(a, b string) int { return axes.compareRuns(s.keys, groups[a], groups[b]) })
		s.note = "The same in every panel: " + some(names, ", ")
	}
	slices.SortStableFunc(s.facets, func(a, b string) int { return axes.compareRuns(g.Facet, facets[a], facets[b]) })
	slices.SortStableFunc(s.groups, func(a, b string) int { return axes.compareRuns(s.keys, groups[a], groups[b]) })
	g.arrange(s, groups)
	for i, f := range s.facets {
		for j, name := range s.groups {
			if rs := at[place{f, name}]; len(rs) > 0 {
				slices.SortStableFunc(rs, func(a, b *Run) int { return natural(a.ID, b.ID) })
				s.cells = append(s.cells, cell{i, j, rs})
			}
		}
	}
	return s, nil
}

// whose says that points are of a cell, and of how many seeds each.
func (s *split) whose(c cell, seeds ...int) Whose {
	return Whose{Group: s.groups[c.group], Seeds: seeds}
}

// runsIn are the runs of a panel.
func (s *split) runsIn(facet int) (runs []*Run) {
	for _, c := range s.cells {
		if c.facet == facet {
			runs = append(runs, c.runs...)
		}
	}
	return runs
}

// nameOf names a cell in a sentence.
func (s *split) nameOf(c cell) string {
	g, f := s.groups[c.group], s.facets[c.facet]
	switch {
	case g == "" && f == "":
		return "the runs"
	case g == "":
		return f
	case f == "":
		return g
	}
	return g + " (" + f + ")"
}

// legend has an entry for each group, unless there is only one without a name.
func (s *split) legend(line, dot bool) (keys []Key) {
	if len(s.groups) == 1 && s.groups[0] == "" {
		return nil
	}
	for i, g := range s.groups {
		keys = append(keys, Key{Name: g, Style: s.styles[i], Line: line, Dot: dot, Fill: !line && !dot})
	}
	return keys
}

// titleOf names the values of keys in a run: "AGN, window = 4".
func titleOf(r *Run, keys []string) string {
	var parts []string
	for _, k := range keys {
		v, ok := r.Text(k)
		if !ok {
			v = "none"
		}
		if _, label := r.Labels[k]; !label {
			_, number := parse(v)
			last := k[strings.LastIndexByte(k, '.')+1:]
			if number || v == "true" || v == "false" || !ok {
				v = strings.ReplaceAll(last, "_", " ") + " = " + v
			}
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, ", ")
}

// missing finds the keys that, beside fixed, tell runs apart that differ in more than their seed.
func missing(runs []*Run, fixed []string) (keys Keys) {
	candidates := known(runs)
	for {
		mixed := pools(runs, append(fixed[:len(fixed):len(fixed)], keys...))
		if mixed == nil {
			return keys
		}
		i := slices.IndexFunc(candidates, func(k string) bool {
			return slices.ContainsFunc(mixed, func(r *Run) bool { return titleOf(r, []string{k}) != titleOf(mixed[0], []string{k}) })
		})
		if i < 0 {
			return keys
		}
		keys = append(keys, candidates[i])
		candidates = slices.Delete(candidates, i, i+1)
	}
}

// pools returns runs that are alike in keys but not in their settings; nil if there are none.
func pools(runs []*Run, keys []string) []*Run {
	at := map[string][]*Run{}
	var order []string
	for _, r := range runs {
		t := titleOf(r, keys)
		if at[t] == nil {
			order = append(order, t)
		}
		at[t] = append(at[t], r)
	}
	for _, t := range order {
		first := at[t][0].settings()
		for _, r := range at[t][1:] {
			if !maps.Equal(first, r.settings()) {
				return at[t]
			}
		}
	}
	return nil
}

// pure is the error if runs that are alike in keys differ in more than their seed.
func pure(runs []*Run, keys []string) error {
	mixed := pools(runs, keys)
	if mixed == nil {
		return nil
	}
	where := "all runs"
	if t := titleOf(mixed[0], keys); t != "" {
		where = fmt.Sprintf("the runs of %q", t)
	}
	ks := known(mixed)
	if len(ks) > 6 {
		ks = append(ks[:6], "...")
	}
	return fmt.Errorf("%s are not seeds of one setting, they differ in %s; add one of these to group or facet, or choose by where",
		where, strings.Join(ks, ", "))
}
