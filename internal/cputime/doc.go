// Package cputime is a clock for measurements, which other programs on the machine do not slow
// down.
package cputime
