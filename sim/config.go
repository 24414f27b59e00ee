package sim

import (
	"time"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// Config is one run. Run copies nothing and writes nothing in it.
type Config[F vec.Float] struct {
	Problem nets.Problem[F] // nil: timing only, vectors of length 0
	X0      []F             // the initial point, version 0; read-only
	// what gradient k of worker i is computed on; nil with a nil Problem
	Batches     Batches
	Strategy    optimizers.Strategy[F]
	Consistency optimizers.Consistency // zero: the strategy's own, or async
	Workers     int                    // jobs under way at a time
	Population  int                    // clients, who do them; 0: Workers
	Assignment  Assignment             // to whom the next job goes
	Cluster     Cluster                // its workers are the clients
	Inject      *Injection             // staleness injected instead of emerging from Cluster
	Seeds       Seeds
	Stop        Stop
	Eval        EvalPlan[F]
	Record      Record
	Checkpoint  *Checkpointing // nil: none
	Parallel    int            // goroutines that compute, the loop included; 0: GOMAXPROCS
	// shared with runs beside this one; nil: Parallel goroutines compute, whatever others do
	Cores *Cores
}

// Batches chooses samples. Batch is pure: it writes to dst[:0] the indices of gradient k of worker
// i.
type Batches interface {
	Batch(dst []int, worker, k int) []int
	Size() int // the largest batch
}

// Sized Batches are not all of one size: Len is how many samples Batch would give. It is asked at
// every gradient.
type Sized interface{ Len(worker, k int) int }

// Seeds of the three kinds of draw that a run makes itself.
type Seeds struct {
	Delays  uint64 // compute, links, service, faults
	Batches uint64 // recorded only: Batches carries its own
	Method  uint64 // Env.Seed
}

// Cluster is what takes time.
type Cluster struct {
	Compute []delay.Law // per worker: one gradient
	// per worker: Compute is for Batches.Size() samples, and fewer or more take in proportion; nil:
	// never
	Scales  []bool
	Nominal []float64 // per worker: nominal seconds per gradient, for Env.Speed and summaries
	Up      []Link    // per worker; empty: no time
	Down    []Link
	// between peers, in place of Up and Down; nil: those
	Pairs   *Pairs
	Server  Server
	Classes *Classes // durations depend on the samples; nil: they do not
	Message int64    // bytes charged per vector; 0: its true size
	Faults  *Faults

	replayed bool // durations are recorded ones: see Replay
}

// A Link is a latency and a bandwidth. It never reorders.
type Link struct {
	Latency   delay.Law // nil: none
	Bandwidth float64   // bytes per second; 0: unlimited
}

// Server is the parameter server's side of time.
type Server struct {
	Shards  int       // 0 means 1
	Service delay.Law // per message and shard; nil: none
	PerByte int64     // ns of service beyond that, for each byte of a push
	Queue   Queue
	NIC     float64 // bytes per second for all that sends to a shard; 0: unlimited
	NICFIFO bool    // one transfer after another passes the NIC; else they share it fairly
	// the shards stand in one queue, and each reads and writes when its own part is served
	Torn bool
}

// serves says whether a service takes time.
func (s *Server) serves() bool { return s.Service != nil || s.PerByte > 0 }

// Queue is the order in which a server serves what waits.
type Queue uint8

const (
	FIFO   Queue = iota
	Rank         // lowest worker first
	Random       // drawn
	Fair         // all at once, each at an equal share of the server's speed
)

// Injection replaces the cluster: push k is computed at the center after k - tau_k pushes, tau
// drawn from a law and clipped to k, by worker k mod Workers on batch k div Workers of its own (0
// means 1 worker). There is no time, and a worker has as many pushes under way as the staleness
// asks for. One of Tau, Worker, Blocks and Private is given.
type Injection struct {
	Tau    delay.Counts   // staleness law
	Worker []delay.Counts // that of each worker
	// each block of the vector lags by a number of its own; the staleness of a push is the largest
	Blocks []Block
	// private caches: what a change of the center needs, beyond the iteration in which it was made,
	// to reach each worker, in iterations; the staleness of a push is that of the oldest change
	// that it lacks
	Private delay.Counts
	FIFO    bool // reads are monotone: version_read never decreases
}

// laws is how many of the four are given.
func (i *Injection) laws() (n int) {
	for _, given := range []bool{i.Tau != nil, i.Worker != nil, i.Blocks != nil, i.Private != nil} {
		if given {
			n++
		}
	}
	return n
}

// Stop ends a run at whichever comes first; zero fields do not apply. At least one must be set.
type Stop struct {
	Updates, Pushes, Gradients int64
	Samples                    int64 // epochs times N
	Time                       time.Duration
	TrainLoss, TestAccuracy    *float64 // first evaluation at or beyond it
	Diverged                   float64  // loss above this times max(initial loss, 1); 0: 1e6
}

// EvalPlan says when and what to evaluate. It costs no model time.
type EvalPlan[F vec.Float] struct {
	Every        time.Duration // model time; or
	Updates      int64         // every so many updates; or
	Gradients    int64         // every so many gradients
	Of           Point         // what
	AverageRate  float64       // of the moving average (MVASGD); 0: 1/(t+1)
	TrainSamples int           // evaluate train loss on the first so many samples; 0: all
	GradNorm     bool          // also the norm of the full gradient
}

// Point is what an evaluation looks at.
type Point uint8

const (
	OfStrategy Point = iota // what the method's paper evaluates: Strategy.Models, or the center
	OfCenter                // the center variable
	OfAverage               // a running average of the center over updates
	OfMean                  // the mean of the workers' points
	OfEnsemble              // the mean of the predictions at the workers' points
)

// Record says what a Recorder is given beyond the rows themselves; each costs passes over the
// vector.
type Record struct {
	Updates bool // a row per push
	Gap     bool // gap, grad_norm and update_norm in each
	Center  bool // the center after each row
	// who did what from when to when: the Recorder must be a TraceRecorder
	Trace bool
	// at the end what the last evaluation looked at, if the Recorder is a ModelRecorder
	Model bool
}

// A Recorder is given the record of a run in order, by the loop's goroutine. A slice or pointer it
// gets is lent for the call.
type Recorder[F vec.Float] interface {
	Push(r *record.Row, center []F) error // center is nil unless Record.Center
	Eval(e *record.Evaluation) error
}

// Verdict is what became of a push.
type Verdict uint8

const (
	Applied  Verdict = iota // made a version
	Buffered                // entered a later update
	Dropped                 // refused
	Mixed                   // shards differ; counts as an update
	Lost                    // never arrived: it has no row
)

var verdicts = [...]string{record.Applied, record.Buffered, record.Dropped, record.Mixed}

func (v Verdict) String() string { return verdicts[v] }

// Status is how a run ended.
type Status string

const (
	Completed   Status = "completed"
	Target      Status = "target"
	Diverged    Status = "diverged"
	Interrupted Status = "interrupted"
	Stalled     Status = "stalled" // nothing can happen any more
)

// Result is what a run amounts to.
type Result struct {
	Status      Status
	Reason      string // in words, where there is something to say
	Fingerprint string // 64 hex digits: SHA-256 over every push; before the first, over gradients

	Updates, Pushes, Gradients, Used, Samples, Discarded int64

	VirtualTime time.Duration
	Timed       bool
	Last        record.Evaluation // the final one
	InitialLoss float64           // train loss at x0; NaN if not evaluated
	// slope of log|x-x*| per update over the last half; NaN if unknown
	Growth             float64
	Staleness          []StalenessStats // one per shard
	BytesUp, BytesDown int64
	Idle               float64 // waiting / (waiting + computing)
	// of the server: mean over shards of busy time; NaN without service time
	Utilization float64
	Invariants  []Invariant
	Classes     *record.ClassCounts // samples by class, where durations depend on it
	Clients     *record.Clients     // who contributed, where jobs are assigned
	Faulty      bool                // there were faults, of which the following tell
	Crashes     int64
	// transmissions that got lost, and that repeated an earlier one
	LostMessages, Retransmissions int64
	Down                          float64 // share of workers' time that they were down
	// wall time inside gradients, summed over goroutines: for throughput only
	Busy time.Duration
	Wall time.Duration
}

// StalenessStats describes the staleness of all pushes that entered an update.
type StalenessStats struct {
	Mean, Variance float64
	Max            int64
	Histogram      []int64 // count by staleness
}

// An Invariant is one of the run's self-checks.
type Invariant struct {
	Name string
	Err  error // nil: held
}

// Rand is the reader of a named random stream, as delay laws get it.
type Rand = stream.Rand
