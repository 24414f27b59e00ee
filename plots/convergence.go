package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Convergence is a metric along a run: one line per group, one panel per facet.
type Convergence struct {
	Common
	Grouping
	X      string   `doc:"the horizontal axis: time, updates, pushes, gradients, samples, epoch, bytes"`
	Y      string   `doc:"a column of eval.csv, such as train_loss, test_accuracy, suboptimality"`
	XScale string   `doc:"linear or log" in:"linear|log"`
	YScale string   `doc:"auto is log for suboptimality, grad_norm and consensus" in:"auto|linear|log"`
	YMin   *float64 `doc:"lower end of the vertical axis, in the unit of the record: an accuracy in [0, 1]"`
	YMax   *float64 `doc:"upper end of the vertical axis, in the unit of the record"`
	Band   string   `doc:"what the band around the median of the seeds is" in:"min-max|quartiles|none"`
	Target *float64 `doc:"a level of y to mark, in the unit of the record"`
}

var _ Checker = Convergence{}

func init() {
	Register("convergence", "a metric against time or work, median and band over seeds", Convergence{
		Common: Defaults(), X: "time", Y: "train_loss", XScale: "linear", YScale: "auto", Band: "min-max",
	})
}

// Validate implements params.Validator.
func (f Convergence) Validate() error {
	_, y, err := f.quantities()
	if err != nil {
		return err
	}
	log := f.logY(y)
	for _, v := range []struct {
		key string
		v   *float64
	}{{"y_min", f.YMin}, {"y_max", f.YMax}, {"target", f.Target}} {
		if err := above0(v.key, v.v, log); err != nil {
			return err
		}
	}
	if f.YMin != nil && f.YMax != nil && !(*f.YMin < *f.YMax) {
		e := params.Errorf("y_min", "is not below y_max = %s", params.Literal(*f.YMax))
		e.Value = params.Literal(*f.YMin)
		return e
	}
	return inUnit("target", f.Target, y)
}

// Check implements Checker.
func (f Convergence) Check(runs []*Run) error {
	err := f.Grouping.check(runs)
	for _, c := range [][2]string{{"x", f.X}, {"y", f.Y}} {
		if err == nil {
			err = recorded(c[0], c[1], runs)
		}
	}
	return err
}

func (f Convergence) logY(q quantity) bool { return f.YScale == "log" || f.YScale == "auto" && q.log }

func (f Convergence) quantities() (x, y quantity, err error) {
	if x, err = lookup("x", f.X, evaluated); err != nil {
		return
	}
	y, err = lookup("y", f.Y, evaluated)
	return
}

// Picture implements Figure.
func (f Convergence) Picture(runs []*Run) (*Picture, error) {
	qx, qy, err := f.quantities()
	if err != nil {
		return nil, err
	}
	s, err := f.split(runs)
	if err != nil {
		return nil, err
	}
	b := bundle{qx: qx, qy: qy, logX: f.XScale == "log", band: s.crowd(f.Band)}
	p := &Picture{Shared: true}
	x := Axis{Label: qx.label, Log: b.logX, Fit: true, Counts: qx.counts()}
	y := Axis{Label: qy.label, Log: f.logY(qy), Counts: qy.counts()}
	b.logY = y.Log
	seen := make([][]curve, len(s.facets)) // in each panel
	for i, name := range s.facets {
		panel := Panel{Title: name, X: x, Y: y}
		for _, c := range s.cells {
			if c.facet != i {
				continue
			}
			cs, err := b.add(&panel, s, c)
			if err != nil {
				return nil, err
			}
			seen[i] = append(seen[i], cs...)
		}
		// Bands below all lines, crosses above.
		layer := func(m Mark) int {
			switch m.(type) {
			case Band:
				return 0
			case Departures:
				return 2
			}
			return 1
		}
		slices.SortStableFunc(panel.Marks, func(a, b Mark) int { return layer(a) - layer(b) })
		if len(panel.Marks) == 0 {
			panel.Empty = "nothing to draw: " + some(b.because, "; ")
		}
		p.Panels = append(p.Panels, panel)
	}
	if len(slices.Concat(seen...)) == 0 {
		return nil, fmt.Errorf("no run has points to draw: %s; there are: %s", some(b.because, "; "), strings.Join(columnsOf(runs), ", "))
	}
	if err := f.frames(p, seen, qy); err != nil {
		return nil, err
	}
	p.Key = s.legend(true, true)
	if f.Target != nil {
		level := *f.Target * qy.unit()
		for i := range p.Panels {
			p.Panels[i].Marks = append(p.Panels[i].Marks, Level{Whose: Whose{Group: "target"}, Y: level, Style: draw.Reference})
		}
		p.Key = append(p.Key, Key{Name: "target", Style: draw.Reference, Line: true})
	}
	b.notes(p, s)
	if qx.name == "updates" && differInWork(runs) {
		p.Note("Methods need not take the same number of gradients per update: equal updates are not equal work")
	}
	return p, nil
}

// differInWork says whether runs may take different numbers of gradients per update.
func differInWork(runs []*Run) bool {
	return slices.ContainsFunc([]string{"strategy.kind", "strategy.window", "consistency"}, func(k string) bool {
		first, _ := runs[0].Text(k)
		return slices.ContainsFunc(runs, func(r *Run) bool { t, _ := r.Text(k); return t != first })
	})
}

