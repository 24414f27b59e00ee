package experiments

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"staleness/experiments/internal/fault"
	"staleness/internal/nesting"
	"staleness/internal/params"
)

// A document is a TOML table, and where everything in it was written.
type document struct {
	table  map[string]any
	places map[string]fault.Place
	order  map[string]int  // by path: rank of its first appearance
	dotted map[string]bool // tables that exist only because a dotted key below them was given
	files  []fault.Place   // what it was read from, in order

	under *document // what is not in places may be in under's, unless
	gone  []string  // it is below one of these paths, which were replaced
}

func newDocument() *document {
	return &document{table: map[string]any{}, places: map[string]fault.Place{}, order: map[string]int{}, dotted: map[string]bool{}}
}

// add lays a file over the document.
func (d *document) add(file, src string) error {
	if line, err := nesting.Check(src); err != nil {
		return &fault.Error{Place: fault.Place{File: file, Line: line}, Err: err}
	}
	var table map[string]any
	_, err := toml.Decode(src, &table)
	var at toml.ParseError
	switch {
	case errors.As(err, &at):
		what := at.Message
		if what == "" {
			_, what, _ = strings.Cut(at.Error(), ": ")
		}
		if strings.Contains(what, "already been defined") {
			what = strings.TrimSuffix(what, ".") + ": a key stands once; several values of a swept key are one list"
		}
		return &fault.Error{Place: fault.Place{File: file, Line: at.Position.Line}, Err: fmt.Errorf("this is not TOML: %s", what)}
	case err != nil:
		return &fault.Error{Place: fault.Place{File: file}, Err: fmt.Errorf("this is not TOML: %w", err)}
	}
	d.files = append(d.files, fault.Place{File: file})
	spots := locate(src)
	paths := slices.SortedFunc(maps.Keys(spots), func(a, b string) int {
		if c := spots[a].line - spots[b].line; c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	d.merge("", d.table, normal(table).(map[string]any))
	for _, p := range paths {
		d.note(p, fault.Place{File: file, Line: spots[p].line}, spots[p].implied)
	}
	return nil
}

// set lays one "key=value" over the document. What is no TOML value is a string, so that strategy.kind=asgd needs no quotes.
func (d *document) set(setting string) error {
	place := fault.Place{Arg: "-set " + setting}
	key, text, ok := strings.Cut(setting, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		return &fault.Error{Place: place, Err: errors.New("want key=value, such as -set strategy.rate=0.1")}
	}
	path, err := parsePath(key)
	if err != nil {
		return &fault.Error{Place: place, Err: err}
	}
	if len(path) > nesting.Deepest {
		return &fault.Error{Place: place, Err: fmt.Errorf("a key of %d names lies deeper than anything that is configured", len(path))}
	}
	if _, err := nesting.Check("v = " + text); err != nil {
		return &fault.Error{Place: place, Err: err}
	}
	var value any = text
	var table map[string]any
	if _, err := toml.Decode("v = "+text, &table); err == nil && len(table) == 1 {
		value = normal(table["v"])
	}
	if err := d.put(path, value, place); err != nil {
		return &fault.Error{Place: place, Err: err}
	}
	return nil
}

// put stores a value at a path and notes where it comes from.
func (d *document) put(path []step, value any, place fault.Place) error {
	if err := put(d.table, path, value); err != nil {
		return err
	}
	at := pathString(path)
	d.forget(at)
	for _, p := range treePaths(at, value) {
		d.note(p, place, false)
	}
	for _, p := range prefixes(path) {
		if _, ok := d.written(p); !ok {
			d.note(p, place, false)
		}
	}
	return nil
}

func (d *document) note(path string, place fault.Place, dotted bool) {
	d.places[path] = place
	if d.under != nil {
		return // order and dotted keys matter before there are variants
	}
	d.dotted[path] = dotted
	if _, ok := d.order[path]; !ok {
		d.order[path] = len(d.order)
	}
}

// written finds where exactly this path was written.
func (d *document) written(path string) (fault.Place, bool) {
	if at, ok := d.places[path]; ok || d.under == nil {
		return at, ok
	}
	for _, g := range d.gone {
		if isBelow(path, g) {
			return fault.Place{}, false
		}
	}
	return d.under.written(path)
}

// isBelow says whether a path is at or below another.
func isBelow(path, top string) bool {
	return strings.HasPrefix(path, top) && (len(path) == len(top) || path[len(top)] == '.' || path[len(top)] == '[')
}

// forget drops the places of what is below a path that is replaced.
func (d *document) forget(path string) {
	for p := range d.places {
		if isBelow(p, path) {
			delete(d.places, p)
		}
	}
	if d.under != nil {
		d.gone = append(d.gone, path)
	}
}

// variant is a copy that can be changed without changing d, which must not change any more. It shares d's places.
func (d *document) variant() *document {
	return &document{table: copyTree(d.table).(map[string]any), places: map[string]fault.Place{}, files: d.files, under: d}
}

// merge lays src over dst. A table that names its kind (or law) replaces the one before: the keys of another kind mean
// nothing to it. Any other table is merged key by key; anything else replaces.
func (d *document) merge(path string, dst, src map[string]any) {
	for k, v := range src {
		at := joinKey(path, k)
		new, isTable := v.(map[string]any)
		old, wasTable := dst[k].(map[string]any)
		if isTable && wasTable && !names(new) {
			d.merge(at, old, new)
			continue
		}
		d.forget(at)
		dst[k] = v
	}
}

func names(table map[string]any) bool { return table["kind"] != nil || table["law"] != nil }

// place finds where a path was written, or the nearest table around it.
func (d *document) place(path string) fault.Place {
	for p := path; p != ""; p = parent(p) {
		if at, ok := d.written(p); ok {
			return at
		}
		// A key that a decoder named without quotes.
		for q := parent(p); q != ""; q = parent(q) {
			if at, ok := d.written(q + "." + strconv.Quote(strings.TrimPrefix(p, q+"."))); ok {
				return at
			}
		}
	}
	if at, ok := d.written(strconv.Quote(path)); ok {
		return at
	}
	if len(d.files) > 0 {
		return d.files[len(d.files)-1]
	}
	return fault.Place{File: "the configuration"}
}

// fault adds the place to an error about the key at path, or about the key that the error itself names.
func (d *document) fault(path string, err error) error {
	var done *fault.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	var e *params.Error
	if errors.As(err, &e) {
		path, err = e.Path, e
	}
	return &fault.Error{Place: d.place(path), Err: err}
}

// base is the folder that a relative path, given at a key, is relative to.
func (d *document) base(path string) string {
	if p := d.place(path); p.Arg == "" {
		return filepath.Dir(p.File)
	}
	return "."
}

// normal makes every list a []any and every number an int64 or a float64.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = normal(x)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = normal(x)
		}
		return v
	case []map[string]any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = normal(x)
		}
		return list
	}
	return v
}

func copyTree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, x := range v {
			c[k] = copyTree(x)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = copyTree(x)
		}
		return c
	}
	return v
}
