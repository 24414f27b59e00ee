package optimizertest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/nets/vec"
	o "staleness/optimizers"
)

// hyperparameters are looked for in the halves by name and by type: they may not change, and
// neither may the configuration.
func hyperparameters[F vec.Float](spec o.Spec, s o.Strategy[F]) error {
	before := spec.Encode()
	names := map[string]bool{}
	var collect func(ks []params.KeyDoc)
	collect = func(ks []params.KeyDoc) {
		for _, k := range ks {
			names[strings.ReplaceAll(k.Key, "_", "")] = true
			collect(k.Keys)
		}
	}
	collect(params.DescribeStruct(spec.Method))
	if err := unwritten(s, names); err != nil {
		return err
	}
	if after := spec.Encode(); !reflect.DeepEqual(before, after) {
		return fmt.Errorf("the configuration was written to:\nbefore %v\nafter  %v", before, after)
	}
	return nil
}

// unwritten says whether what the halves hold under these names stays as it is.
func unwritten[F vec.Float](s o.Strategy[F], names map[string]bool) error {
	r, err := New(setup(s))
	if err != nil {
		return err
	}
	was := settings(r, names)
	if err := advance(r, 500); err != nil {
		return err
	}
	if is := settings(r, names); !slices.Equal(was, is) {
		return fmt.Errorf("a half has written its hyperparameters:\nbefore %v\nafter  %v", was, is)
	}
	return nil
}

// settings lists the scalars of all halves that are named like hyperparameters or belong to a
// configuration.
func settings[F vec.Float](r *Run[F], names map[string]bool) (found []string) {
	for i, h := range r.hubs {
		found = scalars(found, fmt.Sprintf("server %d", i), "", reflect.ValueOf(h.Server()), names, false)
	}
	for i := range r.workers {
		found = scalars(found, fmt.Sprintf("worker %d", i), "", reflect.ValueOf(r.workers[i].half), names, false)
	}
	return found
}

// scalars appends those of v, which the field name holds; all: whatever their name.
func scalars(found []string, path, name string, v reflect.Value, names map[string]bool, all bool) []string {
	switch k := v.Kind(); {
	case k == reflect.Pointer || k == reflect.Interface:
		if !v.IsNil() {
			found = scalars(found, path, name, v.Elem(), names, all)
		}
	case k == reflect.Struct:
		all = all || isConfig(v.Type())
		for i := range v.NumField() {
			f := v.Type().Field(i)
			found = scalars(found, path+"."+f.Name, f.Name, v.Field(i), names, all)
		}
	case k < reflect.Array || k == reflect.String:
		if all || names[strings.ToLower(name)] {
			found = append(found, fmt.Sprintf("%s=%v", path, v))
		}
	}
	return found
}

// isConfig says whether a struct type is made of documented fields only.
func isConfig(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("doc") == "" && !(f.Anonymous && f.Type.Kind() == reflect.Struct && isConfig(f.Type)) {
			return false
		}
	}
	return t.NumField() > 0
}
