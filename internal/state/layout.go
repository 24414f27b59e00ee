package state

import (
	"fmt"
	"reflect"
	"strings"
)

// A run is a stretch of bytes of a value without pointers.
type run struct{ off, size uintptr }

// A layout is what the codec knows of a type.
type layout struct {
	// of a type without pointers; nil: it has some, or strings, or fields that are skipped
	runs  []run
	solid bool // one run, the whole size
	empty bool // nothing in it is state
}

// layout looks a type up. The first time it also writes, or compares, what the type looks like.
func (c *codec) layout(t reflect.Type) *layout {
	l := c.types[t]
	if l == nil {
		l = &layout{empty: empty(t)}
		if !l.empty {
			l.runs, _ = runs(t, 0, nil)
			l.solid = len(l.runs) == 1 && l.runs[0].size == t.Size()
		}
		c.types[t] = l
		if t.Kind() == reflect.Struct {
			c.same("type", describe(t))
		}
	}
	return l
}

func skipped(f reflect.StructField) bool {
	return f.Type.Kind() == reflect.Func || f.Tag.Get("state") == "-"
}

// empty says whether a value of type t holds no state whatever it is.
func empty(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func:
		return true
	case reflect.Array:
		return t.Len() == 0 || empty(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !skipped(f) && !empty(f.Type) {
				return false
			}
		}
		return true
	}
	return false
}

// runs appends the bytes of a type at off; ok is false if it is not plain memory.
func runs(t reflect.Type, off uintptr, rs []run) (_ []run, ok bool) {
	switch k := t.Kind(); {
	case k == reflect.Bool || k >= reflect.Int && k <= reflect.Uint64 || k >= reflect.Float32 && k <= reflect.Complex128:
		if n := len(rs); n > 0 && rs[n-1].off+rs[n-1].size == off {
			rs[n-1].size += t.Size()
			return rs, true
		}
		return append(rs, run{off, t.Size()}), true
	case k == reflect.Array:
		for i := range t.Len() {
			if rs, ok = runs(t.Elem(), off+uintptr(i)*t.Elem().Size(), rs); !ok {
				return nil, false
			}
		}
		return rs, true
	case k == reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if skipped(f) {
				continue
			}
			if rs, ok = runs(f.Type, off+f.Offset, rs); !ok {
				return nil, false
			}
		}
		return rs, true
	}
	return nil, false
}

// describe writes a struct type's saved fields, so that a changed layout is an error and not a
// garbled resume.
func describe(t reflect.Type) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s{", t)
	for i := range t.NumField() {
		if f := t.Field(i); !skipped(f) {
			fmt.Fprintf(&b, "%s %s;", f.Name, f.Type)
		}
	}
	return b.String() + "}"
}
