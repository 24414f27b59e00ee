package record

import (
	"math"
	"strings"
	"testing"
	"time"
)

func id(t *testing.T, root map[string]any) string {
	t.Helper()
	s, err := ID(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type tree = map[string]any

func TestIDEqual(t *testing.T) {
	base := id(t, tree{"a": int64(4), "b": tree{"c": []any{1.5, "x"}, "d": true}, "e": "10ms"})
	// It names folders that exist already: it does not change.
	if base != "99a6a1ca1d4c61a9" {
		t.Errorf("the id is %s", base)
	}
	for i, one := range []tree{
		{"e": "10ms", "b": tree{"d": true, "c": []any{1.5, "x"}}, "a": int64(4)},
		{"e": 10 * time.Millisecond, "b": map[string]any{"d": true, "c": []any{float32(1.5), "x"}}, "a": 4.0},
		{"e": "10ms", "b": tree{"d": true, "c": [2]any{1.5, "x"}}, "a": uint8(4)},
	} {
		if got := id(t, one); got != base {
			t.Errorf("tree %d: %s, want %s", i, got, base)
		}
	}
	if id(t, tree{"a": 0.0}) != id(t, tree{"a": math.Copysign(0, -1)}) {
		t.Error("-0 is not 0")
	}
	if id(t, tree{"a": uint64(math.MaxUint64)}) == id(t, tree{"a": -1}) {
		t.Error("the largest uint64 is -1")
	}
	if id(t, tree{"a": uint64(1 << 63)}) != id(t, tree{"a": float64(1 << 63)}) {
		t.Error("2^63 has two ids")
	}
	if id(t, tree{"a": []string{"x"}}) != id(t, tree{"a": []any{"x"}}) || id(t, tree{"a": []tree{{}}}) != id(t, tree{"a": []any{tree{}}}) {
		t.Error("lists of one content have two ids")
	}
}

func TestIDDiffer(t *testing.T) {
	seen := map[string]int{}
	for i, one := range []tree{
		{}, {"a": 1}, {"a": 2}, {"a": "1"}, {"a": true}, {"a": false}, {"a": "true"}, {"a": []any{}}, {"a": tree{}}, {"a": []any{1}},
		{"a": []any{1, 2}}, {"a": []any{2, 1}}, {"a": []any{[]any{1}, 2}}, {"a": []any{[]any{1, 2}}}, {"a": []any{"1", "2"}}, {"a": []any{"12"}},
		{"b": 1}, {"a": 1, "b": 1}, {"a": tree{"b": 1}}, {"ab": 1}, {"a": 0.1}, {"a": math.Nextafter(0.1, 1)}, {"a": -1}, {"a": ""},
		{"a": int64(1<<53 + 1)}, {"a": int64(1 << 53)}, {"a": 1e300}, {"a": "b1:c"}, {"a": "b", "c": ""},
	} {
		s := id(t, one)
		if j, ok := seen[s]; ok {
			t.Errorf("trees %d and %d have one id", j, i)
		}
		if len(s) != 16 {
			t.Errorf("the id %s", s)
		}
		seen[s] = i
	}
}

func TestIDErrors(t *testing.T) {
	for _, c := range []struct {
		root tree
		want string
	}{
		{tree{"a": tree{"b": []any{1, math.NaN()}}}, "a.b[1] is NaN"},
		{tree{"a": math.Inf(1)}, "a is +Inf"},
		{tree{"a": nil}, "a has no value"},
		{tree{"a": struct{}{}}, "a is of type struct {}"},
		{tree{"a": map[int]int{1: 2}}, "a has keys of type int"},
	} {
		if _, err := ID(c.root); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.root, err)
		}
	}
}
