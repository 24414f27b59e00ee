package sweep

import (
	"slices"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
)

// readSweep reads [sweep] and [[sweep.zip]].
func (e *Plan) readSweep() error {
	v, ok := e.Doc.Table["sweep"]
	if !ok {
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		return params.Errorf("sweep", "want a table of keys and their values")
	}
	random := axis{}
	if err := e.sweepKeys("sweep", nil, table, &random, &e.axes); err != nil {
		return err
	}
	if random.options != nil {
		e.axes = append(e.axes, random)
	}
	zips, ok := table["zip"]
	if !ok {
		return nil
	}
	list, ok := zips.([]any)
	if !ok {
		return params.Errorf("sweep.zip", "want [[sweep.zip]] tables of keys that go together")
	}
	for i, z := range list {
		if err := e.readZip(document.Element("sweep.zip", i), z); err != nil {
			return err
		}
	}
	return nil
}

// sweepKeys reads the keys of a sweep, to out; dotted ones, quoted or not, lead into tables.
func (e *Plan) sweepKeys(at string, under []document.Step, table map[string]any, random *axis, out *[]axis) error {
	for _, k := range prose.SortedKeys(table) {
		if k == "zip" && under == nil {
			continue
		}
		here := document.Join(at, k)
		path := append(slices.Clone(under), document.Step{Key: k, Index: -1})
		if under == nil {
			var err error
			if path, err = e.target(here, k); err != nil {
				return err
			}
		}
		if t, ok := table[k].(map[string]any); ok && (e.Doc.IsDotted(here) || !isGrid(t)) {
			if err := e.sweepKeys(here, path, t, random, out); err != nil {
				return err
			}
			continue
		}
		values, drawn, err := grid(here, table[k], stream.NewKey(uint64(e.Seed), "sweep "+document.PathString(path)))
		if err != nil {
			return err
		}
		a := axis{name: document.PathString(path), place: here, options: choices(path, here, values)}
		switch {
		case !drawn:
			*out = append(*out, a)
		case random.options == nil:
			*random = a
			random.drawn = true
		case len(random.options) != len(a.options):
			return params.Errorf(here, "draws %d values, %s %d: random keys are drawn together, as one axis, so they need the same n", len(a.options), random.place, len(random.options))
		default:
			for i := range random.options {
				random.options[i].join(a.options[i])
			}
			random.name += ", " + a.name
		}
	}
	return nil
}

// isGrid tells {log = ..., n = 3} from a table of further keys.
func isGrid(t map[string]any) bool {
	for _, k := range []string{"from", "to", "step", "log", "linear", "random", "n"} {
		if _, ok := t[k]; ok {
			return true
		}
	}
	return len(t) == 0
}

// readZip reads one [[sweep.zip]]: lists of one length that are walked in step.
func (e *Plan) readZip(at string, v any) error {
	table, ok := v.(map[string]any)
	if !ok || len(table) == 0 {
		return params.Errorf(at, "want a table of keys, each with a list of values of the same length")
	}
	a := axis{place: at}
	for _, k := range prose.SortedKeys(table) {
		here := document.Join(at, k)
		path, err := e.target(here, k)
		if err != nil {
			return err
		}
		values, _, err := grid(here, table[k], stream.NewKey(uint64(e.Seed), "sweep "+document.PathString(path)))
		if err != nil {
			return err
		}
		options := choices(path, here, values)
		if a.options == nil {
			a.name, a.options = document.PathString(path), options
			continue
		}
		if len(options) != len(a.options) {
			return params.Errorf(here, "has %d values, %s %d: zipped keys go together, so they need as many", len(options), a.name, len(a.options))
		}
		for i := range a.options {
			a.options[i].join(options[i])
		}
		a.name += ", " + document.PathString(path)
	}
	e.axes = append(e.axes, a)
	return nil
}
