// Package params turns plain structs into documented, strictly checked configuration.
//
// A field's key is its name in snake case (NPush: n_push) or its `key` tag; its default is its
// value in the registered struct. Tags:
//
//	doc       what it is, with unit and source; every field of a registered struct has one
//	in        what it may be: intervals and literals, separated by |: "[1,)", "(0,1]", "mean|sum", "0|[2,8]", "[0,inf]"
//	len       the same for the number of elements of a slice
//	required  present: the key must be given
//	when      what makes it apply, by other keys of the struct: "form=distbelief" ("a|b" for alternatives), "updates" (it is given,
//	          so not zero), "!from" (it is not), several separated by commas. A key that is given and does not apply is refused
//	later     of a key that was added to a struct in use: the default, at which it is left out of what Encode writes, so that
//	          configurations from before are the same to the letter
//
// A field may be a bool, number, string, time.Duration ("10ms"), Bandwidth, Size, anything with
// UnmarshalText, a Custom, a slice or pointer (optional: nil when absent) of these, a struct (a
// table), or an interface that a Registry serves (a table whose kind selects the struct). Embedded
// structs contribute their keys.
//
// Registries are filled before the first run (by init functions, or a main of one's own) and only
// read after that.
package params

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// A Custom field decodes itself from whatever the file says: a bool, int64, float64, string, []any
// or map[string]any. Its error need not say where.
type Custom interface{ FromParam(value any) error }

// A Validator is a struct with conditions that concern several fields. An *Error it returns has a
// path below the struct.
type Validator interface{ Validate() error }

// An Entry is one registered kind.
type Entry struct {
	Name     string
	Doc      string // one line
	Source   string // the paper, where there is one
	Defaults any    // a struct
	Value    any    // the owner's, such as a constructor
}

// A Registry knows the kinds of one thing, say strategies. Of its methods only Add changes it.
type Registry struct {
	what, key string
	shorthand func(value any) (map[string]any, bool)
	beside    *beside // nil: no keys beside those of kinds
	entries   map[string]*Entry
	types     map[reflect.Type]*Entry
}

// New returns a registry of what ("strategy"), whose tables are told apart by key ("kind").
func New(what, key string) *Registry {
	return &Registry{what: what, key: key, entries: map[string]*Entry{}, types: map[reflect.Type]*Entry{}}
}

var choices = map[reflect.Type]*Registry{}

// Serve makes r decode every field of interface type I, whatever struct it is in, and returns r.
func Serve[I any](r *Registry) *Registry {
	t := reflect.TypeFor[I]()
	if t.Kind() != reflect.Interface || t.NumMethod() == 0 || choices[t] != nil {
		panic("params: " + t.String() + " is not an interface with methods, or is served already")
	}
	choices[t] = r
	return r
}

// Shorthand lets something other than a table stand for one: f returns the table that value
// abbreviates. A string that f does not take, or any string without f, is a bare kind.
func (r *Registry) Shorthand(f func(value any) (table map[string]any, ok bool)) { r.shorthand = f }

// Add registers a kind. It panics on what only a programmer can get wrong: a name or type that is
// taken, a field without doc, a bad tag, defaults outside their own ranges.
func (r *Registry) Add(e Entry) {
	t := reflect.TypeOf(e.Defaults)
	if t == nil || t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("params: %s %s: defaults must be a struct, not %T", r.what, e.Name, e.Defaults))
	}
	if r.entries[e.Name] != nil || r.types[t] != nil {
		panic(fmt.Sprintf("params: %s %s (%s) is registered already", r.what, e.Name, t))
	}
	mustBeSound(r.what+" "+e.Name, t, r.key)
	if err := check("", reflect.ValueOf(e.Defaults), rules{}, true); err != nil {
		panic(fmt.Sprintf("params: %s %s: defaults: %v", r.what, e.Name, err))
	}
	r.entries[e.Name], r.types[t] = &e, &e
}

// Names lists what is registered, sorted.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.entries)) }

// What says what the registry is of, Key the key that tells kinds apart.
func (r *Registry) What() string { return r.what }
func (r *Registry) Key() string  { return r.key }

// Lookup finds a kind by name, Of by the type of a configuration.
func (r *Registry) Lookup(name string) (*Entry, bool) { e, ok := r.entries[name]; return e, ok }
func (r *Registry) Of(config any) (*Entry, bool) {
	config, _ = r.inner(config)
	e, ok := r.types[reflect.TypeOf(config)]
	return e, ok
}

// Decode fills a copy of the defaults of the kind that table names, and checks it. path, such as
// "strategy", begins the path of every error, which is an *Error.
func (r *Registry) Decode(path string, table map[string]any) (config any, err error) {
	return r.decode(path, table, nil)
}

