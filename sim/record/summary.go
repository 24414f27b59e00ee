package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Status is how a run ended.
const (
	Completed   = "completed"   // a stop condition that is no target was met
	Target      = "target"      // the target loss or accuracy was met
	Diverged    = "diverged"    // a non-finite center or loss, or one above the limit: a result, not a failure
	Interrupted = "interrupted" // stopped from outside
	Failed      = "failed"      // an error, or one of the run's own invariants was violated
)

// Held is the verdict of an invariant that was checked and holds.
const Held = "held"

// Summary is the content of summary.json. Make one with [NewSummary], in which nothing applies yet.
//
// A floating-point field that is NaN or infinite, an integer marked so that is negative, and an empty or nil field do not
// apply: their keys are absent from the file, so that no number in it ever has to be explained away.
// Nothing in a summary depends on the wall clock or on the machine.
type Summary struct {
	Status      string // one of the constants above
	Reason      string // in words, where there is something to say; else empty
	Seed        uint64
	Build       string // hash of the sources that can change a result
	Fingerprint string // rolling hash over every push, or every gradient where there are none: 64 hex digits

	Updates       int64 // changes of the center
	Pushes        int64 // messages of workers that reached the server
	Gradients     int64 // minibatch gradients whose computation ended
	UsedGradients int64 // those of them that entered an update
	Samples       int64 // samples whose gradients were computed
	Discarded     int64 // gradients dropped, lost or aborted

	VirtualTimeS       float64 // model time at the end, in seconds; absent where staleness is injected
	FinalTrainLoss     float64
	FinalTestLoss      float64
	FinalTestAccuracy  float64 // in [0, 1]
	FinalSuboptimality float64 // f(x) - f*, where f* is known: final_suboptimality
	Growth             float64 // slope of log|x - x*| per update over the last half, where x* is known

	Staleness       *Staleness  // of all gradient messages that entered an update; nil: peers, which have none
	StalenessShards []Staleness // one per shard where there are several; Staleness then pools them
	BytesUp         int64       // negative: does not apply
	BytesDown       int64       // negative: does not apply
	IdleFraction    float64     // waiting over waiting + computing, down time excluded
	Utilization     float64     // server_utilization: share of the time that the server was busy, where service takes time

	Invariants map[string]string // what the run checked of itself: Held, or what failed

	Files map[string]FileSum // the tables and the model, as Finish left them; empty in folders of before they were named
}

// A FileSum is by what a file is known again.
type FileSum struct {
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// Staleness describes the staleness of the gradient messages that entered an update, each counted once.
type Staleness struct {
	Mean      float64 `json:"mean"`
	Variance  float64 `json:"variance"` // of the population: divided by n
	Max       int64   `json:"max"`
	Histogram []int64 `json:"histogram"` // Histogram[tau] messages had staleness tau; its length is Max + 1
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
	}
}

// Done says whether the run came to an end of its own: computing it again would give the same.
func (s *Summary) Done() bool {
	return s.Status == Completed || s.Status == Target || s.Status == Diverged
}

// summaryFile is a Summary as JSON: what is a nil pointer is absent.
type summaryFile struct {
	Status             *string            `json:"status"`
	Reason             string             `json:"reason,omitempty"`
	Seed               *uint64            `json:"seed"`
	Build              string             `json:"build,omitempty"`
	Fingerprint        string             `json:"fingerprint,omitempty"`
	Updates            *int64             `json:"updates"`
	Pushes             *int64             `json:"pushes"`
	Gradients          *int64             `json:"gradients"`
	UsedGradients      *int64             `json:"used_gradients"`
	Samples            *int64             `json:"samples"`
	Discarded          *int64             `json:"discarded"`
	VirtualTimeS       *float64           `json:"virtual_time_s,omitempty"`
	FinalTrainLoss     *float64           `json:"final_train_loss,omitempty"`
	FinalTestLoss      *float64           `json:"final_test_loss,omitempty"`
	FinalTestAccuracy  *float64           `json:"final_test_accuracy,omitempty"`
	FinalSuboptimality *float64           `json:"final_suboptimality,omitempty"`
	Growth             *float64           `json:"growth,omitempty"`
	Staleness          *Staleness         `json:"staleness,omitempty"`
	StalenessShards    []Staleness        `json:"staleness_shards,omitempty"`
	BytesUp            *int64             `json:"bytes_up,omitempty"`
	BytesDown          *int64             `json:"bytes_down,omitempty"`
	IdleFraction       *float64           `json:"idle_fraction,omitempty"`
	Utilization        *float64           `json:"server_utilization,omitempty"`
	Invariants         *map[string]string `json:"invariants"`
	Files              map[string]FileSum `json:"files,omitempty"`
}