// frames sets the vertical ranges, one for all panels unless each has its own.
func (f Convergence) frames(p *Picture, seen [][]curve, q quantity) error {
	if f.ShareY {
		if err := f.frame(&p.Panels[0].Y, slices.Concat(seen...), q); err != nil {
			return err
		}
	}
	for i := range p.Panels {
		if f.ShareY {
			p.Panels[i].Y = p.Panels[0].Y
		} else if err := f.frame(&p.Panels[i].Y, seen[i], q); err != nil {
			return err
		}
	}
	return nil
}

// frame sets a vertical range: that of the runs that did not diverge. Where all did, it is that
// of what they had reached before they left a hundred times (linear axis: three times) their start.
func (f Convergence) frame(a *Axis, seen []curve, q quantity) error {
	r := draw.NewSpan(a.Log)
	for _, c := range seen {
		for i, y := range c.y {
			if !c.diverged || i == 0 {
				r.Grow(y)
			}
		}
	}
	if !slices.ContainsFunc(seen, func(c curve) bool { return !c.diverged }) {
		far := 3.0
		if a.Log {
			far = 100
		}
		limit := r.Max * far
		for _, c := range seen {
			for _, y := range c.y {
				if math.Abs(y) <= math.Abs(limit) {
					r.Grow(y)
				}
			}
		}
		if !q.up && r.Max < limit && a.Log {
			r.Grow(limit)
		}
	}
	a.Min, a.Max = r.Range(Axis{Log: a.Log})
	if f.YMin != nil {
		a.Min = *f.YMin * q.unit()
	}
	if f.YMax != nil {
		a.Max = *f.YMax * q.unit()
	}
	if !(a.Min < a.Max) || a.Log && a.Min <= 0 {
		e := params.Errorf("y_min", "the vertical axis would reach from %s to %s", draw.Short(a.Min), draw.Short(a.Max))
		if e.Allowed = "y_min below y_max"; a.Log {
			e.Allowed += ", and above 0 on a logarithmic axis"
		}
		return e
	}
	return nil
}

// A bundle draws curves of groups and keeps count of what has to be said about them.
type bundle struct {
	qx, qy     quantity
	logX, logY bool
	band       string
	seeds      tally
	hidden     int      // values that a logarithmic axis cannot show
	left       int      // evaluations left of a logarithmic axis
	because    []string // why runs are not drawn
	gone       []string
	early      bool
}

// add draws one cell and returns its curves.
func (b *bundle) add(panel *Panel, s *split, c cell) ([]curve, error) {
	name := s.nameOf(c)
	var cs []curve
	var away Departures
	for _, r := range c.runs {
		k, missing, err := curveOf(r, b.qx, b.qy, b.logX)
		b.left += k.left
		switch {
		case err != nil:
			return nil, err
		case missing != "":
			b.say(fmt.Sprintf("%s: no column %s", name, missing))
			continue
		case len(k.x) == 0 && k.left > 0:
			b.say(name + ": no evaluation with " + b.qx.name + " above 0")
			continue
		case len(k.x) == 0:
			b.say(name + ": no evaluations")
			continue
		}
		for _, y := range k.y {
			if b.logY && y <= 0 && draw.Finite(y) {
				b.hidden++
			}
		}
		if cs = append(cs, k); k.diverged {
			away.X, away.Y = append(away.X, k.x), append(away.Y, k.y)
		}
	}
	if len(cs) == 0 {
		return nil, nil
	}
	p := pool(cs, b.qy, b.logX, b.band)
	if len(p.x) == 0 {
		b.say(name + ": its seeds have no stretch in common")
		return nil, nil
	}
	for _, k := range cs {
		b.early = b.early || !k.diverged && k.x[len(k.x)-1] > p.x[len(p.x)-1]
	}
	b.seeds.add(p.n)
	st, whose := s.styles[c.group], s.whose(c, p.n)
	if p.n > 1 && b.band != "none" {
		panel.Marks = append(panel.Marks, Band{Whose: whose, X: p.x, Lo: p.lo, Hi: p.hi, Style: st})
	}
	if s.settings > 0 { // the extremes of all settings would flatten what is drawn
		cs = []curve{{x: p.x, y: p.mid}, {x: p.x, y: p.lo}, {x: p.x, y: p.hi}}
		for i := range cs {
			cs[i].diverged = len(away.X) == p.n
		}
	}
	panel.Marks = append(panel.Marks, Line{Whose: whose, X: p.x, Y: p.mid, Style: st, Phase: float64(c.group) / float64(len(s.groups))})
	if len(away.X) > 0 {
		away.Group, away.Style, away.Below = whose.Group, st, b.qy.up
		panel.Marks = append(panel.Marks, away)
		b.gone = append(b.gone, fmt.Sprintf("%s, %d of %d", name, len(away.X), p.n))
	}
	return cs, nil
}

func (b *bundle) say(why string) {
	if !slices.Contains(b.because, why) {
		b.because = append(b.because, why)
	}
}

func (b *bundle) notes(p *Picture, s *split) {
	p.Note(s.bandNote("Lines", b.band, b.seeds))
	if len(b.gone) > 0 {
		p.Note("×: where diverged runs leave: " + some(b.gone, "; "))
		p.Note("They count as worse than any value")
	}
	if b.early {
		p.Note("A line ends where the first of its " + s.unit() + " ends")
	}
	if b.left > 0 {
		p.Note(plural(b.left, "evaluation is", "evaluations are") + " left out: " + b.qx.name + " of 0 or below has no place on the logarithmic axis")
	}
	if b.hidden > 0 {
		p.Note(hiddenNote(b.hidden, "value"))
	}
	if s.note != "" {
		p.Note(s.note)
	}
	if len(b.because) > 0 {
		p.Note("Not drawn: " + some(b.because, "; "))
	}
}
