package optimizertest

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/nets/vec"
	o "staleness/optimizers"
)

// Rule checks the registered local optimizer of that name, with the keys of table beside its
// defaults: alone and in a method of windows, with weight decay and without where it has the key. A
// rule that is Outward steps to another vector as it does in place, Reset makes it as it was,
// Memory is its very memory, and a step allocates nothing.
func Rule(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := part(t, o.Rules(), name, table)
	tables := []map[string]any{full}
	if has(o.Rules(), name, "decay") {
		shrinking := maps.Clone(full)
		shrinking["decay"] = 1e-3
		tables = append(tables, shrinking)
	}
	for _, local := range tables {
		c, err := o.Rules().Decode("local", local)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{rule[float64](c.(o.RuleConfig)), rule[float32](c.(o.RuleConfig))} {
			if err != nil {
				t.Error(err)
			}
		}
		for _, method := range []string{"sgd", "downpour"} {
			spec, err := o.Decode("strategy", map[string]any{"kind": method, "local": local})
			if err != nil {
				t.Fatal(err)
			}
			TestSpec(t, spec)
		}
	}
}

// rule checks what a local optimizer promises of itself.
func rule[F vec.Float](c o.RuleConfig) error {
	walk := func(r o.Rule[F], step func(x, g []F)) (xs [][]F) {
		x, g := start[F](), make([]F, dim)
		for range 20 {
			Quadratic[F](curvature...)(g, x, 0, 0, 0, 0)
			step(x, g)
			xs = append(xs, vec.Clone(x))
		}
		return xs
	}
	same := func(a, b [][]F) bool { return slices.EqualFunc(a, b, slices.Equal) }
	r := o.NewRule[F](c, dim)
	plain := func(x, g []F) { r.Step(x, g, .5) }
	first := walk(r, plain)
	r.Reset()
	if again := walk(r, plain); !same(first, again) {
		return fmt.Errorf("after Reset it is not as it was made")
	}
	r.Reset()
	for _, v := range r.Memory() {
		if len(v) != dim {
			return fmt.Errorf("a vector of its Memory has length %d, not %d", len(v), dim)
		}
		vec.Fill(v, 100)
	}
	if again := walk(r, plain); len(r.Memory()) > 0 && same(first, again) {
		return fmt.Errorf("what is written to Memory is not felt: it is not the rule's memory")
	}
	if away, ok := r.(o.Outward[F]); ok && !shrinks(c) {
		r.Reset()
		to := make([]F, dim)
		if out := walk(r, func(x, g []F) { away.StepTo(to, x, g, .5); copy(x, to) }); !same(first, out) {
			return fmt.Errorf("StepTo goes elsewhere than Step")
		}
	}
	x, g := start[F](), make([]F, dim)
	if n := testing.AllocsPerRun(100, func() { plain(x, g) }); n != 0 {
		return fmt.Errorf("%v allocations a step", n)
	}
	return nil
}

// shrinks says whether a rule was given weight decay, with which StepTo is not called.
func shrinks(c o.RuleConfig) bool {
	decay, _ := o.Rules().Encode(c)["decay"].(float64)
	return decay != 0
}

// Schedule checks the registered schedule of that name, with the keys of table beside its defaults,
// on every clock that it takes: its factors are finite, not negative, a function of the progress
// alone and cost no allocation, and a method under it is descent under it.
func Schedule(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := part(t, o.Schedules(), name, table)
	clocks := []string{""}
	if has(o.Schedules(), name, "clock") {
		clocks = []string{"sample", "local", "update", "time"}
	}
	for _, clock := range clocks {
		if clock != "" {
			full["clock"] = clock
		}
		s := decoded(t, o.Schedules(), full).(o.Schedule)
		if want := (o.ByClock{By: clock}).Clock(); clock != "" && s.Clock() != want {
			t.Errorf("clock = %q is not read", clock)
		}
		function(t, "progress", s.At, 0, 1e-9, .5, 1, 7, 1e3, 1e9, 1e300)
		for _, kind := range []string{"sgd", "asgd", "downpour"} {
			spec, err := o.Decode("strategy", map[string]any{"kind": kind, "rate": .1, "schedule": full})
			if err != nil {
				t.Fatal(err)
			}
			method, err := o.Build[float64](spec)
			if err == nil && method.Serial != nil {
				err = serially(method)
			}
			if err != nil {
				t.Errorf("%s under %v: %v", kind, full, err)
			}
		}
	}
}

