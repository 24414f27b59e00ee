package experiments

import (
	"io/fs"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/origin"
)

// A Place is where something was written: a line of a file, or an argument of the command.
type Place = fault.Place

// A ConfigError is a mistake in a configuration: the place, and what is wrong with what stands there.
type ConfigError = fault.Error

// Build identifies the sources that can change a result: 16 hex digits of a hash over the packages nets,
// optimizers and sim and what they stand on, tests apart. It is the same for every machine.
func Build() string { return origin.Build() }

// AddSources makes the text of packages outside this module, such as a method of one's own, part of the
// build: editing it then computes runs anew. Call it before the first run.
func AddSources(sources fs.FS) { origin.AddSources(sources) }
