package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// SpeedUp is how many times sooner runs with more workers reach a target than those with the
// fewest, and which share of the workers that is worth.
type SpeedUp struct {
	Common
	Grouping
	X       string `doc:"the key of the number of workers"`
	XScale  string `doc:"auto: log if the values are spread over a factor of 16 or more" in:"auto|linear|log"`
	YScale  string `doc:"of the speed-up; auto: as along x, so that the ideal is a straight line" in:"auto|linear|log"`
	Against Where  `doc:"the runs whose time is 1, such as {method = \"SGD\"}; without the key x they count as one worker; left out: those of the same group with the fewest workers"`
	Goal
	Band string `doc:"what the whiskers around the median of the seeds are" in:"min-max|quartiles|none"`
}

var _ Checker = SpeedUp{}

func init() {
	Register("speed-up", "how many times sooner more workers reach a target, and the efficiency, with the ideal", SpeedUp{
		Common: Defaults(), X: "cluster.workers", XScale: "auto", YScale: "auto", Goal: Goal{Metric: "train_loss", Cost: "time"}, Band: "min-max",
	})
}

// Check implements Checker.
func (f SpeedUp) Check(runs []*Run) error {
	if err := f.sweep().check(f.Grouping, runs); err != nil {
		return err
	}
	if err := countable(f.X, runs); err != nil {
		return err
	}
	if _, err := f.measured(runs, nil); err != nil && !slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		return err
	}
	return f.Goal.check(runs)
}

func (f SpeedUp) sweep() Sweep { return Sweep{X: f.X, XScale: f.XScale} }

// Picture implements Figure.
func (f SpeedUp) Picture(runs []*Run) (*Picture, error) {
	metric, cost, err := f.quantities()
	if err == nil {
		err = countable(f.X, runs)
	}
	if err == nil {
		err = readable(runs, true)
	}
	if err != nil {
		return nil, err
	}
	m, err := f.measured(runs, func(r *Run) (float64, string) { return f.reach(r, metric, cost) })
	if err != nil {
		return nil, err
	}
	x, _, err := f.sweep().axis(runs)
	if err != nil {
		return nil, err
	}
	log := f.YScale == "log" || f.YScale == "auto" && x.Log
	up := dotPlot{ownX: !f.ShareX, q: quantity{label: "speed-up", up: true}, log: log, band: f.Band, still: true, what: "do not reach the target", value: m.speedUp}
	p, err := up.picture(runs, f.Grouping, f.sweep())
	if err != nil {
		return nil, err
	}
	part := up
	part.q.label, part.log, part.value = "efficiency (%)", false, m.efficiency
	share, err := part.picture(runs, f.Grouping, f.sweep())
	if err != nil {
		return nil, err
	}
	for i := range p.Panels {
		p.Panels[i].Marks = append(m.ideal(p.Panels[i].X, false), p.Panels[i].Marks...)
		share.Panels[i].Marks = append(m.ideal(p.Panels[i].X, true), share.Panels[i].Marks...)
		share.Panels[i].Y.Zero = true
	}
	if f.ShareY {
		sameHeight(p.Panels)
		sameHeight(share.Panels)
	}
	p.Panels, p.Cols, p.Shared = interleave(p.Panels, share.Panels), 2, false
	p.Key = append(p.Key, Key{Name: "ideal", Style: draw.Reference, Line: true})
	whose := "with the fewest workers of the group"
	if len(f.Against) > 0 {
		whose = "of " + params.Literal(f.Against.ToParam())
	}
	spent, _, _ := strings.Cut(cost.label, " (")
	p.Note(fmt.Sprintf("Speed-up: %s to %s %s, over that of the run, both of one seed", spent, f.name(metric), whose))
	p.Note("Efficiency: speed-up over how many times as many workers there are")
	return p, nil
}

// interleave puts each of the first panels beside its second.
func interleave(a, b []Panel) (out []Panel) {
	for i := range a {
		out = append(out, a[i], b[i])
	}
	return out
}

// sameHeight gives panels one range of the vertical axis: that of all their marks.
func sameHeight(panels []Panel) {
	span := draw.NewSpan(panels[0].Y.Log)
	for _, p := range panels {
		for _, m := range p.Marks {
			if m, ok := m.(draw.Ranger); ok {
				m.Extent(func(_, y float64) { span.Grow(y) })
			}
		}
	}
	for i := range panels {
		a := &panels[i].Y
		a.Min, a.Max = span.Range(*a)
	}
}

// A base is what a run is compared with.
type base struct {
	workers, cost float64
	why           string // there is no cost
}

// speeds are the costs of runs and of what each is compared with.
type speeds struct {
	key   string
	cost  map[*Run]base
	bases map[*Run]base
}

