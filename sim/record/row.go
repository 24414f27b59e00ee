package record

import (
	"fmt"
	"io"
	"time"
)

// What became of a push.
const (
	Applied  = "applied"  // it made a version
	Buffered = "buffered" // it enters a later update
	Dropped  = "dropped"  // it was refused
	Mixed    = "mixed"    // shards differ; it counts as an update
)

// A Row is one row of updates.csv: one push, written when its fate is known. A float that is NaN
// and a count that is negative do not apply or were not recorded.
type Row struct {
	Update      int64
	TimeS       float64
	Worker      int64
	VersionRead int64
	Version     int64
	Staleness   int64
	Gap         float64
	GradNorm    float64
	UpdateNorm  float64
	Loss        float64
	Verdict     string
	QueueS      float64 // the parts of its way
	ServiceS    float64
	ComputeS    float64
	PushS       float64
	PullS       float64
	WaitS       float64   // then the job waited at its client
	Center      []float64 // the center after the row: x0, x1, ...; nil if not recorded
}

var updateColumns = []column[Row]{
	{Column: Column{Name: "update", Doc: "updates so far, this one included"},
		count: func(r *Row) *int64 { return &r.Update }},
	{Column: Column{Name: "time_s", Unit: "s", When: ModelTime, Doc: "model time at which its service ended; in a round, the end of the round"},
		float: func(r *Row) *float64 { return &r.TimeS }},
	{Column: Column{Name: "worker", Doc: "who sent it, from 0"},
		count: func(r *Row) *int64 { return &r.Worker }},
	{Column: Column{Name: "version_read", Unit: "updates", Doc: "version of the center, or of a peer's own replica, last received before its first gradient"},
		count: func(r *Row) *int64 { return &r.VersionRead }},
	{Column: Column{Name: "version", Unit: "updates", Doc: "version just before the update"},
		count: func(r *Row) *int64 { return &r.Version }},
	{Column: Column{Name: "staleness", Unit: "updates", Doc: "version - version_read; of the stalest shard"},
		count: func(r *Row) *int64 { return &r.Staleness }},
	{Column: Column{Name: "gap", When: Gaps | Problem, Doc: "root-mean-square distance, per coordinate, of the center before the update from the point that was read"},
		float: func(r *Row) *float64 { return &r.Gap }},
	{Column: Column{Name: "grad_norm", When: Gaps | Problem, Doc: "root mean square of the norms of its gradients"},
		float: func(r *Row) *float64 { return &r.GradNorm }},
	{Column: Column{Name: "update_norm", When: Gaps | Problem, Doc: "norm of the center's change; 0 if buffered or dropped"},
		float: func(r *Row) *float64 { return &r.UpdateNorm }},
	{Column: Column{Name: "loss", When: Problem, Doc: "mean minibatch loss over its gradients, at their points"},
		float: func(r *Row) *float64 { return &r.Loss }},
	{Column: Column{Name: "verdict", Doc: "`applied`, `buffered` (it enters a later update), `dropped`, `mixed` (shards differ; it counts as an update)"},
		text: func(r *Row) *string { return &r.Verdict }},
	{Column: Column{Name: "queue_s", Unit: "s", When: ModelTime, Doc: "from its arrival to the start of its service, waiting only"},
		float: func(r *Row) *float64 { return &r.QueueS }},
	{Column: Column{Name: "service_s", Unit: "s", When: ModelTime, Doc: "its service"},
		float: func(r *Row) *float64 { return &r.ServiceS }},
	{Column: Column{Name: "compute_s", Unit: "s", When: ModelTime, Doc: "its gradients, added up"},
		float: func(r *Row) *float64 { return &r.ComputeS }},
	{Column: Column{Name: "push_s", Unit: "s", When: ModelTime, Doc: "from its sending to its arrival, retries included"},
		float: func(r *Row) *float64 { return &r.PushS }},
	{Column: Column{Name: "pull_s", Unit: "s", When: ModelTime, Doc: "the way of the reply that it rests on; 0 for the initial point and for a reply used before"},
		float: func(r *Row) *float64 { return &r.PullS }},
	{Column: Column{Name: "wait_s", Unit: "s", When: ModelTime | Assigned, Doc: "how long the job then waited at its client, behind others"},
		float: func(r *Row) *float64 { return &r.WaitS }},
}

// Value is the number in a column of updates.csv; not ok if the column is unknown, is text or does
// not apply to the row.
func (r *Row) Value(name string) (x float64, ok bool) { return valueOf(updateColumns, name, r) }

// Seconds is how a duration stands in the files.
func Seconds(d time.Duration) float64 { return float64(d) / 1e9 }

// ReadUpdates reads an updates.csv. Errors begin with the line.
func ReadUpdates(r io.Reader) ([]Row, error) {
	var rows []Row
	err := readTable(r, updateColumns, true, func(u Row, x []float64) { u.Center = x; rows = append(rows, u) })
	return rows, err
}

// WriteUpdates writes an updates.csv without the columns named in omit; the centers must all have
// one length.
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
