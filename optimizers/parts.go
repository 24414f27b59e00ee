package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// A Schedule is a factor on the rates of a method over a run.
type Schedule interface {
	Clock() Clock
	At(progress float64) float64 // progress is read off the clock; its unit is the clock's
}

// A Clock says what a schedule's progress counts. Workers read their own share of it, so that a schedule never depends on
// what others do between two of a worker's messages; servers read the global count when a push arrives.
type Clock uint8

const (
	SampleClock Clock = iota // epochs: samples whose gradients were computed, over N (a worker: its own, times M)
	LocalClock               // gradients of this worker (a server: of the sender)
	UpdateClock              // versions of the center (a worker: at its last read)
	TimeClock                // seconds of model time
)

// Clip bounds Euclidean norms: v <- v min(1, c/|v|). Zero fields do nothing.
type Clip struct {
	Gradient float64 `doc:"bound on the norm of every gradient, at the worker; 0: none" in:"[0,1e30]"`
	Push     float64 `doc:"bound on the norm of every push, at the server, before its weight; 0: none" in:"[0,1e30]"`
}

// ClipNorm scales v down to Euclidean norm c if it is longer. c = 0 does nothing; a vector with a NaN stays as it is.
func ClipNorm[F vec.Float](v []F, c float64) {
	if c == 0 {
		return
	}
	if norm := math.Sqrt(vec.SumSq(v)); norm > c {
		vec.Scale(v, F(c/norm))
	}
}
