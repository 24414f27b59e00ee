package params

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// rules are the tags of a field that say what it may be.
type rules struct{ in, length, doc string }

func rulesOf(tag reflect.StructTag) rules {
	return rules{tag.Get("in"), tag.Get("len"), tag.Get("doc")}
}

// check walks a configuration and reports the first value outside its range. With unset, what is
// required may still be empty: it is the defaults that are checked.
func check(path string, v reflect.Value, r rules, unset bool) error {
	t := v.Type()
	switch k := t.Kind(); {
	case k == reflect.Interface || k == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return check(path, v.Elem(), r, unset)
	case k == reflect.Slice:
		if r.length != "" && !unset && !within(r.length, float64(v.Len()), "", reflect.TypeFor[int]()) {
			return &Error{Path: path, Problem: fmt.Sprintf("has %d elements, want %s", v.Len(), r.length), Doc: r.doc}
		}
		for i := range v.Len() {
			if err := check(fmt.Sprintf("%s[%d]", path, i), v.Index(i), rules{in: r.in, doc: r.doc}, unset); err != nil {
				return err
			}
		}
	case k == reflect.Struct:
		if t.Implements(textType) || reflect.PointerTo(t).Implements(customType) {
			return validate(path, v)
		}
		for _, f := range fieldsOf(t) {
			x := v.FieldByIndex(f.index)
			if f.required && unset || !f.required && x.Kind() == reflect.Slice && x.IsNil() {
				continue // absent
			}
			if err := check(join(path, f.key), x, f.rules, unset); err != nil {
				return err
			}
		}
		if unset {
			return nil
		}
		return validate(path, v)
	case k == reflect.String:
		if r.in != "" && !within(r.in, math.NaN(), v.String(), t) {
			e := unknown(path, "is none of "+strings.ReplaceAll(r.in, "|", ", "), v.String(), strings.Split(r.in, "|"))
			if e.Allowed = ""; v.String() != "" {
				if n, ok := Nearest(v.String(), strings.Split(r.in, "|")); ok {
					e.Allowed = fmt.Sprintf("did you mean %q?", n)
				}
			}
			e.Value, e.Doc = write(v.String()), r.doc
			return e
		}
	default:
		x, ok := number(v)
		if !ok {
			return nil
		}
		switch {
		case math.IsNaN(x):
			return &Error{Path: path, Value: show(v), Problem: "is not a number", Doc: r.doc}
		case r.in != "" && !within(r.in, x, "", t):
			return &Error{Path: path, Value: show(v), Problem: "is outside " + r.in, Doc: r.doc}
		case math.IsInf(x, 0) && !strings.Contains(r.in, "inf]") && !strings.Contains(r.in, "[-inf"):
			return &Error{Path: path, Value: show(v), Problem: "is not finite", Doc: r.doc}
		}
	}
	return nil
}

func validate(path string, v reflect.Value) error {
	c, ok := v.Interface().(Validator)
	if !ok {
		return nil
	}
	return At(path, c.Validate())
}

func number(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

// show is a value as a file would have it.
func show(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		if b, err := m.MarshalText(); err == nil {
			return strconv.Quote(string(b))
		}
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return strconv.Quote(d.String())
	}
	return write(v.Interface())
}

// within says whether number x, or text s, is in one of the alternatives.
func within(in string, x float64, s string, t reflect.Type) bool {
	for _, a := range strings.Split(in, "|") {
		if t.Kind() == reflect.String {
			if a == s {
				return true
			}
			continue
		}
		if lo, hi, loIn, hiIn, err := interval(a, t); err == nil && (x > lo || loIn && x == lo) && (x < hi || hiIn && x == hi) {
			return true
		}
	}
	return false
}

// interval reads "[1,)", "(0,0.5]" or a single number. An end without a number is open.
func interval(a string, t reflect.Type) (lo, hi float64, loIn, hiIn bool, err error) {
	if a == "" {
		return 0, 0, false, false, fmt.Errorf("an empty alternative")
	}
	if strings.IndexByte("[(", a[0]) < 0 {
		lo, err = bound(a, 0, t)
		return lo, lo, true, true, err
	}
	l, h, ok := strings.Cut(a[1:max(1, len(a)-1)], ",")
	if !ok || strings.IndexByte("])", a[len(a)-1]) < 0 {
		return 0, 0, false, false, fmt.Errorf("%q is no interval", a)
	}
	if lo, err = bound(l, math.Inf(-1), t); err != nil {
		return
	}
	if hi, err = bound(h, math.Inf(1), t); err != nil {
		return
	}
	if lo > hi {
		err = fmt.Errorf("%q is empty", a)
	}
	return lo, hi, a[0] == '[' && l != "", a[len(a)-1] == ']' && h != "", err
}

func bound(s string, absent float64, t reflect.Type) (float64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return absent, nil
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f, nil
	}
	if t == durationType {
		d, err := time.ParseDuration(s)
		return float64(d), err
	}
	return 0, fmt.Errorf("%q is no number", s)
}

// mustBeSound panics if a struct type cannot be configuration.
func mustBeSound(what string, t reflect.Type, key string) {
	seen := map[string]bool{key: true}
	fs := fieldsOf(t)
	for _, f := range fs {
		at := "params: " + what + ": field " + f.Name
		mustKnowConditions(at, f, fs)
		if seen[f.key] {
			panic(at + ": key " + f.key + " is taken")
		}
		seen[f.key] = true
		if f.Tag.Get("doc") == "" {
			panic(at + " has no doc")
		}
		e := f.Type
		for e.Kind() == reflect.Slice || e.Kind() == reflect.Pointer {
			e = e.Elem()
		}
		if in := f.Tag.Get("in"); in != "" && e.Kind() != reflect.String {
			for _, a := range strings.Split(in, "|") {
				if _, _, _, _, err := interval(a, e); err != nil {
					panic(at + ": in: " + err.Error())
				}
			}
		}
		if l := f.Tag.Get("len"); l != "" {
			if _, _, _, _, err := interval(l, reflect.TypeFor[int]()); err != nil {
				panic(at + ": len: " + err.Error())
			}
		}
		if e.Kind() == reflect.Struct && !e.Implements(textType) && !reflect.PointerTo(e).Implements(customType) && !reflect.PointerTo(e).Implements(textType) {
			mustBeSound(what+"."+f.key, e, "")
		}
	}
}
