package sim

import (
	"staleness/nets/vec"
	"staleness/optimizers"
)

// A couple is what a worker whose half is a Pairer computes.
type couple struct {
	Pairs int32 // of the computations for its next push, how many are pairs
	Now   bool  // the one under way is
}

// pairOf says whether the next gradient of a half is to be a pair.
func pairOf[F vec.Float](half optimizers.Worker[F]) (second []F, paired bool) {
	if p, ok := half.(optimizers.Pairer[F]); ok {
		return p.Second()
	}
	return nil, false
}

// worth is how many gradients a computation is.
func worth(paired bool) int32 {
	if paired {
		return 2
	}
	return 1
}

// newCouples is nil where nobody computes pairs.
func (s *core[F]) newCouples() []couple {
	if _, ok := s.half(0).(optimizers.Pairer[F]); ok {
		return make([]couple, s.workers)
	}
	return nil
}

// couple asks the half of worker i, which is about to compute.
func (s *engine[F]) couple(i int) (second []F) {
	if s.couples != nil {
		second, s.couples[i].Now = pairOf(s.half(i))
	}
	return second
}

// pair says whether what worker i computes is one.
func (s *engine[F]) pair(i int) bool { return s.couples != nil && s.couples[i].Now }

// pairs is how many there are among the computations for the next push of worker i.
func (s *engine[F]) pairs(i int) int32 {
	if s.couples == nil {
		return 0
	}
	return s.couples[i].Pairs
}

// begins counts what worker i computes, or with -1 takes it back, and says how many gradients it
// is.
func (s *engine[F]) begins(i int, by int32) int32 {
	if !s.pair(i) {
		return 1
	}
	s.couples[i].Pairs += by
	return 2
}

// uncouple is for a worker whose next push holds nothing yet.
func (s *engine[F]) uncouple(i int) {
	if s.couples != nil {
		s.couples[i].Pairs = 0
	}
}
