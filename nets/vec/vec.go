// Package vec is the ground floor: vectors, matrix products and elementary functions with one answer.
package vec

// Float is the element type of every vector in the module.
type Float interface{ float32 | float64 }
