package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// Fit sets measured times against a law: quantile against quantile. On the line they are of that
// law.
type Fit struct {
	Common
	Facet  Keys       `doc:"what tells panels apart; left out: whatever the runs differ in beside the seed"`
	Law    delay.Spec `doc:"the law; left out: that of the runs' cluster.compute"`
	Of     string     `doc:"which times of trace.csv" in:"compute|push|nic|queue|serve|hold|pull|wait"`
	Level  bool       `doc:"whether the times of each worker are brought to one mean, that of all"`
	Times  []float64  `doc:"times to show instead of those of runs (s), which are then not looked at" in:"[0,1e18]" len:"[0,1000000]"`
	Scale  string     `doc:"of both axes" in:"linear|log"`
	Points int        `doc:"quantiles that are shown" in:"[2,2000]"`
}

var _ Checker = Fit{}

func init() {
	Register("fit", "measured times against a law, quantile against quantile", Fit{Common: Defaults(), Of: record.Compute, Scale: "linear", Points: 100})
}

// Example implements Exampler.
func (Fit) Example() map[string]any {
	return map[string]any{"law": map[string]any{"law": "gamma", "mean": "40ms", "cv": 0.5}}
}

var _ Exampler = Fit{}

// alone is the figure that needs no runs: where times are given.
func (f Fit) alone() bool { return len(f.Times) > 0 }

// Validate implements params.Validator.
func (f Fit) Validate() error {
	if f.Law != nil {
		if _, err := inverseOf("law", f.Law); err != nil {
			return err
		}
	}
	if !f.alone() {
		return nil
	}
	if f.Law == nil {
		return params.Errorf("law", "is missing: times that are given come with no law of their own")
	}
	return nil
}

// Idle says what means nothing beside times.
func (f Fit) Idle() map[string]string {
	if !f.alone() {
		return nil
	}
	why := "the times are given"
	return map[string]string{"facet": why, "of": why, "level": why, "where": why}
}

// inverseOf is the law of one worker, which must have quantiles.
func inverseOf(key string, s delay.Spec) (delay.Inverse, error) {
	if l, ok := delay.AsInverse(s.ForWorker(0, 0)); ok {
		return l, nil
	}
	e := params.Errorf(key, "has no quantiles that can be written down")
	e.Allowed = "a law without noise, such as gamma, lognormal or exponential"
	return nil, e
}

// Check implements Checker. It also wants the table that the figure is made of.
func (f Fit) Check(runs []*Run) error {
	if f.alone() {
		return nil
	}
	if err := (Timeline{Facet: f.Facet}).Check(runs); err != nil {
		return err
	}
	for _, r := range runs {
		if _, err := f.law(r); err != nil {
			return err
		}
	}
	return nil
}

// law is that of the figure, or of the run.
func (f Fit) law(r *Run) (delay.Inverse, error) {
	if f.Law != nil {
		return inverseOf("law", f.Law)
	}
	e := params.Errorf("law", "is missing, and cluster.compute of a run names none that has quantiles: give the law that times are set against")
	table, ok := r.Value("cluster.compute")
	t, isTable := table.(map[string]any)
	if !ok || !isTable {
		return nil, e
	}
	own := map[string]any{}
	for k, v := range t {
		if k != "per" && k != "worker" && k != "correlation" && k != "common" {
			own[k] = v
		}
	}
	s, err := delay.Laws().Decode("cluster.compute", own)
	if err != nil {
		return nil, e
	}
	if l, err := inverseOf("law", s.(delay.Spec)); err == nil {
		return l, nil
	}
	return nil, e
}

// Picture implements Figure.
func (f Fit) Picture(runs []*Run) (*Picture, error) {
	p := &Picture{Shared: true}
	q := quantiles{Fit: f}
	if f.alone() {
		l, err := inverseOf("law", f.Law)
		if err != nil {
			return nil, err
		}
		p.Panels = []Panel{q.panel("", f.Times, l, nil)}
		return q.explain(p)
	}
	s, err := History{Facet: f.Facet}.panels(runs)
	if err == nil {
		err = tooManyPanels(len(s.groups))
	}
	if err != nil {
		return nil, err
	}
	for _, c := range s.cells {
		l, err := f.law(c.runs[0])
		if err != nil {
			return nil, err
		}
		times, err := f.measured(c.runs)
		if err != nil {
			return nil, err
		}
		p.Panels = append(p.Panels, q.panel(s.groups[c.group], times, l, []int{len(c.runs)}))
		q.seeds.add(len(c.runs))
	}
	return q.explain(p)
}

