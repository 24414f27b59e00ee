package plots

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Contrast sets two experiments against each other: in what their configurations differ, and what
// came out, paired by setting and seed.
type Contrast struct {
	Names [2]string
	// in what paired runs differ; without pairs, in what the experiments do
	Keys    []KeyContrast
	Results []ResultContrast
	Pairs   int
	Alone   [2]int // runs that have no partner
	Notes   []string
}

// A KeyContrast is a key that is not the same in both.
type KeyContrast struct {
	Key    string
	Values [2]string // all that occur; "none" where a run lacks the key
}

// A ResultContrast is a number of one setting in both experiments.
type ResultContrast struct {
	Setting string // "" if there is one
	Label   string // of the number, with its unit
	Pairs   int    // of runs that both have it
	Bad     [2]int // of these, those that diverged
	Median  [2]float64
	// second minus first, seed by seed, over the pairs in which neither diverged: mean and 95 %
	// interval of Student's t; as the ratio second over first, by the logarithm, where Ratio
	Ratio         bool
	Mid, Low, Top float64
	P             float64 // of no difference; NaN below six pairs
	Holds         bool    // a difference, after Holm's correction over all of these
}

// Compare sets two experiments against each other. Only summaries are read.
func Compare(names [2]string, runs [2][]record.Run) (*Contrast, error) {
	c := &Contrast{Names: names}
	var of [2][]*Run
	for i := range of {
		of[i] = wrap(context.Background(), runs[i])
		if len(of[i]) == 0 {
			return nil, fmt.Errorf("%s has no finished run", names[i])
		}
	}
	keys := c.pairing(of)
	pairs := c.pair(of, keys)
	c.Keys = differing(of, pairs)
	c.results(pairs, keys)
	return c, nil
}

// pairing finds the keys by which runs are partners, beside the seed: those that tell the settings
// of one experiment apart and that both have.
func (c *Contrast) pairing(of [2][]*Run) (keys Keys) {
	for i := range of {
		for _, k := range missing(of[i], nil) {
			has := func(r *Run) bool { _, ok := r.Text(k); return ok }
			if !slices.Contains(keys, k) && slices.ContainsFunc(of[0], has) && slices.ContainsFunc(of[1], has) {
				keys = append(keys, k)
			} else if !slices.Contains(keys, k) {
				c.Notes = append(c.Notes, fmt.Sprintf("Runs are not paired by %s, which %s alone has", k, c.Names[i]))
			}
		}
	}
	return keys
}

// A couple are partners, and the setting of both.
type couple struct {
	setting string
	runs    [2]*Run
}

// pair finds partners; of runs that could have several none is one.
func (c *Contrast) pair(of [2][]*Run, keys Keys) (pairs []couple) {
	type place struct{ setting, seed string }
	var at [2]map[place][]*Run
	for i := range of {
		at[i] = map[place][]*Run{}
		for _, r := range of[i] {
			seed, _ := r.Text("seed")
			p := place{titleOf(r, keys), seed}
			at[i][p] = append(at[i][p], r)
		}
	}
	several := 0
	for _, r := range of[0] {
		seed, _ := r.Text("seed")
		p := place{titleOf(r, keys), seed}
		first, second := at[0][p], at[1][p]
		switch {
		case len(first) == 1 && len(second) == 1:
			pairs = append(pairs, couple{p.setting, [2]*Run{r, second[0]}})
		case len(second) > 0:
			several++
		}
	}
	if several > 0 {
		c.Notes = append(c.Notes, plural(several, "run has", "runs have")+" no one partner: what tells the runs of one experiment apart is no key of the other")
	}
	c.Pairs, c.Alone = len(pairs), [2]int{len(of[0]) - len(pairs), len(of[1]) - len(pairs)}
	slices.SortStableFunc(pairs, func(a, b couple) int { return natural(a.setting, b.setting) })
	return pairs
}

