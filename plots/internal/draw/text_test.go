package draw

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

// written are the texts that a label is written in.
func written(s string) (texts []string) {
	rec := new(recorder.Canvas)
	Paper.text(rec, s, vg.Point{}, anchor{0.5, 0.5}, 8, Ink, true)
	for _, a := range rec.Actions {
		if f, ok := a.(*recorder.FillString); ok {
			texts = append(texts, f.String)
		}
	}
	return texts
}

func TestMarkup(t *testing.T) {
	for s, want := range map[string]string{
		"10^{−3} x_{k} (s)":                     "10|−3|x|k|(s)",
		"^{":                                    "^{",
		"_{x":                                   "_{x",
		"":                                      "",
		"日本":                                    "日本",
		"a model & <its> loss":                  "a model & <its> loss",
		`delay $\tau$ (updates)`:                "delay|τ|(updates)",
		`$\tau_{\max} \le 3M$`:                  "τ|max|≤|3|M",
		`$x_{k+1}^2$`:                           "x|2|k|+1",
		`$\nabla f$`:                            "f", // the triangle is a path
		`$\mathrm{loss}$ of $\log x$`:           "loss|of|log|x",
		`costs \$5 and \$6`:                     "costs $5 and $6",
		`costs $5`:                              "costs $5",
		`$\nosuch$`:                             `$\nosuch$`,
		`$x^$`:                                  `$x^$`,
		`$$`:                                    `$$`,
		`$` + strings.Repeat("{", 99):           `$` + strings.Repeat("{", 99),
		`$` + strings.Repeat(`\frac`, 99) + "$": `$` + strings.Repeat(`\frac`, 99) + "$",
	} {
		if got := strings.Join(written(s), "|"); got != want {
			t.Errorf("%s is written %q, want %q", s, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for s, want := range map[string]string{
		"10^{−3} x_{k}":      "10^−3 xk",
		`$\tau$ and $x_k^2$`: "τ and x^2k",
		`$\frac{1}{M}$`:      `\frac{1}{M}`,
		`\$5`:                "$5",
		`$10^{-3}$`:          "10^−3",
		`$\nabla f(x)$`:      "∇f(x)",
	} {
		if got := Plain(s); got != want {
			t.Errorf("%s is %q, want %q", s, got, want)
		}
	}
}

func TestWidths(t *testing.T) {
	if a, b := Paper.width("10^{3}", 8), Paper.width("103", 8); !(a < b && a > 0.7*b) {
		t.Errorf("an exponent is %v wide, digits %v", a, b)
	}
	if a, b := Paper.width(`$\frac{1}{1+\tau}$`, 8), Paper.width(`$1+\tau$`, 8); !(a < b && a > 0.5*b) {
		t.Errorf("a fraction is %v wide, its denominator %v", a, b)
	}
	if a, b := Paper.room(`$\frac{1}{2}$`, 8), Paper.room("1/2", 8); !(a > b+2) {
		t.Errorf("a fraction is %v high, a line %v", a, b)
	}
	for _, l := range Paper.fold(`a few words that do not fit on one line, and $x + y + z = \tau$`, 8, 60) {
		if Paper.width(l, 8) > 60 {
			t.Errorf("%q is too long", l)
		}
		if strings.Count(l, "$")%2 != 0 {
			t.Errorf("%q: a formula is broken", l)
		}
	}
	if s := Paper.cut(strings.Repeat("long ", 99), 8, 50); Paper.width(s, 8) > 50 || !strings.HasSuffix(s, "…") {
		t.Errorf("%q", s)
	}
}

// Every command of the table can be set.
func TestSymbols(t *testing.T) {
	for name, s := range symbols {
		f := setMath(`$\` + name + `$`)
		if name == "$" { // ends the formula
			continue
		}
		if f == nil || f.letters[0].text != s {
			t.Errorf(`\%s is not %s: %+v`, name, s, f)
		}
	}
}
