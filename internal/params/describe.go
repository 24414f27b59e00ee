package params

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Description is a registered kind, for lists and the manual.
type Description struct {
	Name, Doc, Source string
	Keys              []KeyDoc
}

// A KeyDoc is one key of a table.
type KeyDoc struct {
	Key      string
	Type     string   // what to write: "a number"
	Default  string   // as a file would have it; "" if none
	In       string   // what it may be
	Doc      string   // what it is
	When     string   // when it applies: "with form = \"distbelief\""; "" for always
	Required bool     // it has no default
	Of       string   // the registry that serves it ("local optimizer")
	Keys     []KeyDoc // of a table, or of a list of tables
}

// Describe lists every kind with its keys, sorted by name.
func (r *Registry) Describe() []Description {
	var ds []Description
	for _, n := range r.Names() {
		e := r.entries[n]
		ds = append(ds, Description{e.Name, e.Doc, e.Source, DescribeStruct(e.Defaults)})
	}
	return ds
}

// DescribeStruct lists the keys of a struct that holds its defaults, in the order of its fields.
func DescribeStruct(defaults any) []KeyDoc { return describe(reflect.ValueOf(defaults)) }

func describe(v reflect.Value) (ks []KeyDoc) {
	for _, f := range fieldsOf(v.Type()) {
		fv := v.FieldByIndex(f.index)
		k := KeyDoc{Key: f.key, Type: wants(f.Type), In: f.rules.in, Doc: f.rules.doc, When: f.whenWords(), Required: f.required}
		if c := choices[f.Type]; c != nil {
			k.Of = c.what
		}
		if !f.required {
			k.Default = Literal(encode(fv, true))
		}
		e := f.Type
		for e.Kind() == reflect.Slice || e.Kind() == reflect.Pointer {
			e = e.Elem()
		}
		if isTable(e) {
			if e == f.Type {
				k.Keys = describe(fv)
			} else {
				k.Keys = describe(fresh(e).Elem())
			}
			k.Default = ""
		}
		ks = append(ks, k)
	}
	return ks
}

// isTable says whether a struct type is written as a table rather than by a method of its own.
func isTable(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() == reflect.Struct && !p.Implements(textType) && !p.Implements(customType)
}

// Encode is the inverse of Decode: the table that gives this configuration, with nothing left to
// defaults. config is a struct; one that r does not know is an error of the programmer. Absent
// optional fields are left out.
func (r *Registry) Encode(config any) map[string]any { return r.encode(config, true) }

// EncodeApplying is Encode without the keys that mean nothing, which Decode would refuse.
func (r *Registry) EncodeApplying(config any) map[string]any { return r.encode(config, false) }

func (r *Registry) encode(config any, idle bool) map[string]any {
	e, ok := r.Of(config)
	if !ok {
		panic(fmt.Sprintf("params: %T is no registered %s", config, r.what))
	}
	inner, keys := r.inner(config)
	t := encodeStruct(reflect.ValueOf(inner), idle)
	if keys != nil {
		maps.Copy(t, encodeStruct(reflect.ValueOf(keys), idle))
	}
	t[r.key] = e.Name
	return t
}

// Encode is the inverse of the function Decode, but for keys that mean nothing: they are there,
// with their defaults.
func Encode(config any) map[string]any { return encodeStruct(reflect.ValueOf(config), true) }

// EncodeApplying is Encode without the keys that mean nothing.
func EncodeApplying(config any) map[string]any { return encodeStruct(reflect.ValueOf(config), false) }

// encodeStruct writes all keys, or those that are not idle.
func encodeStruct(v reflect.Value, all bool) map[string]any {
	t := map[string]any{}
	var skip map[string]string
	if !all {
		skip = idle(v)
	}
	for _, f := range fieldsOf(v.Type()) {
		if _, ok := skip[f.key]; ok {
			continue
		}
		if x := encode(v.FieldByIndex(f.index), all); x != nil && !f.unsaid(x) {
			t[f.key] = x
		}
	}
	return t
}

// unsaid says whether a key is left out where it holds x: it came later, its tag `later` says which
// value means what was before, and configurations from before are the same to the letter.
func (f field) unsaid(x any) bool {
	before, ok := f.Tag.Lookup("later")
	return ok && (x == before || Literal(x) == before)
}

// An Encoder is a Custom field that knows how it is written: with EncodeApplying, where it holds
// what has keys.
type Encoder interface{ ToParam() any }

// encode is what a file would say for v; nil for nothing. Without all, keys that mean nothing are
// left out.
func encode(v reflect.Value, all bool) any {
	switch k := v.Kind(); {
	case (k == reflect.Pointer || k == reflect.Interface || k == reflect.Slice) && v.IsNil():
		return nil
	}
	if x, ok := v.Interface().(Encoder); ok {
		return x.ToParam()
	}
	if c := choices[v.Type()]; c != nil {
		return c.encode(v.Interface(), all)
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("params: %T: %v", x, err))
		}
		return string(b)
	}
	switch k := v.Kind(); {
	case k == reflect.Pointer || k == reflect.Interface:
		return encode(v.Elem(), all)
	case k == reflect.Slice:
		s := make([]any, v.Len())
		for i := range s {
			s[i] = encode(v.Index(i), all)
		}
		return s
	case k == reflect.Map:
		return v.Interface()
	case k == reflect.Struct:
		return encodeStruct(v, all)
	case k == reflect.Bool:
		return v.Bool()
	case k == reflect.String:
		return v.String()
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	case v.CanFloat():
		return v.Float()
	}
	panic(fmt.Sprintf("params: a %s is no configuration", v.Type()))
}

// Literal is an encoded value as a file would have it, tables inline; "" for nil.
func Literal(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return fmt.Sprintf("%q", x)
	case []any:
		s := make([]string, len(x))
		for i := range x {
			s[i] = Literal(x[i])
		}
		return "[" + strings.Join(s, ", ") + "]"
	case map[string]any:
		return inline(x)
	case float64:
		s := fmt.Sprintf("%v", x)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	}
	return fmt.Sprint(x)
}

// inline writes a table with its kind first, then its keys in order of the alphabet.
func inline(t map[string]any) string {
	var parts []string
	add := func(k string) { parts = append(parts, k+" = "+Literal(t[k])) }
	first := map[string]bool{"kind": true, "law": true}
	for _, k := range sortedKeys(t) {
		if first[k] {
			add(k)
		}
	}
	for _, k := range sortedKeys(t) {
		if !first[k] {
			add(k)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func sortedKeys(t map[string]any) []string { return slices.Sorted(maps.Keys(t)) }
