package plots

import (
	"context"
	"errors"

	"staleness/internal/params"
	"staleness/results"
)

// A Checker is a figure that can tell from configurations alone that it could not be made of these runs.
type Checker interface{ Check(runs []*Run) error }

// Check says what is wrong with a figure of runs that are planned: of a planned run Config, Labels and Summary.Seed are known. What only
// records can tell is said when the figure is drawn.
func Check(fig Figure, planned []results.Run) error {
	runs, err := plannedRuns(fig.common().Where, planned)
	if c, ok := fig.(Checker); ok && err == nil {
		err = c.Check(runs)
	}
	if _, alone := fig.(interface{ alone() }); alone {
		return nil
	}
	return err
}

// Check is [Check] for a table.
func (t Table) Check(planned []results.Run) error {
	runs, err := plannedRuns(t.Where, planned)
	if err != nil {
		return err
	}
	return Grouping{Group: t.Group}.Check(runs)
}

// plannedRuns are those that where selects, as far as it speaks of what is known.
func plannedRuns(where Where, planned []results.Run) ([]*Run, error) {
	known := Where{}
	for k, v := range where {
		if k != "status" {
			known[k] = v
		}
	}
	runs, err := known.pick(wrap(context.Background(), planned))
	if err == nil && len(runs) == 0 {
		e := params.Errorf("where", "selects none of %d runs", len(planned))
		e.Value = params.Literal(where.ToParam())
		return nil, e
	}
	return runs, err
}

// Check implements Checker.
func (g Grouping) Check(runs []*Run) error { _, err := g.split(runs); return err }

// check is Check where the runs also stand along an axis.
func (s Sweep) check(g Grouping, runs []*Run) error {
	_, err := g.split(runs, s.X)
	if err == nil {
		_, _, err = s.axis(runs)
	}
	return err
}

// Check implements Checker.
func (f Final) Check(runs []*Run) error { return f.check(f.Grouping, runs) }

// Check implements Checker.
func (f Target) Check(runs []*Run) error { return f.check(f.Grouping, runs) }

// Check implements Checker.
func (f Heatmap) Check(runs []*Run) error { return checkHeat(f.X, f.Y, f.Facet, "category", runs) }

// Check implements Checker.
func (f Stability) Check(runs []*Run) error { return checkHeat(f.X, f.Y, f.Facet, f.Scale, runs) }

func checkHeat(x, y string, facet Keys, scale string, runs []*Run) error {
	err := Sweep{x, scale}.check(Grouping{Facet: facet, Group: Keys{y}}, runs)
	if err == nil {
		_, _, err = Sweep{y, scale}.axis(runs)
	}
	return groupIs("y", err)
}

// groupIs gives an error about what tells groups apart the name of the key that does so here.
func groupIs(key string, err error) error {
	if e := (*params.Error)(nil); errors.As(err, &e) && e.Path == "group" {
		c := *e
		c.Path = key
		return &c
	}
	return err
}

// Check implements Checker. It also wants the table that the figure is made of.
func (f History) Check(runs []*Run) error {
	for _, r := range runs {
		if on, ok := r.Value("record.updates"); ok && on != true {
			return errors.New("this figure is made of updates.csv, which not all of its runs write: give record.updates = true, or choose by where")
		}
	}
	return groupIs("facet", Grouping{Group: f.Facet}.Check(runs))
}
