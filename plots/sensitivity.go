package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// Sensitivity is the criterion of a tuning against the tuned values: one line a setting, one panel
// a tuned key. It is made of tuning.csv, which lies beside the runs.
type Sensitivity struct {
	Common
	X      Keys   `doc:"the tuned keys to show, a panel each; left out: all"`
	XScale string `doc:"auto: log if the values are spread over a factor of 16 or more, words side by side" in:"auto|linear|log|category"`
	YScale string `doc:"auto: log if what was reached is spread over a factor of 16 or more" in:"auto|linear|log"`
	Band   string `doc:"what the whiskers around the mean of a trial are" in:"min-max|none"`
}

var _ Checker = Sensitivity{}

func init() {
	Register("sensitivity", "the criterion of a tuning against the tuned values, the chosen ones marked", Sensitivity{
		Common: Defaults(), XScale: "auto", YScale: "auto", Band: "min-max",
	})
}

// Validate implements params.Validator.
func (f Sensitivity) Validate() error {
	return f.apart("share_x", f.ShareX)
}

// Check implements Checker.
func (f Sensitivity) Check(runs []*Run) error {
	if slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		return nil
	}
	if _, err := tuningOf(runs); err != nil {
		return errors.New("this figure is made of tuning.csv, and nothing is tuned: give [tune], or leave the figure out")
	}
	return nil
}

// Picture implements Figure.
func (f Sensitivity) Picture(runs []*Run) (*Picture, error) {
	if err := readable(runs, false); err != nil {
		return nil, err
	}
	t, err := tuningOf(runs)
	if err != nil {
		return nil, err
	}
	if len(f.Where) > 0 {
		if t.of(runs); len(t.trials) == 0 {
			return nil, errors.New("where selects runs of no setting that was tuned")
		}
	}
	keys, err := f.shown(t)
	if err != nil {
		return nil, err
	}
	ts := tries{tuned: t, band: f.Band != "none" && t.spread}
	for _, tr := range t.trials {
		if !slices.Contains(ts.settings, tr.setting) {
			ts.settings = append(ts.settings, tr.setting)
		}
	}
	ts.paint(axesOf(runs))
	p := &Picture{}
	y := Axis{Label: map[string]string{"train_loss": "train loss", "validation_loss": "validation loss"}[t.by] + " of the trial", Log: f.logY(t)}
	for _, key := range keys {
		x, place, err := f.axis(key, t)
		if err != nil {
			return nil, err
		}
		q := Panel{X: x, Y: y}
		if q.Marks = ts.panel(key, place, x.Names != nil); len(q.Marks) == 0 {
			q.Empty = "no trial has " + key
		}
		p.Panels = append(p.Panels, q)
	}
	if f.ShareY {
		sameHeight(p.Panels)
	}
	ts.explain(p, y.Log)
	return p, nil
}

// shown are the keys to show.
func (f Sensitivity) shown(t *tuned) ([]string, error) {
	for i, k := range f.X {
		if !slices.Contains(t.keys, k) {
			e := params.Errorf("x", "was not tuned")
			if len(f.X) > 1 {
				e.Path = fmt.Sprintf("x[%d]", i)
			}
			e.Value, e.Allowed = fmt.Sprintf("%q", k), "tuned were "+strings.Join(t.keys, ", ")
			return nil, e
		}
	}
	if len(f.X) > 0 {
		return f.X, nil
	}
	return t.keys, nil
}

// logY says whether the vertical axis is logarithmic.
func (f Sensitivity) logY(t *tuned) bool {
	if f.YScale != "auto" {
		return f.YScale == "log"
	}
	span := draw.NewSpan(false)
	for _, tr := range t.trials {
		span.Grow(tr.score)
	}
	return span.Min > 0 && span.Max >= 16*span.Min
}

// axis is the horizontal axis of the values of a key, and the place of a trial on it.
func (f Sensitivity) axis(key string, t *tuned) (a Axis, place func(tr *trial) (float64, bool), err error) {
	as := map[string]*Run{} // a value, as a run that has it
	var all []*Run
	for _, tr := range t.trials {
		if v, ok := tr.values[key]; ok && as[v] == nil {
			as[v] = &Run{Run: record.Run{Labels: map[string]string{key: v}}}
			all = append(all, as[v])
		}
	}
	if len(all) == 0 {
		return Axis{Label: key}, func(*trial) (float64, bool) { return 0, false }, nil
	}
	a, at, err := Sweep{X: key, XScale: f.XScale}.axis(all)
	if len(a.Names) == 0 && len(all) > 8 {
		a.At = nil
	}
	return a, func(tr *trial) (float64, bool) {
		if r := as[tr.values[key]]; r != nil {
			return at(r)
		}
		return 0, false
	}, err
}

// tries makes marks of trials and keeps count of what has to be said.
type tries struct {
	*tuned
	settings []string
	styles   []Style // of settings
	band     bool

	runs           tally
	hidden         int
	lost, envelope bool
	edges          []string
}

// paint gives settings the styles that groups of runs of these settings have.
func (ts *tries) paint(axes Axes) {
	paint := painter{axes: axes}
	var runs []*Run
	for _, name := range ts.settings {
		r := &Run{Run: record.Run{Labels: map[string]string{}}}
		for part := range strings.SplitSeq(name, ", ") {
			key, value, _ := strings.Cut(part, "=")
			if r.Labels[key] = value; !slices.Contains(paint.keys, key) {
				paint.keys = append(paint.keys, key)
			}
		}
		runs = append(runs, r)
	}
	paint.choose(runs)
	for i, r := range runs {
		ts.styles = append(ts.styles, paint.style(r, i))
	}
}

