package plots

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// TunedName is the name of the files of [Scheme.WriteTuned].
const TunedName = "tuned-values"

// Tuned is a table of what was tuned for runs, for an appendix: of each method (or whatever had
// values of its own) and each tuned key the grid, the number of trials, the value chosen, and
// whether that is at the edge of its grid. It is made of the tuning.csv beside the runs, and nil
// if there is none.
func (s Scheme) Tuned(ctx context.Context, runs []record.Run) (*Sheet, error) {
	rs := s.wrap(ctx, runs)
	t, _, err := tunings(rs)
	if err != nil || len(t.trials) == 0 {
		return nil, err
	}
	return t.sheet(rs), nil
}

// WriteTuned writes what [Scheme.Tuned] makes: dir/tuned-values.tex, .csv and .txt. The sheet is
// nil if nothing was tuned.
func (s Scheme) WriteTuned(ctx context.Context, runs []record.Run, dir string) (sh *Sheet, files []string, err error) {
	if sh, err = s.Tuned(ctx, runs); err == nil && sh != nil {
		files, err = sh.write(dir, TunedName)
	}
	if err != nil {
		err = fmt.Errorf("table %s: %w", TunedName, err)
	}
	return sh, files, err
}

// A setting is what had trials of its own.
type tunedSetting struct {
	name   string
	trials []trial
}

func (t *tuned) settings() (out []tunedSetting) {
	for _, tr := range t.trials {
		i := slices.IndexFunc(out, func(s tunedSetting) bool { return s.name == tr.setting })
		if i < 0 {
			i, out = len(out), append(out, tunedSetting{name: tr.setting})
		}
		out[i].trials = append(out[i].trials, tr)
	}
	return out
}

// sheet has a row for each tuned key of each setting.
func (t *tuned) sheet(runs []*Run) *Sheet {
	settings := t.settings()
	var per Keys
	for _, s := range settings {
		for _, p := range partsOf(s.name) {
			if !slices.Contains(per, p.key) {
				per = append(per, p.key)
			}
		}
	}
	t.arrange(settings, per, axesOf(runs))
	sh := &Sheet{Name: TunedName, Label: "tab:" + TunedName, Stub: len(per) + 1, Width: "column"}
	for _, k := range per {
		sh.Heads = append(sh.Heads, Head{Name: k, Text: Table{}.headOf(k), Numbers: numbers(settings, k)})
	}
	sh.Heads = append(sh.Heads, Head{Name: "key", Text: "key"}, Head{Name: "grid", Text: "grid", Wrap: true}, Head{Name: "trials", Text: "trials", Numbers: true},
		Head{Name: "chosen", Text: "chosen", Numbers: true}, Head{Name: "edge", Text: "at the\nedge"})
	head := slices.Concat(per, []string{"key", "grid", "trials", "diverged", "runs", "chosen", "edge", t.by})
	sh.long = [][]string{head}
	atEdge, diverged, seeds := 0, 0, tally{}
	for _, s := range settings {
		best := slices.IndexFunc(s.trials, func(tr trial) bool { return tr.best })
		lost := 0
		for _, tr := range s.trials {
			seeds.add(tr.runs)
			if tr.diverged > 0 {
				lost++
			}
		}
		diverged += lost
		for _, g := range t.grids(s) {
			row := stub(s.name, per)
			grid, chosen, edge := g.text(), words("none"), words("")
			if best >= 0 {
				chosen, edge = keyCell(s.trials[best].values[g.key]), words(g.edge(s.trials[best].values[g.key]))
			}
			if edge.Text != "" && edge.Text != "no" {
				atEdge++
			}
			row = append(row, words(draw.Legible(strings.TrimPrefix(g.key, "strategy."))), words(grid), words(fmt.Sprint(len(s.trials))), chosen, edge)
			sh.Rows = append(sh.Rows, row)
			score, value := math.NaN(), "none"
			if best >= 0 {
				score, value = s.trials[best].score, s.trials[best].values[g.key]
			}
			sh.long = append(sh.long, slices.Concat(names(s.name, per), []string{g.key, strings.Join(g.values, " "), fmt.Sprint(len(s.trials)), fmt.Sprint(lost),
				fmt.Sprint(s.trials[0].runs), value, edge.Text, inFull(score, 1)}))
		}
	}
	sh.Caption = fmt.Sprintf("What was tuned, by the final %s, the mean over the runs of a trial (%s a trial)", strings.ReplaceAll(t.by, "_", " "), plural(seeds.most, "run", "runs"))
	if seeds.least < seeds.most {
		sh.Caption = strings.Replace(sh.Caption, fmt.Sprintf("(%d ", seeds.most), fmt.Sprintf("(%d to %d ", seeds.least, seeds.most), 1)
	}
	if diverged > 0 {
		sh.Notes = append(sh.Notes, plural(diverged, "trial", "trials")+" had a run that diverged, which is worse than any value")
	}
	if atEdge > 0 {
		sh.Notes = append(sh.Notes, "Warning: "+plural(atEdge, "value chosen is", "values chosen are")+" at the edge of the grid: a better one may lie beyond")
	}
	if len(sh.fit().parts) > 1 {
		sh.Width = "page"
	}
	if left := t.untuned(runs, settings, per); left != nil {
		sh.Notes = append(sh.Notes, "Not tuned: "+some(left, ", "))
	}
	return sh
}

