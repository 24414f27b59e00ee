package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Sweep is the horizontal axis of a sweep.
type Sweep struct {
	X      string `doc:"the key that was swept, such as \"strategy.window\" or \"cluster.workers\"" required:""`
	XScale string `doc:"auto: log if the values are spread over a factor of 16 or more, words side by side" in:"auto|linear|log|category"`
}

// axisIn is the horizontal axis of a panel: that of all runs, or with own, of those of the panel.
func (w Sweep) axisIn(s *split, facet int, runs []*Run, own bool) (a Axis, place func(r *Run) (float64, bool), err error) {
	if mine := s.runsIn(facet); own && slices.ContainsFunc(mine, func(r *Run) bool { _, ok := r.Text(w.X); return ok }) {
		runs = mine
	}
	return w.axis(runs)
}

// check is Check where the runs also stand along an axis.
func (s Sweep) check(g Grouping, runs []*Run) error {
	err := g.check(runs, s.X)
	if err == nil {
		_, _, err = s.axis(runs)
	}
	return err
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
	if !numeric { // numbers along an axis go by size
		axesOf(runs).Sort(w.X, texts)
	}
	a.Label = axisLabel(w.X, runs)
	if w.XScale == "category" || w.XScale == "auto" && !numeric {
		for i, t := range texts {
			if v, ok := parse(t); ok && len(t) > 6 && numeric {
				t = draw.Short(v)
			}
			a.At, a.Names, a.Whole = append(a.At, float64(i)), append(a.Names, t), append(a.Whole, texts[i])
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
	a.Counts = !slices.ContainsFunc(vs, func(v float64) bool { return v != math.Trunc(v) })
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

// countable is the error if a key is no number above 0 in a run that has it.
func countable(key string, runs []*Run) error {
	for _, r := range runs {
		if t, ok := r.Text(key); ok {
			if v, ok := r.Number(key); !ok || !(v > 0) {
				e := params.Errorf("x", "is %q in some runs; want a number above 0", t)
				e.Value = fmt.Sprintf("%q", key)
				return e
			}
		}
	}
	return nil
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
