package plots

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"staleness/internal/testspeed"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Abs(b) }

// Numbers of R: t.test(1:6), and its p-value.
func TestIntervalOfStudent(t *testing.T) {
	xs := []float64{1, 2, 3, 4, 5, 6}
	if m, lo, hi := meanInterval(xs, false); !near(m, 3.5, 1e-12) || !near(lo, 1.536686, 1e-6) || !near(hi, 5.463314, 1e-6) {
		t.Error(m, lo, hi)
	}
	for i := range xs {
		xs[i] = math.Exp(xs[i])
	}
	if m, lo, hi := meanInterval(xs, true); !near(m, math.Exp(3.5), 1e-12) || !near(lo, math.Exp(1.536686), 1e-5) || !near(hi, math.Exp(5.463314), 1e-5) {
		t.Error(m, lo, hi)
	}
	if m, lo, hi := meanInterval([]float64{7}, true); !near(m, 7, 1e-12) || !math.IsNaN(lo) || !math.IsNaN(hi) {
		t.Error(m, lo, hi)
	}
}

// R: t.test(1:6)$p.value; binom.test(0, 6)$p.value and binom.test(1, 7)$p.value.
func TestPairs(t *testing.T) {
	for _, c := range []struct {
		differences []float64
		want        float64
	}{
		{[]float64{1, 2, 3, 4, 5, 6}, 0.005933545},
		{[]float64{-1, -2, -3, -4, -5, -6}, 0.005933545},
		{[]float64{1, 2, 3, 4, inf, inf}, 0.03125},
		{[]float64{1, 2, 3, -4, inf, inf, inf}, 0.125},
		{[]float64{1, 2, 0, 0, inf, inf}, 0.125}, // ties say nothing
		{[]float64{1, 2, 3, 4, 5}, nan},          // too few
		{[]float64{2, 2, 2, 2, 2, 2}, nan},       // nothing is random
	} {
		if p := pairedP(c.differences); !near(p, c.want, 1e-6) && !(math.IsNaN(p) && math.IsNaN(c.want)) {
			t.Errorf("%v: p = %v, want %v", c.differences, p, c.want)
		}
	}
}

// The example of p.adjust(method = "holm"): 0.01, 0.02, 0.03, 0.04 become 0.04, 0.06, 0.06, 0.06.
func TestHolm(t *testing.T) {
	for _, c := range []struct {
		ps   []float64
		want []bool
	}{
		{[]float64{0.03, 0.01, 0.04, 0.02}, []bool{false, true, false, false}},
		{[]float64{0.013, 0.011, 0.04, 0.02}, []bool{true, true, true, true}},
		{[]float64{0.04, nan}, []bool{true, false}},
		{[]float64{0.06, 0.06, 0.001}, []bool{false, false, true}},
		{nil, nil},
	} {
		var tests []*test
		for _, p := range c.ps {
			tests = append(tests, &test{p: p})
		}
		holm(tests)
		var got []bool
		for _, x := range tests {
			got = append(got, x.holds)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.ps, got, c.want)
		}
	}
}

// The interval between order statistics: R's EnvStats has the first and sixth of 6, the second and
// ninth of 10.
func TestIntervalOfMedian(t *testing.T) {
	for _, c := range []struct {
		n      int
		lo, hi float64
	}{{5, nan, nan}, {6, 1, 6}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}} {
		var xs []float64
		for i := range c.n {
			xs = append(xs, float64(c.n-i))
		}
		_, lo, hi := medianInterval(xs)
		if !(lo == c.lo && hi == c.hi || math.IsNaN(lo) && math.IsNaN(c.lo)) {
			t.Errorf("%d: [%v, %v], want [%v, %v]", c.n, lo, hi, c.lo, c.hi)
		}
	}
}

// docs/tables.md says how often the intervals cover what they are for, measured here.
func TestCoverageIsAsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/tables.md")
	if err != nil {
		t.Fatal(err)
	}
	trials, slack := 4000, 1.5
	if testspeed.Slower > 1 {
		trials, slack = 400, 7
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{3, 5, 10} {
		hits := [4]int{}
		for range trials {
			normal, lognormal := make([]float64, n), make([]float64, n)
			for i := range n {
				normal[i] = r.NormFloat64()
				lognormal[i] = math.Exp(r.NormFloat64())
			}
			for k, c := range []struct {
				values []float64
				log    bool
				truth  float64
			}{{normal, false, 0}, {lognormal, false, math.Exp(0.5)}, {lognormal, true, 1}} {
				if _, lo, hi := meanInterval(c.values, c.log); lo <= c.truth && c.truth <= hi {
					hits[k]++
				}
			}
			slices.Sort(lognormal)
			if lognormal[0] <= 1 && 1 <= lognormal[n-1] {
				hits[3]++
			}
		}
		row := regexp.MustCompile(`(?m)^\| ` + strconv.Itoa(n) + ` +\|(.*)\|$`).FindSubmatch(page)
		if row == nil {
			t.Fatalf("no row of %d seeds", n)
		}
		for k, cell := range strings.Split(string(row[1]), "|") {
			said, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(cell), " %"), 64)
			got := 100 * float64(hits[k]) / float64(trials)
			if err != nil || math.Abs(said-got) > slack {
				t.Errorf("%d seeds, column %d: the page says %s, measured %.1f %%", n, k, cell, got)
			}
		}
	}
}

// Of tables in which nothing differs, no more than 5 in 100 claim anything: six rows in three
// columns, six seeds, lognormal.
func TestTablesOfNoiseClaimLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tables, wrong := 300, 0
	for range tables {
		x := &tabulation{Table: DefaultTable(), split: &split{}, base: -1, stats: map[seat]*statistic{}, ms: []*measure{{name: "train_loss", judged: true, log: true}}}
		for g := range 6 {
			for f := range 3 {
				s := &statistic{values: map[uint64]float64{}}
				for seed := range uint64(fewestSeeds) {
					s.values[seed] = math.Exp(r.NormFloat64())
				}
				x.stats[seat{0, g, f}] = s
				x.cells = append(x.cells, cell{group: g, facet: f})
			}
		}
		x.compare()
		for _, s := range x.stats {
			if s.bold() {
				wrong++
				break
			}
		}
	}
	if share := float64(wrong) / float64(tables); share > 0.05 {
		t.Errorf("%.3f of the tables claim something", share)
	} else {
		t.Logf("%.3f of the tables claim something", share)
	}
}