// arrange puts settings in the order of the experiment's axes.
func (t *tuned) arrange(settings []tunedSetting, per Keys, axes Axes) {
	slices.SortStableFunc(settings, func(a, b tunedSetting) int {
		for i, v := range names(a.name, per) {
			w := names(b.name, per)[i]
			if v == "" || w == "" {
				return 0
			}
			if c := axes.Compare(per[i], v, w); c != 0 {
				return c
			}
		}
		return 0
	})
}

// A part of the name of a setting is "key=value".
type settingPart struct{ key, value string }

func partsOf(setting string) (out []settingPart) {
	for part := range strings.SplitSeq(setting, ", ") {
		key, value, ok := strings.Cut(part, "=")
		switch {
		case ok:
			out = append(out, settingPart{key, value})
		case len(out) > 0: // a label with a comma in it
			out[len(out)-1].value += ", " + part
		}
	}
	return out
}

// names are the values of keys in the name of a setting.
func names(setting string, per Keys) []string {
	out := make([]string, len(per))
	for _, p := range partsOf(setting) {
		out[slices.Index(per, p.key)] = p.value
	}
	return out
}

func stub(setting string, per Keys) (row []Cell) {
	for _, v := range names(setting, per) {
		row = append(row, keyCell(v))
	}
	return row
}

// numbers says whether all settings have a number there.
func numbers(settings []tunedSetting, key string) bool {
	return !slices.ContainsFunc(settings, func(s tunedSetting) bool {
		return slices.ContainsFunc(partsOf(s.name), func(p settingPart) bool {
			_, ok := parse(p.value)
			return p.key == key && !ok
		})
	})
}

// A tunedGrid are the values of a key that were tried, by size.
type tunedGrid struct {
	key    string
	values []string
}

// grids are those of the keys that a setting tuned.
func (t *tuned) grids(s tunedSetting) (out []tunedGrid) {
	for _, k := range t.keys {
		g := tunedGrid{key: k}
		for _, tr := range s.trials {
			if v, ok := tr.values[k]; ok && !slices.Contains(g.values, v) {
				g.values = append(g.values, v)
			}
		}
		if slices.SortFunc(g.values, natural); g.values != nil {
			out = append(out, g)
		}
	}
	return out
}

// text lists the values, of many the ends.
func (g tunedGrid) text() string {
	const few = 7
	var vs []string
	for _, v := range g.values {
		if x, ok := parse(v); ok && len(v) > 6 { // drawn at random, with all its digits
			v = draw.Short(draw.Round(x, 3))
		}
		vs = append(vs, powers(draw.Legible(v)))
	}
	if len(vs) > few {
		return fmt.Sprintf("%s to %s (%d)", vs[0], vs[len(vs)-1], len(vs))
	}
	return strings.Join(vs, ", ")
}

// edge says where in the grid a value is; a word has no edge.
func (g tunedGrid) edge(value string) string {
	switch _, number := parse(strings.TrimSuffix(value, "/L")); {
	case !number || len(g.values) < 2:
		return ""
	case value == g.values[0]:
		return "lower"
	case value == g.values[len(g.values)-1]:
		return "upper"
	}
	return "no"
}

// untuned are runs that no setting is of.
func (t *tuned) untuned(runs []*Run, settings []tunedSetting, per Keys) (titles []string) {
	for _, r := range runs {
		if slices.ContainsFunc(settings, func(s tunedSetting) bool { return isOf(r, s.name) }) {
			continue
		}
		if title := titleOf(r, per); !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	return titles
}