// decode starts from base if table names no kind, or base's.
func (r *Registry) decode(path string, value any, base any) (any, error) {
	table, ok := value.(map[string]any)
	if !ok && r.shorthand != nil {
		table, ok = r.shorthand(value)
	}
	if name, is := value.(string); is && !ok {
		table, ok = map[string]any{r.key: name}, true
	}
	if !ok {
		return nil, wrong(path, value, "want a table that begins with %s, the %s: %s", r.key, r.what, strings.Join(r.Names(), ", "))
	}
	kind, given := table[r.key]
	name, isName := kind.(string)
	e := r.entries[name]
	base, common := r.inner(base)
	if own, ok := r.Of(base); ok && (!given || e == own) {
		e = own
	} else {
		base, common = nil, nil
	}
	switch {
	case e != nil:
	case !given:
		return nil, &Error{Path: join(path, r.key), Problem: "is missing", Allowed: "known: " + strings.Join(r.Names(), ", ")}
	case !isName:
		return nil, wrong(join(path, r.key), kind, "want the name of a %s: %s", r.what, strings.Join(r.Names(), ", "))
	default:
		return nil, unknown(join(path, r.key), fmt.Sprintf("unknown %s %q", r.what, name), name, r.Names())
	}
	if base == nil {
		base = e.Defaults
	}
	dst := reflect.New(reflect.TypeOf(base)).Elem()
	dst.Set(reflect.ValueOf(base))
	table, others := r.apart(e, table)
	if err := r.decodeKind(path, table, dst, e.Name); err != nil {
		return nil, fromSource(err, e.Source)
	}
	if err := check(path, dst, rules{}, false); err != nil {
		return nil, fromSource(asWritten(err, path, table), e.Source)
	}
	return r.joined(path, dst.Interface(), others, common)
}

// Decode overlays table on the struct that dst points to, which holds the defaults, and checks the
// whole.
func Decode(path string, table map[string]any, dst any) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("params: Decode wants a pointer to a struct, not %T", dst))
	}
	tmp := reflect.New(v.Elem().Type()).Elem()
	tmp.Set(v.Elem())
	if err := decodeStruct(path, table, tmp, "", ""); err != nil {
		return err
	}
	if err := check(path, tmp, rules{}, false); err != nil {
		return asWritten(err, path, table)
	}
	v.Elem().Set(tmp)
	return nil
}

// Check reports the first field of a configuration made in Go that is outside its range, as an
// *Error.
func Check(path string, config any) error {
	if config == nil {
		return nil
	}
	return check(path, reflect.ValueOf(config), rules{}, false)
}

// A field is one key of a struct.
type field struct {
	reflect.StructField
	key      string
	index    []int
	rules    rules
	required bool
	when     []condition
}

// known remembers the fields of types: a sweep decodes the same few ten thousand times.
var known sync.Map // of reflect.Type to []field

// fieldsOf lists the keys of a struct type in order, those of embedded structs in their place. The
// list is shared: read it only.
func fieldsOf(t reflect.Type) []field {
	if fs, ok := known.Load(t); ok {
		return fs.([]field)
	}
	fs := readFields(t)
	known.Store(t, fs)
	return fs
}

func readFields(t reflect.Type) (fs []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("key") == "":
			for _, g := range fieldsOf(f.Type) {
				g.index = append([]int{i}, g.index...)
				fs = append(fs, g)
			}
		case f.IsExported():
			k := f.Tag.Get("key")
			if k == "" {
				k = Key(f.Name)
			}
			if k != "-" {
				_, required := f.Tag.Lookup("required")
				fs = append(fs, field{f, k, []int{i}, rulesOf(f.Tag), required, conditionsOf(f.Tag.Get("when"))})
			}
		}
	}
	return fs
}

// Key is a Go name in snake case: NPush is n_push, TrainLoss train_loss, L2 l2, NIC nic.
func Key(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// decodeStruct overlays table, whose key skip is spoken for, on dst. Common keys
// are those that it could have had besides.
func decodeStruct(path string, table map[string]any, dst reflect.Value, skip, kind string, common ...string) error {
	fs := fieldsOf(dst.Type())
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if k == skip && skip != "" {
			continue
		}
		i := slices.IndexFunc(fs, func(f field) bool { return f.key == k })
		if i < 0 {
			names := make([]string, len(fs))
			for j, f := range fs {
				names[j] = f.key
			}
			what := "unknown key"
			if kind != "" {
				what = fmt.Sprintf("unknown key of %q", kind)
			}
			return unknown(join(path, k), what, k, append(names, common...))
		}
		f := fs[i]
		if err := set(join(path, k), dst.FieldByIndex(f.index), table[k]); err != nil {
			return withDoc(err, join(path, k), f.rules.doc)
		}
	}
	for _, f := range fs {
		if !f.required {
			continue
		}
		if _, ok := table[f.key]; !ok {
			return &Error{Path: join(path, f.key), Problem: "is missing", Allowed: wants(f.Type), Doc: f.rules.doc}
		}
	}
	return refuseIdle(path, table, dst)
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	customType   = reflect.TypeFor[Custom]()
)