// Weight checks the registered staleness weight of that name, with the keys of table beside its
// defaults: it is finite, not negative, a function of the staleness alone and costs no allocation,
// and a method that weighs by it keeps the contract.
func Weight(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := part(t, o.Weights(), name, table)
	w := decoded(t, o.Weights(), full).(o.Weight)
	function(t, "staleness", func(tau float64) float64 { return w.Of(int(tau)) }, 0, 1, 2, 3, 10, 1000, 1<<30, 1<<53)
	spec, err := o.Decode("strategy", map[string]any{"kind": "asgd", "rate": .1, "weight": full})
	if err != nil {
		t.Fatal(err)
	}
	TestSpec(t, spec)
}

// Consistency checks the registered consistency of that name, with the keys of table beside its
// defaults, among 1 to 16 workers: it is always the same, and some method of many workers runs
// under it and keeps what it promises of staleness and of the lead of the fastest. Where it cannot
// be had, the error says so.
func Consistency(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := part(t, o.Consistencies(), name, table)
	kind := decoded(t, o.Consistencies(), full).(o.ConsistencyKind)
	taken := 0
	for workers := 1; workers <= 16; workers++ {
		c, refused := kind.Among(workers)
		if again, err := kind.Among(workers); again != c || (err == nil) != (refused == nil) {
			t.Errorf("among %d workers it is %v, then %v", workers, c, again)
		}
		if refused != nil {
			if len(refused.Error()) < 20 {
				t.Errorf("among %d workers: %q should say what is wrong, and what would do", workers, refused)
			}
			continue
		}
		for _, method := range []string{"asgd", "sync", "downpour"} {
			spec, err := o.DefaultSpec(method)
			if err != nil {
				t.Fatal(err)
			}
			s, err := o.Build[float64](spec)
			if err != nil {
				t.Fatal(err)
			}
			own, err := s.Resolve(c, workers)
			if err != nil || own != c {
				continue
			}
			taken++
			if err := promised(s, c, own, workers); err != nil {
				t.Errorf("%s among %d workers, %v: %v", method, workers, own, err)
			}
		}
	}
	if taken == 0 {
		t.Errorf("no method runs under it, whatever the number of workers")
	}
}

// function checks that f is one, of what the arguments count.
func function(t *testing.T, of string, f func(float64) float64, arguments ...float64) {
	t.Helper()
	var values []float64
	for _, a := range arguments {
		v := f(a)
		if !(v >= 0) || math.IsInf(v, 0) {
			t.Errorf("at %s %v it is %v", of, a, v)
		}
		values = append(values, v)
	}
	for i, a := range slices.Backward(arguments) {
		if v := f(a); v != values[i] {
			t.Errorf("at %s %v it is %v, then %v", of, a, values[i], v)
		}
	}
	if n := testing.AllocsPerRun(100, func() { f(arguments[len(arguments)/2]) }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

// part is the table of a registered part, with what it says of itself checked; table goes before
// plausible values of keys without a default.
func part(t *testing.T, r *params.Registry, name string, table map[string]any) map[string]any {
	t.Helper()
	e, ok := r.Lookup(name)
	if !ok {
		t.Fatalf("there is no %s %q; is its package imported?", r.What(), name)
	}
	if e.Doc == "" {
		t.Errorf("%s says nothing of itself", name)
	}
	full := r.Example(name)
	maps.Copy(full, table)
	return full
}

// has says whether a part takes a key.
func has(r *params.Registry, name, key string) bool {
	e, _ := r.Lookup(name)
	return slices.ContainsFunc(params.DescribeStruct(e.Defaults), func(k params.KeyDoc) bool { return k.Key == key })
}

// decoded is what a table says; it must come back from what that is written as.
func decoded(t *testing.T, r *params.Registry, table map[string]any) any {
	t.Helper()
	c, err := r.Decode("table", table)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Decode("table", r.EncodeApplying(c)); err != nil || !reflect.DeepEqual(c, again) {
		t.Errorf("%+v, written out and read again, is %+v, %v", c, again, err)
	}
	return c
}
