// Package state saves and restores every field of a value, exported or not, so that nobody has to
// list them and nobody can forget one. What is restored into was freshly built from the same
// configuration; whatever it holds by then is overwritten.
//
// Not saved are func fields, which are wiring, and fields tagged `state:"-"`, which the owner
// restores. Refused, with the path, are maps, channels, and memory that is reachable twice: after
// loading it would be two pieces that part ways.
//
// A stream belongs to one layout of the types and one word size and byte order; any other is an
// error. It is a sequence of blocks, each with its length and CRC-32C, so nothing damaged or cut
// short is ever looked into.
package state

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// format is the version of the stream itself.
const format = 1

const maxDepth = 1000 // of nesting; anything deeper is a cycle

// Save writes the state of what each of ptrs points to.
func Save(w io.Writer, ptrs ...any) error {
	out := newWriter(w)
	c := &codec{save: true, raw: out.bytes}
	if err := c.run(ptrs); err != nil {
		return err
	}
	if err := c.aliases(ptrs); err != nil {
		return err
	}
	return out.close()
}

// Load restores what Save wrote into values of the same types and dynamic types. After an error
// they are half restored and of no use.
func Load(r io.Reader, ptrs ...any) error {
	in := newReader(r)
	c := &codec{raw: in.bytes}
	if err := c.run(ptrs); err != nil {
		return err
	}
	return in.close()
}

// A codec walks values, saving or loading: one walk, so the two cannot disagree.
type codec struct {
	save  bool
	raw   func([]byte) error // writes, or fills
	types map[reflect.Type]*layout
	path  []step
	spans []span // memory met while saving
	find  []uintptr
	found []string
}

// A step of the path is a field or, without a name, an index.
type step struct {
	name  string
	index int
}

type span struct{ lo, hi uintptr }

type failure struct{ error }

