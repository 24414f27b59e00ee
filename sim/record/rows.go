package record

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Evaluation is one row of eval.csv. A float that is NaN and a count that is negative do not apply or were not recorded.
type Evaluation struct {
	TimeS              float64 // model time in seconds; no column where staleness is injected
	Updates            int64   // so far, as are the next ones
	Pushes             int64
	Gradients          int64
	Samples            int64
	Epoch              float64 // samples over the size of the training part
	Bytes              int64   // up and down
	Point              string  // what was evaluated: center, average, workers-mean, ensemble
	TrainLoss          float64
	TestLoss           float64
	TestAccuracy       float64 // in [0, 1]
	ValidationLoss     float64
	ValidationAccuracy float64 // in [0, 1]
	GradNorm           float64 // norm of the full gradient
	Suboptimality      float64 // f(x) - f*
	Consensus          float64 // spread of the workers' points around their mean
}

// Row is one row of updates.csv: one push. A float that is NaN and a count that is negative do not apply or were not
// recorded.
type Row struct {
	Update      int64   // updates so far, this one included
	TimeS       float64 // model time in seconds at which its service ended
	Worker      int64
	VersionRead int64 // version last received before its first gradient
	Version     int64 // just before the update
	Staleness   int64 // version - version_read; of the stalest shard
	Gap         float64
	GradNorm    float64
	UpdateNorm  float64
	Loss        float64 // mean minibatch loss over its gradients, at their points
	Verdict     string  // applied, buffered, dropped, mixed
	QueueS      float64 // the parts of its way, in seconds
	ServiceS    float64
	ComputeS    float64
	PushS       float64
	PullS       float64
	Center      []float64 // the center after the row: x0, x1, ...; nil if not recorded
}

var evalColumns = []column[Evaluation]{
	{name: "time_s", float: func(r *Evaluation) *float64 { return &r.TimeS }},
	{name: "updates", count: func(r *Evaluation) *int64 { return &r.Updates }},
	{name: "pushes", count: func(r *Evaluation) *int64 { return &r.Pushes }},
	{name: "gradients", count: func(r *Evaluation) *int64 { return &r.Gradients }},
	{name: "samples", count: func(r *Evaluation) *int64 { return &r.Samples }},
	{name: "epoch", float: func(r *Evaluation) *float64 { return &r.Epoch }},
	{name: "bytes", count: func(r *Evaluation) *int64 { return &r.Bytes }},
	{name: "point", text: func(r *Evaluation) *string { return &r.Point }},
	{name: "train_loss", float: func(r *Evaluation) *float64 { return &r.TrainLoss }},
	{name: "test_loss", float: func(r *Evaluation) *float64 { return &r.TestLoss }},
	{name: "test_accuracy", float: func(r *Evaluation) *float64 { return &r.TestAccuracy }},
	{name: "validation_loss", float: func(r *Evaluation) *float64 { return &r.ValidationLoss }},
	{name: "validation_accuracy", float: func(r *Evaluation) *float64 { return &r.ValidationAccuracy }},
	{name: "grad_norm", float: func(r *Evaluation) *float64 { return &r.GradNorm }},
	{name: "suboptimality", float: func(r *Evaluation) *float64 { return &r.Suboptimality }},
	{name: "consensus", float: func(r *Evaluation) *float64 { return &r.Consensus }},
}

var updateColumns = []column[Row]{
	{name: "update", count: func(r *Row) *int64 { return &r.Update }},
	{name: "time_s", float: func(r *Row) *float64 { return &r.TimeS }},
	{name: "worker", count: func(r *Row) *int64 { return &r.Worker }},
	{name: "version_read", count: func(r *Row) *int64 { return &r.VersionRead }},
	{name: "version", count: func(r *Row) *int64 { return &r.Version }},
	{name: "staleness", count: func(r *Row) *int64 { return &r.Staleness }},
	{name: "gap", float: func(r *Row) *float64 { return &r.Gap }},
	{name: "grad_norm", float: func(r *Row) *float64 { return &r.GradNorm }},
	{name: "update_norm", float: func(r *Row) *float64 { return &r.UpdateNorm }},
	{name: "loss", float: func(r *Row) *float64 { return &r.Loss }},
	{name: "verdict", text: func(r *Row) *string { return &r.Verdict }},
	{name: "queue_s", float: func(r *Row) *float64 { return &r.QueueS }},
	{name: "service_s", float: func(r *Row) *float64 { return &r.ServiceS }},
	{name: "compute_s", float: func(r *Row) *float64 { return &r.ComputeS }},
	{name: "push_s", float: func(r *Row) *float64 { return &r.PushS }},
	{name: "pull_s", float: func(r *Row) *float64 { return &r.PullS }},
}

// EvalColumns and UpdateColumns are the names of all columns, in the order of the files.
func EvalColumns() []string   { return names(evalColumns) }
func UpdateColumns() []string { return names(updateColumns) }

// Value is the number in a column of eval.csv; not ok if the column is unknown, is text or does not apply to the row.
func (r *Evaluation) Value(name string) (x float64, ok bool) {
	i := slices.IndexFunc(evalColumns, func(c column[Evaluation]) bool { return c.name == name })
	if i < 0 {
		return 0, false
	}
	return evalColumns[i].value(r)
}

// Value is the number in a column of updates.csv; not ok if the column is unknown, is text or does not apply to the row.
func (r *Row) Value(name string) (x float64, ok bool) {
	i := slices.IndexFunc(updateColumns, func(c column[Row]) bool { return c.name == name })
	if i < 0 {
		return 0, false
	}
	return updateColumns[i].value(r)
}

// Seconds is how a duration stands in the files.
func Seconds(d time.Duration) float64 { return float64(d) / 1e9 }

// ReadEvals reads an eval.csv. Errors begin with the line.
func ReadEvals(r io.Reader) ([]Evaluation, error) {
	var rows []Evaluation
	err := readTable(r, evalColumns, false, func(e Evaluation, _ []float64) { rows = append(rows, e) })
	return rows, err
}

// ReadUpdates reads an updates.csv. Errors begin with the line.
func ReadUpdates(r io.Reader) ([]Row, error) {
	var rows []Row
	err := readTable(r, updateColumns, true, func(u Row, x []float64) { u.Center = x; rows = append(rows, u) })
	return rows, err
}

// WriteEvals writes an eval.csv without the columns named in omit: those that do not apply.
func WriteEvals(w io.Writer, rows []Evaluation, omit ...string) error {
	cols, err := without(evalColumns, omit)
	if err != nil {
		return err
	}
	b := appendHeader(nil, cols, 0)
	for i := range rows {
		b = appendRow(b, cols, &rows[i], nil)
	}
	_, err = w.Write(b)
	return err
}

// WriteUpdates writes an updates.csv without the columns named in omit; the centers must all have one length.
func WriteUpdates(w io.Writer, rows []Row, omit ...string) error {
	cols, err := without(updateColumns, omit)
	if err != nil {
		return err
	}
	dim := 0
	if len(rows) > 0 {
		dim = len(rows[0].Center)
	}
	b := appendHeader(nil, cols, dim)
	for i := range rows {
		if len(rows[i].Center) != dim {
			return fmt.Errorf("record: row %d has a center of length %d, the first one of %d", i, len(rows[i].Center), dim)
		}
		b = appendRow(b, cols, &rows[i], rows[i].Center)
	}
	_, err = w.Write(b)
	return err
}
