package origin

import (
	"reflect"
	"staleness/experiments/internal/prose"
	"strings"
)

// Of identifies the files that a run with these parts is made of: 16 hex digits; "" if that cannot
// be told. The holder, a struct, is no part itself, but may hold some.
func Of(holder any, parts ...any) string {
	g, err := thisProgram()
	if err != nil {
		return ""
	}
	names := map[string]bool{}
	if !partsIn(reflect.ValueOf(holder), names) {
		return ""
	}
	for _, p := range parts {
		if !partsIn(reflect.ValueOf(&p).Elem(), names) {
			return ""
		}
	}
	for p := range names {
		if pkg := p[:strings.LastIndexByte(p, '.')]; !g.packages[pkg] {
			return "" // a part of somebody else's, whose text need not be here
		}
	}
	return g.hash(prose.SortedKeys(names))
}

// partsIn notes the types of all that stands in a configuration where another could stand. It fails
// on what has no name.
func partsIn(v reflect.Value, parts map[string]bool) bool {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return true
		}
		v = v.Elem()
		t := v.Type()
		if t.Name() == "" {
			return false
		}
		name, _, _ := strings.Cut(t.Name(), "[")
		at, ours := strings.CutPrefix(t.PkgPath(), modulePath)
		if !ours {
			return t.PkgPath() == "" // numbers and words
		}
		parts[at+"."+name] = true
		return partsIn(v, parts)
	case reflect.Pointer:
		return v.IsNil() || partsIn(v.Elem(), parts)
	case reflect.Struct:
		for i := range v.NumField() {
			if !partsIn(v.Field(i), parts) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k < reflect.Array { // numbers, as many as there may be
			return true
		}
		for i := range v.Len() {
			if !partsIn(v.Index(i), parts) {
				return false
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !partsIn(it.Key(), parts) || !partsIn(it.Value(), parts) {
				return false
			}
		}
	}
	return true
}
