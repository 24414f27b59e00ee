package optimizers

import (
	"staleness/internal/params"
)

// A ConsistencyKind is a [consistency] table: a plain struct that says which Consistency it is
// among so many workers.
type ConsistencyKind interface {
	Among(workers int) (Consistency, error)
}

var consistencies = params.Serve[ConsistencyKind](params.New("consistency", "kind"))

// Consistencies lists what is registered.
func Consistencies() *params.Registry { return consistencies }

// RegisterConsistency adds a consistency: a plain struct that says which Consistency it is. Panics
// and timing are Register's; optimizertest.Consistency tests it.
func RegisterConsistency(name, doc, source string, defaults ConsistencyKind) {
	consistencies.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// DecodeConsistency reads a [consistency] table. Errors are *params.Error with paths below path; so
// are those of Among, with paths below the table's.
func DecodeConsistency(path string, table map[string]any) (ConsistencyKind, error) {
	c, err := consistencies.Decode(path, table)
	if err != nil {
		return nil, err
	}
	return c.(ConsistencyKind), nil
}
