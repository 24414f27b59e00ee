// Package prefetch asks for memory before it is needed: what many records at random places cost is
// the wait for each of them, and who knows which will be next can spare himself most of it. It
// changes no result, and without assembly for a processor it does nothing.
package prefetch
