package sweep

import (
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// TuneKeys is [tune] without at and grid, which are tables of their own.
type TuneKeys struct {
	Per   []string `doc:"axes (labelled ones, or swept keys) of which every point gets values of its own; over the others the criterion is averaged; absent: all axes"`
	By    string   `in:"train_loss|validation_loss" doc:"criterion: the last evaluation of a trial, averaged over seeds; a trial that diverges scores +infinity"`
	Seeds []int64  `in:"[0,9000000000000000000]" doc:"seeds of the trials, none of them a seed of the experiment"`
}

func DefaultTune() TuneKeys { return TuneKeys{By: "train_loss"} }

// A Tuning is [tune] as it was understood: for each setting the values to try, each on the same
// number of seeds.
type Tuning struct {
	TuneKeys
	at   map[string]any // [stop] of the trials; nil: that of the runs
	grid []axis         // tuned in every setting

	Settings []*setting
}

// A setting is a point of the axes in per.
type setting struct {
	name   string // "method=AGN, cluster.workers=4"; "" if there is one only
	axes   []axis // what is tuned
	Trials []*trial
	Best   int      // of trials; -1: none could be used
	Edges  []string // "key = value" where the best is the last of its grid
}

// A trial is one choice of the tuned values.
type trial struct {
	changes []change
	Point   string
	// of the trials' experiment: all seeds, and all points of the axes that are not in per
	Runs             []int
	Score            float64
	Low, High        float64 // the criterion over its runs
	Diverged, Failed int
}

// readTune reads [tune].
func (e *Plan) readTune() error {
	own := ""
	for _, a := range e.axes {
		for i, o := range a.options {
			if len(o.tune) > 0 && own == "" {
				own = document.Join(document.Element(a.place, i), "tune")
			}
		}
	}
	v, ok := e.Doc.Table["tune"]
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
	t := &Tuning{TuneKeys: DefaultTune()}
	rest := map[string]any{}
	for k, v := range table {
		if k != "at" && k != "grid" {
			rest[k] = v
		}
	}
	if by, ok := rest["by"].(string); ok && strings.HasPrefix(by, "test_") {
		return fault.Bad("tune.by", by, "the test part is not for choosing: what is chosen by it says nothing about new data; take \"validation_loss\" (with problem.validation) or \"train_loss\"")
	}
	if err := params.Decode("tune", rest, &t.TuneKeys); err != nil {
		return err
	}
	if at, ok := table["at"]; ok {
		if t.at, ok = at.(map[string]any); !ok {
			return fault.Bad("tune.at", at, `want a table as in [stop], such as {time = "60s"}`)
		}
	}
	if grid, ok := table["grid"]; ok {
		g, ok := grid.(map[string]any)
		if !ok {
			return fault.Bad("tune.grid", grid, `want a table of keys and their values, as in [sweep]`)
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
	e.Tune = t
	return e.checkPer()
}

// grids reads a table of keys and values to try.
func (e *Plan) grids(at string, table map[string]any) ([]axis, error) {
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
			if top := c.path[0].Key; top == "seed" || top == "seeds" {
				return nil, params.Errorf(a.place, "a seed is not tuned: give tune.seeds")
			}
		}
	}
	return out, nil
}

// checkSeeds refuses a seed of a trial that is also one of a run that is reported.
func (e *Plan) checkSeeds(seeds []int64) error {
	if len(seeds) == 0 {
		return params.Errorf("tune.seeds", "is missing: the seeds of the trials, such as [101, 102, 103]")
	}
	reported, swept := map[int64]bool{}, false
	for _, a := range e.axes {
		for _, o := range a.options {
			for _, c := range o.changes {
				if n, ok := c.value.(int64); ok && document.PathString(c.path) == "seed" {
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
		at := document.Element("tune.seeds", i)
		switch {
		case s < 0:
			return fault.Bad(at, s, "want a whole number, not negative")
		case taken[s]:
			return fault.Bad(at, s, "stands here twice")
		case reported[s]:
			return fault.Bad(at, s, "is also a seed of the runs that are reported: what was chosen on it would look better than it is; take others")
		}
		taken[s] = true
	}
	return nil
}

// checkPer wants names of axes, and among them those whose entries are tuned each by its own grid.
func (e *Plan) checkPer() error {
	for i, name := range e.Tune.Per {
		if !slices.ContainsFunc(e.axes, func(a axis) bool { return a.is(name) && !a.seeds() }) {
			var names []string
			for _, a := range e.axes {
				if !a.seeds() {
					names = append(names, a.name)
				}
			}
			return fault.Bad(document.Element("tune.per", i), name, "is no axis of this experiment; known: %s", prose.List(names))
		}
	}
	for _, a := range e.axes {
		for i, o := range a.options {
			if len(o.tune) > 0 && !e.per(a) {
				return params.Errorf(document.Join(document.Element(a.place, i), "tune"), "is for this entry alone, so tune.per has to name %s", a.name)
			}
		}
	}
	return nil
}

// per says whether each point of the axis is tuned by itself.
func (e *Plan) per(a axis) bool {
	return !a.seeds() && (len(e.Tune.Per) == 0 || slices.ContainsFunc(e.Tune.Per, a.is))
}