// measured finds what each run is compared with, by group, facet and seed. Without reach it only
// looks whether that can be told.
func (f SpeedUp) measured(runs []*Run, reach func(r *Run) (float64, string)) (*speeds, error) {
	s, err := f.split(runs, f.X)
	if err != nil {
		return nil, err
	}
	m := &speeds{f.X, map[*Run]base{}, map[*Run]base{}}
	for _, r := range runs {
		b := base{workers: 1}
		if v, ok := r.Number(f.X); ok {
			b.workers = v
		}
		if reach != nil {
			b.cost, b.why = reach(r)
		}
		m.cost[r] = b
	}
	if len(f.Against) == 0 {
		m.fewest(s)
		return m, nil
	}
	chosen, err := f.Against.pick(runs)
	if err != nil {
		return nil, keyIs("where", "against", err)
	}
	return m, m.against(f, runs, chosen)
}

// fewest compares each run with that of its cell and seed that has the fewest workers of the cell.
func (m *speeds) fewest(s *split) {
	for _, c := range s.cells {
		least := math.Inf(1)
		for _, r := range c.runs {
			if _, ok := r.Number(m.key); ok {
				least = min(least, m.cost[r].workers)
			}
		}
		for _, r := range c.runs {
			b := base{least, math.NaN(), fmt.Sprintf("no run of the same seed with %s workers", draw.Short(least))}
			for _, o := range c.runs {
				if v, ok := o.Number(m.key); ok && v == least && o.Summary.Seed == r.Summary.Seed {
					b = m.cost[o]
				}
			}
			m.bases[r] = b
		}
	}
}

// against compares each run with the chosen one of its seed and facet, or of no facet.
func (m *speeds) against(f SpeedUp, runs, chosen []*Run) error {
	if len(chosen) == 0 {
		e := params.Errorf("against", "selects none of the runs of this figure")
		e.Value = params.Literal(f.Against.ToParam())
		return e
	}
	type place struct {
		facet string
		seed  uint64
	}
	at := map[place]*Run{}
	everywhere := titleOf(&Run{}, f.Facet)
	for _, r := range chosen {
		p := place{titleOf(r, f.Facet), r.Summary.Seed}
		if at[p] != nil {
			e := params.Errorf("against", "selects several runs of seed %d in one panel: %s and %s", p.seed, at[p].ID, r.ID)
			e.Value, e.Allowed = params.Literal(f.Against.ToParam()), "name one setting"
			return e
		}
		at[p] = r
	}
	for _, r := range runs {
		b := base{math.NaN(), math.NaN(), "against has no run of the same seed"}
		for _, facet := range []string{everywhere, titleOf(r, f.Facet)} {
			if o := at[place{facet, r.Summary.Seed}]; o != nil {
				b = m.cost[o]
			}
		}
		m.bases[r] = b
	}
	return nil
}

// speedUp is that of a run; as bad as can be if it does not arrive.
func (m *speeds) speedUp(r *Run) (v float64, why string) {
	own, ref := m.cost[r], m.bases[r]
	switch {
	case math.IsNaN(ref.cost):
		return ref.cost, ref.why
	case math.IsNaN(own.cost):
		return own.cost, own.why
	case math.IsInf(ref.cost, 1):
		return math.NaN(), "what it is compared with does not reach the target"
	case math.IsInf(own.cost, 1):
		return math.Inf(-1), ""
	case own.cost <= 0 || ref.cost <= 0:
		return math.NaN(), "the target is reached before anything was spent"
	}
	return ref.cost / own.cost, ""
}

// efficiency is the speed-up for each worker, in per cent.
func (m *speeds) efficiency(r *Run) (v float64, why string) {
	v, why = m.speedUp(r)
	return 100 * v / (m.cost[r].workers / m.bases[r].workers), why
}

// ideal is the speed-up, or the efficiency, of workers that lose nothing.
func (m *speeds) ideal(x Axis, efficiency bool) (marks []Mark) {
	if efficiency {
		return []Mark{Level{Whose: Whose{Group: "ideal"}, Y: 100, Style: draw.Reference}}
	}
	var starts []float64
	for _, b := range m.bases {
		if draw.Finite(b.workers) && !slices.Contains(starts, b.workers) {
			starts = append(starts, b.workers)
		}
	}
	slices.Sort(starts)
	most := 0.0
	for _, c := range m.cost {
		most = max(most, c.workers)
	}
	if x.Min < x.Max {
		most = min(most, x.Max)
	}
	for _, s := range starts {
		if most > s {
			marks = append(marks, Line{Whose: Whose{Group: "ideal from " + draw.Short(s)}, X: []float64{s, most}, Y: []float64{1, most / s}, Style: draw.Reference})
		}
	}
	return marks
}
