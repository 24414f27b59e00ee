package delay

import (
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

// Key names a family of random streams and Rand reads one, for laws that live in another module.
type (
	Key  = stream.Key
	Rand = stream.Rand
)

// Register adds a delay law: its name, what it is in one line, its source ("" if there is none) and
// its defaults, a struct whose exported fields are its keys, documented by the tags doc and in. It
// is called before the first run, by an init function or a main of one's own, and panics on what is
// wrong with it. Test it by delaytest.Law.
func Register(name, doc, source string, defaults Spec) {
	laws.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// RegisterCounts adds a staleness law, as Register adds a delay law. Test it by delaytest.Count.
func RegisterCounts(name, doc, source string, defaults CountSpec) {
	counts.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// Weighted is the staleness law of least + k with probability proportional to weights[k]. The
// weights must be finite, not negative and not all 0.
func Weighted(least int, weights []float64) Counts { return newTable(least, weights) }

// Nearest rounds a number of nanoseconds to a duration as every law does: ties to even, 0 if
// negative, the largest duration if it is beyond.
func Nearest(ns float64) time.Duration { return nearest(ns) }
