// Package optimizers holds the methods. A method is two pure state machines, a worker half and a
// server half, and a few declared facts. Neither half knows a clock, a goroutine, a file or a
// random generator of its own.
//
// # A method
//
// A method is one file: a plain struct of hyperparameters that is registered by name (Register),
// and a function from it to a Strategy, which is two constructors and the facts. What many methods
// share is a part and composes with all of them: the worker's own optimizer (Rule), schedules,
// clipping, staleness weights, and the Consistency, which is data. Package optimizertest checks
// whatever is registered.
//
// # Where things are
//
// Files are named after what is in them: a method has one of its own (agn.go), a local optimizer is
// rule_*.go, what methods share is part_*.go. The contract, optional interfaces included, is
// optimizers.go; names, tables and defaults are registry.go. Whatever runs methods does so by a Hub
// (package hub), which keeps the books of versions and staleness.
//
// # Who owns what
//
// The buffers of Step and Receive are lent for the call: a half may overwrite them and leaves its
// message there, Strategy.Width vectors back to back. Message.Vec is lent to Apply. Reply writes
// all of dst. Point and Center belong to the half and are read-only, unchanged until its next call.
// Env.X0 is lent to the constructor. No half keeps a slice it was lent, except a Borrower what it
// borrows and a Versioner the vector of its center, and none writes its configuration.
//
// # Checkpoints
//
// State is every field of every half, exported or not, found by reflection: an author writes
// nothing and can forget nothing. Two slices of one array, two pointers to one object, maps and
// channels cannot be state; what a half can do without carries the tag `state:"-"`.
//
// # Arithmetic
//
// Vector work goes through nets/vec. Scalar lines write F(x*y) + z: some machines fuse a product
// with a sum that are not kept apart by a conversion.
package optimizers
