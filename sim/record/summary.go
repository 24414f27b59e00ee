package record

import "math"

// Status is how a run ended.
const (
	Completed = "completed" // a stop condition that is no target was met
	Target    = "target"    // the target loss or accuracy was met
	// a non-finite center or loss, or one above the limit: a result, not a failure
	Diverged = "diverged"
	// nothing could happen any more, since workers had gone for good: a result, not a failure
	Stalled     = "stalled"
	Interrupted = "interrupted" // stopped from outside
	Failed      = "failed"      // an error, or one of the run's own invariants was violated
)

// Held is the verdict of an invariant that was checked and holds.
const Held = "held"

// Summary is the content of summary.json. Make one with [NewSummary], in which nothing applies yet.
//
// A floating-point field that is NaN or infinite, an integer marked so that is negative, and an
// empty or nil field do not apply: their keys are absent from the file, so that no number in it
// ever has to be explained away. Nothing in a summary depends on the wall clock or on the machine.
type Summary struct {
	Status string // one of the constants above
	Reason string // in words, where there is something to say; else empty
	Seed   uint64
	Build  string // hash of the sources that can change a result
	// rolling hash over every push, or every gradient where there are none: 64 hex digits
	Fingerprint string

	Updates       int64 // changes of the center
	Pushes        int64 // messages of workers that reached the server
	Gradients     int64 // minibatch gradients whose computation ended
	UsedGradients int64 // those of them that entered an update
	Samples       int64 // samples whose gradients were computed
	Discarded     int64 // gradients dropped, lost or aborted

	// model time at the end, in seconds; absent where staleness is injected
	VirtualTimeS       float64
	FinalTrainLoss     float64
	FinalTestLoss      float64
	FinalTestAccuracy  float64 // in [0, 1]
	FinalSuboptimality float64 // f(x) - f*, where f* is known: final_suboptimality
	// slope of log|x - x*| per update over the last half, where x* is known
	Growth float64

	// of all gradient messages that entered an update; nil: there were none
	Staleness       *Staleness
	Classes         *ClassCounts // samples by class, where durations depend on it; nil: not counted
	Clients         *Clients     // where jobs are assigned to clients; nil: they are not
	StalenessShards []Staleness  // one per shard where there are several; Staleness then pools them
	BytesUp         int64        // negative: does not apply
	BytesDown       int64        // negative: does not apply
	IdleFraction    float64      // waiting over waiting + computing, down time excluded
	// server_utilization: share of the time that the server was busy, where service takes time
	Utilization float64

	// where there are faults; negative and NaN: none
	Crashes         int64
	LostMessages    int64
	Retransmissions int64
	DownFraction    float64 // share of workers' time that they were down

	Invariants map[string]string // what the run checked of itself: Held, or what failed

	// the tables and the model, as Finish left them; empty in folders of before they were named
	Files map[string]FileSum
}

// A FileSum is by what a file is known again.
type FileSum struct {
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// ClassCounts are numbers of samples by class, counted once for each gradient that they are in:
// what is slow is trained on less than it is offered where slow work is discarded.
type ClassCounts struct {
	Offered []int64 `json:"offered"` // in gradients that were begun
	Trained []int64 `json:"trained"` // in gradients that entered an update
}

// Staleness describes the staleness of the gradient messages that entered an update, each counted
// once.
type Staleness struct {
	Mean     float64 `json:"mean"`
	Variance float64 `json:"variance"` // of the population: divided by n
	Max      int64   `json:"max"`
	// Histogram[tau] messages had staleness tau; its length is Max + 1
	Histogram []int64 `json:"histogram"`
}

// StalenessOf computes the moments of a histogram of counts by staleness; nil if it counts nothing.
func StalenessOf(histogram []int64) *Staleness {
	var n, sum float64
	top := -1
	for tau, c := range histogram {
		if c != 0 {
			top = tau
			n += float64(c)
			sum += float64(float64(c) * float64(tau))
		}
	}
	if top < 0 {
		return nil
	}
	mean := sum / n
	var ss float64
	for tau, c := range histogram[:top+1] {
		d := float64(tau) - mean
		ss += float64(float64(c) * float64(d*d))
	}
	return &Staleness{Mean: mean, Variance: ss / n, Max: int64(top), Histogram: append([]int64(nil), histogram[:top+1]...)}
}

// NewSummary returns a summary of a run that has done nothing and to which nothing applies.
func NewSummary() *Summary {
	na := math.NaN()
	return &Summary{
		VirtualTimeS: na, FinalTrainLoss: na, FinalTestLoss: na, FinalTestAccuracy: na, FinalSuboptimality: na, Growth: na,
		BytesUp: -1, BytesDown: -1, IdleFraction: na, Utilization: na,
		Crashes: -1, LostMessages: -1, Retransmissions: -1, DownFraction: na,
	}
}

// Done says whether the run came to an end of its own: computing it again would give the same.
func (s *Summary) Done() bool {
	return s.Status == Completed || s.Status == Target || s.Status == Diverged || s.Status == Stalled
}

// Value is a number of the summary by its key, such as "final_test_loss", "updates" or
// "staleness.mean"; not ok if the key is unknown, is text or does not apply.
func (s *Summary) Value(key string) (x float64, ok bool) { return valueOf(summaryColumns, key, s) }

// bytes are all that were sent; NaN if that does not apply.
func (s *Summary) bytes() float64 {
	if s.BytesUp < 0 || s.BytesDown < 0 {
		return math.NaN()
	}
	return float64(s.BytesUp) + float64(s.BytesDown)
}

// staleness is a number of the staleness, NaN where there is none.
func (s *Summary) staleness(of func(*Staleness) *float64) *float64 {
	if s.Staleness == nil {
		x := math.NaN()
		return &x
	}
	return of(s.Staleness)
}
