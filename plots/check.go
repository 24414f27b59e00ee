package plots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/sim/record"
)

// A Plan is what is known of runs before they are computed.
type Plan struct {
	Runs []record.Run // of which Config, Labels and Summary.Seed are known

	// Lacks says why run i will have no column of that name in eval.csv; "" if it will. It may be
	// nil: nothing is known.
	Lacks func(i int, column string) string

	// Tentative says that some values are not final, for they are to be tuned.
	Tentative bool
}

// A Checker is a figure that can tell from configurations alone that it could not be made of these
// runs.
type Checker interface{ Check(runs []*Run) error }

// Check says what is wrong with a figure of runs that are planned. What only records can tell is
// said when the figure is drawn; what the keys of the figure alone can tell, by [Decode].
func Check(fig Figure, p Plan) error {
	if _, alone := fig.(interface{ alone() }); alone {
		return nil
	}
	runs, err := p.runs(fig.common().Where)
	if c, ok := fig.(Checker); ok && err == nil {
		err = c.Check(runs)
	}
	return err
}

// Check is [Check] for a table.
func (t Table) Check(p Plan) error {
	runs, err := p.runs(t.Where)
	if err != nil {
		return err
	}
	if err := (Grouping{Group: t.Group, Order: t.Order}).Check(runs); err != nil {
		return err
	}
	for i, name := range t.Columns {
		if err := recorded(fmt.Sprintf("columns[%d]", i), name, runs); err != nil {
			return err
		}
	}
	if t.Target == nil {
		return nil
	}
	return Goal{t.Metric, *t.Target, t.Cost}.check(runs)
}

// runs are those that where selects, as far as it speaks of what is known.
func (p Plan) runs(where Where) ([]*Run, error) {
	known := Where{}
	for k, v := range where {
		if k != "status" {
			known[k] = v
		}
	}
	all := wrap(context.Background(), p.Runs)
	for i, r := range all {
		r.tentative = p.Tentative
		if p.Lacks != nil {
			r.lacks = func(column string) string { return p.Lacks(i, column) }
		}
	}
	runs, err := known.pick(all)
	if err == nil && len(runs) == 0 {
		e := params.Errorf("where", "selects none of %d runs", len(all))
		e.Value = params.Literal(where.ToParam())
		return nil, e
	}
	return runs, err
}

// recorded is the error if none of the runs will have a quantity. One that looks like a misspelt
// quantity is found elsewhere.
func recorded(field, name string, runs []*Run) error {
	q, err := lookup(field, name, summarised)
	if err != nil {
		return err
	}
	column := q.name
	if slices.Contains([]string{"idle_fraction", "server_utilization"}, column) {
		column = "time_s" // without which they mean nothing
	}
	why := ""
	for _, r := range runs {
		if r.lacks == nil {
			return nil
		}
		if why = r.lacks(column); why == "" {
			return nil
		}
	}
	e := params.Errorf(field, "none of the runs will have it: %s", why)
	e.Value = fmt.Sprintf("%q", name)
	return e
}

// above0 is the error if a value would have to stand on a logarithmic axis that has no place for
// it.
func above0(field string, v *float64, log bool) error {
	if v == nil || *v > 0 || !log {
		return nil
	}
	e := params.Errorf(field, "has no place on a logarithmic axis")
	e.Value, e.Allowed = params.Literal(*v), `above 0, or y_scale = "linear"`
	return e
}

// inUnit is the error if a level of an accuracy is none that an accuracy can reach: per cent, most
// likely.
func inUnit(field string, v *float64, q quantity) error {
	if v == nil || !q.up || *v >= 0 && *v <= 1 {
		return nil
	}
	e := params.Errorf(field, "is no %s, which is in [0, 1]", q.name)
	e.Value = params.Literal(*v)
	return e
}

// Check implements Checker.
func (g Grouping) Check(runs []*Run) error { return g.check(runs) }

func (g Grouping) check(runs []*Run, further ...string) error {
	s, err := g.split(runs, further...)
	if err != nil || slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		return err
	}
	var names []string
	for _, name := range s.groups {
		first, _, _ := strings.Cut(name, ", ")
		names = append(names, name, first)
	}
	for i, o := range g.Order {
		if slices.Contains(names, o) {
			continue
		}
		e := params.Errorf(fmt.Sprintf("order[%d]", i), "is no group")
		e.Value, e.Allowed = fmt.Sprintf("%q", o), "there are "+some(s.groups, ", ")
		if near, ok := params.Nearest(o, names); ok {
			e.Allowed = fmt.Sprintf("did you mean %q? ", near) + e.Allowed
		}
		return e
	}
	return nil
}

// check is Check where the runs also stand along an axis.
func (s Sweep) check(g Grouping, runs []*Run) error {
	err := g.check(runs, s.X)
	if err == nil {
		_, _, err = s.axis(runs)
	}
	return err
}

// Check implements Checker.
func (f Convergence) Check(runs []*Run) error {
	err := f.Grouping.check(runs)
	for _, c := range [][2]string{{"x", f.X}, {"y", f.Y}} {
		if err == nil {
			err = recorded(c[0], c[1], runs)
		}
	}
	return err
}

// Check implements Checker.
func (f Final) Check(runs []*Run) error {
	if err := f.Sweep.check(f.Grouping, runs); err != nil {
		return err
	}
	return recorded("y", f.Y, runs)
}

// Check implements Checker.
func (f Target) Check(runs []*Run) error {
	if err := f.Sweep.check(f.Grouping, runs); err != nil {
		return err
	}
	return f.Goal.check(runs)
}

func (g Goal) check(runs []*Run) error {
	if err := recorded("metric", g.Metric, runs); err != nil {
		return err
	}
	return recorded("cost", g.Cost, runs)
}

// Check implements Checker.
func (f Heatmap) Check(runs []*Run) error {
	if err := checkHeat(f.X, f.Y, f.Facet, "category", runs); err != nil {
		return err
	}
	if f.Against != "" && !slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		s, err := Grouping{Facet: f.Facet, Group: Keys{f.Y}}.split(runs, f.X)
		if err == nil {
			_, err = facetAgainst(s, f.Against)
		}
		if err != nil {
			return err
		}
	}
	return recorded("value", f.Value, runs)
}

// Check implements Checker.
func (f Stability) Check(runs []*Run) error {
	if err := checkHeat(f.X, f.Y, f.Facet, f.Scale, runs); err != nil {
		return err
	}
	if _, err := f.largest(runs); err != nil {
		return err
	}
	return recorded("value", f.Value, runs)
}

func checkHeat(x, y string, facet Keys, scale string, runs []*Run) error {
	err := Sweep{x, scale}.check(Grouping{Facet: facet, Group: Keys{y}}, runs)
	if err == nil {
		err = latticeFits(x, y, runs)
	}
	if err == nil {
		_, _, err = Sweep{y, scale}.axis(runs)
	}
	return keyIs("x_scale", "scale", keyIs("group", "y", err))
}

// keyIs gives an error about one key the name of the key that it is here.
func keyIs(general, here string, err error) error {
	if e := (*params.Error)(nil); errors.As(err, &e) && e.Path == general {
		c := *e
		c.Path = here
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
	if f.X == "time" {
		if err := recorded("x", f.X, runs); err != nil {
			return err
		}
	}
	s, err := f.panels(runs)
	if err == nil {
		err = tooManyPanels(len(s.groups))
	}
	return keyIs("group", "facet", err)
}
