// Package delay holds the laws of time and of staleness, one file each.
//
// What a configuration names is a [Spec]: a plain struct whose fields are its keys. A cluster makes
// one [Law] of it for each worker, which draws durations. Laws are exchangeable: each is given by
// its mean and a shape, so that a comparison can hold the mean and vary the shape. The mean is that
// of the law as a whole; how a law that differs from worker to worker spreads it is said at its
// Spec.
//
// # Draws
//
// A draw is a function of the random stream it is given, and of nothing else. Every law but gamma's
// turns one uniform number u into a duration by inversion, T = F⁻¹(1-u), so the smaller u, the
// longer the duration: two laws with the same stream are coupled, as strongly as two laws can be,
// and a comparison of laws is a paired one. The logarithms and powers are those of nets/vec: the
// same bits on every machine.
//
// A law gives the nearest nanosecond, 0 if the draw is below half of one, and the largest
// time.Duration (292 years) if it is beyond: it never gives a negative duration.
//
// A law is added in a file of its own that registers its Spec: by [Register] a delay law, by
// [RegisterCounts] a staleness law. The package delaytest tests both.
package delay

import (
	"math"
	"strings"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

// A Law draws durations. It is immutable and may be used concurrently. Draw is pure but for r: it
// may read any number of draws from it. It does not allocate; a caller on a hot path keeps its Rand
// somewhere on the heap, since one on the stack would escape at each call through the interface.
type Law interface {
	Draw(r *stream.Rand) time.Duration // nearest nanosecond, saturating, >= 0
	Mean() float64                     // seconds; +Inf if it has none
	CV() float64                       // standard deviation over mean; +Inf or NaN where undefined
}

// A Spec is the configuration of a law: a struct with its keys as fields, valid if params.Check
// finds nothing.
type Spec interface {
	// ForWorker is the law of one worker, counted from 0. What the worker draws once and for all,
	// such as the speed of its machine, comes from key.At(worker, 0): with one key, usually of
	// purpose "machine", all workers are drawn independently.
	ForWorker(worker int, key stream.Key) Law
}

var laws = params.Serve[Spec](params.New("delay law", "law"))

func init() {
	laws.Shorthand(func(value any) (map[string]any, bool) {
		s, ok := value.(string)
		if !ok {
			return nil, false
		}
		return Abbreviated(s), true
	})
}

// Abbreviated is the table that a string stands for: "10ms" is {law = "constant", mean = "10ms"},
// and so is all that begins like a number, so that a wrong unit is not taken for the name of a law;
// "exponential" is {law = "exponential"}.
func Abbreviated(s string) map[string]any {
	if s != "" && strings.Contains("0123456789.+-", s[:1]) {
		return map[string]any{"law": "constant", "mean": s}
	}
	return map[string]any{"law": s}
}

// Laws is the registry of delay laws: its values are Specs. A string with a duration stands for the
// constant law.
func Laws() *params.Registry { return laws }

// Scaled is a law whose draws are by times those of l; by must be finite and not negative.
func Scaled(l Law, by float64) Law {
	if by == 1 {
		return l
	}
	if a, ok := l.(Aware); ok {
		n, _ := turning(a)
		return scaledAware{scaled{l, by}, a, n}
	}
	return scaled{l, by}
}

// scaledAware makes tasks longer: what a law makes of that is its own affair.
type scaledAware struct {
	scaled
	law  Aware
	turn nexter
}

func (s scaledAware) Memory() int                { return s.law.Memory() }
func (s scaledAware) Next(t *Turn) time.Duration { return toNever(s.next(t)) }

func (s scaledAware) next(t *Turn) float64 {
	times := t.Times
	t.Times *= s.by
	x := s.turn.next(t)
	t.Times = times
	return x
}

type scaled struct {
	of Law
	by float64
}

func (s scaled) Draw(r *stream.Rand) time.Duration { return nearest(float64(s.of.Draw(r)) * s.by) }
func (s scaled) Mean() float64                     { return s.of.Mean() * s.by }
func (s scaled) CV() float64                       { return s.of.CV() }

// nearest rounds a number of nanoseconds, ties to even, into [0, the largest Duration].
func nearest(ns float64) time.Duration {
	if !(ns < 1<<63) {
		return math.MaxInt64
	}
	if ns < 0 {
		return 0
	}
	return time.Duration(math.RoundToEven(ns))
}
