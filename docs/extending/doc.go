// Package extending holds the examples of docs/extending.md, one new part a file: of every kind of
// part that can be registered there is one. Importing it registers them; its tests put each through
// the conformance suite of its kind.
package extending
