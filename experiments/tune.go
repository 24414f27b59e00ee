package experiments

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/results"
)

// tuneConfig is [tune], at and grid apart.
type tuneConfig struct {
	Per   []string `doc:"axes (labelled ones, or swept keys) of which every point gets values of its own; over the others the criterion is averaged; absent: all axes"`
	By    string   `in:"train_loss|validation_loss" doc:"criterion: the last evaluation of a trial, averaged over seeds; a trial that diverges scores +infinity"`
	Seeds []int64  `doc:"seeds of the trials, none of them a seed of the experiment"`
}

func defaultTune() tuneConfig { return tuneConfig{By: "train_loss"} }

// tunedSuffix is what the folder of the trials of an experiment ends in.
const tunedSuffix = "-tune"

// tuningFile holds the whole sensitivity curve of an experiment, one row a trial, beside its runs.
const tuningFile = "tuning.csv"

// A plan for tuning is [tune], taken apart: for each setting the values to try, each on the same number of seeds.
type tuning struct {
	tuneConfig
	at   map[string]any // [stop] of the trials; nil: that of the runs
	grid []axis         // tuned in every setting

	settings  []*setting
	trials    *Experiment
	report    func() ([]*Run, error) // the runs with the values found, on the experiment's own seeds
	tentative []*Run                 // these runs with the first of all values, before any are found
	home      string                 // folder of these runs
	file      string                 // in it: the whole sensitivity curve
}

// A setting is a point of the axes in per.
type setting struct {
	name   string // "method=AGN, cluster.workers=4"; "" if there is one only
	axes   []axis // what is tuned
	trials []*trial
	best   int      // of trials; -1: none could be used
	edges  []string // "key = value" where the best is the last of its grid
}

// A trial is one choice of the tuned values.
type trial struct {
	changes          []change
	point            string
	runs             []int // of the trials' experiment: all seeds, and all points of the axes that are not in per
	score            float64
	diverged, failed int
}

// readTune reads [tune].
func (e *experiment) readTune() error {
	own := ""
	for _, a := range e.axes {
		for i, o := range a.options {
			if len(o.tune) > 0 && own == "" {
				own = joinKey(element(a.place, i), "tune")
			}
		}
	}
	v, ok := e.doc.table["tune"]
	if !ok {
		if own != "" {
			return params.Errorf(own, "says what to tune, but there is no [tune] that says how: give its by and seeds")
		}
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		return params.Errorf("tune", "want a table: [tune]")
	}
	t := &tuning{tuneConfig: defaultTune()}
	rest := map[string]any{}
	for k, v := range table {
		if k != "at" && k != "grid" {
			rest[k] = v
		}
	}
	if by, ok := rest["by"].(string); ok && strings.HasPrefix(by, "test_") {
		return bad("tune.by", by, "the test part is not for choosing: what is chosen by it says nothing about new data; take \"validation_loss\" (with problem.validation) or \"train_loss\"")
	}
	if err := params.Decode("tune", rest, &t.tuneConfig); err != nil {
		return err
	}
	if at, ok := table["at"]; ok {
		if t.at, ok = at.(map[string]any); !ok {
			return bad("tune.at", at, `want a table as in [stop], such as {time = "60s"}`)
		}
	}
	if grid, ok := table["grid"]; ok {
		g, ok := grid.(map[string]any)
		if !ok {
			return bad("tune.grid", grid, `want a table of keys and their values, as in [sweep]`)
		}
		var err error
		if t.grid, err = e.grids("tune.grid", g); err != nil {
			return err
		}
	}
	if own == "" && len(t.grid) == 0 {
		return params.Errorf("tune", `says nothing to tune: give [tune.grid], or tune = {...} to the entries of an axis, such as {"strategy.rate" = {log = [1e-3, 1.0], n = 7}}`)
	}
	if err := e.checkSeeds(t.Seeds); err != nil {
		return err
	}
	e.tune = t
	return e.checkPer()
}

// grids reads a table of keys and values to try.
func (e *experiment) grids(at string, table map[string]any) ([]axis, error) {
	var out []axis
	random := axis{}
	if err := e.sweepKeys(at, nil, table, &random, &out); err != nil {
		return nil, err
	}
	if random.options != nil {
		out = append(out, random)
	}
	for _, a := range out {
		for _, c := range a.options[0].changes {
			if top := c.path[0].key; top == "seed" || top == "seeds" {
				return nil, params.Errorf(a.place, "a seed is not tuned: give tune.seeds")
			}
		}
	}
	return out, nil
}

