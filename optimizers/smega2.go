package optimizers

import "staleness/nets/vec"

// SMEGA2 moves x by every gradient at once, and the one momentum only when N gradients have come,
// by their mean; workers take their gradients where the momentum leads within N steps. With c
// gradients in the buffer b:
//
//	b <- b + g;  x <- x - eta (g + gamma v);  c <- (c + 1) mod N
//	if c = 0:  v <- gamma v + b/N;  b <- 0
//	sends x - eta gamma c/N b - eta gamma (N + c (gamma - 1)) v
//
// which is x after N steps whose gradients are 0. With N = 1 it is nag-asgd, with gamma = 0 asgd.
// Displacement per gradient: rate/(1 - gamma), in the long run.
//
// Cohen, Hakimi & Schuster 2022, SMEGA2: Distributed Asynchronous Deep Neural Network Training With
// a Single Momentum Buffer, ICPP.
type SMEGA2 struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma)" in:"[0,1)"`
	Cycle    int     `doc:"gradients to one step of the momentum (N); 0: as many as there are workers" in:"[0,1000000000]"`
}

type smega2Server[F vec.Float] struct {
	center[F]
	eta, gamma float64
	v, b       []F
	c, n       int     // c < N
	sched      float64 // of the last push
}

var _ Recaller[float32] = (*smega2Server[float32])(nil)

func (s *smega2Server[F]) Apply(m Message[F]) Verdict {
	s.sched = m.Sched
	gamma, eta, n := F(s.gamma), F(s.eta*m.Sched), F(s.n)
	for i, g := range m.Vec {
		s.b[i] += g                              // b <- b + g
		s.x[i] -= F(eta * (g + F(gamma*s.v[i]))) // x <- x - eta (g + gamma v)
	}
	if s.c = (s.c + 1) % s.n; s.c == 0 {
		for i, b := range s.b {
			s.v[i] = F(gamma*s.v[i]) + b/n // v <- gamma v + b/N
		}
		clear(s.b)
	}
	return Applied
}

func (s *smega2Server[F]) Reply(dst []F, _ int) {
	step, c, n := float64(s.eta*s.sched)*s.gamma, float64(s.c), float64(s.n)
	vec.AxpyTo(dst, -F(step*c/n), s.b, s.x)                 // x - eta gamma c/N b
	vec.Axpy(dst, -F(step*(n+float64(c*(s.gamma-1)))), s.v) // - eta gamma (N + c (gamma - 1)) v
}

// Recall implements Recaller: nothing is noted.
func (s *smega2Server[F]) Recall(int, []F) {}

func smega2[F vec.Float](c SMEGA2) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			n := c.Cycle
			if n == 0 {
				n = e.Workers
			}
			d := len(e.X0)
			return &smega2Server[F]{center: newCenter(e), eta: c.Rate, gamma: c.Momentum, v: make([]F, d), b: make([]F, d), n: n, sched: 1}
		},
		Combine:     Mean,
		Elementwise: true,
	}
}

// Facts implements Factual.
func (SMEGA2) Facts() Facts {
	return Facts{
		Staleness: "looks ahead by a cycle", Momentum: "one at the server, moved once a cycle", Up: "a gradient",
		Down: "x, where the momentum leads it in a cycle", Scales: []string{"cycle"},
	}
}

func init() {
	Register("smega2", "one momentum, moved by the mean of a cycle of gradients", "Cohen, Hakimi & Schuster 2022, ICPP",
		SMEGA2{Rate: .1, Momentum: .9}, smega2[float32], smega2[float64])
}
