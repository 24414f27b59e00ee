package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// settingAt names the setting that a point of the axes belongs to.
func (e *Plan) settingAt(at []int) string {
	var names []string
	for i, a := range e.axes {
		if !e.per(a) {
			continue
		}
		o := a.options[at[i]]
		if a.labels {
			names = append(names, a.name+"="+o.label)
			if n := slices.IndexFunc(a.options, func(p option) bool { return p.label == o.label }); n != at[i] {
				names[len(names)-1] += fmt.Sprintf(" (entry %d)", at[i]+1) // labels may repeat
			}
		} else {
			names = append(names, o.label)
		}
	}
	return strings.Join(names, ", ")
}

// PlanTrials lists the settings and their trials; run is called with each run and returns its
// number.
func (e *Plan) PlanTrials(base *document.Document, run func(Variant) (int, error)) error {
	t := e.Tune
	byName := map[string]*setting{}
	err := e.points(func(at []int) error {
		name := e.settingAt(at)
		s := byName[name]
		if s == nil {
			s = &setting{name: name, axes: slices.Clone(t.grid)}
			for i, a := range e.axes {
				s.axes = append(s.axes, a.options[at[i]].tune...)
			}
			if err := e.fillSetting(s); err != nil {
				return err
			}
			byName[name] = s
			t.Settings = append(t.Settings, s)
		}
		for i, a := range e.axes {
			if a.seeds() && at[i] > 0 {
				return nil // seeds of trials are their own
			}
		}
		for _, tr := range s.Trials {
			for _, seed := range t.Seeds {
				v, err := e.at(base, at, tr.changes)
				if err != nil {
					return err
				}
				v.Doc.Table["seed"] = seed
				if t.at != nil {
					v.Doc.Table["stop"] = document.CopyTree(t.at)
					v.Doc.Forget("stop")
					for _, p := range document.TreePaths("stop", t.at) {
						v.Doc.NotePlace(p, e.Doc.Place("tune.at"+strings.TrimPrefix(p, "stop")))
					}
				}
				v.Point = append(v.Point, tr.Point, fmt.Sprintf("seed=%d", seed))
				n, err := run(v)
				if err != nil {
					return err
				}
				tr.Runs = append(tr.Runs, n)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range t.Settings[1:] {
		if first := t.Settings[0]; len(s.Trials) != len(first.Trials) {
			return e.Doc.Fault("tune", params.Errorf("tune", "%s would get %s, %s %s: a comparison is fair if all are tried equally often; make their grids equally large",
				first.Title(), prose.Count(len(first.Trials), "trial"), s.Title(), prose.Count(len(s.Trials), "trial")))
		}
	}
	return nil
}

// fillSetting makes the trials of a setting: the product of its grids.
func (e *Plan) fillSetting(s *setting) error {
	by := map[string]string{}
	for _, a := range s.axes {
		for _, c := range a.options[0].changes {
			key := document.PathString(c.path)
			if other, ok := by[key]; ok {
				return e.Doc.Fault(a.place, params.Errorf(a.place, "tunes %s, and so does %s: give it to one of them", key, other))
			}
			by[key] = a.place
			for _, x := range e.axes {
				for _, o := range x.options {
					for _, d := range o.changes {
						if document.IsBelow(document.PathString(d.path), key) {
							return e.Doc.Fault(a.place, params.Errorf(a.place, "tunes %s, which %s changes: take one of them", key, x.place))
						}
					}
				}
			}
		}
	}
	s.Trials = []*trial{{}}
	for _, a := range s.axes {
		var next []*trial
		for _, t := range s.Trials {
			for _, o := range a.options {
				u := &trial{changes: append(slices.Clone(t.changes), o.changes...), Point: o.label}
				if t.Point != "" {
					u.Point = t.Point + ", " + o.label
				}
				next = append(next, u)
			}
		}
		if s.Trials = next; len(next) > maxRuns {
			return e.Doc.Fault(a.place, params.Errorf(a.place, "the grids make more than %d trials", maxRuns))
		}
	}
	return nil
}

func (s *setting) Title() string {
	if s.name == "" {
		return "the experiment"
	}
	return s.name
}

// chosen are the changes of the best trial of the setting at a point.
func (e *Plan) chosen(at []int) []change {
	if e.Tune == nil {
		return nil
	}
	name := e.settingAt(at)
	for _, s := range e.Tune.Settings {
		if s.name == name {
			return s.Trials[max(0, s.Best)].changes
		}
	}
	return nil
}

// FindEdges lists the tuned keys whose best value is the smallest or the largest that was tried.
func (s *setting) FindEdges() {
	for _, c := range s.Trials[s.Best].changes {
		x, ok := toFloat(c.value)
		if !ok {
			continue
		}
		lo, hi, n := math.Inf(1), math.Inf(-1), map[float64]bool{}
		for _, t := range s.Trials {
			for _, d := range t.changes {
				if y, ok := toFloat(d.value); ok && document.PathString(d.path) == document.PathString(c.path) {
					lo, hi, n[y] = min(lo, y), max(hi, y), true
				}
			}
		}
		if len(n) > 1 && (x == lo || x == hi) {
			s.Edges = append(s.Edges, document.PathString(c.path)+" = "+short(c.value))
		}
	}
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
