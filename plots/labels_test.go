package plots

import (
	"regexp"
	"strings"
	"testing"

	mock "staleness/plots/internal/made"
)

// The unit is the last of every label, in parentheses: of all kinds, and of every quantity that a
// kind may show.
func TestUnitsStandAtTheEndOfLabels(t *testing.T) {
	runs := mock.Store(t, keyRuns())
	seen := 0
	inside := regexp.MustCompile(` \(.*\).`) // "f(x)" is no unit
	look := func(table map[string]any) {
		fig, err := Decode("figure[0]", table)
		if err != nil {
			return
		}
		pic, err := Make(fig, runs)
		if err != nil {
			return
		}
		labels := []string{}
		for _, q := range pic.Panels {
			labels = append(labels, q.X.Label, q.Y.Label)
		}
		if pic.Bar != nil {
			labels = append(labels, pic.Bar.Axis.Label)
		}
		for _, l := range labels {
			if seen++; inside.MatchString(l) || strings.TrimSpace(l) == "" {
				t.Errorf("%v: the label %q", table, l)
			}
		}
	}
	for _, kind := range Kinds() {
		if strings.HasPrefix(kind.Name, "test-") || kind.Name == "waste" {
			continue
		}
		base := map[string]any{"kind": kind.Name}
		for _, more := range []map[string]any{Example(kind.Name), keyBases[kind.Name]} {
			for k, v := range more {
				base[k] = v
			}
		}
		look(base)
		for _, k := range kind.Keys {
			for _, q := range quantities {
				switch k.Key {
				case "x", "y", "value", "metric", "cost":
					if kind.Name != "curves" && (kind.Name == "pareto" || k.Key != "x" || kind.Name == "convergence") {
						look(with(base, k.Key, q.name))
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d labels", seen)
	}
}
