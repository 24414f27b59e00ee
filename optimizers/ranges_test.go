package optimizers_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"staleness/internal/params"
	o "staleness/optimizers"
)

// wrongValues are values that a key with this range cannot have.
func wrongValues(k params.KeyDoc) (vs []any) {
	if strings.Contains(k.Type, "duration") {
		return []any{"-1ms"}
	}
	switch {
	case k.In == "":
		return nil
	case strings.HasPrefix(k.Type, "a string") || !strings.ContainsAny(k.In, "[("):
		return []any{"no such thing"}
	}
	vs = []any{int64(-1), math.NaN()}
	if strings.HasPrefix(k.In, "(0") {
		vs = append(vs, int64(0))
	}
	if strings.HasSuffix(k.In, "1)") {
		vs = append(vs, 1.)
	}
	if strings.HasSuffix(k.In, "1]") {
		vs = append(vs, 1.5)
	}
	return vs
}

// A value outside the range of a key is refused; the error names the key, the value, the range,
// what the key is and the method's source.
func TestRanges(t *testing.T) {
	tried := 0
	for _, d := range o.Strategies().Describe() {
		if d.Source == "" {
			t.Errorf("%s does not say where it comes from", d.Name)
		}
		for _, k := range d.Keys {
			for _, v := range wrongValues(k) {
				tried++
				_, err := o.Decode("strategy", map[string]any{"kind": d.Name, k.Key: v})
				if err == nil {
					t.Errorf("%s: %s = %v is taken, though it may only be %s", d.Name, k.Key, v, k.In)
					continue
				}
				wants := []string{"strategy." + k.Key, fmt.Sprint(v), d.Source}
				if s, ok := v.(string); ok {
					wants[1] = fmt.Sprintf("%q", s)
				}
				if n, ok := v.(float64); (!ok || !math.IsNaN(n)) && strings.ContainsAny(k.In, "[(") {
					wants = append(wants, k.In)
				}
				for _, want := range wants {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%s: %s = %v: %q does not say %q", d.Name, k.Key, v, err, want)
					}
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d wrong values were tried", tried)
	}
}

// Conditions that concern several keys.
func TestConditions(t *testing.T) {
	for _, c := range []struct {
		table map[string]any
		want  string
	}{
		{map[string]any{"kind": "sandblaster", "armijo": .95}, "armijo"},
		{map[string]any{"kind": "downpour", "variant": "dist-keras", "form": "distbelief"}, "variant"},
	} {
		if _, err := o.Decode("strategy", c.table); err == nil || !strings.Contains(err.Error(), "strategy."+c.want) {
			t.Errorf("%v: %v", c.table, err)
		}
	}
}
