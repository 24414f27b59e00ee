package optimizers

import "staleness/nets/vec"

// DANA gives each worker a momentum vector of its own and has it take its gradient where all of
// them together will have moved the center: Nesterov's look-ahead for asynchronous workers.
//
//	zero   server: v_i <- gamma v_i + g;  x <- x - eta v_i;  sends x - eta gamma sum_j v_j
//	slim   worker: v <- gamma v + g, pushes u = gamma v + g;  server: x <- x - eta u, sends x
//	dc     zero, of the delay-compensated gradient g + lambda g g (x - what the worker was sent)
//
// Zero and slim take their gradients at the same points; what zero calls x and what slim calls x
// differ by the look-ahead.
//
// Hakimi, Barkai, Gabel & Schuster 2019, Taming Momentum in a Distributed Asynchronous Environment,
// arXiv 1907.11612.
type DANA struct {
	Rate     float64 `doc:"step size (eta; published: .1 for ResNet-20 on CIFAR-10)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma; published: .9)" in:"[0,1)"`
	Form     string  `doc:"where the momentum lives: zero: at the server; slim: at the workers; dc: zero with delay compensation" in:"zero|slim|dc"`
	Lambda   float64 `doc:"strength of the compensation (lambda; published: 2)" in:"[0,1e30]" when:"form=dc"`
}

type danaServer[F vec.Float] struct {
	DANA
	center[F]
	reads[F]         // of dc only
	v        [][]F   // v_i
	sum      []F     // sum_j v_j
	sched    float64 // of the last push: v is in units of gradients, its steps are times sched
	away     []bool  // whose v_i is not in sum; nil: nobody's
}

var (
	_ Recaller[float32] = (*danaServer[float32])(nil)
	_ Roster            = (*danaServer[float32])(nil)
)

// Leave implements Roster: a worker that is gone will not move the center, so nobody looks ahead
// for it.
func (s *danaServer[F]) Leave(worker int) {
	if s.away == nil {
		s.away = make([]bool, len(s.v))
	}
	if !s.away[worker] {
		vec.Sub(s.sum, s.sum, s.v[worker])
		s.away[worker] = true
	}
}

// Join implements Roster: one that is born anew has no momentum.
func (s *danaServer[F]) Join(worker int, anew bool) {
	if anew {
		vec.Fill(s.v[worker], 0)
	}
	if s.away != nil && s.away[worker] {
		vec.Add(s.sum, s.sum, s.v[worker])
		s.away[worker] = false
	}
}

func (s *danaServer[F]) Apply(m Message[F]) Verdict {
	if s.Form == "dc" {
		xRead, lambda := s.xRead[m.From], F(s.Lambda)
		for i, g := range m.Vec {
			m.Vec[i] = g + F(F(lambda*F(g*g))*(s.x[i]-xRead[i])) // g <- g + lambda g g (x - x_read)
		}
	}
	s.sched = m.Sched
	v, gamma, eta := s.v[m.From], F(s.Momentum), F(s.Rate*m.Sched)
	if s.away != nil && s.away[m.From] { // it pushed before it left
		for i, g := range m.Vec {
			v[i] = F(gamma*v[i]) + g
			s.x[i] -= F(eta * v[i])
		}
		return Applied
	}
	for i, g := range m.Vec {
		old := v[i]
		v[i] = F(gamma*old) + g // v_i <- gamma v_i + g
		s.sum[i] += v[i] - old  // sum_j v_j
		s.x[i] -= F(eta * v[i]) // x <- x - eta v_i
	}
	return Applied
}

func (s *danaServer[F]) Reply(dst []F, to int) {
	vec.AxpyTo(dst, -F(s.Rate*s.sched*s.Momentum), s.sum, s.x) // x - eta gamma sum_j v_j
	s.Recall(to, dst)
}

// danaSlim is the worker that keeps its momentum.
type danaSlim[F vec.Float] struct {
	gradients[F]
	gamma F
	v     []F
	sched float64
}

var _ Borrower[float32] = (*danaSlim[float32])(nil)

func (w *danaSlim[F]) Step(g []F, sched float64) Action {
	if w.sched != sched && w.sched != 0 && sched != 0 {
		vec.Scale(w.v, F(w.sched/sched)) // momentum correction: eta v goes on as it was
	}
	if sched != 0 {
		w.sched = sched
	}
	for i, g_i := range g {
		w.v[i] = F(w.gamma*w.v[i]) + g_i // v <- gamma v + g
		g[i] = F(w.gamma*w.v[i]) + g_i   // u = gamma v + g
	}
	return Exchange
}

func dana[F vec.Float](c DANA) Strategy[F] {
	if c.Form == "slim" {
		s := asgd[F](ASGD{Rate: c.Rate, Serving: plainServing})
		s.Serial = nil
		s.Jobs = Roaming // the momentum is the half's
		s.Worker = func(e Env[F]) Worker[F] {
			return &danaSlim[F]{gradients: gradients[F]{after: Exchange}, gamma: F(c.Momentum), v: make([]F, len(e.X0))}
		}
		return s
	}
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			s := &danaServer[F]{DANA: c, center: newCenter(e), v: vectors[F](e.Workers, d), sum: make([]F, d), sched: 1}
			if c.Form == "dc" {
				s.reads = newReads(e)
			}
			return s
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (DANA) Facts() Facts {
	return Facts{
		Staleness: "looks ahead; `form = \"dc\"` also compensates",
		Momentum:  "one for each worker, at the server (`slim`: at the worker)", Up: "a gradient", Down: "x, where all momenta lead it",
	}
}

func init() {
	Register("dana", "a momentum for each worker, gradients at the look-ahead of all", "Hakimi et al. 2019, arXiv 1907.11612",
		DANA{Rate: .1, Momentum: .9, Form: "zero", Lambda: 2}, dana[float32], dana[float64])
}
