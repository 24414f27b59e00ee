package draw

import (
	"strings"
	"testing"
)

// Letters that the font lacks are named, TeX that cannot be set is quoted, and what no text may
// hold is in none.
func TestClean(t *testing.T) {
	bad := "two\nlines\u0085\ufffe\u202e\xff"
	p := Picture{Title: bad, Notes: []string{"a " + bad}, Key: []Key{{Name: "線形 " + bad}}, Panels: []Panel{{Title: `$\nosuch$ costs $5 and $6`, X: Axis{Label: `$\tau$`, Names: []string{bad}},
		Marks: []Mark{Cells{Text: []string{bad}}}}}}
	p.Clean()
	p.texts(func(s *string) {
		if strings.ContainsFunc(*s, illegible) {
			t.Errorf("%q", *s)
		}
	})
	many := Picture{Title: "一二三四五六七八九十百千萬 $\\text{億}$ $\\nabla f$"}
	many.Clean()
	for _, r := range "一二三四五六七八九十百千萬億" {
		if w := strings.Join(many.Warnings(), ""); !strings.ContainsRune(w, r) || strings.Contains(w, "∇") {
			t.Errorf("no word of %c: %s", r, w)
		}
	}
	want := `Warning: $\nosuch$ cannot be set as mathematics and stands as it is written|Warning: the font has no 線 (U+7DDA), 形 (U+5F62); boxes stand in their place`
	if got := strings.Join(p.Warnings(), "|"); got != want {
		t.Errorf("%s", got)
	}
	if w := legible("τ ≥ ∞ – 10^{−3}"); w != "τ ≥ ∞ – 10^{−3}" {
		t.Error(w)
	}
	fine := Picture{Title: `τ ≥ ∞ – 10^{−3}, $\tau$, \$`}
	if fine.Clean(); len(fine.Warnings()) > 0 {
		t.Errorf("warnings of what is there: %q", fine.Warnings())
	}
}
