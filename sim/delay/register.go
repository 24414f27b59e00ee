package delay

import (
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
