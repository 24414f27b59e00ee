package optimizers

import "staleness/nets/vec"

// momenta is embedded by servers with momentum in units of gradients: one v for all workers, or a
// v_i for each, of which workers may be sent the point where it leads.
type momenta[F vec.Float] struct {
	center[F]
	v          [][]F
	eta, gamma float64
	sched      float64 // of the last push: steps are times sched
}

func newMomenta[F vec.Float](e Env[F], n int, eta, gamma float64) momenta[F] {
	return momenta[F]{newCenter(e), vectors[F](n, len(e.X0)), eta, gamma, 1}
}

// of is the momentum that a worker's gradients enter.
func (s *momenta[F]) of(worker int) []F {
	if len(s.v) == 1 {
		return s.v[0]
	}
	return s.v[worker]
}

func (s *momenta[F]) Apply(m Message[F]) Verdict {
	s.sched = m.Sched
	v, gamma, eta := s.of(m.From), F(s.gamma), F(s.eta*m.Sched)
	for i, g := range m.Vec {
		v[i] = F(gamma*v[i]) + g // v_i <- gamma v_i + g
		s.x[i] -= F(eta * v[i])  // x <- x - eta v_i
	}
	return Applied
}

// lookAhead writes x - eta c v: where v leads when c of its steps are still to come.
func (s *momenta[F]) lookAhead(dst []F, c float64, v []F) {
	vec.AxpyTo(dst, -F(float64(s.eta*s.sched)*c), v, s.x)
}

// nagServer sends each worker the point where the momentum leads that its gradient will enter.
type nagServer[F vec.Float] struct{ momenta[F] }

var (
	_ Recaller[float32] = (*nagServer[float32])(nil)
	_ Roster            = (*nagServer[float32])(nil)
)

func (s *nagServer[F]) Reply(dst []F, to int) {
	s.lookAhead(dst, s.gamma, s.of(to)) // x - eta gamma v_i
}

// Recall implements Recaller: nothing is noted.
func (s *nagServer[F]) Recall(int, []F) {}

// Leave implements Roster.
func (s *momenta[F]) Leave(int) {}

// Join implements Roster: one that is born anew has no momentum of its own.
func (s *momenta[F]) Join(worker int, anew bool) {
	if anew && len(s.v) > 1 {
		clear(s.v[worker])
	}
}
