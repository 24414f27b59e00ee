package plots

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"staleness/internal/params"
)

// The sections of docs/figures.md are kinds, and what they say to write is read.
func TestPageOfKinds(t *testing.T) {
	page, err := os.ReadFile("../docs/figures.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		name, text, _ := strings.Cut(section, "\n")
		if name == "Captions" {
			continue
		}
		if name == "Looks" {
			readsLooks(t, text)
			continue
		}
		if name == "The numbers" {
			for _, column := range append([]string{"value"}, pointColumns...) {
				if !strings.Contains(text, column) {
					t.Errorf("no word of %s", column)
				}
			}
			continue
		}
		if !slices.ContainsFunc(Kinds(), func(d params.Description) bool { return d.Name == name }) {
			t.Errorf("%s is no kind", name)
		}
		_, text, found := strings.Cut(text, "```toml\n")
		text, _, closed := strings.Cut(text, "```")
		var table struct{ Figure []map[string]any }
		if _, err := toml.Decode(text, &table); err != nil || !found || !closed {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		for _, f := range table.Figure {
			if _, err := Decode("figure[0]", f); err != nil || f["kind"] != name {
				t.Errorf("%s: %v, kind %v", name, err, f["kind"])
			}
		}
	}
}

// readsLooks decodes the example of how entries of axes and styles are written.
func readsLooks(t *testing.T, text string) {
	t.Helper()
	_, text, _ = strings.Cut(text, "```toml\n")
	text, _, _ = strings.Cut(text, "```")
	var table struct {
		Axis  map[string][]map[string]any
		Style map[string]any
	}
	if _, err := toml.Decode(text, &table); err != nil || len(table.Axis["method"]) == 0 || len(table.Style) == 0 {
		t.Errorf("%v in\n%s", err, text)
	}
	if _, err := DecodePaper(table.Style); err != nil {
		t.Error(err)
	}
	for _, e := range table.Axis["method"] {
		delete(e, "label")
		delete(e, "set")
		var looks Looks
		if err := params.Decode("axis", e, &looks); err != nil || looks == (Looks{}) {
			t.Errorf("%+v, %v", looks, err)
		}
	}
}
