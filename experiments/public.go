package experiments

import (
	"io/fs"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/origin"
	"staleness/internal/params"
)

// Exit statuses of every command.
const (
	Done    = guard.Done    // a diverged run is a result
	Failed  = guard.Failed  // a run failed
	Usage   = guard.Usage   // wrong usage or configuration
	Bug     = guard.Bug     // the program itself is wrong
	Stopped = guard.Stopped // interrupted
)

// A Place is where something was written: a line of a file, or an argument of the command.
type Place = fault.Place

// A ConfigError is a mistake in a configuration: the place, and what is wrong with what stands
// there.
type ConfigError = fault.Error

// A KeyError is what is wrong with one key of a configuration: its path, its value, the problem and
// what would do. Errors of decoding, of whatever package, are KeyErrors, with a path below what was
// decoded; errors.As finds them. A struct that is registered returns one from its method Validate
// to name the key, by a path below the struct's own, and file and line are added to it.
type KeyError = params.Error

// Build identifies the sources that can change a result: 16 hex digits of a hash over the packages
// nets, optimizers and sim and what they stand on, without tests. It is the same for every machine.
func Build() string { return origin.Build() }

// AddSources makes the text of packages outside this module, such as a method of one's own, part of
// the build: editing it then computes runs anew. Call it before the first run.
func AddSources(sources fs.FS) { origin.AddSources(sources) }
