package optimizers

import "staleness/nets/vec"

// Rescaled is asynchronous SGD whose step for each gradient is the longer the longer its worker
// takes for one, which undoes that a fast worker comes more often:
//
//	x <- x - gamma_i g_i(x_read),  gamma_i = gamma n tau_i / sum_j tau_j
//
// where tau_i is how long worker i takes. So it ends, for small gamma, where the mean of all
// workers' losses is least, and asgd where the mean is that weighs each by 1/tau_i. There is no
// buffer and nobody waits. Displacement per gradient: rate n tau_i / sum_j tau_j.
//
// After Mahran, Maranjyan & Richtarik 2026, Rescaled ASGD, arXiv 2605.13434; that the factors have
// the mean 1, and the measured times, are ours.
type Rescaled struct {
	Rate  float64 `doc:"mean step size (gamma)" in:"(0,1e30]"`
	Times string  `doc:"tau_i: measured, the mean of what the worker's gradients took so far; nominal, the mean of its law" in:"measured|nominal"`
}

type rescaledServer[F vec.Float] struct {
	Rescaled
	broadcast[F]
	present
	times workTimes
}

var (
	_ Uniform = (*rescaledServer[float32])(nil)
	_ Linear  = (*rescaledServer[float32])(nil)
	_ Roster  = (*rescaledServer[float32])(nil)
)

func (s *rescaledServer[F]) Apply(m Message[F]) Verdict {
	if s.Times == "measured" {
		s.times.note(m.From, m.Seconds)
	}
	vec.Axpy(s.x, -F(s.Rate*m.Sched*s.factor(m.From)), m.Vec) // x <- x - gamma_i g_i
	return Applied
}

// factor is n tau_i / sum_j tau_j over those who take part and whose times are known.
func (s *rescaledServer[F]) factor(i int) float64 {
	var n, sum float64
	for j, away := range s.away {
		if tau, ok := s.times.mean(j); ok && (!away || j == i) {
			n++
			sum += tau
		}
	}
	if tau, ok := s.times.mean(i); ok && sum > 0 {
		return n * (tau / sum)
	}
	return 1
}

// Linear implements Linear.
func (*rescaledServer[F]) Linear() bool { return true }

// Leave implements Roster: n is how many take part.
func (s *rescaledServer[F]) Leave(worker int) { s.leave(worker) }

// Join implements Roster.
func (s *rescaledServer[F]) Join(worker int, _ bool) { s.join(worker) }

func rescaled[F vec.Float](c Rescaled) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			s := &rescaledServer[F]{c, newBroadcast(e), newPresent(e.Workers), newWorkTimes(e.Workers)}
			if c.Times == "nominal" {
				for i := range e.Workers {
					tau := 1.
					if e.Speeds != nil {
						tau = 1 / e.Speeds[i]
					}
					s.times.note(i, tau)
				}
			}
			return s
		},
		Elementwise: true,
		Timed:       true,
	}
}

// Facts implements Factual.
func (Rescaled) Facts() Facts {
	return Facts{Staleness: "no: by how long a worker takes", Up: "a gradient", Down: "x"}
}

func init() {
	Register("rescaled", "asynchronous SGD with steps in proportion to each worker's time", "Mahran, Maranjyan & Richtarik 2026, arXiv 2605.13434",
		Rescaled{.1, "measured"}, rescaled[float32], rescaled[float64])
}
