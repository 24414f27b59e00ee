package plots

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"staleness/plots/internal/draw"
)

// A figure is as wide as the journal's column, in its letters, of its size, with its lines.
func TestStyleOfAJournal(t *testing.T) {
	fig := decode(t, map[string]any{"kind": "curves", "x_label": "updates", "y_label": "loss", "curve": []any{map[string]any{"name": "a", "x": []any{1., 2.}, "y": []any{1., 2.}}}})
	sizes := regexp.MustCompile(`font-size:([0-9.]+)px`)
	widths := regexp.MustCompile(`stroke-width:([0-9.]+)`)
	largest := func(svg string, re *regexp.Regexp) (most float64) {
		for _, m := range re.FindAllStringSubmatch(svg, -1) {
			v, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			most = math.Max(most, v)
		}
		return most
	}
	plain, _, err := Scheme{}.SVG(t.Context(), fig, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePaper(map[string]any{"family": "serif", "font_size": "15bp", "line_width": "2.2bp", "column": "84mm"})
	if err != nil {
		t.Fatal(err)
	}
	styled, _, err := Scheme{Paper: p}.SVG(t.Context(), fig, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := string(plain), string(styled)
	if strings.Contains(a, "Liberation Serif") || strings.Contains(b, "Liberation Sans") {
		t.Error("the family is not the one that was asked for")
	}
	if x, y := largest(a, sizes), largest(b, sizes); math.Abs(y/x-2) > 0.01 {
		t.Errorf("letters of %v, then %v: want twice as large", x, y)
	}
	if x, y := largest(a, widths), largest(b, widths); math.Abs(y/x-2) > 0.01 {
		t.Errorf("lines of %v, then %v: want twice as wide", x, y)
	}
	for _, c := range []struct {
		p    Paper
		key  string
		want vg.Length
	}{
		{Paper{}, "column", 3.3 * 72}, {Paper{}, "page", 6.8 * 72}, {p, "column", 84 / 25.4 * 72}, {p, "page", 6.8 * 72},
	} {
		if got := c.p.page(Common{Width: c.key}).Width; math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("%+v: a %s is %v wide, want %v", c.p, c.key, got, c.want)
		}
	}
	if d := DefaultPaper().page(Common{}); d != (Paper{}).page(Common{}) || d.Look != draw.Paper {
		t.Errorf("%+v is not the default %+v", d.Look, draw.Paper)
	}
	back, err := DecodePaper(p.Table())
	if err != nil || back != p {
		t.Errorf("%+v, %v: want %+v", back, err, p)
	}
}

// What is no length, or out of range, is refused by its key.
func TestBadStyles(t *testing.T) {
	for _, c := range []struct {
		key, value any
		want       string
	}{
		{"font_size", "3pt", `style.font_size = "3pt": is out of range; 4pt to 24pt`},
		{"font_size", 8.0, `style.font_size = 8.0: want a length with its unit`},
		{"font_size", "8 px", `style.font_size = "8 px": want a length with its unit`},
		{"line_width", "NaNpt", `style.line_width = "NaNpt": want a length`},
		{"line_width", "6bp", `is out of range; 0.2pt to 5pt`},
		{"column", "-3in", `want a length`},
		{"column", "30in", `is out of range; 1in to 20in`},
		{"page", "3in", `style.page = "3in": is narrower than a column, 3.3in`},
		{"family", "times", `style.family = "times"`},
		{"fontsize", "8pt", `style.fontsize: unknown key`},
	} {
		if _, err := DecodePaper(map[string]any{c.key.(string): c.value}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v = %v: %v, want %s", c.key, c.value, err, c.want)
		}
	}
	keys := []string{}
	for _, k := range DescribePaper() {
		keys = append(keys, k.Key)
	}
	if !slices.Equal(keys, []string{"family", "font_size", "line_width", "column", "page"}) {
		t.Errorf("keys %v", keys)
	}
}
