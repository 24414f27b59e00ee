package experiments

import (
	"fmt"
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// settingAt names the setting that a point of the axes belongs to.
func (e *experiment) settingAt(at []int) string {
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

// planTrials lists the settings and their trials; run is called with each run and returns its number.
func (e *experiment) planTrials(base *document.Document, run func(variant) (int, error)) error {
	t := e.tune
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
			t.settings = append(t.settings, s)
		}
		for i, a := range e.axes {
			if a.seeds() && at[i] > 0 {
				return nil // seeds of trials are their own
			}
		}
		for _, tr := range s.trials {
			for _, seed := range t.Seeds {
				v, err := e.at(base, at, tr.changes)
				if err != nil {
					return err
				}
				v.doc.Table["seed"] = seed
				if t.at != nil {
					v.doc.Table["stop"] = document.CopyTree(t.at)
					v.doc.Forget("stop")
					for _, p := range document.TreePaths("stop", t.at) {
						v.doc.NotePlace(p, e.doc.Place("tune.at"+strings.TrimPrefix(p, "stop")))
					}
				}
				v.point = append(v.point, tr.point, fmt.Sprintf("seed=%d", seed))
				n, err := run(v)
				if err != nil {
					return err
				}
				tr.runs = append(tr.runs, n)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range t.settings[1:] {
		if first := t.settings[0]; len(s.trials) != len(first.trials) {
			return e.doc.Fault("tune", params.Errorf("tune", "%s would get %s, %s %s: a comparison is fair if all are tried equally often; make their grids equally large",
				first.title(), prose.Count(len(first.trials), "trial"), s.title(), prose.Count(len(s.trials), "trial")))
		}
	}
	return nil
}

// fillSetting makes the trials of a setting: the product of its grids.
func (e *experiment) fillSetting(s *setting) error {
	by := map[string]string{}
	for _, a := range s.axes {
		for _, c := range a.options[0].changes {
			key := document.PathString(c.path)
			if other, ok := by[key]; ok {
				return e.doc.Fault(a.place, params.Errorf(a.place, "tunes %s, and so does %s: give it to one of them", key, other))
			}
			by[key] = a.place
			for _, x := range e.axes {
				for _, o := range x.options {
					for _, d := range o.changes {
						if document.IsBelow(document.PathString(d.path), key) {
							return e.doc.Fault(a.place, params.Errorf(a.place, "tunes %s, which %s changes: take one of them", key, x.place))
						}
					}
				}
			}
		}
	}
	s.trials = []*trial{{}}
	for _, a := range s.axes {
		var next []*trial
		for _, t := range s.trials {
			for _, o := range a.options {
				u := &trial{changes: append(slices.Clone(t.changes), o.changes...), point: o.label}
				if t.point != "" {
					u.point = t.point + ", " + o.label
				}
				next = append(next, u)
			}
		}
		if s.trials = next; len(next) > maxRuns {
			return e.doc.Fault(a.place, params.Errorf(a.place, "the grids make more than %d trials", maxRuns))
		}
	}
	return nil
}

func (s *setting) title() string {
	if s.name == "" {
		return "the experiment"
	}
	return s.name
}

// chosen are the changes of the best trial of the setting at a point.
func (e *experiment) chosen(at []int) []change {
	if e.tune == nil {
		return nil
	}
	name := e.settingAt(at)
	for _, s := range e.tune.settings {
		if s.name == name {
			return s.trials[max(0, s.best)].changes
		}
	}
	return nil
}
