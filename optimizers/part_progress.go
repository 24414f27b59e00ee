package optimizers

// Progress is how far a run is at one gradient, by each clock that a schedule may have. It is told
// at the gradient's worker, before the gradient counts, and what it makes of the rates is the
// gradient's own: the worker's step has it, and the server's when the push comes, whatever has
// happened meanwhile. So a method does not depend on which half takes its steps.
type Progress struct {
	// sample: the samples of so many gradients of each worker as this one has completed before,
	// over those there are
	Epochs    float64
	Gradients int     // local: that its worker has completed before
	Version   int     // update: of the parameters that its worker last received
	Seconds   float64 // time: when it ends
}

// Factor is what a schedule makes of the rates; nil leaves them.
func (p Progress) Factor(s Schedule) float64 {
	if s == nil {
		return 1
	}
	switch s.Clock() {
	case LocalClock:
		return s.At(float64(p.Gradients))
	case UpdateClock:
		return s.At(float64(p.Version))
	case TimeClock:
		return s.At(p.Seconds)
	}
	return s.At(p.Epochs)
}
