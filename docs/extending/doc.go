// Package extending holds the examples of docs/extending.md, one new part a file: a method, a delay law, a problem, a data
// set and a figure. Importing it registers them; its tests put each through the conformance suite of its kind.
package extending
