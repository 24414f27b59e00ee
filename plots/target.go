package plots

import (
	"math"
	"strings"

	"staleness/plots/internal/draw"
)

// Target is the time, or the work, that runs need to reach a target, against a key that was swept.
type Target struct {
	Common
	Grouping
	Sweep
	Goal
	YScale string `doc:"linear or log" in:"linear|log"`
	Band   string `doc:"what the whiskers around the median of the seeds are" in:"min-max|quartiles|none"`
}

// Goal is a target that is fixed beforehand.
type Goal struct {
	Metric string  `doc:"what has a target: a column of eval.csv"`
	Target float64 `doc:"the target, in the unit of the record (an accuracy in [0, 1]): reached by the first evaluation at or below it, for an accuracy at or above it" required:""`
	Cost   string  `doc:"what is counted until then: time, updates, pushes, gradients, samples, epoch, bytes"`
}

var _ Checker = Target{}

func init() {
	Register("time-to-target", "time or work until a target is reached, against a key that was swept; unreached is infinite in the median", Target{
		Common: Defaults(), Sweep: Sweep{XScale: "auto"}, Goal: Goal{Metric: "train_loss", Cost: "time"}, YScale: "linear", Band: "min-max",
	})
}

// Check implements Checker.
func (f Target) Check(runs []*Run) error {
	if err := f.Sweep.check(f.Grouping, runs); err != nil {
		return err
	}
	return f.Goal.check(runs)
}

// Picture implements Figure.
func (f Target) Picture(runs []*Run) (*Picture, error) {
	metric, cost, err := f.quantities()
	if err != nil {
		return nil, err
	}
	if err := readable(runs, true); err != nil {
		return nil, err
	}
	label := cost
	spent, unit, _ := strings.Cut(cost.label, " (")
	if label.label = spent + " to " + f.name(metric); unit != "" {
		label.label += " (" + unit
	}
	d := dotPlot{ownX: !f.ShareX, q: label, log: f.YScale == "log", band: f.Band, what: "do not reach the target",
		value: func(r *Run) (float64, string) { return f.reach(r, metric, cost) }}
	return d.picture(runs, f.Grouping, f.Sweep)
}

// Validate implements params.Validator.
func (g Goal) Validate() error {
	metric, _, err := g.quantities()
	if err == nil {
		err = inUnit("target", &g.Target, metric)
	}
	return err
}

func (g Goal) check(runs []*Run) error {
	if err := recorded("metric", g.Metric, runs); err != nil {
		return err
	}
	return recorded("cost", g.Cost, runs)
}

func (g Goal) quantities() (metric, cost quantity, err error) {
	if metric, err = lookup("metric", g.Metric, func(q quantity) bool { return evaluated(q) && q.outcome() }); err != nil {
		return
	}
	cost, err = lookup("cost", g.Cost, func(q quantity) bool { return evaluated(q) && !q.outcome() })
	return
}

// name says what the target is: "test accuracy ≥ 80 %".
func (g Goal) name(q quantity) string {
	sign, label, unit := " ≤ ", q.label, ""
	if q.up {
		sign = " ≥ "
	}
	if n := len(label) - len(" (%)"); n > 0 && label[n:] == " (%)" {
		label, unit = label[:n], " %"
	}
	return label + sign + draw.Short(g.Target*q.unit()) + unit
}

// reach is the cost at the first evaluation that meets the target; infinite if there is none. The
// target is not interpolated: between two evaluations nobody looked.
func (g Goal) reach(r *Run, metric, cost quantity) (v float64, why string) {
	rows, _ := r.Evals() // see readable
	seen := false
	for i := range rows {
		y, oky := rows[i].Value(metric.name)
		x, okx := rows[i].Value(cost.name)
		if !okx || !draw.Finite(x) {
			if i == len(rows)-1 && !seen {
				return math.NaN(), "no column " + cost.name
			}
			continue
		}
		if !oky || math.IsNaN(y) {
			continue
		}
		seen = true
		if y <= g.Target && !metric.up || y >= g.Target && metric.up {
			return x * cost.unit(), ""
		}
	}
	if !seen && !r.Diverged() {
		return math.NaN(), "no column " + metric.name
	}
	return math.Inf(1), ""
}