// measured are the times of some runs together, as far as they ended within them.
func (f Fit) measured(runs []*Run) (times []float64, err error) {
	for _, r := range runs {
		rows, err := r.Trace()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes trace.csv under record.trace = true", err)
		}
		by := map[int64][]float64{}
		var workers []int64
		sum, n := 0.0, 0.0
		for _, i := range rows {
			took := i.EndS - i.StartS
			if i.Kind != f.Of || i.EndS > r.Summary.VirtualTimeS || i.Kind == record.Compute && i.Update < 0 || !(took >= 0) || !draw.Finite(took) {
				continue
			}
			if by[i.Worker] == nil {
				workers = append(workers, i.Worker)
			}
			by[i.Worker] = append(by[i.Worker], took)
			sum, n = sum+took, n+1
		}
		for _, w := range workers {
			own := 0.0
			for _, x := range by[w] {
				own += x / float64(len(by[w]))
			}
			for _, x := range by[w] {
				if f.Level && own > 0 {
					x *= sum / n / own
				}
				times = append(times, x)
			}
		}
	}
	return times, nil
}

// quantiles make panels and keep count of what has to be said.
type quantiles struct {
	Fit
	seeds         tally
	drawn, hidden int
	least, most   int // times
}

// panel sets the quantiles of times against those of a law, at the same levels: (k - 1/2)/n.
func (q *quantiles) panel(title string, times []float64, l delay.Inverse, seeds []int) Panel {
	log := q.Scale == "log"
	panel := Panel{Title: title, X: Axis{Label: "quantile of the law (s)", Log: log}, Y: Axis{Label: "measured (s)", Log: log}}
	if len(times) == 0 {
		panel.Empty = "no such time was traced"
		return panel
	}
	if q.drawn++; q.least == 0 || len(times) < q.least {
		q.least = len(times)
	}
	q.most = max(q.most, len(times))
	times = slices.Sorted(slices.Values(times))
	dots := Dots{Whose: Whose{Group: "measured", Seeds: seeds}, Style: Style{Color: draw.Hues[0], Marker: 1}}
	span := draw.NewSpan(log)
	n := min(q.Points, len(times))
	for k := range n {
		level := (float64(k) + .5) / float64(n)
		x, y := l.Tail(1-level)/1e9, times[int(level*float64(len(times)))]
		if log && (x <= 0 || y <= 0) {
			q.hidden++
			continue
		}
		dots.X, dots.Y = append(dots.X, x), append(dots.Y, y)
		span.Grow(x)
		span.Grow(y)
	}
	if len(dots.X) == 0 {
		panel.Empty = "all times are 0, which a logarithmic axis cannot show"
		return panel
	}
	ends := []float64{span.Min, span.Max}
	if math.IsInf(span.Max, 0) || span.Min > span.Max {
		ends = nil
	}
	panel.Marks = []Mark{Line{Whose: Whose{Group: "of that law"}, X: ends, Y: ends, Style: draw.Reference}, dots}
	return panel
}

// explain makes the legend and the notes.
func (q *quantiles) explain(p *Picture) (*Picture, error) {
	if q.drawn == 0 {
		return nil, errors.New("these runs have traced no such time")
	}
	p.Key = []Key{{Name: "of that law", Style: draw.Reference, Line: true}}
	of := fmt.Sprint(q.most)
	if q.least < q.most {
		of = fmt.Sprintf("%d to %d", q.least, q.most)
	}
	note := "Quantiles of " + of + " times at the levels (k - 1/2)/n"
	if q.Level {
		note += ", those of each worker brought to one mean"
	}
	p.Note(note)
	if q.hidden > 0 {
		p.Note(plural(q.hidden, "quantile of 0 has", "quantiles of 0 have") + " no place on the logarithmic axis")
	}
	return p, nil
}
