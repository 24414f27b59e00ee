package params

import (
	"fmt"
	"reflect"
	"slices"
)

// beside is what every kind of a registry takes beside its own keys.
type beside struct {
	keys  any // a struct, all of whose fields may be absent
	join  func(config, keys any) any
	split func(config any) (inner, keys any, ok bool)
}

// Beside lets every table of r carry the keys of a struct beside those of its kind. None of them is
// required, and a kind that has a key of the same name keeps its own. A table with any of them is
// decoded to what join makes of the configuration and of these keys; split is its inverse, false
// for a configuration without them.
func (r *Registry) Beside(keys any, join func(config, keys any) any, split func(config any) (inner, keys any, ok bool)) {
	mustBeSound(r.what+"s' common keys", reflect.TypeOf(keys), r.key)
	for _, f := range fieldsOf(reflect.TypeOf(keys)) {
		if f.required {
			panic(fmt.Sprintf("params: %s: the common key %s is required", r.what, f.key))
		}
	}
	r.beside = &beside{keys, join, split}
}

// Common describes the keys that every kind takes beside its own.
func (r *Registry) Common() []KeyDoc {
	if r.beside == nil {
		return nil
	}
	return DescribeStruct(r.beside.keys)
}

// inner is a configuration without the keys beside it, and these; nil where there are none.
func (r *Registry) inner(config any) (any, any) {
	if r.beside != nil && config != nil {
		if inner, keys, ok := r.beside.split(config); ok {
			return inner, keys
		}
	}
	return config, nil
}

// apart takes the keys that are not e's own out of a table.
func (r *Registry) apart(e *Entry, table map[string]any) (own, common map[string]any) {
	if r.beside == nil {
		return table, nil
	}
	is := func(keys any, k string) bool {
		return slices.ContainsFunc(fieldsOf(reflect.TypeOf(keys)), func(f field) bool { return f.key == k })
	}
	own = map[string]any{}
	for k, v := range table {
		if is(r.beside.keys, k) && !is(e.Defaults, k) {
			if common == nil {
				common = map[string]any{}
			}
			common[k] = v
		} else {
			own[k] = v
		}
	}
	return own, common
}

// joined decodes the keys beside a configuration, over those that a base has.
func (r *Registry) joined(path string, config any, common map[string]any, base any) (any, error) {
	if len(common) == 0 && base == nil {
		return config, nil
	}
	if base == nil {
		base = r.beside.keys
	}
	keys := reflect.New(reflect.TypeOf(base))
	keys.Elem().Set(reflect.ValueOf(base))
	if err := Decode(path, common, keys.Interface()); err != nil {
		return nil, err
	}
	whole := r.beside.join(config, keys.Elem().Interface())
	return whole, validate(path, reflect.ValueOf(whole))
}

// decodeKind is decodeStruct of a kind of r.
func (r *Registry) decodeKind(path string, table map[string]any, dst reflect.Value, kind string) error {
	var common []string
	if r.beside != nil {
		for _, f := range fieldsOf(reflect.TypeOf(r.beside.keys)) {
			common = append(common, f.key)
		}
	}
	return decodeStruct(path, table, dst, r.key, kind, common...)
}
