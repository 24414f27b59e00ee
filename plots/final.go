package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Final is a number of each run, such as its final loss, against a key that was swept.
type Final struct {
	Common
	Grouping
	Sweep
	Y      string   `doc:"the number: train_loss, test_accuracy, suboptimality, time, staleness_mean, idle_fraction, growth, ..."`
	YScale string   `doc:"auto is log for suboptimality, grad_norm and consensus" in:"auto|linear|log"`
	Band   string   `doc:"what the whiskers around the median of the seeds are" in:"min-max|quartiles|none"`
	Level  *float64 `doc:"a level of y to mark, in the unit of the record: an accuracy in [0, 1]"`
}

// Sweep is the horizontal axis of a sweep.
type Sweep struct {
	X      string `doc:"the key that was swept, such as \"strategy.window\" or \"cluster.workers\"" required:""`
	XScale string `doc:"auto: log if the values are spread over a factor of 16 or more, words side by side" in:"auto|linear|log|category"`
}

func init() {
	Register("final", "a final number of each run against a key that was swept", Final{
		Common: Defaults(), Sweep: Sweep{XScale: "auto"}, Y: "train_loss", YScale: "auto", Band: "min-max",
	})
}

// Validate implements params.Validator.
func (f Final) Validate() error {
	q, err := lookup("y", f.Y, summarised)
	if err == nil {
		err = above0("level", f.Level, f.YScale == "log" || f.YScale == "auto" && q.log)
	}
	if err == nil {
		err = inUnit("level", f.Level, q)
	}
	return err
}

// Picture implements Figure.
func (f Final) Picture(runs []*Run) (*Picture, error) {
	q, err := lookup("y", f.Y, summarised)
	if err != nil {
		return nil, err
	}
	if err := readable(runs, q.final == nil); err != nil {
		return nil, err
	}
	at := q
	at.label = q.finally()
	d := dotPlot{q: at, log: f.YScale == "log" || f.YScale == "auto" && q.log, band: f.Band, level: f.Level, what: "diverged",
		value: func(r *Run) (float64, string) {
			v := r.last(q)
			if math.IsNaN(v) {
				return v, "no " + q.name
			}
			return v, ""
		}}
	return d.picture(runs, f.Grouping, f.Sweep)
}

// A dotPlot is a number per run against a swept key: medians, whiskers, and a cross for runs whose number is infinite.
type dotPlot struct {
	q     quantity
	log   bool
	band  string
	level *float64
	what  string                               // what an infinite number means
	value func(r *Run) (v float64, why string) // NaN and why where there is none
}

// hides says whether the vertical axis has no place for a value.
func (d dotPlot) hides(v float64) bool { return d.log && v <= 0 && draw.Finite(v) }

func (d dotPlot) picture(runs []*Run, g Grouping, sw Sweep) (*Picture, error) {
	s, err := g.split(runs, sw.X)
	if err != nil {
		return nil, err
	}
	x, place, err := sw.axis(runs)
	if err != nil {
		return nil, err
	}
	d.band = s.crowd(d.band)
	words := x.Names != nil // which no line joins
	p := &Picture{Shared: true}
	y := Axis{Label: d.q.label, Log: d.log}
	var gone, because, levels []string
	least, most, drawn, hidden := 0, 0, 0, 0
	for i, name := range s.facets {
		panel := Panel{Title: name, X: x, Y: y}
		var crosses []Mark
		taken := map[float64]int{}
		for _, c := range s.cells {
			if c.facet != i {
				continue
			}
			st := s.styles[c.group]
			if !slices.ContainsFunc(c.runs, func(r *Run) bool { _, ok := place(r); return ok }) {
				// A baseline, which was not swept: a level, as far as the axis goes.
				var vs []float64
				for _, r := range c.runs {
					if v, _ := d.value(r); !math.IsNaN(v) {
						vs = append(vs, v)
						if d.hides(v) {
							hidden++
						}
					}
				}
				if m, _, _ := spread(vs, d.band); draw.Finite(m) {
					level := st
					level.Marker = 0
					panel.Marks = append(panel.Marks, Level{Y: m, Style: level})
					levels = append(levels, s.nameOf(c))
					drawn++
					continue
				}
			}
			at := map[float64][]float64{}
			var xs []float64
			for _, r := range c.runs {
				u, ok := place(r)
				v, why := d.value(r)
				if !ok || math.IsNaN(v) {
					if why == "" {
						why = "no " + sw.X
					}
					if why = s.nameOf(c) + ": " + why; !slices.Contains(because, why) {
						because = append(because, why)
					}
					continue
				}
				if at[u] == nil {
					xs = append(xs, u)
				}
				at[u] = append(at[u], v)
				if d.hides(v) {
					hidden++
				}
			}
			slices.Sort(xs)
			shift := vg.Length(3.2 * (float64(c.group) - float64(len(s.groups)-1)/2))
			line := Line{Style: st, Dots: true, Shift: shift}
			bars := Whiskers{Style: st, Shift: shift}
			lost, all := 0, 0
			for _, u := range xs {
				vs := at[u]
				m, lo, hi := spread(vs, d.band)
				if math.IsInf(m, 0) {
					m = math.NaN()
				}
				line.X, line.Y = append(line.X, u), append(line.Y, m)
				bars.X, bars.Lo, bars.Hi = append(bars.X, u), append(bars.Lo, lo), append(bars.Hi, hi)
				n := 0
				for _, v := range vs {
					if math.IsInf(v, 0) {
						n++
					}
				}
				if n > 0 {
					crosses = append(crosses, Gone{X: u, N: n, Below: d.q.up, Style: st, Shift: shift, Drop: taken[u]})
					taken[u]++
				}
				lost, all = lost+n, all+len(vs)
				if least == 0 || len(vs) < least {
					least = len(vs)
				}
				most = max(most, len(vs))
			}
			if lost > 0 {
				gone = append(gone, fmt.Sprintf("%s, %d of %d", s.nameOf(c), lost, all))
			}
			if len(xs) > 0 {
				drawn++
				if d.band != "none" {
					panel.Marks = append(panel.Marks, bars)
				}
				if words {
					panel.Marks = append(panel.Marks, Dots{X: line.X, Y: line.Y, Style: st, Shift: shift})
				} else {
					panel.Marks = append(panel.Marks, line)
				}
			}
		}
		if panel.Marks = append(panel.Marks, crosses...); len(panel.Marks) == 0 {
			panel.Empty = "nothing to draw"
		}
		p.Panels = append(p.Panels, panel)
	}
	if drawn == 0 {
		return nil, fmt.Errorf("no run has a value to draw: %s", some(because, "; "))
	}
	p.Key = s.legend(!words, true)
	if d.level != nil {
		level := *d.level * d.q.unit()
		for i := range p.Panels {
			p.Panels[i].Marks = append([]Mark{Level{Y: level, Style: draw.Reference}}, p.Panels[i].Marks...)
		}
	}
	p.Note(strings.Replace(s.bandNote("Markers", d.band, least, most), "band", "whisker", 1))
	if hidden > 0 {
		p.Note(hiddenNote(hidden, "value"))
	}
	if len(gone) > 0 {
		p.Note(fmt.Sprintf("×: runs that %s, and how many: %s", d.what, some(gone, "; ")))
		p.Note("They count as worse than any value")
	}
	if len(levels) > 0 {
		p.Note("Level lines: the medians of " + some(levels, "; ") + ", which have no " + sw.X)
	}
	if s.note != "" {
		p.Note(s.note)
	}
	if len(because) > 0 {
		p.Note("Not drawn: " + some(because, "; "))
	}
	return p, nil
}

