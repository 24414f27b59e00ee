package plots

import (
	"context"
	"errors"
	"fmt"

	"staleness/internal/params"
	"staleness/sim/record"
)

// A Plan is what is known of runs before they are computed.
type Plan struct {
	Runs []record.Run // of which Config, Labels and Summary.Seed are known

	// Has says what run i will have of what columns need, as far as that is known before. It may be
	// nil: then nothing is known to be lacking.
	Has func(i int) record.Need

	// Tentative says that some values are not final, for they are to be tuned.
	Tentative bool
}

// A Checker is a figure that can tell from configurations alone that it could not be made of these
// runs.
type Checker interface{ Check(runs []*Run) error }

// Check says what is wrong with a figure of runs that are planned. What only records can tell is
// said when the figure is drawn; what the keys of the figure alone can tell, by [Decode].
func Check(fig Figure, p Plan) error {
	if needsNone(fig) {
		return nil
	}
	runs, err := p.runs(fig.common().Where)
	if c, ok := fig.(Checker); ok && err == nil {
		err = c.Check(runs)
	}
	return err
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
		if p.Has != nil {
			r.has = func() record.Need { return p.Has(i) }
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
	why := ""
	for _, r := range runs {
		if r.has == nil {
			return nil
		}
		if why = q.when.Lacking(r.has()); why == "" {
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

// keyIs gives an error about one key the name of the key that it is here.
func keyIs(general, here string, err error) error {
	if e := (*params.Error)(nil); errors.As(err, &e) && e.Path == general {
		c := *e
		c.Path = here
		return &c
	}
	return err
}

// needsNone says whether a figure is made of its own keys alone, without a run.
func needsNone(fig Figure) bool {
	a, ok := fig.(interface{ alone() bool })
	return ok && a.alone()
}
