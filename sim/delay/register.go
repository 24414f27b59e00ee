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

// Register adds a delay law: its name, what it is in one line, its source ("" if there is none) and its defaults, a struct
// whose exported fields are its keys, documented by the tags doc and in. It is called before the first run, by an init function or
// a main of one's own, and panics on what is wrong with it. Test it by delaytest.Law.
func Register(name, doc, source string, defaults Spec) {
	laws.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// Nearest rounds a number of nanoseconds to a duration as every law does: ties to even, 0 if negative, the largest duration if
// it is beyond.
func Nearest(ns float64) time.Duration { return nearest(ns) }
