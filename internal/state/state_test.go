package state

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

type half interface{ step() }

type sgd struct{ x []float32 }

type adam[F float32 | float64] struct {
	m, v []F
	t    int
}

type gradient struct{}

func (*sgd) step()          {}
func (*adam[F]) step()      {}
func (gradient) step()      {}
func (m momentum) step()    {}
func (*shared) step()       {}
func (*everything) String() {}

type momentum struct{ rate float64 }

type shared struct {
	pool []int `state:"-"`
}

type padded struct {
	a bool
	b int64
	c bool
}

type everything struct {
	b       bool
	i       int
	i8      int8
	u       uint64
	f       float32
	d       float64
	s       string
	empty   []float64
	none    []float64
	vec     []float64
	deep    [][]float32
	pads    []padded
	names   []string
	arr     [3]int32
	nested  struct{ a, b []int }
	p       *padded
	nilp    *padded
	half    half
	gen     half
	value   half
	halves  []half
	inst    []*adam[float64]
	wiring  func() int
	Skipped []int `state:"-"`
	one     *shared
	two     *shared
	ratio   complex128
}

func full() *everything {
	e := &everything{b: true, i: -5, i8: -8, u: 1 << 63, f: .1, d: math.Inf(-1), s: "a name", empty: []float64{}, vec: []float64{1, math.NaN(), 3},
		deep: [][]float32{{1}, nil, {2, 3}}, pads: []padded{{true, 7, false}, {false, 8, true}}, names: []string{"x", ""}, arr: [3]int32{1, 2, 3},
		p: &padded{true, 1, true}, half: &sgd{[]float32{1, 2}}, gen: &adam[float32]{[]float32{1}, []float32{2}, 3}, value: momentum{.9},
		halves: []half{&sgd{[]float32{5}}, gradient{}, momentum{.5}}, inst: []*adam[float64]{{t: 1}, nil, {t: 2}}, ratio: 1i}
	e.nested.a = []int{4}
	e.wiring = func() int { return 1 }
	e.Skipped = []int{1}
	e.one = &shared{[]int{1}}
	e.two = e.one // allowed: it holds no state
	return e
}

// dirty is built alike but has lived another life.
func dirty() *everything {
	e := full()
	*e.p = padded{}
	e.b, e.i, e.s, e.d = false, 9, "other", 1
	e.empty, e.none, e.vec = nil, []float64{1}, []float64{1, 2, 3, 4, 5}
	e.deep = [][]float32{nil, {1, 2}}
	e.pads = nil
	e.nilp = &padded{true, 1, true}
	e.half.(*sgd).x = nil
	e.gen.(*adam[float32]).t = 100
	e.value = momentum{.1}
	e.inst = []*adam[float64]{nil, {t: 5}}
	e.halves[2] = momentum{}
	e.Skipped = []int{42}
	return e
}