// checkSeeds keeps the seeds of trials apart from those that are reported.
func (e *experiment) checkSeeds(seeds []int64) error {
	if len(seeds) == 0 {
		return params.Errorf("tune.seeds", "is missing: the seeds of the trials, such as [101, 102, 103]")
	}
	reported, swept := map[int64]bool{}, false
	for _, a := range e.axes {
		for _, o := range a.options {
			for _, c := range o.changes {
				if n, ok := c.value.(int64); ok && pathString(c.path) == "seed" {
					reported[n], swept = true, true
				}
			}
		}
	}
	for i := range e.Repeat {
		if !swept {
			reported[e.Seed+int64(i)] = true
		}
	}
	taken := map[int64]bool{}
	for i, s := range seeds {
		at := element("tune.seeds", i)
		switch {
		case s < 0:
			return bad(at, s, "want a whole number, not negative")
		case taken[s]:
			return bad(at, s, "stands here twice")
		case reported[s]:
			return bad(at, s, "is also a seed of the runs that are reported: what was chosen on it would look better than it is; take others")
		}
		taken[s] = true
	}
	return nil
}

// checkPer wants names of axes, and among them those whose entries are tuned each by its own grid.
func (e *experiment) checkPer() error {
	for i, name := range e.tune.Per {
		if !slices.ContainsFunc(e.axes, func(a axis) bool { return a.is(name) && !a.seeds() }) {
			var names []string
			for _, a := range e.axes {
				if !a.seeds() {
					names = append(names, a.name)
				}
			}
			return bad(element("tune.per", i), name, "is no axis of this experiment; known: %s", list(names))
		}
	}
	for _, a := range e.axes {
		for i, o := range a.options {
			if len(o.tune) > 0 && !e.per(a) {
				return params.Errorf(joinKey(element(a.place, i), "tune"), "is for this entry alone, so tune.per has to name %s", a.name)
			}
		}
	}
	return nil
}

// is says whether a name means this axis: its own, or one of its keys.
func (a *axis) is(name string) bool {
	return a.name == name || slices.Contains(strings.Split(a.name, ", "), name)
}

// seeds says whether the axis sweeps the seed.
func (a *axis) seeds() bool { return a.is("seed") }

// per says whether each point of the axis is tuned by itself.
func (e *experiment) per(a axis) bool {
	return !a.seeds() && (len(e.tune.Per) == 0 || slices.ContainsFunc(e.tune.Per, a.is))
}

// settingAt names the setting that a point of the axes belongs to.
func (e *experiment) settingAt(at []int) string {
	var names []string
	for i, a := range e.axes {
		if !e.per(a) {
			continue
		}
		o := a.options[at[i]]
		if a.labels {
			names = append(names, a.name+"="+o.label)
			if n := slices.IndexFunc(a.options, func(p option) bool { return p.label == o.label }); n != at[i] {
				names[len(names)-1] += fmt.Sprintf(" (entry %d)", at[i]+1) // labels may repeat
			}
		} else {
			names = append(names, o.label)
		}
	}
	return strings.Join(names, ", ")
}