// summaryNumbers are the single numbers of a summary as columns of a table.
var summaryNumbers = []column[Summary]{
	{name: "build", text: func(s *Summary) *string { return &s.Build }},
	{name: "fingerprint", text: func(s *Summary) *string { return &s.Fingerprint }},
	{name: "updates", count: func(s *Summary) *int64 { return &s.Updates }},
	{name: "pushes", count: func(s *Summary) *int64 { return &s.Pushes }},
	{name: "gradients", count: func(s *Summary) *int64 { return &s.Gradients }},
	{name: "used_gradients", count: func(s *Summary) *int64 { return &s.UsedGradients }},
	{name: "samples", count: func(s *Summary) *int64 { return &s.Samples }},
	{name: "discarded", count: func(s *Summary) *int64 { return &s.Discarded }},
	{name: "virtual_time_s", float: func(s *Summary) *float64 { return &s.VirtualTimeS }},
	{name: "final_train_loss", float: func(s *Summary) *float64 { return &s.FinalTrainLoss }},
	{name: "final_test_loss", float: func(s *Summary) *float64 { return &s.FinalTestLoss }},
	{name: "final_test_accuracy", float: func(s *Summary) *float64 { return &s.FinalTestAccuracy }},
	{name: "final_suboptimality", float: func(s *Summary) *float64 { return &s.FinalSuboptimality }},
	{name: "growth", float: func(s *Summary) *float64 { return &s.Growth }},
	{name: "bytes_up", count: func(s *Summary) *int64 { return &s.BytesUp }},
	{name: "bytes_down", count: func(s *Summary) *int64 { return &s.BytesDown }},
	{name: "idle_fraction", float: func(s *Summary) *float64 { return &s.IdleFraction }},
	{name: "server_utilization", float: func(s *Summary) *float64 { return &s.Utilization }},
	{name: "staleness.mean", float: func(s *Summary) *float64 { return s.staleness(func(t *Staleness) *float64 { return &t.Mean }) }},
	{name: "staleness.variance", float: func(s *Summary) *float64 { return s.staleness(func(t *Staleness) *float64 { return &t.Variance }) }},
	{name: "staleness.max", float: func(s *Summary) *float64 {
		return s.staleness(func(t *Staleness) *float64 { x := float64(t.Max); return &x })
	}},
}

// staleness is a number of the staleness, NaN where there is none.
func (s *Summary) staleness(of func(*Staleness) *float64) *float64 {
	if s.Staleness == nil {
		x := math.NaN()
		return &x
	}
	return of(s.Staleness)
}

// Value is a number of the summary by its key, such as "final_test_loss", "updates" or "staleness.mean"; not ok if the key is
// unknown, is text or does not apply.
func (s *Summary) Value(key string) (x float64, ok bool) {
	i := slices.IndexFunc(summaryNumbers, func(c column[Summary]) bool { return c.name == key })
	if i < 0 {
		return 0, false
	}
	return summaryNumbers[i].value(s)
}

func optional(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func given(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func optionalCount(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

func givenCount(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

// MarshalJSON writes the keys in the order of the manual, leaving out those that do not apply.
func (s Summary) MarshalJSON() ([]byte, error) {
	invariants := s.Invariants
	if invariants == nil {
		invariants = map[string]string{}
	}
	return json.Marshal(summaryFile{
		Status: &s.Status, Reason: s.Reason, Seed: &s.Seed, Build: s.Build, Fingerprint: s.Fingerprint,
		Updates: &s.Updates, Pushes: &s.Pushes, Gradients: &s.Gradients, UsedGradients: &s.UsedGradients,
		Samples: &s.Samples, Discarded: &s.Discarded,
		VirtualTimeS: optional(s.VirtualTimeS), FinalTrainLoss: optional(s.FinalTrainLoss),
		FinalTestLoss: optional(s.FinalTestLoss), FinalTestAccuracy: optional(s.FinalTestAccuracy),
		FinalSuboptimality: optional(s.FinalSuboptimality), Growth: optional(s.Growth),
		Staleness: s.Staleness, StalenessShards: s.StalenessShards,
		BytesUp: optionalCount(s.BytesUp), BytesDown: optionalCount(s.BytesDown),
		IdleFraction: optional(s.IdleFraction), Utilization: optional(s.Utilization), Invariants: &invariants,
		Files: s.Files,
	})
}

// UnmarshalJSON is strict: an unknown key, a missing one that always applies, or a second value is an error.
func (s *Summary) UnmarshalJSON(b []byte) error {
	var f summaryFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return err
	}
	for _, k := range []struct {
		name    string
		missing bool
	}{
		{"status", f.Status == nil}, {"seed", f.Seed == nil}, {"updates", f.Updates == nil}, {"pushes", f.Pushes == nil},
		{"gradients", f.Gradients == nil}, {"used_gradients", f.UsedGradients == nil}, {"samples", f.Samples == nil},
		{"discarded", f.Discarded == nil}, {"invariants", f.Invariants == nil},
	} {
		if k.missing {
			return fmt.Errorf("key %q is missing", k.name)
		}
	}
	switch *f.Status {
	case Completed, Target, Diverged, Interrupted, Failed:
	default:
		return fmt.Errorf("unknown status %q", *f.Status)
	}
	*s = Summary{
		Status: *f.Status, Reason: f.Reason, Seed: *f.Seed, Build: f.Build, Fingerprint: f.Fingerprint,
		Updates: *f.Updates, Pushes: *f.Pushes, Gradients: *f.Gradients, UsedGradients: *f.UsedGradients,
		Samples: *f.Samples, Discarded: *f.Discarded,
		VirtualTimeS: given(f.VirtualTimeS), FinalTrainLoss: given(f.FinalTrainLoss),
		FinalTestLoss: given(f.FinalTestLoss), FinalTestAccuracy: given(f.FinalTestAccuracy),
		FinalSuboptimality: given(f.FinalSuboptimality), Growth: given(f.Growth),
		Staleness: f.Staleness, StalenessShards: f.StalenessShards,
		BytesUp: givenCount(f.BytesUp), BytesDown: givenCount(f.BytesDown),
		IdleFraction: given(f.IdleFraction), Utilization: given(f.Utilization), Invariants: *f.Invariants,
		Files: f.Files,
	}
	return nil
}

// encode is the content of summary.json: one key a line, however long a histogram is.
func (s *Summary) encode() ([]byte, error) {
	flat, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	out := []byte("{")
	d := json.NewDecoder(bytes.NewReader(flat)) // for the order of the keys
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for n := 0; d.More(); n++ {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "\n  %q: %s", key, value)
	}
	return append(out, "\n}\n"...), nil
}
