// Package document lays TOML over TOML and knows where each key stands: a file and its line, or an
// argument of the command. What a key means is none of its business; only how tables are merged is,
// and that one which names another kind replaces the one before.
package document

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/nesting"
	"staleness/internal/params"
)

// A Document is a TOML table, and where everything in it was written.
type Document struct {
	Table  map[string]any
	places map[string]fault.Place
	order  map[string]int  // by path: rank of its first appearance
	dotted map[string]bool // tables that exist only because a dotted key below them was given
	files  []fault.Place   // what it was read from, in order

	under *Document // what is not in places may be in under's, unless
	gone  []string  // it is below one of these paths, which were replaced
}

func New() *Document {
	return &Document{Table: map[string]any{}, places: map[string]fault.Place{}, order: map[string]int{}, dotted: map[string]bool{}}
}

// Add lays a file over the document.
func (d *Document) Add(file, src string) error {
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
	d.merge("", d.Table, Normal(table).(map[string]any))
	for _, p := range paths {
		d.note(p, fault.Place{File: file, Line: spots[p].line}, spots[p].implied)
	}
	return nil
}

// Set lays one "key=value" over the document. What is no TOML value is a string, so that
// strategy.kind=asgd needs no quotes.
func (d *Document) Set(setting string) error {
	place := fault.Place{Arg: "-set " + setting}
	key, text, ok := strings.Cut(setting, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		return &fault.Error{Place: place, Err: errors.New("want key=value, such as -set strategy.rate=0.1")}
	}
	path, err := ParsePath(key)
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
		value = Normal(table["v"])
	} else if _, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); errors.Is(err, strconv.ErrRange) {
		return &fault.Error{Place: place, Err: fmt.Errorf("%s is too large: whole numbers go from %d to %d", strings.TrimSpace(text), math.MinInt64, math.MaxInt64)}
	}
	if err := d.Put(path, value, place); err != nil {
		return &fault.Error{Place: place, Err: err}
	}
	return nil
}

// Put stores a value at a path and notes where it comes from.
func (d *Document) Put(path []Step, value any, place fault.Place) error {
	if err := Put(d.Table, path, value); err != nil {
		return err
	}
	at := PathString(path)
	d.Forget(at)
	for _, p := range TreePaths(at, value) {
		d.note(p, place, false)
	}
	for _, p := range prefixes(path) {
		if _, ok := d.written(p); !ok {
			d.note(p, place, false)
		}
	}
	return nil
}

func (d *Document) note(path string, place fault.Place, dotted bool) {
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
func (d *Document) written(path string) (fault.Place, bool) {
	if at, ok := d.places[path]; ok || d.under == nil {
		return at, ok
	}
	for _, g := range d.gone {
		if IsBelow(path, g) {
			return fault.Place{}, false
		}
	}
	return d.under.written(path)
}

// IsBelow says whether a path is at or below another.
func IsBelow(path, top string) bool {
	return strings.HasPrefix(path, top) && (len(path) == len(top) || path[len(top)] == '.' || path[len(top)] == '[')
}

// Forget drops the places of what is below a path that is replaced.
func (d *Document) Forget(path string) {
	for p := range d.places {
		if IsBelow(p, path) {
			delete(d.places, p)
		}
	}
	if d.under != nil {
		d.gone = append(d.gone, path)
	}
}

// Variant is a copy that can be changed without changing d, which must not change any more. It
// shares d's places.
func (d *Document) Variant() *Document {
	return &Document{Table: CopyTree(d.Table).(map[string]any), places: map[string]fault.Place{}, files: d.files, under: d}
}

// merge lays src over dst. A table that names its kind (or law) replaces the one before: the keys
// of another kind mean nothing to it. Any other table is merged key by key; anything else replaces.
func (d *Document) merge(path string, dst, src map[string]any) {
	for k, v := range src {
		at := Join(path, k)
		new, isTable := v.(map[string]any)
		old, wasTable := dst[k].(map[string]any)
		if isTable && wasTable && !names(new) {
			d.merge(at, old, new)
			continue
		}
		d.Forget(at)
		dst[k] = v
	}
}

func names(table map[string]any) bool { return table["kind"] != nil || table["law"] != nil }

// Place finds where a path was written, or the nearest table around it.
func (d *Document) Place(path string) fault.Place {
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

// Fault adds the place to an error about the key at path, or about the key that the error itself
// names.
func (d *Document) Fault(path string, err error) error {
	var done *fault.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	var e *params.Error
	if errors.As(err, &e) {
		path, err = e.Path, e
	}
	return &fault.Error{Place: d.Place(path), Err: err}
}

// Base is the folder that a relative path, given at a key, is relative to.
func (d *Document) Base(path string) string {
	if p := d.Place(path); p.Arg == "" {
		return filepath.Dir(p.File)
	}
	return "."
}

// Section finds a table at the top; absent is empty.
func (d *Document) Section(key string) (map[string]any, bool, error) {
	v, ok := d.Table[key]
	if !ok {
		return map[string]any{}, false, nil
	}
	t, ok := v.(map[string]any)
	if !ok {
		return nil, true, d.Fault(key, fault.Bad(key, v, "want a table: [%s]", key))
	}
	return t, true, nil
}

// NotePlace says where a value comes from that was stored by other means than put.
func (d *Document) NotePlace(path string, place fault.Place) { d.places[path] = place }

// Given lists what was written, in the order of the alphabet.
func (d *Document) Given() []string { return prose.SortedKeys(d.places) }

// Leaves lists, in the order of the alphabet, the values that were written, in whatever document
// this is a variant of: what holds others is none.
func (d *Document) Leaves() []string {
	all := map[string]bool{}
	var hidden []string
	for at := d; at != nil; at = at.under {
		for p := range at.places {
			if !slices.ContainsFunc(hidden, func(g string) bool { return IsBelow(p, g) }) {
				all[p] = true
			}
		}
		hidden = append(hidden, at.gone...)
	}
	holds := map[string]bool{} // others
	for p := range all {
		for i, c := range p {
			if c == '.' || c == '[' {
				holds[p[:i]] = true
			}
		}
	}
	return slices.DeleteFunc(prose.SortedKeys(all), func(p string) bool { return holds[p] })
}

// Rank orders paths by their first appearance.
func (d *Document) Rank(path string) int { return d.order[path] }

// IsDotted says whether the table at a path exists only because a dotted key below it was given.
func (d *Document) IsDotted(path string) bool { return d.dotted[path] }