// differing are the keys that are not the same in partners; of experiments without any, those that
// do not have the same values.
func differing(of [2][]*Run, pairs []couple) (out []KeyContrast) {
	facts := func(r *Run) map[string]string {
		all := map[string]string{"build": r.Summary.Build}
		for k, v := range r.settings() {
			all[k] = v
		}
		for k, v := range r.Labels {
			all[k] = v
		}
		return all
	}
	type values = map[string]bool
	seen, differ := map[string]*[2]values{}, map[string]bool{}
	note := func(i int, k, v string) {
		if seen[k] == nil {
			seen[k] = &[2]values{{}, {}}
		}
		seen[k][i][v] = true
	}
	if len(pairs) == 0 {
		for i := range of {
			for _, r := range of[i] {
				for k, v := range facts(r) {
					note(i, k, v)
				}
			}
		}
		for k, v := range seen {
			differ[k] = strings.Join(sortedValues(v[0]), "\n") != strings.Join(sortedValues(v[1]), "\n")
		}
	}
	for _, p := range pairs {
		a, b := facts(p.runs[0]), facts(p.runs[1])
		for _, both := range []map[string]string{a, b} {
			for k := range both {
				if v, w := textOr(a, k), textOr(b, k); v != w {
					differ[k] = true
					note(0, k, v)
					note(1, k, w)
				}
			}
		}
	}
	for k, yes := range differ {
		if yes {
			v := seen[k]
			out = append(out, KeyContrast{k, [2]string{some(sortedValues(v[0]), ", "), some(sortedValues(v[1]), ", ")}})
		}
	}
	slices.SortFunc(out, func(a, b KeyContrast) int { return strings.Compare(a.Key, b.Key) })
	return out
}

func textOr(facts map[string]string, key string) string {
	if v, ok := facts[key]; ok {
		return v
	}
	return "none"
}

func sortedValues(set map[string]bool) []string {
	var all []string
	for v := range set {
		all = append(all, v)
	}
	if all == nil {
		all = []string{"none"}
	}
	slices.SortFunc(all, natural)
	return all
}

// results compares what came out, setting by setting.
func (c *Contrast) results(pairs []couple, keys Keys) {
	if len(pairs) == 0 {
		c.Notes = append(c.Notes, "No run of one experiment has a partner of the same setting and seed in the other, so nothing is compared seed by seed")
		return
	}
	var all []*Run
	for _, p := range pairs {
		all = append(all, p.runs[:]...)
	}
	var tests []*test
	for _, q := range outcomes(all) {
		for from := 0; from < len(pairs); {
			to := from
			for to < len(pairs) && pairs[to].setting == pairs[from].setting {
				to++
			}
			r := contrastOf(q, pairs[from:to])
			if r.Pairs > 0 {
				c.Results = append(c.Results, r)
				tests = append(tests, &test{p: r.P})
			}
			from = to
		}
	}
	made := holm(tests)
	for i := range tests {
		c.Results[i].Holds = tests[i].holds
	}
	switch {
	case made > 0:
		c.Notes = append(c.Notes, fmt.Sprintf("*: a difference at the level 0.05 of all %s together (paired t on the logarithm, of what may be negative on the values; Holm)", plural(made, "test", "tests")))
	default:
		c.Notes = append(c.Notes, fmt.Sprintf("No difference is claimed: that takes %d pairs of seeds or more that are not all alike", fewestSeeds))
	}
}

