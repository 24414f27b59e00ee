package config

import (
	"staleness/sim/record"
)

// Share estimates how much of a run is done: the nearest of its ends.
func (s *Stop) Share(e *record.Evaluation, n float64) (done float64) {
	for _, c := range []struct {
		limit *int64
		now   int64
	}{{s.Updates, e.Updates}, {s.Pushes, e.Pushes}, {s.Gradients, e.Gradients}} {
		if c.limit != nil {
			done = max(done, float64(c.now)/float64(*c.limit))
		}
	}
	if s.Time != nil && e.TimeS > 0 {
		done = max(done, e.TimeS/s.Time.Seconds())
	}
	if s.Epochs != nil {
		done = max(done, float64(e.Samples)/(*s.Epochs*n))
	}
	return done
}

// After says whether whatever ends a run under old has not ended one under s before: each of its
// limits stood in old, and no later.
func (s Stop) After(old Stop) bool {
	for _, l := range []struct{ now, was *int64 }{{s.Updates, old.Updates}, {s.Pushes, old.Pushes}, {s.Gradients, old.Gradients}} {
		if l.now != nil && (l.was == nil || *l.was > *l.now) {
			return false
		}
	}
	switch {
	case s.Epochs != nil && (old.Epochs == nil || *old.Epochs > *s.Epochs),
		s.Time != nil && (old.Time == nil || *old.Time > *s.Time),
		s.TrainLoss != nil && (old.TrainLoss == nil || *old.TrainLoss < *s.TrainLoss),
		s.TestAccuracy != nil && (old.TestAccuracy == nil || *old.TestAccuracy > *s.TestAccuracy),
		s.Diverged != old.Diverged:
		return false
	}
	return true
}