// axis is the horizontal axis of a sweep and the place of a run on it.
func (w Sweep) axis(runs []*Run) (a Axis, place func(r *Run) (float64, bool), err error) {
	var texts []string
	numeric := true
	for _, r := range runs {
		if t, ok := r.Text(w.X); ok && !slices.Contains(texts, t) {
			texts = append(texts, t)
			_, number := parse(t)
			numeric = numeric && number
		}
	}
	slices.SortFunc(texts, natural)
	a.Label = axisLabel(w.X, runs)
	if w.XScale == "category" || w.XScale == "auto" && !numeric {
		for i, t := range texts {
			if v, ok := parse(t); ok && len(t) > 6 && numeric {
				t = draw.Short(v)
			}
			a.At, a.Names = append(a.At, float64(i)), append(a.Names, t)
		}
		a.Min, a.Max = -0.5, float64(len(texts))-0.5
		return a, func(r *Run) (float64, bool) {
			t, ok := r.Text(w.X)
			return float64(slices.Index(texts, t)), ok
		}, nil
	}
	if !numeric {
		e := params.Errorf("x_scale", "%s is not a number in every run", w.X)
		e.Value, e.Allowed = fmt.Sprintf("%q", w.XScale), "category sets words side by side"
		return a, nil, e
	}
	var vs []float64
	for _, t := range texts {
		v, _ := parse(t)
		vs = append(vs, v)
	}
	slices.Sort(vs)
	lo, hi := vs[0], vs[len(vs)-1]
	a.Log = w.XScale == "log" || w.XScale == "auto" && lo > 0 && hi >= 16*lo
	if a.Log && lo <= 0 {
		e := params.Errorf("x_scale", "%s is %s in some runs, which has no place on a logarithmic axis", w.X, draw.Short(lo))
		e.Value, e.Allowed = `"log"`, "linear or category"
		return a, nil, e
	}
	// Ticks at the values themselves, if these are few and short.
	if len(vs) <= 8 && !slices.ContainsFunc(vs, func(v float64) bool { return v != draw.Round(v, 3) }) {
		a.At = vs
	}
	switch {
	case a.Log:
		m := math.Max(math.Pow(hi/lo, 0.06), 1.2)
		a.Min, a.Max = lo/m, hi*m
	case hi > lo:
		a.Min, a.Max = lo-0.06*(hi-lo), hi+0.06*(hi-lo)
	default:
		a.Min, a.Max = lo-1, hi+1
	}
	return a, func(r *Run) (float64, bool) { return r.Number(w.X) }, nil
}

// axisLabel names a key: its last part, with the unit where its values are durations.
func axisLabel(key string, runs []*Run) string {
	label := strings.ReplaceAll(key[strings.LastIndexByte(key, '.')+1:], "_", " ")
	switch key {
	case "cluster.workers":
		return "workers"
	case "strategy.window":
		return "window (local steps between exchanges)"
	case "staleness.tau":
		return "delay τ (updates)"
	case "problem.batch":
		return "minibatch (samples)"
	case "strategy.rate", "strategy.local.rate":
		return "step size"
	}
	for _, r := range runs {
		if t, ok := r.Text(key); ok && len(t) > 1 && t[len(t)-1] == 's' {
			if _, ok := parse(t); ok {
				return label + " (s)"
			}
		}
	}
	return label
}