// contrastOf is a number of one setting.
func contrastOf(q quantity, pairs []couple) ResultContrast {
	label := brief[q.name]
	r := ResultContrast{Setting: pairs[0].setting, Label: label, Ratio: true, P: math.NaN(), Mid: math.NaN(), Low: math.NaN(), Top: math.NaN()}
	var values, finite [2][]float64
	for _, p := range pairs {
		a, b := p.runs[0].last(q), p.runs[1].last(q)
		if math.IsNaN(a) || math.IsNaN(b) || !p.runs[0].Summary.Done() || !p.runs[1].Summary.Done() {
			continue // without an end a number is none of the end
		}
		r.Pairs++
		for i, v := range []float64{a, b} {
			values[i] = append(values[i], v)
			if math.IsInf(v, 0) {
				r.Bad[i]++
			}
		}
		if draw.Finite(a) && draw.Finite(b) {
			finite[0], finite[1] = append(finite[0], a), append(finite[1], b)
			r.Ratio = r.Ratio && a > 0 && b > 0
		}
	}
	r.Ratio = r.Ratio && !q.up && len(finite[0]) > 0
	for i := range values {
		r.Median[i], _, _ = spread(values[i], "none")
	}
	var steps, logs []float64
	for k := range finite[0] {
		if r.Ratio {
			steps = append(steps, finite[1][k]/finite[0][k])
			logs = append(logs, math.Log(finite[1][k])-math.Log(finite[0][k]))
		} else {
			steps = append(steps, finite[1][k]-finite[0][k])
			logs = append(logs, steps[k])
		}
	}
	if len(steps) > 0 {
		r.Mid, r.Low, r.Top = meanInterval(steps, r.Ratio)
		r.P = pairedP(logs)
	}
	return r
}

// Rows are the results as texts, the first row a head.
func (c *Contrast) Rows() (rows [][]string) {
	rows = append(rows, []string{"setting", "number", "pairs", c.Names[0], c.Names[1], "second to first", "95 % interval"})
	for _, r := range c.Results {
		var medians [2]string
		for i, v := range r.Median {
			medians[i] = alone(v, 1e-3, "×")
			if r.Bad[i] > 0 {
				medians[i] += fmt.Sprintf(" (×%d)", r.Bad[i])
			}
		}
		mid, interval := rounded(r.Mid, r.Low, r.Top, 1e-3, "×")
		if r.Ratio && mid != "–" {
			mid = "×" + mid
		} else if r.Mid > 0 {
			mid = "+" + mid
		}
		if r.Holds {
			mid += " *"
		}
		setting := r.Setting
		if setting == "" {
			setting = "all"
		}
		rows = append(rows, []string{draw.Legible(setting), r.Label, strconv.Itoa(r.Pairs), draw.Plain(medians[0]), draw.Plain(medians[1]), draw.Plain(mid), draw.Plain(interval)})
	}
	return rows
}

// Sentences say what the rows are, and what is not in them.
func (c *Contrast) Sentences() (all []string) {
	if len(c.Results) > 0 {
		all = append(all, "Medians over the pairs, then second to first seed by seed: the mean ratio (×) or difference, and its interval of Student's t")
	}
	for _, r := range c.Results {
		if r.Bad != [2]int{} {
			all = append(all, "(×n): n of the runs diverged, which counts as worse than any value in the median; their pairs are in no ratio and no difference")
			break
		}
	}
	for i, n := range c.Alone {
		if n > 0 {
			all = append(all, fmt.Sprintf("%s of %s %s no partner in the other", plural(n, "run", "runs"), c.Names[i], map[bool]string{true: "has", false: "have"}[n == 1]))
		}
	}
	return append(all, c.Notes...)
}

// Text is all of it for a terminal.
func (c *Contrast) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s and %s: %s\n\n", c.Names[0], c.Names[1], plural(c.Pairs, "pair of runs", "pairs of runs"))
	if len(c.Keys) == 0 {
		b.WriteString("Their configurations are the same.\n")
	} else {
		rows := [][]string{{"key", c.Names[0], c.Names[1]}}
		for _, k := range c.Keys {
			rows = append(rows, []string{draw.Legible(k.Key), draw.Legible(k.Values[0]), draw.Legible(k.Values[1])})
		}
		writeLined(&b, rows, 3)
	}
	if len(c.Results) > 0 {
		b.WriteByte('\n')
		writeLined(&b, c.Rows(), 2)
	}
	for _, s := range c.Sentences() {
		b.WriteString(s + ".\n")
	}
	return b.String()
}

func writeLined(b *strings.Builder, rows [][]string, words int) {
	t := lined{head: rows[:1], rows: rows[1:], left: make([]bool, len(rows[0]))}
	for i := range words {
		t.left[i] = true
	}
	t.write(b)
}
