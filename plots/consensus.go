package plots

// Consensus is how far the workers' points are from their mean along a run: the column consensus of
// eval.csv, drawn as [Convergence] draws a metric.
type Consensus struct {
	Common
	Grouping
	X      string `doc:"the horizontal axis: time, updates, pushes, gradients, samples, epoch, bytes"`
	XScale string `doc:"linear or log" in:"linear|log"`
	YScale string `doc:"linear or log" in:"linear|log"`
	Band   string `doc:"what the band around the median of the seeds is" in:"min-max|quartiles|none"`
}

var _ Checker = Consensus{}

func init() {
	Register("consensus", "spread of the workers' points around their mean along a run", Consensus{
		Common: Defaults(), X: "time", XScale: "linear", YScale: "log", Band: "min-max",
	})
}

func (f Consensus) convergence() Convergence {
	return Convergence{Common: f.Common, Grouping: f.Grouping, X: f.X, Y: "consensus", XScale: f.XScale, YScale: f.YScale, Band: f.Band}
}

// Validate implements params.Validator.
func (f Consensus) Validate() error { return f.convergence().Validate() }

// Check implements Checker.
func (f Consensus) Check(runs []*Run) error { return f.convergence().Check(runs) }

// Picture implements Figure.
func (f Consensus) Picture(runs []*Run) (*Picture, error) { return f.convergence().Picture(runs) }
