package plots

import (
	"slices"
	"strconv"

	"staleness/internal/params"
)

// facetAgainst finds the panel that the others are compared with.
func facetAgainst(s *split, title string) (int, error) {
	k := slices.Index(s.facets, title)
	if k < 0 || len(s.facets) < 2 {
		e := params.Errorf("against", "is none of the panels, or the only one")
		e.Value, e.Allowed = strconv.Quote(title), "there are "+some(s.facets, ", ")
		return 0, e
	}
	return k, nil
}

// latticeFits is the error if the values along two axes make so many cells that hardly any can have
// a run.
func latticeFits(x, y string, runs []*Run) error {
	count := func(key string) int {
		seen := map[string]bool{}
		for _, r := range runs {
			if t, ok := r.Text(key); ok {
				seen[t] = true
			}
		}
		return len(seen)
	}
	nx, ny := count(x), count(y)
	if nx*ny <= max(10_000, 10*len(runs)) {
		return nil
	}
	e := params.Errorf("x", "%d values, and %d of %s, make %d cells, and there are but %d runs", nx, ny, y, nx*ny, len(runs))
	e.Value, e.Allowed = strconv.Quote(x), "take other keys, or choose by where"
	return e
}
