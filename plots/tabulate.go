package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
)

// A measure is a number of each run that a table has columns of, or a count of runs.
type measure struct {
	name, label string  // as in records; with the unit
	unit        float64 // the label's unit, in the record's: 100 for percent
	// what an infinite number is: "×" for divergence, "∞" for a target out of reach
	sign       string
	up, judged bool    // more is better; one may be the best
	log        bool    // tests, means and ratios are on the logarithm
	small      float64 // below, numbers have a power of ten
	of         func(r *Run) float64
	count      func(runs []*Run) string // instead of of
}

// A tabulation is a table while it is made.
type tabulation struct {
	Table
	*split      // rows are groups, columns are facets
	across Keys // the keys of the facets
	ms     []*measure
	runs   [][][]*Run // by group and facet

	base  int // the group to compare with; negative: none
	tests []*test
	stats map[seat]*statistic
	seeds tally
}

// A seat is the place of a number in a table.
type seat struct{ measure, group, facet int }

// A statistic is what a place shows.
type statistic struct {
	values       map[uint64]float64 // by seed, in the label's unit
	mid, lo, hi  float64            // of the values, or of what they are relative to the baseline
	pairs        int                // with the baseline
	robust       bool               // a median with its interval, for a mean would be infinite
	unknown      int                // runs without a number
	capped, gone int                // runs that end before the target; that diverged
	rivals       []*test
	differs      *test // from the baseline
}

func (t Table) make(all []*Run) (*Sheet, error) {
	d := DefaultTable() // for what a program leaves out
	t.Band, t.Bold, t.Compare, t.Width = cmp.Or(t.Band, d.Band), cmp.Or(t.Bold, d.Bold), cmp.Or(t.Compare, d.Compare), cmp.Or(t.Width, d.Width)
	rs, err := t.Where.pick(all)
	if err != nil {
		return nil, err
	}
	if len(rs) == 0 {
		return nil, errors.New("there are no runs to tabulate")
	}
	across, numbers, err := t.across(rs)
	if err != nil {
		return nil, err
	}
	s, err := Grouping{Group: t.Rows, Facet: across, Order: t.Order}.split(rs)
	if err != nil {
		return nil, t.rename(err)
	}
	if err := t.checkHead(s.keys, across, numbers); err != nil {
		return nil, err
	}
	x := &tabulation{Table: t, split: s, across: across, base: -1, stats: map[seat]*statistic{}}
	if t.Against != "" {
		if x.base, err = t.baseline(s); err != nil {
			return nil, err
		}
	}
	if err := x.measures(rs, numbers); err != nil {
		return nil, err
	}
	if err := readable(rs, slices.ContainsFunc(x.ms, func(m *measure) bool { return m.needsEvals() })); err != nil {
		return nil, err
	}
	x.gather()
	x.summarise()
	x.compare()
	sh := x.sheet()
	var p Picture
	warn(&p, rs)
	sh.Notes = append(sh.Notes, p.Notes...)
	return sh, rs[0].stopped()
}

// needsEvals says whether the evaluations of a run are read for it.
func (m *measure) needsEvals() bool {
	q, err := lookup("", m.name, summarised)
	return m.count == nil && (err != nil || q.final == nil)
}

// measures are the numbers, and the cost of the target: where columns name it, else last.
func (x *tabulation) measures(runs []*Run, names []string) error {
	if len(names) == 0 {
		if len(x.across) == 0 {
			names = append([]string{"seeds", "diverged"}, usual(runs)...)
		} else if x.Target == nil {
			names = usual(runs)[:1]
		}
	}
	for _, name := range names {
		if m := x.counter(name); m != nil {
			x.ms = append(x.ms, m)
			continue
		}
		q, err := lookup("columns", name, summarised)
		if err != nil {
			return err
		}
		m := &measure{name: q.name, label: q.finally(), unit: q.unit(), sign: "×", up: q.up, judged: q.outcome(), log: q.outcome() && q.times == 0}
		m.of = func(r *Run) float64 { return r.last(q) }
		x.ms = append(x.ms, m)
	}
	if x.Target != nil {
		g := Goal{x.Metric, *x.Target, x.Cost}
		metric, cost, err := g.quantities()
		if err != nil {
			return err
		}
		x.ms = append(x.ms, &measure{name: x.targetName(), label: cost.label + " to " + g.name(metric), unit: cost.unit(), sign: "∞", judged: true, log: true,
			of: func(r *Run) float64 { v, _ := g.reach(r, metric, cost); return v }})
		if len(x.Columns) == 0 {
			x.ms = append(x.ms, x.counter("reached"))
		}
	}
	return nil
}

