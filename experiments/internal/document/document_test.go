package document

import (
	"strings"
	"testing"

	"staleness/experiments/internal/fault"
)

// Leaves are what was written, in whatever document, but for what was replaced.
func TestLeaves(t *testing.T) {
	d := New()
	if err := d.Add("a.toml", "x = 1\n[t]\nkind = \"k\"\nlist = [1, 2]\n[t.in]\na = 1\n[u]\nv.w = 2\n"); err != nil {
		t.Fatal(err)
	}
	v := d.Variant()
	at, err := ParsePath("t.in")
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Put(at, map[string]any{"b": int64(2)}, fault.Place{}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(v.Leaves(), " "), "t.in.b t.kind t.list[0] t.list[1] u.v.w x"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
