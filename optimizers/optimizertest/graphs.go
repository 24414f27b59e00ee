package optimizertest

import (
	"slices"
	"testing"

	o "staleness/optimizers"
)

// Graph checks a registered graph, with what the table gives beside its defaults: over every number
// of workers from 1 to 20 that it takes, neighbours are so both ways, nobody is his own, they are
// ascending, and all are in one piece.
func Graph(t *testing.T, name string, table map[string]any) {
	t.Helper()
	all := map[string]any{"kind": name}
	for k, v := range table {
		all[k] = v
	}
	config, err := o.Graphs().Decode("graph", all)
	if err != nil {
		t.Fatal(err)
	}
	over := 0
	for n := 1; n <= 20; n++ {
		g, err := config.(o.GraphKind).Over(n)
		if err != nil {
			continue
		}
		over++
		if len(g.Near) != n {
			t.Errorf("over %d workers it has %d", n, len(g.Near))
			continue
		}
		for i, near := range g.Near {
			if !slices.IsSorted(near) || slices.Contains(near, i) || len(slices.Compact(slices.Clone(near))) != len(near) {
				t.Errorf("over %d workers: the neighbours of %d are %v", n, i, near)
			}
			for _, j := range near {
				if !slices.Contains(g.Near[j], i) {
					t.Errorf("over %d workers: %d is beside %d, and not the other way round", n, j, i)
				}
			}
		}
		if n > 1 && g.Laplacian().Connectivity() < 1e-9 {
			t.Errorf("over %d workers it is not in one piece", n)
		}
	}
	if over == 0 {
		t.Error("it is a graph over no number of workers up to 20")
	}
}