// counter is a column that counts runs; nil if name is none.
func (x *tabulation) counter(name string) *measure {
	m := &measure{name: name, label: name}
	switch name {
	case "seeds":
		m.count = func(runs []*Run) string { return fmt.Sprint(len(runs)) }
	case "diverged":
		m.count = func(runs []*Run) string {
			n := 0
			for _, r := range runs {
				if r.Diverged() {
					n++
				}
			}
			return fmt.Sprint(n)
		}
	case "reached":
		m.count = func(runs []*Run) string {
			g := Goal{x.Metric, *x.Target, x.Cost}
			metric, cost, _ := g.quantities()
			n := 0
			for _, r := range runs {
				if v, _ := g.reach(r, metric, cost); draw.Finite(v) {
					n++
				}
			}
			return fmt.Sprintf("%d/%d", n, len(runs))
		}
	default:
		return nil
	}
	return m
}

// gather sorts the runs into places and reads their numbers.
func (x *tabulation) gather() {
	x.runs = make([][][]*Run, len(x.groups))
	for i := range x.runs {
		x.runs[i] = make([][]*Run, len(x.facets))
	}
	for _, c := range x.cells {
		x.runs[c.group][c.facet] = c.runs
		x.seeds.add(len(c.runs))
	}
	for i, m := range x.ms {
		if m.count != nil {
			continue
		}
		below := false
		for _, c := range x.cells {
			s := &statistic{values: map[uint64]float64{}}
			for _, r := range c.runs {
				v := m.of(r)
				switch {
				case math.IsNaN(v):
					s.unknown++
					continue
				case math.IsInf(v, 0) && r.Diverged():
					s.gone++
				case math.IsInf(v, 0):
					s.capped++
				}
				below = below || v <= 0 && draw.Finite(v)
				s.values[r.Summary.Seed] = v
			}
			x.stats[seat{i, c.group, c.facet}] = s
		}
		m.log = m.log && !below
	}
}

// each calls do with every place of a measure that has runs.
func (x *tabulation) each(measure int, do func(group, facet int, s *statistic)) {
	for _, c := range x.cells {
		if s := x.stats[seat{measure, c.group, c.facet}]; s != nil {
			do(c.group, c.facet, s)
		}
	}
}

// asRatio says how a measure is compared with the baseline.
func (x *tabulation) asRatio(m *measure) bool {
	return x.Compare == "ratio" && m.unit != 0 || x.Compare == "auto" && m.log
}

// band is what stands in brackets.
func (x *tabulation) band() string {
	switch {
	case x.Band != "auto":
		return x.Band
	case x.base >= 0:
		return "t"
	}
	return "min-max"
}

// summarise takes medians or means, with what stands in brackets.
func (x *tabulation) summarise() {
	for i, m := range x.ms {
		if m.count != nil {
			continue
		}
		m.small = 1e-3
		x.each(i, func(group, facet int, s *statistic) {
			var values []float64
			log := m.log
			if x.base >= 0 {
				log = x.asRatio(m)
				values = x.relative(i, group, facet, log)
				s.pairs = len(values)
			} else {
				for _, v := range s.values {
					values = append(values, v)
				}
			}
			slices.Sort(values) // sums must not depend on the order of a map
			x.middle(s, values, log)
			if x.base == group && len(values) > 0 {
				s.lo, s.hi = math.NaN(), math.NaN()
			}
			if v := math.Abs(s.mid); v > 0 && v < 1e-3 {
				m.small = 0.1 // a column is not to have both ways next to each other
			}
		})
	}
}

// middle is the number of a place and its interval.
func (x *tabulation) middle(s *statistic, values []float64, log bool) {
	s.mid, s.lo, s.hi = math.NaN(), math.NaN(), math.NaN()
	switch {
	case len(values) == 0:
	case x.band() != "t":
		band := x.band()
		if band == "none" {
			band = "min-max" // digits are by the spread all the same
		}
		s.mid, s.lo, s.hi = spread(slices.Clone(values), band)
	case slices.ContainsFunc(values, func(v float64) bool { return !draw.Finite(v) || log && v <= 0 }):
		s.robust = true
		s.mid, s.lo, s.hi = medianInterval(values)
	default:
		s.mid, s.lo, s.hi = meanInterval(values, log)
	}
}

// relative are the numbers of a place against those of the baseline with the same seed. What is
// worse than any number on both sides has no relation.
func (x *tabulation) relative(measure, group, facet int, ratio bool) (out []float64) {
	base := x.stats[seat{measure, x.base, facet}]
	if base == nil {
		return nil
	}
	for seed, v := range x.stats[seat{measure, group, facet}].values {
		b, ok := base.values[seed]
		switch vi, bi := math.IsInf(v, 0), math.IsInf(b, 0); {
		case !ok || vi && bi:
		case vi:
			out = append(out, v)
		case bi && ratio:
			out = append(out, 0)
		case bi:
			out = append(out, -b)
		case ratio && b == 0:
		case ratio:
			out = append(out, v/b)
		default:
			out = append(out, v-b)
		}
	}
	return out
}

// titleOfPlace names a place in a sentence.
func (x *tabulation) titleOfPlace(group, facet int) string {
	return x.nameOf(cell{group: group, facet: facet})
}

// headOf is the name of a key above a column.
func (t Table) headOf(key string) string {
	if h, ok := t.Head[key]; ok {
		return h
	}
	return strings.ReplaceAll(key[strings.LastIndexByte(key, '.')+1:], "_", " ")
}
