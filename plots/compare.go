package plots

import (
	"fmt"
	"math"
	"slices"

	"staleness/plots/internal/draw"
)

// compare tests which place of a column or row is the best, and which differs from the baseline;
// all tests of the table share one level.
func (x *tabulation) compare() {
	if x.Bold != "none" {
		for i, m := range x.ms {
			if m.count == nil && m.judged {
				x.contests(i)
			}
		}
	}
	if x.base >= 0 {
		for i, m := range x.ms {
			if m.count != nil {
				continue
			}
			x.each(i, func(group, facet int, s *statistic) {
				if base := x.stats[seat{i, x.base, facet}]; group != x.base && base != nil {
					s.differs = x.test(m, s, base)
				}
			})
		}
	}
	holm(x.tests)
}

// contests finds the best of each column, or of each row, and tests it against all others there.
func (x *tabulation) contests(measure int) {
	lines := map[int][]*statistic{}
	var order []int
	x.each(measure, func(group, facet int, s *statistic) {
		k := facet
		if x.Bold == "row" {
			k = group
		}
		if lines[k] == nil {
			order = append(order, k)
		}
		lines[k] = append(lines[k], s)
	})
	m := x.ms[measure]
	for _, k := range order {
		line := lines[k]
		middle := func(s *statistic) float64 {
			var vs []float64
			for _, v := range s.values {
				vs = append(vs, v)
			}
			slices.Sort(vs)
			if m.up {
				return -Quantile(vs, 0.5)
			}
			return Quantile(vs, 0.5)
		}
		best := slices.MinFunc(line, func(a, b *statistic) int {
			u, v := middle(a), middle(b)
			switch {
			case u < v || math.IsNaN(v) && !math.IsNaN(u):
				return -1
			case v < u || math.IsNaN(u) && !math.IsNaN(v):
				return 1
			}
			return 0
		})
		if !draw.Finite(middle(best)) {
			continue
		}
		for _, s := range line {
			if s != best && len(s.values) > 0 {
				best.rivals = append(best.rivals, x.test(m, best, s))
			}
		}
	}
}

// test compares two places by the pairs of their seeds. One that diverged, or missed the target, on
// all seeds is worse than one that never did, which takes no test.
func (x *tabulation) test(m *measure, a, b *statistic) *test {
	var differences []float64
	lost := 0
	for _, seed := range sortedSeeds(a.values) {
		v := a.values[seed]
		w, ok := b.values[seed]
		switch vi, wi := math.IsInf(v, 0), math.IsInf(w, 0); {
		case !ok:
			continue
		case vi && wi:
			differences = append(differences, 0)
		case vi || wi:
			if lost++; vi {
				differences = append(differences, v)
			} else {
				differences = append(differences, -w)
			}
		case m.log:
			differences = append(differences, math.Log(v)-math.Log(w))
		default:
			differences = append(differences, v-w)
		}
	}
	t := &test{p: pairedP(differences)}
	if lost == len(differences) && lost >= fewestSeeds && sameSign(differences) {
		return &test{p: 0, holds: true}
	}
	if len(differences) < max(len(a.values), len(b.values)) && len(differences) < fewestSeeds {
		t.p = math.NaN()
	}
	x.tests = append(x.tests, t)
	return t
}

func sameSign(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(v float64) bool { return (v > 0) != (xs[0] > 0) })
}

func sortedSeeds(values map[uint64]float64) (seeds []uint64) {
	for s := range values {
		seeds = append(seeds, s)
	}
	slices.Sort(seeds)
	return seeds
}

// bold says whether a place is the best by test.
func (s *statistic) bold() bool {
	return len(s.rivals) > 0 && !slices.ContainsFunc(s.rivals, func(t *test) bool { return !t.holds })
}

// claims say what is bold, or why nothing is.
func (x *tabulation) claims() (notes []string) {
	made, bold, marked, few := 0, false, false, x.seeds.most < fewestSeeds
	for _, t := range x.tests {
		if !math.IsNaN(t.p) {
			made++
		}
	}
	contest := false
	for _, s := range x.stats {
		bold = bold || s.bold()
		contest = contest || len(s.rivals) > 0
		marked = marked || s.differs != nil && s.differs.holds
	}
	how := fmt.Sprintf("paired t test by seed, on the logarithm where numbers are above 0 and no shares, at 5 %% for %s (Holm)", plural(made, "comparison", "comparisons"))
	switch {
	case few && (contest && x.Band == "t" || x.base >= 0):
		return []string{fmt.Sprintf("Nothing is claimed to be best or different of less than %d seeds", fewestSeeds)}
	case few:
		return nil
	}
	if made == 0 && contest {
		return []string{"None is bold: with the same difference on all seeds, or too few seeds in common, there is nothing to test"}
	}
	if bold {
		notes = append(notes, "Bold: better than all others of its "+x.Bold+" by a "+how)
	} else if contest {
		notes = append(notes, "None is bold: no "+x.Bold+" has one that a "+how+" tells from all others")
	}
	if marked {
		notes = append(notes, "*: differs from "+x.Against+" by the same test")
		if !bold && !contest {
			notes[len(notes)-1] = "*: differs from " + x.Against + " by a " + how
		}
	}
	return notes
}
