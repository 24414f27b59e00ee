package sweep

import (
	"fmt"
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// An axis is one dimension of an experiment.
type axis struct {
	name    string // what figures group and facet by: a key, or the name of a labelled axis
	place   string // path in the document
	labels  bool   // entries have labels
	drawn   bool   // its values are random
	options []option
}

// An option is one point of an axis: what it changes.
type option struct {
	label   string
	looks   map[string]any // of a labelled entry, in figures
	changes []change
	tune    []axis // what to tune at this entry
}

type change struct {
	path  []document.Step
	value any
	from  string // path in the document where the value stands
}

// readAxes reads [[axis.NAME]].
func (e *Plan) readAxes() error {
	v, ok := e.Doc.Table["axis"]
	if !ok {
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		return params.Errorf("axis", "want [[axis.NAME]] tables, each with a label and what it sets")
	}
	for _, name := range prose.SortedKeys(table) {
		at := document.Join("axis", name)
		entries, ok := table[name].([]any)
		if !ok {
			return params.Errorf(at, "want a list of tables: [[%s]]", at)
		}
		if len(entries) == 0 {
			return params.Errorf(at, "is an empty list: an axis needs an entry")
		}
		a := axis{name: name, place: at, labels: true}
		for i, x := range entries {
			o, err := e.readEntry(document.Element(at, i), x)
			if err != nil {
				return err
			}
			a.options = append(a.options, o)
		}
		e.axes = append(e.axes, a)
	}
	return nil
}

// readEntry reads one [[axis.NAME]].
func (e *Plan) readEntry(at string, v any) (option, error) {
	t, ok := v.(map[string]any)
	if !ok {
		return option{}, params.Errorf(at, "want a table with a label and what it sets")
	}
	for _, k := range prose.SortedKeys(t) {
		if k != "label" && k != "set" && k != "tune" && !slices.Contains(lookKeys, k) {
			return option{}, &params.Error{Path: document.Join(at, k), Problem: "unknown key", Allowed: "an entry of an axis has label, set, tune, color and dash"}
		}
	}
	label, ok := t["label"].(string)
	if !ok || label == "" {
		return option{}, params.Errorf(document.Join(at, "label"), "is missing or empty: want the text that stands in legends and tables")
	}
	o := option{label: label}
	for _, k := range lookKeys {
		if v, ok := t[k]; ok {
			if o.looks == nil {
				o.looks = map[string]any{}
			}
			o.looks[k] = v
		}
	}
	if e.partial {
		return o, nil
	}
	set, ok := t["set"].(map[string]any)
	if !ok {
		return option{}, params.Errorf(document.Join(at, "set"), `is missing: want a table of what this entry changes, such as {"strategy.window" = 4}`)
	}
	if err := e.flatten(document.Join(at, "set"), nil, set, &o.changes); err != nil {
		return option{}, err
	}
	if len(o.changes) == 0 {
		return option{}, params.Errorf(document.Join(at, "set"), "is empty: an entry changes something")
	}
	if v, ok := t["tune"]; ok {
		table, ok := v.(map[string]any)
		if !ok || len(table) == 0 {
			return option{}, params.Errorf(document.Join(at, "tune"), `want a table of keys and the values to try, such as {"strategy.rate" = {log = [1e-3, 1.0], n = 7}}`)
		}
		var err error
		if o.tune, err = e.grids(document.Join(at, "tune"), table); err != nil {
			return option{}, err
		}
	}
	return o, nil
}

// flatten lists what a set changes. A value replaces what stood at its key, whole tables too;
// dotted keys, quoted or not, reach inside a table.
func (e *Plan) flatten(at string, under []document.Step, set map[string]any, out *[]change) error {
	for _, k := range prose.SortedKeys(set) {
		here := document.Join(at, k)
		path := append(slices.Clone(under), document.Step{Key: k, Index: -1})
		if len(under) == 0 {
			var err error
			if path, err = e.target(here, k); err != nil {
				return err
			}
		}
		if t, ok := set[k].(map[string]any); ok && e.Doc.IsDotted(here) {
			if err := e.flatten(here, path, t, out); err != nil {
				return err
			}
			continue
		}
		*out = append(*out, change{path, set[k], here})
	}
	return nil
}

// target is the path that a key of a set or a sweep means.
func (e *Plan) target(at, key string) ([]document.Step, error) {
	path, err := document.ParsePath(key)
	if err != nil {
		return nil, params.Errorf(at, "%v", err)
	}
	if top := path[0].Key; slices.Contains(Keys, top) {
		return nil, params.Errorf(at, "%s belongs to the experiment, not to a run: it cannot vary between runs", top)
	}
	return path, nil
}

func choices(path []document.Step, from string, values []any) []option {
	os := make([]option, len(values))
	for i, v := range values {
		at := from
		if isList := len(values) > 1 || i == 0; isList {
			at = document.Element(from, i)
		}
		os[i] = option{label: document.PathString(path) + "=" + short(v), changes: []change{{path, v, at}}}
	}
	return os
}

func (o *option) join(p option) {
	o.label += ", " + p.label
	o.changes = append(o.changes, p.changes...)
}

// clashes reports a key that two axes change, and an experiment that is too large.
func (e *Plan) clashes() error {
	by := map[string]string{}
	n := e.Repeat
	for _, a := range e.axes {
		own := map[string]bool{}
		for _, o := range a.options {
			for _, c := range o.changes {
				own[document.PathString(c.path)] = true
			}
		}
		for _, key := range prose.SortedKeys(own) {
			if other, ok := by[key]; ok {
				return e.Doc.Fault(a.place, params.Errorf(a.place, "changes %s, and so does %s: give it to one of them", key, other))
			}
			by[key] = a.place
			if key == "seed" && e.Repeat > 1 {
				return e.Doc.Fault(a.place, params.Errorf(a.place, "sweeps the seed, and repeat = %d does too: take one", e.Repeat))
			}
		}
		if n *= len(a.options); n > maxRuns {
			return e.Doc.Fault(a.place, params.Errorf(a.place, "the axes make more than %d runs", maxRuns))
		}
	}
	return nil
}

// overridden refuses a -set that could not have any effect, because an axis replaces what it sets
// in every run.
func (e *Plan) overridden() error {
	for _, path := range e.Doc.Given() {
		place := e.Doc.Place(path)
		if place.Arg == "" {
			continue
		}
		for _, a := range e.axes {
			if e.Doc.Place(a.place).Arg == "" && a.always(path) {
				return &fault.Error{Place: place, Err: fmt.Errorf("%s is replaced by %s (%v) in every run: change that instead, or set the whole of it", path, a.place, e.Doc.Place(a.place))}
			}
		}
	}
	return nil
}

// always says whether every option of the axis replaces what is at path.
func (a *axis) always(path string) bool {
	for _, o := range a.options {
		if !slices.ContainsFunc(o.changes, func(c change) bool { return document.IsBelow(path, document.PathString(c.path)) }) {
			return false
		}
	}
	return true
}

// is says whether a name means this axis: its own, or one of its keys.
func (a *axis) is(name string) bool {
	return a.name == name || slices.Contains(strings.Split(a.name, ", "), name)
}

// seeds says whether the axis sweeps the seed.
func (a *axis) seeds() bool { return a.is("seed") }