func saved(t *testing.T, ptrs ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Save(&b, ptrs...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTripIntoDirty(t *testing.T) {
	e, n := full(), 3
	b := saved(t, e, &n)
	got, m := dirty(), 0
	if err := Load(bytes.NewReader(b), got, &m); err != nil {
		t.Fatal(err)
	}
	if again := saved(t, got, &m); !bytes.Equal(again, b) {
		t.Error("what was loaded is saved differently")
	}
	if m != 3 || got.Skipped[0] != 42 || got.wiring() != 1 || got.empty == nil || got.none != nil || got.nilp != nil || !math.IsNaN(got.vec[1]) {
		t.Errorf("%+v", got)
	}
	got.Skipped, got.wiring, e.wiring, got.vec[1], e.vec[1] = e.Skipped, nil, nil, 0, 0
	if !reflect.DeepEqual(e, got) {
		t.Errorf("got  %+v\nwant %+v", got, e)
	}
}

// TestEveryField changes one field at a time: each must show in the stream.
func TestEveryField(t *testing.T) {
	b := saved(t, full())
	for i, change := range []func(*everything){
		func(e *everything) { e.b = false }, func(e *everything) { e.i++ }, func(e *everything) { e.i8++ }, func(e *everything) { e.u++ },
		func(e *everything) { e.f++ }, func(e *everything) { e.d = 0 }, func(e *everything) { e.s = "a nama" }, func(e *everything) { e.empty = nil },
		func(e *everything) { e.vec[2]++ }, func(e *everything) { e.deep[2][1]++ }, func(e *everything) { e.pads[1].c = false },
		func(e *everything) { e.names[1] = "y" }, func(e *everything) { e.arr[2]++ }, func(e *everything) { e.nested.a[0]++ },
		func(e *everything) { e.p.b++ }, func(e *everything) { e.half.(*sgd).x[0]++ }, func(e *everything) { e.gen.(*adam[float32]).t++ },
		func(e *everything) { e.value = momentum{.8} }, func(e *everything) { e.inst[2].t++ }, func(e *everything) { e.ratio = 1 },
	} {
		e := full()
		change(e)
		if bytes.Equal(saved(t, e), b) {
			t.Errorf("change %d is not saved", i)
		}
	}
}

type twins struct {
	a, b []float64
	p, q *padded
	next *twins
}

func TestRefused(t *testing.T) {
	v := make([]float64, 10)
	pad := &padded{}
	loop := &twins{}
	loop.next = loop
	pads := []padded{{}, {}}
	for _, c := range []struct {
		what  string
		v     any
		parts []string
	}{
		{"one slice twice", &twins{a: v, b: v}, []string{"twins.b", "twins.a", "shares memory"}},
		{"overlapping slices", &twins{a: v[:6], b: v[5:]}, []string{"twins.b", "twins.a"}},
		{"one pointer twice", &twins{p: pad, q: pad}, []string{"twins.q", "twins.p"}},
		{"pointer into a slice", &struct {
			s []padded
			p *padded
		}{pads, &pads[1]}, []string{".p", ".s"}},
		{"map", &struct{ c map[string]int }{}, []string{".c", "a map"}},
		{"channel", &struct{ c chan int }{}, []string{".c", "a chan"}},
		{"cycle", loop, []string{"next.next", "cycle"}},
		{"no pointer", twins{}, []string{"not a pointer"}},
	} {
		err := Save(&bytes.Buffer{}, c.v)
		if err == nil {
			t.Errorf("%s: accepted", c.what)
			continue
		}
		for _, p := range c.parts {
			if !strings.Contains(err.Error(), p) {
				t.Errorf("%s: %q does not say %q", c.what, err, p)
			}
		}
	}
	if err := Save(&bytes.Buffer{}, &struct{ a, b []float64 }{v[:5], v[5:]}); err != nil {
		t.Errorf("neighbours refused: %v", err)
	}
}

func TestOtherLayoutRefused(t *testing.T) {
	b := saved(t, &struct{ h half }{&sgd{}})
	for what, into := range map[string]any{
		"another method":   &struct{ h half }{momentum{}},
		"nil where a half": &struct{ h half }{},
		"another field":    &struct{ g half }{&sgd{}},
		"more":             &struct{ h, g half }{&sgd{}, &sgd{}},
	} {
		if err := Load(bytes.NewReader(b), into); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	n, m := 0, 0
	if err := Load(bytes.NewReader(saved(t, &n, &m)), &n); err == nil {
		t.Error("a stream with more in it: accepted")
	}
}

func TestDamage(t *testing.T) {
	long := &struct{ v []float64 }{make([]float64, 100_000)} // several blocks
	for i := range long.v {
		long.v[i] = float64(i)
	}
	b := saved(t, long)
	for i := 0; i < len(b); i += 997 {
		bad := bytes.Clone(b)
		bad[i] ^= 0x10
		got := &struct{ v []float64 }{}
		if err := Load(bytes.NewReader(bad), got); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a flipped bit at %d: %v", i, err)
		}
		if err := Load(bytes.NewReader(b[:i]), got); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	got := &struct{ v []float64 }{}
	if err := Load(bytes.NewReader(b), got); err != nil || !reflect.DeepEqual(got, long) {
		t.Fatal(err)
	}
}

// FuzzLoad: whatever the bytes, an error or the saved value, never a panic.
func FuzzLoad(f *testing.F) {
	var b bytes.Buffer
	if err := Save(&b, full()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := Load(bytes.NewReader(data), dirty()); err == nil && !bytes.HasPrefix(data, b.Bytes()) {
			t.Error("accepted")
		}
	})
}

func BenchmarkSave(b *testing.B) {
	s := &struct{ v []float32 }{make([]float32, 1<<22)}
	b.SetBytes(1 << 24)
	for b.Loop() {
		if err := Save(discard{}, s); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
