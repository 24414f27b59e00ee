package optimizers

import "staleness/nets/vec"

// warmStart is a server that worker 0 has to itself for the first updates: the others are not sent
// their start before that (Dean et al. 2012: a single replica trains before the others are
// unleashed).
type warmStart[F vec.Float] struct {
	Server[F] // Uniform
	alone     int
	updates   int
}

var (
	_ Uniform    = (*warmStart[float32])(nil)
	_ Dispatcher = (*warmStart[float32])(nil)
)

// newWarmStart is server, after alone updates made by worker 0.
func newWarmStart[F vec.Float](alone int, server func(Env[F]) Server[F]) func(Env[F]) Server[F] {
	if alone == 0 {
		return server
	}
	return func(e Env[F]) Server[F] { return &warmStart[F]{Server: server(e), alone: alone} }
}

func (s *warmStart[F]) Apply(m Message[F]) Verdict {
	v := s.Server.Apply(m)
	if v == Applied {
		s.updates++
	}
	return v
}

// Portion holds the others back, and leaves the choice of samples to the run.
func (s *warmStart[F]) Portion(to int) (lo, hi int, ok bool) {
	return 0, 0, to == 0 || s.updates >= s.alone
}

func (*warmStart[F]) Uniform() {}
