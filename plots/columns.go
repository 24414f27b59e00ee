package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/sim/record"
)

// A quantity is something measured: a column of eval.csv or a number of summary.json, as package
// record describes it.
type quantity struct {
	name      string
	label     string      // with the unit
	times     float64     // the label's unit, in the record's: 100 for percent
	when      record.Need // what a run must have for it to apply
	up        bool        // more is better
	log       bool        // usually seen on a logarithmic axis
	spoils    bool        // divergence spoils it, rather than a cost or a count
	evaluated bool        // eval.csv has a column of it
	final     func(s *record.Summary) float64
}

var quantities = func() (qs []quantity) {
	for _, q := range record.Quantities() {
		unit, times := q.Unit, 0.
		if of, ok := strings.CutPrefix(unit, "share"); ok {
			unit, times = "%"+of, 100
		}
		label := q.Label
		if unit != "" {
			label += " (" + unit + ")"
		}
		qs = append(qs, quantity{q.Name, label, times, q.When, q.Up, q.Log, q.Outcome, q.Evaluated, q.End})
	}
	return qs
}()

// bad is what a diverged run counts as: worse than any number.
func (q quantity) bad() float64 {
	if q.up {
		return math.Inf(-1)
	}
	return math.Inf(1)
}

// counts says whether it is a whole number in every run.
func (q quantity) counts() bool {
	return slices.Contains([]string{"updates", "pushes", "gradients", "used_gradients", "samples", "bytes", "discarded", "staleness_max"}, q.name)
}

// finally is the label of a quantity at the end of runs.
func (q quantity) finally() string {
	if q.outcome() {
		return "final " + q.label
	}
	return q.label
}

func (q quantity) unit() float64 {
	if q.times == 0 {
		return 1
	}
	return q.times
}

// outcome says whether a quantity is one that divergence spoils, rather than a cost or a count.
func (q quantity) outcome() bool { return q.spoils }

// lookup finds a quantity by name, "time" for "time_s" and "final_" in front being fine. field
// names the key in the error.
func lookup(field, name string, fits func(q quantity) bool) (quantity, error) {
	n := strings.TrimPrefix(name, "final_")
	if n == "time" || n == "virtual_time_s" {
		n = "time_s"
	}
	var names []string
	for _, q := range quantities {
		if !fits(q) {
			continue
		}
		if q.name == n {
			return q, nil
		}
		names = append(names, q.name)
	}
	e := params.Errorf(field, "there is no such quantity")
	e.Value = fmt.Sprintf("%q", name)
	e.Allowed = "known: " + strings.Join(names, ", ")
	near, ok := "", false
	if i := slices.IndexFunc(names, func(name string) bool { return len(n) > 2 && strings.Contains(name, n) }); i >= 0 {
		near, ok = names[i], true // "accuracy"
	} else {
		near, ok = params.Nearest(n, names)
	}
	if ok {
		e.Allowed = fmt.Sprintf("did you mean %q? ", near) + e.Allowed
	}
	return quantity{}, e
}

// evaluated are the quantities that eval.csv has columns for, summarised those of summary.json or
// of the last evaluation.
func evaluated(q quantity) bool  { return q.evaluated }
func summarised(q quantity) bool { return q.final != nil || evaluated(q) }

// readable is the error of the first run whose evaluations are needed and cannot be read.
func readable(runs []*Run, needed bool) error {
	for _, r := range runs {
		if !needed {
			return r.stopped()
		}
		if _, err := r.Evals(); err != nil {
			return err
		}
	}
	return nil
}

// last is the final value of a quantity, in its label's unit; NaN where it does not apply. A
// diverged run has the worst of all outcomes.
func (r *Run) last(q quantity) float64 {
	if r.Diverged() && q.outcome() {
		return q.bad()
	}
	v := math.NaN()
	if q.final != nil {
		v = q.final(&r.Summary)
	} else if x, ok := r.ends[q.name]; ok {
		v = x
	} else if rows, err := r.Evals(); err == nil {
		for i := len(rows) - 1; i >= 0; i-- {
			if x, ok := rows[i].Value(q.name); ok && !math.IsNaN(x) {
				v = x
				break
			}
		}
	}
	return v * q.unit()
}