// set stores what the file says in dst, or says what it should have said.
func set(path string, dst reflect.Value, value any) error {
	t := dst.Type()
	if reg := choices[t]; reg != nil {
		c, err := reg.decode(path, value, dst.Interface())
		if err != nil {
			return err
		}
		if !reflect.TypeOf(c).AssignableTo(t) {
			panic(fmt.Sprintf("params: %T, registered as %s, is no %s", c, reg.what, t))
		}
		dst.Set(reflect.ValueOf(c))
		return nil
	}
	switch p := reflect.PointerTo(t); {
	case value == nil:
		return wrong(path, value, "want %s", wants(t))
	case p.Implements(customType):
		tmp := reflect.New(t)
		tmp.Elem().Set(dst)
		if err := tmp.Interface().(Custom).FromParam(value); err != nil {
			return wrap(path, value, err)
		}
		dst.Set(tmp.Elem())
		return nil
	case t == durationType:
		d, err := parseDuration(value)
		if err != nil {
			return wrap(path, value, err)
		}
		dst.SetInt(int64(d))
		return nil
	case p.Implements(textType):
		s, ok := value.(string)
		if !ok {
			return wrong(path, value, "want %s", wants(t))
		}
		tmp := reflect.New(t)
		if err := tmp.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
			return wrap(path, value, err)
		}
		dst.Set(tmp.Elem())
		return nil
	}
	return setKind(path, dst, value)
}

// setKind is set for types that do not say themselves how they are read.
func setKind(path string, dst reflect.Value, value any) error {
	t, v := dst.Type(), reflect.ValueOf(value)
	switch k := t.Kind(); {
	case k == reflect.Interface && t.NumMethod() == 0:
		dst.Set(v)
		return nil
	case k == reflect.Pointer:
		tmp := fresh(t.Elem())
		if !dst.IsNil() {
			tmp.Elem().Set(dst.Elem())
		}
		if err := set(path, tmp.Elem(), value); err != nil {
			return err
		}
		dst.Set(tmp)
		return nil
	case k == reflect.Struct:
		table, ok := value.(map[string]any)
		if !ok {
			return wrong(path, value, "want %s", wants(t))
		}
		return decodeStruct(path, table, dst, "", "")
	case k == reflect.Slice && v.Kind() == reflect.Slice:
		s := reflect.MakeSlice(t, v.Len(), v.Len())
		for i := range v.Len() {
			if err := set(fmt.Sprintf("%s[%d]", path, i), s.Index(i), v.Index(i).Interface()); err != nil {
				return err
			}
		}
		dst.Set(s)
		return nil
	case setScalar(dst, v):
		return nil
	}
	return wrong(path, value, "want %s", wants(t))
}

// setScalar stores a bool, string or number, if dst can hold it exactly or is a float.
func setScalar(dst, v reflect.Value) bool {
	switch k := dst.Kind(); {
	case k == reflect.Bool && v.Kind() == reflect.Bool:
		dst.SetBool(v.Bool())
	case k == reflect.String && v.Kind() == reflect.String:
		dst.SetString(v.String())
	case dst.CanInt() && v.CanInt() && !dst.OverflowInt(v.Int()):
		dst.SetInt(v.Int())
	case dst.CanUint() && v.CanInt() && v.Int() >= 0 && !dst.OverflowUint(uint64(v.Int())):
		dst.SetUint(uint64(v.Int()))
	case dst.CanUint() && v.CanUint() && !dst.OverflowUint(v.Uint()):
		dst.SetUint(v.Uint())
	case dst.CanFloat() && v.CanFloat():
		dst.SetFloat(v.Float())
	case dst.CanFloat() && v.CanInt():
		dst.SetFloat(float64(v.Int()))
	default:
		return false
	}
	return true
}

// wants names what a field of type t is given in a file.
func wants(t reflect.Type) string {
	p := reflect.PointerTo(t)
	switch {
	case choices[t] != nil:
		return "a " + choices[t].what + ": a table with a " + choices[t].key
	case t == durationType:
		return `a duration with its unit, such as "10ms"`
	}
	if w, ok := reflect.New(t).Interface().(interface{ Wants() string }); ok {
		return w.Wants()
	}
	switch k := t.Kind(); {
	case p.Implements(textType) || k == reflect.String:
		return "a string"
	case k == reflect.Bool:
		return "true or false"
	case k >= reflect.Int && k <= reflect.Int64:
		return "a whole number"
	case k >= reflect.Uint && k <= reflect.Uint64:
		return "a whole number, not negative"
	case k == reflect.Float32 || k == reflect.Float64:
		return "a number"
	case k == reflect.Struct:
		return "a table"
	case k == reflect.Slice:
		return "a list, each element " + wants(t.Elem())
	case k == reflect.Pointer:
		return wants(t.Elem())
	}
	return "something else"
}
