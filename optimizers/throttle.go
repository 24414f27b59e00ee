package optimizers

import "staleness/nets/vec"

// Throttle is asynchronous SGD in rounds, in which every arrival moves the center, and those of a
// worker that comes again and again move it less and less:
//
//	x <- x - eta/n g          the worker's first gradient in this round
//	x <- x - eta/q^{c_i} g    its c_i-th
//
// When all n workers have come the round is over: counts are reset, x is sent to all, and what they
// compute at points of the round is given up. Displacement per gradient: as above.
//
// Otsuka et al. 2026, THROTTLE.
type Throttle struct {
	Rate   float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Factor float64 `doc:"by which a worker's step falls with each arrival (q; published: 1.1 and 1.5)" in:"(1,1e30]"`
}

type throttleServer[F vec.Float] struct {
	renewingDescent[F]
	q       float64
	count   []int // c_i
	away    []bool
	missing int  // workers that have not come in this round
	over    bool // the last push ended a round
}

var (
	_ Versioner[float32] = (*throttleServer[float32])(nil)
	_ Breaker            = (*throttleServer[float32])(nil)
	_ Roster             = (*throttleServer[float32])(nil)
)

func (s *throttleServer[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *throttleServer[F]) ApplyTo(next []F, m Message[F]) Verdict {
	i := m.From
	if s.count[i] == 0 && !s.away[i] {
		s.missing--
	}
	s.count[i]++
	if s.count[i] == 1 {
		m.Sched /= float64(len(s.count)) // eta/n
	} else {
		m.Sched /= vec.Pow(s.q, float64(s.count[i])) // eta/q^{c_i}
	}
	if s.over = s.missing <= 0; s.over {
		clear(s.count)
		s.missing = 0
		for _, away := range s.away {
			if !away {
				s.missing++
			}
		}
	}
	return s.renewingDescent.ApplyTo(next, m)
}

// Breaks implements Breaker.
func (s *throttleServer[F]) Breaks() bool { return s.over }

// Leave implements Roster: a round does not wait for a worker that is gone; the next push ends it.
func (s *throttleServer[F]) Leave(worker int) {
	if s.count[worker] == 0 && !s.away[worker] {
		s.missing--
	}
	s.away[worker] = true
}

// Join implements Roster.
func (s *throttleServer[F]) Join(worker int, _ bool) {
	if s.count[worker] == 0 && s.away[worker] {
		s.missing++
	}
	s.away[worker] = false
}

func throttle[F vec.Float](c Throttle) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			n := e.Workers
			return &throttleServer[F]{renewingDescent: newPlainDescent(e, c.Rate), q: c.Factor, count: make([]int, n), away: make([]bool, n), missing: n}
		},
		Consistency: Rounds(),
		Serial:      PlainSGD{Rate: c.Rate},
	}
}

// Facts implements Factual.
func (Throttle) Facts() Facts {
	return Facts{Staleness: "smaller steps for who comes often; at the end of a round what is stale is given up", Up: "a gradient", Down: "x"}
}

func init() {
	Register("throttle", "rounds in which who comes often moves the center less", "Otsuka et al. 2026, THROTTLE",
		Throttle{Rate: .1, Factor: 1.1}, throttle[float32], throttle[float64])
}