// points calls f with each point of the axes.
func (e *experiment) points(f func(at []int) error) error {
	at := make([]int, len(e.axes))
	for {
		if err := f(at); err != nil {
			return err
		}
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(e.axes[i].options) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// planTrials lists the settings and their trials; run is called with each run and returns its number.
func (e *experiment) planTrials(base *document, run func(variant) (int, error)) error {
	t := e.tune
	byName := map[string]*setting{}
	err := e.points(func(at []int) error {
		name := e.settingAt(at)
		s := byName[name]
		if s == nil {
			s = &setting{name: name, axes: slices.Clone(t.grid)}
			for i, a := range e.axes {
				s.axes = append(s.axes, a.options[at[i]].tune...)
			}
			if err := e.fillSetting(s); err != nil {
				return err
			}
			byName[name] = s
			t.settings = append(t.settings, s)
		}
		for i, a := range e.axes {
			if a.seeds() && at[i] > 0 {
				return nil // seeds of trials are their own
			}
		}
		for _, tr := range s.trials {
			for _, seed := range t.Seeds {
				v, err := e.at(base, at, tr.changes)
				if err != nil {
					return err
				}
				v.doc.table["seed"] = seed
				if t.at != nil {
					v.doc.table["stop"] = copyTree(t.at)
					v.doc.forget("stop")
					for _, p := range treePaths("stop", t.at) {
						v.doc.places[p] = e.doc.place("tune.at" + strings.TrimPrefix(p, "stop"))
					}
				}
				v.point = append(v.point, tr.point, fmt.Sprintf("seed=%d", seed))
				n, err := run(v)
				if err != nil {
					return err
				}
				tr.runs = append(tr.runs, n)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range t.settings[1:] {
		if first := t.settings[0]; len(s.trials) != len(first.trials) {
			return e.doc.fault("tune", params.Errorf("tune", "%s would get %s, %s %s: a comparison is fair if all are tried equally often; make their grids equally large",
				first.title(), count(len(first.trials), "trial"), s.title(), count(len(s.trials), "trial")))
		}
	}
	return nil
}

// fillSetting makes the trials of a setting: the product of its grids.
func (e *experiment) fillSetting(s *setting) error {
	by := map[string]string{}
	for _, a := range s.axes {
		for _, c := range a.options[0].changes {
			key := pathString(c.path)
			if other, ok := by[key]; ok {
				return e.doc.fault(a.place, params.Errorf(a.place, "tunes %s, and so does %s: give it to one of them", key, other))
			}
			by[key] = a.place
			for _, x := range e.axes {
				for _, o := range x.options {
					for _, d := range o.changes {
						if isBelow(pathString(d.path), key) {
							return e.doc.fault(a.place, params.Errorf(a.place, "tunes %s, which %s changes: take one of them", key, x.place))
						}
					}
				}
			}
		}
	}
	s.trials = []*trial{{}}
	for _, a := range s.axes {
		var next []*trial
		for _, t := range s.trials {
			for _, o := range a.options {
				u := &trial{changes: append(slices.Clone(t.changes), o.changes...), point: o.label}
				if t.point != "" {
					u.point = t.point + ", " + o.label
				}
				next = append(next, u)
			}
		}
		if s.trials = next; len(next) > maxRuns {
			return e.doc.fault(a.place, params.Errorf(a.place, "the grids make more than %d trials", maxRuns))
		}
	}
	return nil
}

func (s *setting) title() string {
	if s.name == "" {
		return "the experiment"
	}
	return s.name
}

// chosen are the changes of the best trial of the setting at a point.
func (e *experiment) chosen(at []int) []change {
	if e.tune == nil {
		return nil
	}
	name := e.settingAt(at)
	for _, s := range e.tune.settings {
		if s.name == name {
			return s.trials[max(0, s.best)].changes
		}
	}
	return nil
}

// checkCriterion refuses a criterion that a run does not measure.
func (t *tuning) checkCriterion(c *config, ps *problems) error {
	if c.Problem == nil {
		return params.Errorf("tune", "a run without a problem has no loss to tune by")
	}
	if t.By != "validation_loss" {
		return nil
	}
	has := hasValidation[float32]
	if c.precision() == "float64" {
		has = hasValidation[float64]
	}
	if ok, err := has(c, ps); err != nil || !ok {
		return errors.Join(err, bad("tune.by", t.By, "there is no validation part: give problem.validation, such as 0.1, or tune by train_loss"))
	}
	return nil
}

func hasValidation[F vec.Float](c *config, ps *problems) (bool, error) {
	p, err := problemOf[F](ps, c)
	if err != nil {
		return false, err
	}
	e, ok := p.(nets.Evaluator[F])
	return ok && e.PartLen(nets.Validation) > 0, nil
}

// tune computes the trials of an experiment and chooses. It returns the runs to be reported and an exit status; what went wrong
// has been said.
func (s *Session) tune(ctx context.Context, t *tuning) ([]*Run, int) {
	outcomes, status := s.Compute(ctx, t.trials)
	if status == Stopped || status == Usage {
		return nil, status
	}
	if err := t.score(outcomes); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, Failed
	}
	t.table(s.Stdout)
	if err := t.write(filepath.Join(t.home, cmp.Or(t.file, tuningFile))); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, Failed
	}
	bad := false
	for _, g := range t.settings {
		switch {
		case g.best < 0:
			fmt.Fprintf(s.Stderr, "tune: %s: no trial can be used: all diverged or failed; try other values\n", g.title())
			bad = true
		case len(g.edges) > 0 && s.Strict:
			fmt.Fprintf(s.Stderr, "tune: %s: the best, %s, is at the edge of its grid: widen the grid (an error because of -strict)\n", g.title(), strings.Join(g.edges, ", "))
			bad = true
		case len(g.edges) > 0:
			fmt.Fprintf(s.Stderr, "warning: tune: %s: the best, %s, is at the edge of its grid: a better one may lie beyond it\n", g.title(), strings.Join(g.edges, ", "))
		}
	}
	if bad {
		return nil, Failed
	}
	runs, err := t.report()
	if err != nil {
		return nil, s.refuse("tune", err)
	}
	return runs, Done
}

// score reads the criterion of every trial and finds the best of each setting, the first of equals.
func (t *tuning) score(outcomes []Outcome) error {
	for _, s := range t.settings {
		s.best, s.edges = -1, nil
		for i, tr := range s.trials {
			sum := 0.
			tr.diverged, tr.failed = 0, 0
			for _, r := range tr.runs {
				o := outcomes[r]
				switch {
				case o.Err != nil || o.Summary == nil:
					tr.failed++
				case o.diverged():
					tr.diverged++
					sum = math.Inf(1)
				default:
					x, err := t.criterion(t.trials.Runs[r])
					if err != nil {
						return err
					}
					sum += x
				}
			}
			tr.score = sum / float64(len(tr.runs))
			if tr.failed > 0 || math.IsNaN(tr.score) {
				tr.score = math.Inf(1)
			}
			if tr.failed > 0 {
				return fmt.Errorf("%s, %s: %s failed, and a choice among what is left would not be fair; see above, and run again", s.title(), tr.point, count(tr.failed, "run"))
			}
			if !math.IsInf(tr.score, 1) && (s.best < 0 || tr.score < s.trials[s.best].score) {
				s.best = i
			}
		}
		if s.best >= 0 {
			s.findEdges()
		}
	}
	return nil
}

// criterion is the last evaluation of a run.
func (t *tuning) criterion(r *Run) (float64, error) {
	run := results.Run{Dir: r.Dir}
	rows, err := run.Evals()
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, fmt.Errorf("%s: eval.csv has no row", r.Dir)
	}
	last := rows[len(rows)-1]
	if t.By == "validation_loss" {
		return last.ValidationLoss, nil
	}
	return last.TrainLoss, nil
}

// findEdges lists the tuned keys whose best value is the smallest or the largest that was tried.
func (s *setting) findEdges() {
	for _, c := range s.trials[s.best].changes {
		x, ok := toFloat(c.value)
		if !ok {
			continue
		}
		lo, hi, n := math.Inf(1), math.Inf(-1), map[float64]bool{}
		for _, t := range s.trials {
			for _, d := range t.changes {
				if y, ok := toFloat(d.value); ok && pathString(d.path) == pathString(c.path) {
					lo, hi, n[y] = min(lo, y), max(hi, y), true
				}
			}
		}
		if len(n) > 1 && (x == lo || x == hi) {
			s.edges = append(s.edges, pathString(c.path)+" = "+short(c.value))
		}
	}
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// table shows what was chosen and how many trials there were.
func (t *tuning) table(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "setting\tbest\t%s\ttrials\tseeds\tdiverged\tremark\n", t.By)
	for _, s := range t.settings {
		best, score, remark, diverged := "none", "", "no trial can be used", 0
		for _, tr := range s.trials {
			if tr.diverged > 0 {
				diverged++
			}
		}
		if s.best >= 0 {
			best, score, remark = s.trials[s.best].point, strconv.FormatFloat(s.trials[s.best].score, 'g', 6, 64), ""
		}
		if len(s.edges) > 0 {
			remark = "warning: at the edge of its grid: " + strings.Join(s.edges, ", ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", s.title(), best, score, len(s.trials), len(t.Seeds), diverged, remark)
	}
	tw.Flush()
}

// write leaves the sensitivity curve: one row a trial, with every tuned key as a column.
func (t *tuning) write(file string) error {
	keys := map[string]bool{}
	for _, s := range t.settings {
		for _, c := range s.trials[0].changes {
			keys[pathString(c.path)] = true
		}
	}
	columns := sortedKeys(keys)
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(slices.Concat([]string{"setting"}, columns, []string{t.By, "runs", "diverged", "best", "edge"}))
	for _, s := range t.settings {
		for i, tr := range s.trials {
			row := []string{s.name}
			for _, key := range columns {
				cell := ""
				for _, c := range tr.changes {
					if pathString(c.path) == key {
						cell = strings.Trim(params.Literal(c.value), `"`)
					}
				}
				row = append(row, cell)
			}
			score := strconv.FormatFloat(tr.score, 'g', -1, 64)
			if math.IsInf(tr.score, 1) {
				score = "Inf"
			}
			w.Write(append(row, score, strconv.Itoa(len(tr.runs)), strconv.Itoa(tr.diverged), strconv.FormatBool(i == s.best), strconv.FormatBool(i == s.best && len(s.edges) > 0)))
		}
	}
	w.Flush()
	return writeWhole(file, b.String())
}
