package experiments

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
)

// maxRuns bounds an experiment: a product of axes gets out of hand easily.
const maxRuns = 200000

// An experiment is a document taken apart: what is common to its runs, and its axes.
type experiment struct {
	head
	doc     *document.Document
	axes    []axis
	figures []any
	tables  []any
	labels  map[string]string
	tune    *tuning // nil: nothing is tuned
}

// head holds the keys of an experiment that stand alone.
type head struct {
	Name   string `doc:"name of the experiment, and of the folder of its results; the file's name if absent"`
	Seed   int64  `in:"[0,9000000000000000000]" doc:"seed of all random draws: data split, initial point, batches, delays"`
	Repeat int    `in:"[1,100000]" doc:"runs of each configuration, with seeds seed, seed + 1, ..."`
}

// outer are the keys of an experiment that do not enter a run.
var outer = []string{"name", "repeat", "labels", "sweep", "axis", "tune", "figure", "table"}

// An axis is one dimension of an experiment.
type axis struct {
	name    string // what figures group and facet by: a key, or the name of a labelled axis
	place   string // path in the document
	labels  bool   // entries have labels
	options []option
}

// An option is one point of an axis: what it changes.
type option struct {
	label   string
	changes []change
	tune    []axis // what to tune at this entry
}

type change struct {
	path  []document.Step
	value any
	from  string // path in the document where the value stands
}

// A variant is one run of an experiment: a document without outer keys, and where it stands on the axes.
type variant struct {
	doc    *document.Document
	labels map[string]string // labelled axes
	point  []string          // "key=value" for each axis, for people
}

// open takes a document apart.
func open(doc *document.Document, fallbackName string) (*experiment, error) {
	e := &experiment{head: head{fallbackName, 1, 1}, doc: doc, labels: map[string]string{}}
	given := map[string]any{}
	for _, k := range []string{"name", "repeat", "seed"} {
		if v, ok := doc.Table[k]; ok {
			given[k] = v
		}
	}
	if err := params.Decode("", given, &e.head); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := checkName(e.Name); err != nil {
		return nil, doc.Fault("name", fault.Bad("name", e.Name, "%v", err))
	}
	if v, ok := doc.Table["labels"]; ok {
		t, ok := v.(map[string]any)
		if !ok {
			return nil, doc.Fault("labels", params.Errorf("labels", "want a table of strings"))
		}
		for k, x := range t {
			s, ok := x.(string)
			if !ok {
				return nil, doc.Fault("labels", fault.Bad(document.Join("labels", k), x, "want a string"))
			}
			e.labels[k] = s
		}
	}
	if err := e.readDrawings(); err != nil {
		return nil, err
	}
	if err := e.readAxes(); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := e.readSweep(); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := e.overridden(); err != nil {
		return nil, err
	}
	sort.SliceStable(e.axes, func(i, j int) bool { return doc.Rank(e.axes[i].place) < doc.Rank(e.axes[j].place) })
	if err := e.clashes(); err != nil {
		return nil, err
	}
	return e, doc.Fault("", e.readTune())
}

