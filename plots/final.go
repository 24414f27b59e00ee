package plots

import "math"

// Final is a number of each run, such as its final loss, against a key that was swept.
type Final struct {
	Common
	Grouping
	Sweep
	Y      string   `doc:"the number: train_loss, test_accuracy, suboptimality, time, staleness_mean, idle_fraction, growth, ..."`
	YScale string   `doc:"auto is log for suboptimality, grad_norm and consensus" in:"auto|linear|log"`
	Band   string   `doc:"what the whiskers around the median of the seeds are" in:"min-max|quartiles|none"`
	Level  *float64 `doc:"a level of y to mark, in the unit of the record: an accuracy in [0, 1]"`
}

var _ Checker = Final{}

func init() {
	Register("final", "a final number of each run against a key that was swept", Final{
		Common: Defaults(), Sweep: Sweep{XScale: "auto"}, Y: "train_loss", YScale: "auto", Band: "min-max",
	})
}

// Validate implements params.Validator.
func (f Final) Validate() error {
	q, err := lookup("y", f.Y, summarised)
	if err == nil {
		err = above0("level", f.Level, f.YScale == "log" || f.YScale == "auto" && q.log)
	}
	if err == nil {
		err = inUnit("level", f.Level, q)
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

// Picture implements Figure.
func (f Final) Picture(runs []*Run) (*Picture, error) {
	q, err := lookup("y", f.Y, summarised)
	if err != nil {
		return nil, err
	}
	if err := readable(runs, q.final == nil); err != nil {
		return nil, err
	}
	at := q
	at.label = q.finally()
	d := dotPlot{ownX: !f.ShareX, q: at, log: f.YScale == "log" || f.YScale == "auto" && q.log, band: f.Band, level: f.Level, what: "diverged",
		value: func(r *Run) (float64, string) {
			v := r.last(q)
			if math.IsNaN(v) {
				return v, "no " + q.name
			}
			return v, ""
		}}
	return d.picture(runs, f.Grouping, f.Sweep)
}
