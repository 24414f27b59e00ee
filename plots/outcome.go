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

// An Outcome is what came out of an experiment, in short: a row for each setting, over its seeds.
type Outcome struct {
	Keys    []string // that tell settings apart; none if there is one setting
	Columns []OutcomeColumn
	Rows    []OutcomeRow
	Runs    int
}

// An OutcomeColumn is a number of each setting.
type OutcomeColumn struct {
	Name  string // as in records: train_loss
	Label string // with the unit
}

// An OutcomeRow is one setting. A number is the median over those of its seeds that have a record,
// in its column's unit: NaN where it does not apply, infinite where divergence is worse than any
// number.
type OutcomeRow struct {
	Keys  []string
	Seeds int
	Ended []Ended
	Mid   []float64
	One   record.Run // of the setting's runs
}

// An Ended is how many runs ended in one way.
type Ended struct {
	Status string // of package record, or [Missing]
	N      int
}

// The status of a run that has no record, or one that cannot be read.
const (
	Missing = "missing"
	Damaged = "damaged"
)

// statuses are the ways to end, the worst first.
var statuses = []string{record.Failed, Damaged, Missing, record.Interrupted, record.Stalled, record.Diverged, record.Target, record.Completed}

// endings count how runs ended, the worst first.
func endings(runs []*Run) (out []Ended) {
	for _, r := range runs {
		if i := slices.IndexFunc(out, func(e Ended) bool { return e.Status == r.Summary.Status }); i >= 0 {
			out[i].N++
		} else {
			out = append(out, Ended{r.Summary.Status, 1})
		}
	}
	slices.SortStableFunc(out, func(a, b Ended) int { return slices.Index(statuses, a.Status) - slices.Index(statuses, b.Status) })
	return out
}

// Outcome tabulates runs by what they differ in beside the seed. A run without a record has the
// status [record.Failed], [Missing] or [Damaged]; its configuration and its labels are known.
// Nothing but summaries is read.
func (s Scheme) Outcome(runs []record.Run) (*Outcome, error) {
	if len(runs) == 0 {
		return &Outcome{}, nil
	}
	rs := s.wrap(context.Background(), runs)
	split, err := Grouping{}.split(rs)
	if err != nil {
		return nil, err
	}
	o := &Outcome{Keys: split.keys, Runs: len(runs)}
	qs := outcomes(rs)
	for _, q := range qs {
		o.Columns = append(o.Columns, OutcomeColumn{q.name, brief[q.name]})
	}
	for _, c := range split.cells {
		row := OutcomeRow{Seeds: len(c.runs), One: c.runs[0].Run}
		for _, k := range split.keys {
			v, _ := c.runs[0].Text(k)
			row.Keys = append(row.Keys, v)
		}
		row.Ended = endings(c.runs)
		for _, q := range qs {
			row.Mid = append(row.Mid, medianOf(c.runs, q))
		}
		o.Rows = append(o.Rows, row)
	}
	return o, nil
}

// brief are names of what came out, shorter than an axis has them.
var brief = map[string]string{
	"train_loss": "train loss", "test_accuracy": "test accuracy (%)", "test_loss": "test loss", "suboptimality": "suboptimality",
	"staleness_mean": "mean staleness", "time_s": "model time (s)",
}

// outcomes are the quantities that say in short what came out: loss, how good it is on what was not
// trained on, staleness and model time, as far as any run has them.
func outcomes(runs []*Run) (qs []quantity) {
	for _, alike := range [][]string{{"train_loss"}, {"test_accuracy", "test_loss", "suboptimality"}, {"staleness_mean"}, {"time_s"}} {
		for _, name := range alike {
			q, err := lookup("", name, summarised)
			if err == nil && q.final != nil && slices.ContainsFunc(runs, func(r *Run) bool { return draw.Finite(q.final(&r.Summary)) }) {
				qs = append(qs, q)
				break
			}
		}
	}
	return qs
}

// medianOf is the median of a quantity over the runs that have it.
func medianOf(runs []*Run, q quantity) float64 {
	var vs []float64
	for _, r := range runs {
		v := math.NaN()
		if r.Diverged() && q.outcome() {
			v = q.bad()
		} else if r.Summary.Done() {
			v = q.final(&r.Summary) * q.unit()
		}
		if !math.IsNaN(v) {
			vs = append(vs, v)
		}
	}
	mid, _, _ := spread(vs, "none")
	return mid
}

// Status is how the runs of a setting ended, in words: "completed", "diverged 1/3".
func (r OutcomeRow) Status() string {
	if len(r.Ended) == 1 {
		return r.Ended[0].Status
	}
	var parts []string
	for _, e := range r.Ended {
		if e.Status != record.Completed && e.Status != record.Target {
			parts = append(parts, fmt.Sprintf("%s %d/%d", e.Status, e.N, r.Seeds))
		}
	}
	if parts == nil {
		return "completed or target"
	}
	return strings.Join(parts, ", ")
}

// Number writes a median with as many digits as those of its column have.
func (o *Outcome) Number(row, col int) string {
	v := o.Rows[row].Mid[col]
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return "×"
	}
	if d := o.digits(col); d >= 0 {
		return strings.Replace(fmt.Sprintf("%.*f", d, v), "-", "−", 1)
	}
	return strings.ReplaceAll(strings.TrimSuffix(fmt.Sprintf("%#.3g", v), "."), "-", "−")
}

// digits are the decimals of a column, which give its smallest number three digits; negative where
// its numbers span too much for that.
func (o *Outcome) digits(col int) int {
	span := draw.NewSpan(false)
	for _, r := range o.Rows {
		if v := math.Abs(r.Mid[col]); v > 0 {
			span.Grow(v)
		}
	}
	switch {
	case span.Min > span.Max:
		return 0
	case span.Max >= 1e5 || span.Min < 1e-3 || span.Max > 2e3*span.Min:
		return -1
	}
	return max(0, min(4, 2-int(math.Floor(math.Log10(span.Min)))))
}

// Notes say what the numbers are; sentences.
func (o *Outcome) Notes() (notes []string) {
	several, diverged := false, false
	for _, r := range o.Rows {
		several = several || r.Seeds > 1
		diverged = diverged || slices.ContainsFunc(r.Ended, func(e Ended) bool { return e.Status == record.Diverged })
	}
	if several {
		notes = append(notes, "Numbers: medians over seeds, as they stood at the end")
	}
	if diverged {
		notes = append(notes, "×: diverged, which counts as worse than any value")
	}
	return notes
}
