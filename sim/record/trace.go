package record

import "io"

// What takes somebody's time.
const (
	Compute = "compute" // a gradient
	Push    = "push"    // a part of a request is on the worker's uplink
	NIC     = "nic"     // and passes the network card of its shard,
	Queued  = "queue"   // waits to be served,
	Serve   = "serve"   // and is
	Hold    = "hold"    // its reply is held back
	Pull    = "pull"    // and under way
	Wait    = "wait"    // a worker computes nothing
	Down    = "down"    // or is not there
)

// TraceKinds are the kinds of intervals, in the order of a job's way.
var TraceKinds = []string{Compute, Push, NIC, Queued, Serve, Hold, Pull, Wait, Down}

// An Interval is one row of trace.csv. A count of -1 does not apply.
type Interval struct {
	Worker  int64
	Job     int64
	Kind    string
	StartS  float64
	EndS    float64
	Shard   int64
	Bytes   int64
	Version int64
	Update  int64
}

var traceColumns = []column[Interval]{
	{Column: Column{Name: "worker", Doc: "whose time it is, from 0"},
		count: func(r *Interval) *int64 { return &r.Worker }},
	{Column: Column{Name: "job", Doc: "number of the worker's push, from 0: the computations that go into it have it, what is asked for and waited for meanwhile, the push, and the reply to it, or, where jobs are assigned to clients, that which brings it; -1 of an interrupt"}, open: true,
		count: func(r *Interval) *int64 { return &r.Job }},
	{Column: Column{Name: "kind", Doc: "`compute` (one gradient), `push`, `nic`, `queue`, `serve` (a part of a request, on its way), `hold`, `pull` (of its reply), `wait`, `down` (the worker)"},
		text: func(r *Interval) *string { return &r.Kind }},
	{Column: Column{Name: "start_s", Unit: "s", Doc: "model time at which it begins"},
		float: func(r *Interval) *float64 { return &r.StartS }},
	{Column: Column{Name: "end_s", Unit: "s", Doc: "and ends; of a computation, a transfer or a service that the end of the run cuts off, when it would have ended"},
		float: func(r *Interval) *float64 { return &r.EndS }},
	{Column: Column{Name: "shard", Doc: "shard of the part; -1 of `compute`, `wait` and `down`, and of the `queue` of a job at its client"}, open: true,
		count: func(r *Interval) *int64 { return &r.Shard }},
	{Column: Column{Name: "bytes", Unit: "bytes", Doc: "of the part on the wire; 0 of what is none"},
		count: func(r *Interval) *int64 { return &r.Bytes }},
	{Column: Column{Name: "version", Unit: "updates", Doc: "version that the computation or the push rests on, that the reply brings, or that the worker has at the end of its waiting; -1 of a mere pull on its way to the server"}, open: true,
		count: func(r *Interval) *int64 { return &r.Version }},
	{Column: Column{Name: "update", Unit: "updates", Doc: "updates so far at its end; of `serve` the update of its shard that the push makes or enters, -1 if it was dropped, waits for other parts or is a mere pull; -1 of a computation that was cut short, whose job then lost all its computations so far"}, open: true,
		count: func(r *Interval) *int64 { return &r.Update }},
}

// Interval appends a row to trace.csv; it does nothing if the plan has none. The row is not kept.
func (w *Writer) Interval(r *Interval) error {
	if w.err != nil || !w.plan.Trace {
		return w.err
	}
	w.trace.buf = appendRow(w.trace.buf, traceColumns, r, nil)
	if len(w.trace.buf) >= bufSize {
		return w.fail(w.trace.flush())
	}
	return nil
}

// ReadTrace reads a trace.csv. Errors begin with the line.
func ReadTrace(r io.Reader) ([]Interval, error) {
	var rows []Interval
	err := readTable(r, traceColumns, false, func(i Interval, _ []float64) { rows = append(rows, i) })
	return rows, err
}

// WriteTrace writes a trace.csv without the columns named in omit.
func WriteTrace(w io.Writer, rows []Interval, omit ...string) error {
	cols, err := without(traceColumns, omit)
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
