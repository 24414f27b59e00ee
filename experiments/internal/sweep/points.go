package sweep

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/internal/params"
)

// A Variant is one run of an experiment: a document without outer keys, and where it stands on the
// axes.
type Variant struct {
	Doc    *document.Document
	Labels map[string]string // labelled axes
	Point  []string          // "key=value" for each axis, for people
}

// Base is the document without the keys that do not enter a run.
func (e *Plan) Base() *document.Document {
	base := e.Doc.Variant()
	for _, k := range Keys {
		delete(base.Table, k)
	}
	return base
}

// Expand calls run with each run, until it fails: the first axis outermost, seeds innermost.
func (e *Plan) Expand(run func(Variant) error) error {
	base := e.Base()
	return e.points(func(at []int) error {
		v, err := e.at(base, at, e.chosen(at))
		if err != nil {
			return err
		}
		for r := range e.Repeat {
			w := v
			if e.Repeat > 1 {
				w.Doc = v.Doc.Variant()
				w.Point = append(slices.Clone(v.Point), fmt.Sprintf("seed=%d", e.Seed+int64(r)))
			}
			if _, swept := v.Doc.Table["seed"]; !swept || e.Repeat > 1 {
				w.Doc.Table["seed"] = e.Seed + int64(r)
			}
			if err := run(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// points calls f with each point of the axes.
func (e *Plan) points(f func(at []int) error) error {
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

// at is the run at one point of the axes, with what was tuned. Whole tables are replaced before
// keys inside them are changed.
func (e *Plan) at(base *document.Document, at []int, tuned []change) (Variant, error) {
	v := Variant{Doc: base.Variant(), Labels: map[string]string{}}
	for k, l := range e.labels {
		v.Labels[k] = l
	}
	var changes []change
	for i, a := range e.axes {
		o := a.options[at[i]]
		changes = append(changes, o.changes...)
		if a.labels {
			v.Labels[a.name] = o.label
			v.Point = append(v.Point, a.name+"="+o.label)
		} else {
			v.Point = append(v.Point, o.label)
		}
	}
	changes = append(changes, tuned...)
	sort.SliceStable(changes, func(i, j int) bool { return len(changes[i].path) < len(changes[j].path) })
	for _, c := range changes {
		value := document.CopyTree(c.value)
		if err := v.Doc.Put(c.path, value, e.Doc.Place(c.from)); err != nil {
			return Variant{}, e.Doc.Fault(c.from, params.Errorf(c.from, "%v", err))
		}
		to := document.PathString(c.path)
		for _, p := range document.TreePaths(to, value) {
			v.Doc.NotePlace(p, e.Doc.Place(c.from+strings.TrimPrefix(p, to)))
		}
	}
	return v, nil
}

// Where is the path of what makes an experiment have several runs.
func (e *Plan) Where() string {
	if len(e.axes) > 0 {
		return e.axes[len(e.axes)-1].place
	}
	return "repeat"
}
