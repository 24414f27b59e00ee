// Package results is the store of runs: it writes what a run leaves, and reads it again.
package results