func (c *codec) where() string {
	var b strings.Builder
	for i, s := range c.path {
		switch {
		case s.name == "":
			fmt.Fprintf(&b, "[%d]", s.index)
		case i > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

func (c *codec) fail(format string, a ...any) {
	panic(failure{fmt.Errorf("state: %s: %s", c.where(), fmt.Sprintf(format, a...))})
}

func (c *codec) run(ptrs []any) (err error) {
	defer func() {
		switch f := recover().(type) {
		case nil:
		case failure:
			err = f.error
		default:
			panic(f)
		}
	}()
	c.types = map[reflect.Type]*layout{}
	c.same("stream", fmt.Sprintf("state %d, %d bits, %s", format, 8*unsafe.Sizeof(0), binary.NativeEndian.String()))
	for _, p := range ptrs {
		v := reflect.ValueOf(p)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return fmt.Errorf("state: %T is not a pointer to a value", p)
		}
		c.path = append(c.path[:0], step{name: v.Type().Elem().String()})
		c.value(v)
	}
	return nil
}

// value saves or loads v, which is settable or a pointer.
func (c *codec) value(v reflect.Value) {
	if !v.CanSet() && v.CanAddr() { // an unexported field
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	if len(c.path) > maxDepth {
		c.path = c.path[:10]
		c.fail("nested deeper than %d: a cycle", maxDepth)
	}
	t := v.Type()
	l := c.layout(t)
	if l.empty {
		return
	}
	if l.runs != nil {
		c.plain(unsafe.Pointer(v.UnsafeAddr()), l.runs)
		return
	}
	switch k := t.Kind(); k {
	case reflect.String:
		s := c.text(v.String())
		if !c.save {
			v.SetString(s)
		}
	case reflect.Slice:
		c.slice(v)
	case reflect.Array:
		for i := range v.Len() {
			c.down(step{index: i}, v.Index(i))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !skipped(f) {
				c.down(step{name: f.Name}, v.Field(i))
			}
		}
	case reflect.Pointer:
		if c.isNil(v) {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(t.Elem()))
		}
		if c.layout(t.Elem()).empty { // nothing in it: any number may share it
			return
		}
		c.note(v.Pointer(), t.Elem().Size())
		c.value(v.Elem())
	case reflect.Interface:
		c.dynamic(v)
	default:
		c.fail("a %s cannot be state: tag the field `state:\"-\"` and restore it by hand, or keep it in a slice", k)
	}
}

func (c *codec) down(s step, v reflect.Value) {
	c.path = append(c.path, s)
	c.value(v)
	c.path = c.path[:len(c.path)-1]
}

func (c *codec) slice(v reflect.Value) {
	e := v.Type().Elem()
	l := c.layout(e)
	n := v.Len()
	if v.IsNil() {
		n = -1
	}
	n = int(c.number(int64(n)))
	if !c.save {
		if n < 0 {
			v.SetZero()
			return
		}
		if e.Size() > 0 && n > math.MaxInt/int(e.Size()) {
			c.fail("%d elements", n)
		}
		fresh := reflect.MakeSlice(v.Type(), n, n)
		// elements may hold interfaces, whose types only the old ones know
		if l.runs == nil && !l.empty {
			reflect.Copy(fresh, v)
		}
		v.Set(fresh)
	}
	if n <= 0 || l.empty {
		return
	}
	c.note(v.Pointer(), uintptr(n)*e.Size())
	p := v.UnsafePointer()
	switch {
	case l.solid:
		c.must(c.raw(unsafe.Slice((*byte)(p), uintptr(n)*e.Size())))
	case l.runs != nil:
		for i := range n {
			c.plain(unsafe.Add(p, uintptr(i)*e.Size()), l.runs)
		}
	default:
		for i := range n {
			c.down(step{index: i}, v.Index(i))
		}
	}
}

// dynamic saves or loads what an interface holds. Loading needs a value of the same type there
// already: a stream has no way to make one.
func (c *codec) dynamic(v reflect.Value) {
	if c.isNil(v) {
		return
	}
	if v.IsNil() {
		c.fail("the saved value is not nil, the one to be restored is")
	}
	x := v.Elem()
	c.same("dynamic type", x.Type().String())
	if x.Kind() == reflect.Pointer {
		tmp := reflect.New(x.Type()).Elem()
		tmp.Set(x)
		c.value(tmp)
		v.Set(tmp)
		return
	}
	tmp := reflect.New(x.Type()).Elem() // a plain value, such as a configuration
	tmp.Set(x)
	c.value(tmp)
	if !c.save {
		v.Set(tmp)
	}
}

// plain copies the fixed-size parts of a value without pointers, padding left out.
func (c *codec) plain(p unsafe.Pointer, runs []run) {
	for _, r := range runs {
		c.must(c.raw(unsafe.Slice((*byte)(unsafe.Add(p, r.off)), r.size)))
	}
}

func (c *codec) isNil(v reflect.Value) bool {
	b := []byte{0}
	if v.IsNil() {
		b[0] = 1
	}
	c.must(c.raw(b))
	if b[0] == 1 && !c.save {
		v.SetZero()
	}
	return b[0] == 1
}

func (c *codec) number(n int64) int64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	c.must(c.raw(b[:]))
	return int64(binary.LittleEndian.Uint64(b[:]))
}

func (c *codec) text(s string) string {
	n := c.number(int64(len(s)))
	if n < 0 || n > 1<<30 {
		c.fail("a string of %d bytes", n)
	}
	b := make([]byte, n)
	copy(b, s)
	c.must(c.raw(b))
	return string(b)
}

// same saves s, or compares what was saved with it.
func (c *codec) same(what, s string) {
	if got := c.text(s); got != s {
		c.fail("%s: saved %s, here it is %s", what, got, s)
	}
}

func (c *codec) must(err error) {
	if err != nil {
		panic(failure{fmt.Errorf("state: %w", err)})
	}
}

// note remembers memory that is saved, to find what is reachable twice.
func (c *codec) note(lo, size uintptr) {
	if c.save && size > 0 {
		s := span{lo, lo + size}
		c.spans = append(c.spans, s)
		for _, at := range c.find {
			if s.lo <= at && at < s.hi {
				c.found = append(c.found, c.where())
				break
			}
		}
	}
}

// aliases reports memory that was met twice, by a second walk that knows what to look for.
func (c *codec) aliases(ptrs []any) error {
	spans := c.spans
	slices.SortFunc(spans, func(a, b span) int {
		switch {
		case a.lo < b.lo:
			return -1
		case a.lo > b.lo:
			return 1
		}
		return 0
	})
	for i := 1; i < len(spans); i++ {
		if spans[i].lo >= spans[i-1].hi {
			spans[i].hi = max(spans[i].hi, spans[i-1].hi)
			continue
		}
		again := &codec{save: true, raw: func([]byte) error { return nil }, find: []uintptr{spans[i].lo}}
		if err := again.run(ptrs); err != nil {
			return err
		}
		return fmt.Errorf("state: %s shares memory with %s: keep one of them and choose by a flag, or tag one `state:\"-\"` and restore it by hand",
			again.found[1], again.found[0])
	}
	return nil
}