// panel draws one tuned key.
func (ts *tries) panel(key string, place func(tr *trial) (float64, bool), words bool) (marks []Mark) {
	var crosses []Mark
	drop := map[float64]int{}
	for i, name := range ts.settings {
		st := ts.styles[i]
		var mine []*trial
		for k := range ts.trials {
			if tr := &ts.trials[k]; tr.setting == name {
				mine = append(mine, tr)
			}
		}
		whose := Whose{Group: settingTitle(name)}
		line, bars, rings := Line{Whose: whose, Style: st, Dots: true}, Whiskers{Whose: whose, Style: st}, Rings{Whose: whose, Style: st}
		for _, c := range ts.columns(mine, place) {
			if c.lost > 0 {
				ts.lost = true
				crosses = append(crosses, Gone{Group: whose.Group, X: c.x, N: c.lost, Style: st, Drop: drop[c.x]})
				drop[c.x]++
			}
			line.X, line.Y, line.Seeds = append(line.X, c.x), append(line.Y, c.least.score), append(line.Seeds, c.least.runs)
			if math.IsInf(c.least.score, 1) {
				line.Y[len(line.Y)-1] = math.NaN()
				continue
			}
			bars.X, bars.Lo, bars.Hi = append(bars.X, c.x), append(bars.Lo, c.least.lo), append(bars.Hi, c.least.hi)
			if c.least.best {
				rings.X, rings.Y, rings.Seeds = append(rings.X, c.x), append(rings.Y, c.least.score), append(rings.Seeds, c.least.runs)
			}
		}
		if len(line.X) == 0 {
			continue
		}
		if ts.band {
			marks = append(marks, bars)
		}
		if words {
			marks = append(marks, Dots{Whose: line.Whose, X: line.X, Y: line.Y, Style: st}, rings)
		} else {
			marks = append(marks, line, rings)
		}
	}
	return append(marks, crosses...)
}

// A column is the trials of a setting at one value.
type column struct {
	x     float64
	least *trial // the one that did best, over the other tuned keys
	lost  int    // trials without a number
}

// columns are those of a setting, from left to right.
func (ts *tries) columns(mine []*trial, place func(tr *trial) (float64, bool)) (cs []column) {
	for _, tr := range mine {
		x, ok := place(tr)
		if !ok {
			continue
		}
		ts.runs.add(tr.runs)
		i := slices.IndexFunc(cs, func(c column) bool { return c.x == x })
		if i < 0 {
			i, cs = len(cs), append(cs, column{x: x, least: tr})
		} else {
			ts.envelope = true
		}
		if tr.score < cs[i].least.score || tr.best {
			cs[i].least = tr
		}
		if !draw.Finite(tr.score) {
			cs[i].lost++
		} else if tr.score <= 0 {
			ts.hidden++
		}
	}
	slices.SortFunc(cs, func(a, b column) int {
		if a.x < b.x {
			return -1
		}
		return 1
	})
	return cs
}

// explain makes the legend and the notes.
func (ts *tries) explain(p *Picture, log bool) {
	for i, name := range ts.settings {
		if name != "" || len(ts.settings) > 1 {
			p.Key = append(p.Key, Key{Name: settingTitle(name), Style: ts.styles[i], Line: true, Dot: true})
		}
	}
	p.Key = append(p.Key, Key{Name: "chosen", Thumb: Rings{Style: Style{Color: draw.Ink}}})
	n := fmt.Sprint(ts.runs.most)
	if ts.runs.least < ts.runs.most {
		n = fmt.Sprintf("%d to %d", ts.runs.least, ts.runs.most)
	}
	note := fmt.Sprintf("Markers: mean over the %s runs of a trial", n)
	switch {
	case ts.runs.most == 1:
		note = "Markers: trials of one run"
	case ts.band:
		note += "; whisker: smallest to largest"
	case !ts.spread:
		note += "; their tuning.csv holds no spread"
	}
	p.Note(note + ". Ring: chosen")
	if ts.envelope {
		p.Note("At each value the best over the other tuned keys")
	}
	if ts.lost {
		p.Note("×: trials of which a run diverged, and how many")
		p.Note("They count as worse than any value")
	}
	if note := colorsAgain(ts.styles); note != "" {
		p.Note(note)
	}
	if log && ts.hidden > 0 {
		p.Note(hiddenNote(ts.hidden, "mean"))
	}
	for _, tr := range ts.trials {
		if tr.best && tr.edge {
			ts.edges = append(ts.edges, settingTitle(tr.setting))
		}
	}
	if len(ts.edges) > 0 {
		p.Note("At the edge of its grid, where a better one may lie beyond: " + some(ts.edges, "; "))
	}
}

// settingTitle is the name of a setting as other figures would have it: "method=AGN,
// cluster.workers=4" is "AGN, workers = 4".
func settingTitle(setting string) string {
	var parts []string
	for part := range strings.SplitSeq(setting, ", ") {
		key, value, ok := strings.Cut(part, "=")
		if _, number := parse(value); ok && number {
			part = key[strings.LastIndexByte(key, '.')+1:] + " = " + value
		} else if ok {
			part = value
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
