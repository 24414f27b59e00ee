package params

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// An Idler is a struct of which some keys mean nothing for a reason that no tag `when` can say,
// such as what a part is: it names them, each with the reason ("sgd has no memory to reset").
type Idler interface{ Idle() map[string]string }

// A condition is one of a tag `when`, on another key of the same struct.
type condition struct {
	text string // as it stands in the tag
	key  string
	// one of these; none: the key is given, which zero, false and an empty list are not
	values []string
	not    bool // the key is not given
}

// conditionsOf reads a tag such as "form=distbelief,server=adagrad", "kind=linear|geometric",
// "updates", "!from".
func conditionsOf(tag string) (cs []condition) {
	if tag == "" {
		return nil
	}
	for _, text := range strings.Split(tag, ",") {
		c := condition{text: text}
		key, values, ok := strings.Cut(text, "=")
		c.key, c.not = strings.CutPrefix(key, "!")
		if ok {
			c.values = strings.Split(values, "|")
		}
		cs = append(cs, c)
	}
	return cs
}

// in words: what has to be, for the key to mean something.
func (c condition) words() string {
	switch {
	case c.not:
		return "without " + c.key
	case c.values == nil:
		return "with " + c.key
	}
	quoted := make([]string, len(c.values))
	for i, v := range c.values {
		quoted[i] = fmt.Sprintf("%q", v)
		if v == "true" || v == "false" {
			quoted[i] = v
		}
	}
	return "with " + c.key + " = " + strings.Join(quoted, " or ")
}

// holds says whether the condition holds in a struct with these fields.
func (c condition) holds(v reflect.Value, fs []field) bool {
	i := slices.IndexFunc(fs, func(f field) bool { return f.key == c.key })
	x := v.FieldByIndex(fs[i].index)
	if c.values == nil {
		given := !x.IsZero() && (x.Kind() != reflect.Slice || x.Len() > 0)
		return given != c.not
	}
	text, ok := encode(x, true).(string)
	if !ok {
		text = Literal(encode(x, true))
	}
	return slices.Contains(c.values, text)
}

// whenWords says in words when a field means something; "" for always.
func (f field) whenWords() string {
	words := make([]string, len(f.when))
	for i, c := range f.when {
		words[i] = c.words()
	}
	return strings.Join(words, " and ")
}

// idle lists the keys of a struct that mean nothing, for the values that others have, with the
// reason of each.
func idle(v reflect.Value) map[string]string {
	var out map[string]string
	put := func(key, why string) {
		if out == nil {
			out = map[string]string{}
		}
		out[key] = why
	}
	fs := fieldsOf(v.Type())
	for _, f := range fs {
		if slices.ContainsFunc(f.when, func(c condition) bool { return !c.holds(v, fs) }) {
			put(f.key, "it applies only "+f.whenWords())
		}
	}
	if x, ok := v.Interface().(Idler); ok {
		for key, why := range x.Idle() {
			put(key, why)
		}
	}
	return out
}

// Idle lists the keys of a configuration, a struct, that mean nothing for the values that others
// have, with the reason of each.
func Idle(config any) map[string]string { return idle(reflect.ValueOf(config)) }

// refuseIdle refuses a key of table that means nothing to the struct that it has become.
func refuseIdle(path string, table map[string]any, v reflect.Value) error {
	why := idle(v)
	if len(why) == 0 {
		return nil
	}
	fs := fieldsOf(v.Type())
	// a wrong value of the key that decides is the mistake, not what follows from it
	for _, f := range fs {
		if decides(f, fs) {
			if err := check(join(path, f.key), v.FieldByIndex(f.index), f.rules, false); err != nil {
				return err
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if reason, ok := why[k]; ok {
			i := slices.IndexFunc(fs, func(f field) bool { return f.key == k })
			if err := check(join(path, k), v.FieldByIndex(fs[i].index), fs[i].rules, false); err != nil {
				return err // it could not be had elsewhere either
			}
			return &Error{Path: join(path, k), Value: write(table[k]), Problem: "means nothing here: " + reason, Allowed: "leave it out", Doc: fs[i].rules.doc}
		}
	}
	return nil
}

// decides says whether a field stands in a condition of another.
func decides(f field, fs []field) bool {
	return slices.ContainsFunc(fs, func(g field) bool {
		return slices.ContainsFunc(g.when, func(c condition) bool { return c.key == f.key })
	})
}

// mustKnowConditions panics if a tag `when` names no key, or a value that its key cannot have.
func mustKnowConditions(at string, f field, fs []field) {
	for _, c := range f.when {
		i := slices.IndexFunc(fs, func(g field) bool { return g.key == c.key })
		if i < 0 || c.key == f.key {
			panic(fmt.Sprintf("%s: when: %q is about no other key", at, c.text))
		}
		if in := fs[i].rules.in; fs[i].Type.Kind() == reflect.String && in != "" {
			for _, v := range c.values {
				if !slices.Contains(strings.Split(in, "|"), v) {
					panic(fmt.Sprintf("%s: when: %s is never %q", at, c.key, v))
				}
			}
		}
		if f.required {
			panic(at + ": when: a key that is required always applies")
		}
	}
}