func checkName(name string) error {
	ok := name != "" && len(name) <= 100 && name[0] != '.' && name[0] != '-'
	for _, r := range name {
		ok = ok && (r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}
	if !ok {
		return fmt.Errorf("a name is a folder: letters, digits, hyphens, underscores and points, at most 100, a letter or digit first")
	}
	return nil
}

// readAxes reads [[axis.NAME]].
func (e *experiment) readAxes() error {
	v, ok := e.doc.Table["axis"]
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
func (e *experiment) readEntry(at string, v any) (option, error) {
	t, ok := v.(map[string]any)
	if !ok {
		return option{}, params.Errorf(at, "want a table with a label and what it sets")
	}
	for _, k := range prose.SortedKeys(t) {
		if k != "label" && k != "set" && k != "tune" {
			return option{}, &params.Error{Path: document.Join(at, k), Problem: "unknown key", Allowed: "an entry of an axis has label, set and tune"}
		}
	}
	label, ok := t["label"].(string)
	if !ok || label == "" {
		return option{}, params.Errorf(document.Join(at, "label"), "is missing or empty: want the text that stands in legends and tables")
	}
	set, ok := t["set"].(map[string]any)
	if !ok {
		return option{}, params.Errorf(document.Join(at, "set"), `is missing: want a table of what this entry changes, such as {"strategy.window" = 4}`)
	}
	o := option{label: label}
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

// flatten lists what a set changes. A value replaces what stood at its key, whole tables too; dotted keys, quoted or not,
// reach inside a table.
func (e *experiment) flatten(at string, under []document.Step, set map[string]any, out *[]change) error {
	for _, k := range prose.SortedKeys(set) {
		here := document.Join(at, k)
		path := append(slices.Clone(under), document.Step{Key: k, Index: -1})
		if len(under) == 0 {
			var err error
			if path, err = e.target(here, k); err != nil {
				return err
			}
		}
		if t, ok := set[k].(map[string]any); ok && e.doc.IsDotted(here) {
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
func (e *experiment) target(at, key string) ([]document.Step, error) {
	path, err := document.ParsePath(key)
	if err != nil {
		return nil, params.Errorf(at, "%v", err)
	}
	if top := path[0].Key; slices.Contains(outer, top) {
		return nil, params.Errorf(at, "%s belongs to the experiment, not to a run: it cannot vary between runs", top)
	}
	return path, nil
}

// readSweep reads [sweep] and [[sweep.zip]].
func (e *experiment) readSweep() error {
	v, ok := e.doc.Table["sweep"]
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
func (e *experiment) sweepKeys(at string, under []document.Step, table map[string]any, random *axis, out *[]axis) error {
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
		if t, ok := table[k].(map[string]any); ok && (e.doc.IsDotted(here) || !isGrid(t)) {
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

// readZip reads one [[sweep.zip]]: lists of one length that are walked in step.
func (e *experiment) readZip(at string, v any) error {
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

// clashes reports a key that two axes change, and an experiment that is too large.
func (e *experiment) clashes() error {
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
				return e.doc.Fault(a.place, params.Errorf(a.place, "changes %s, and so does %s: give it to one of them", key, other))
			}
			by[key] = a.place
			if key == "seed" && e.Repeat > 1 {
				return e.doc.Fault(a.place, params.Errorf(a.place, "sweeps the seed, and repeat = %d does too: take one", e.Repeat))
			}
		}
		if n *= len(a.options); n > maxRuns {
			return e.doc.Fault(a.place, params.Errorf(a.place, "the axes make more than %d runs", maxRuns))
		}
	}
	return nil
}

// base is the document without the keys that do not enter a run.
func (e *experiment) base() *document.Document {
	base := e.doc.Variant()
	for _, k := range outer {
		delete(base.Table, k)
	}
	return base
}

// expand calls run with each run, until it fails: the first axis outermost, seeds innermost.
func (e *experiment) expand(run func(variant) error) error {
	base := e.base()
	return e.points(func(at []int) error {
		v, err := e.at(base, at, e.chosen(at))
		if err != nil {
			return err
		}
		for r := range e.Repeat {
			w := v
			if e.Repeat > 1 {
				w.doc = v.doc.Variant()
				w.point = append(slices.Clone(v.point), fmt.Sprintf("seed=%d", e.Seed+int64(r)))
			}
			if _, swept := v.doc.Table["seed"]; !swept || e.Repeat > 1 {
				w.doc.Table["seed"] = e.Seed + int64(r)
			}
			if err := run(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// points calls f with each point of the axes.
func (e *experiment) points(f func(at []int) error) error {
	at := make([]int, len(e.axes))
	for {
		if err := f(at); err != nil {
			return err
		}
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(e.axes[i].options) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// at is the run at one point of the axes, with what was tuned. Whole tables are replaced before keys inside them are changed.
func (e *experiment) at(base *document.Document, at []int, tuned []change) (variant, error) {
	v := variant{doc: base.Variant(), labels: map[string]string{}}
	for k, l := range e.labels {
		v.labels[k] = l
	}
	var changes []change
	for i, a := range e.axes {
		o := a.options[at[i]]
		changes = append(changes, o.changes...)
		if a.labels {
			v.labels[a.name] = o.label
			v.point = append(v.point, a.name+"="+o.label)
		} else {
			v.point = append(v.point, o.label)
		}
	}
	changes = append(changes, tuned...)
	sort.SliceStable(changes, func(i, j int) bool { return len(changes[i].path) < len(changes[j].path) })
	for _, c := range changes {
		value := document.CopyTree(c.value)
		if err := v.doc.Put(c.path, value, e.doc.Place(c.from)); err != nil {
			return variant{}, e.doc.Fault(c.from, params.Errorf(c.from, "%v", err))
		}
		to := document.PathString(c.path)
		for _, p := range document.TreePaths(to, value) {
			v.doc.NotePlace(p, e.doc.Place(c.from+strings.TrimPrefix(p, to)))
		}
	}
	return v, nil
}

// where is the path of what makes an experiment have several runs.
func (e *experiment) where() string {
	if len(e.axes) > 0 {
		return e.axes[len(e.axes)-1].place
	}
	return "repeat"
}

// overridden refuses a -set that could not have any effect, because an axis replaces what it sets in every run.
func (e *experiment) overridden() error {
	for _, path := range e.doc.Given() {
		place := e.doc.Place(path)
		if place.Arg == "" {
			continue
		}
		for _, a := range e.axes {
			if e.doc.Place(a.place).Arg == "" && a.always(path) {
				return &fault.Error{Place: place, Err: fmt.Errorf("%s is replaced by %s (%v) in every run: change that instead, or set the whole of it", path, a.place, e.doc.Place(a.place))}
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
