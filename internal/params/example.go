package params

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// An Exampler is a kind whose tags do not say what would be plausible for what it needs.
type Exampler interface{ Example() map[string]any }

// Example is a table of the kind of that name, for tests of whatever is registered: what has no
// default gets a plausible value within its range. Keys that it finds none for are left out.
func (r *Registry) Example(name string) map[string]any {
	table := map[string]any{r.key: name}
	e, ok := r.entries[name]
	if !ok {
		return table
	}
	if x, ok := e.Defaults.(Exampler); ok {
		maps.Copy(table, x.Example())
	}
	for _, f := range fieldsOf(reflect.TypeOf(e.Defaults)) {
		if _, given := table[f.key]; f.required && !given {
			if v := plausible(f.Type, f.rules); v != nil {
				table[f.key] = v
			}
		}
	}
	return table
}

// plausible is a value of type t as a file has it; nil: none is known.
func plausible(t reflect.Type, r rules) any {
	if c := choices[t]; c != nil {
		for _, name := range c.Names() { // a kind that needs nothing, which cannot be one of kinds again
			if !slices.ContainsFunc(fieldsOf(reflect.TypeOf(c.entries[name].Defaults)), func(f field) bool { return f.required }) {
				return map[string]any{c.key: name}
			}
		}
		return nil
	}
	switch k := t.Kind(); {
	case t == durationType:
		return "10ms"
	case k == reflect.Pointer:
		return plausible(t.Elem(), r)
	case k == reflect.Slice:
		return elements(t.Elem(), r)
	case k == reflect.Bool:
		return true
	case k == reflect.String && r.in != "":
		return strings.Split(r.in, "|")[0]
	case k >= reflect.Int && k <= reflect.Int64:
		for _, x := range []int64{4, 3, 2, 1, 0, 8, 16, 100} {
			if r.in == "" || within(r.in, float64(x), "", t) {
				return x
			}
		}
	case k == reflect.Float32 || k == reflect.Float64:
		for _, x := range []float64{.25, .5, 1, 2, 10, 0} {
			if r.in == "" || within(r.in, x, "", t) {
				return x
			}
		}
	}
	return nil
}

// elements are as many of type t as the length may be.
func elements(t reflect.Type, r rules) any {
	for _, n := range []int{4, 3, 2, 1} {
		if r.length != "" && !within(r.length, float64(n), "", reflect.TypeFor[int]()) {
			continue
		}
		list := make([]any, n)
		for i := range list {
			if list[i] = plausible(t, rules{in: r.in}); list[i] == nil {
				return nil
			}
		}
		return list
	}
	return nil
}
