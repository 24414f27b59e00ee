package optimizers

import "staleness/nets/vec"

// IASGD is incremental aggregated SGD (IA2SGD; PIAG with stochastic gradients): a table has the
// latest gradient of each worker, and once it is full every gradient that comes takes its worker's
// place and makes a step along the mean,
//
//	g_i <- g;  x <- x - gamma 1/n sum_j g_j.
//
// So workers with data of their own count alike, however fast they are. With a limit, gradients
// that are as old as that rest until their worker comes again, and the mean is of the others
// (ACED). Displacement per gradient: rate/n in each update until its worker's next.
//
// Wang et al. 2025, Incremental Aggregated Asynchronous SGD for Arbitrarily Heterogeneous Data;
// Gurbuzbalaban, Ozdaglar & Parrilo 2017, arXiv 1506.02081.
type IASGD struct {
	Rate  float64 `doc:"step size (gamma)" in:"(0,1e30]"`
	Limit int     `doc:"the age from which a gradient in the table does not count (ACED); 0: all count" in:"[0,1000000000]"`
}

type iasgdServer[F vec.Float] struct {
	IASGD
	broadcast[F]
	present
	table   gradientTable[F]
	read    []int // at which version each gradient of the table was taken
	version int
	begun   bool
	sum     []F // of those that count
	in      []bool
	since   int // gradients since sum was made anew
}

var (
	_ Uniform = (*iasgdServer[float32])(nil)
	_ Roster  = (*iasgdServer[float32])(nil)
)

func (s *iasgdServer[F]) Apply(m Message[F]) Verdict {
	i := m.From
	s.drop(i)
	copy(s.table.g[i], m.Vec) // g_i <- g
	s.table.b[i], s.read[i] = 1, s.version-m.Tau
	if !s.away[i] && s.young(i) {
		s.take(i)
	}
	if s.begun = s.begun || s.table.full(&s.present); !s.begun {
		return Buffered
	}
	n := s.count()
	if n > 0 {
		vec.Axpy(s.x, -F(s.Rate*m.Sched/float64(n)), s.sum) // x <- x - gamma 1/n sum_j g_j
	}
	s.version++
	return Applied
}

// young says whether the gradient of worker i counts.
func (s *iasgdServer[F]) young(i int) bool { return s.Limit == 0 || s.version-s.read[i] < s.Limit }

// count lets rest what has got too old, and says how many gradients are in the sum. From time to
// time that is made anew, so that rounding does not gather in it.
func (s *iasgdServer[F]) count() (n int) {
	if s.since++; s.since >= len(s.in) {
		s.since = 0
		clear(s.sum)
		for i, in := range s.in {
			if in {
				vec.Add(s.sum, s.sum, s.table.g[i])
			}
		}
	}
	for i, in := range s.in {
		if in && !s.young(i) {
			s.drop(i)
		}
		if s.in[i] {
			n++
		}
	}
	return n
}

func (s *iasgdServer[F]) take(i int) {
	vec.Add(s.sum, s.sum, s.table.g[i])
	s.in[i] = true
}

func (s *iasgdServer[F]) drop(i int) {
	if s.in[i] {
		vec.Sub(s.sum, s.sum, s.table.g[i])
		s.in[i] = false
	}
}

// Leave implements Roster: the gradient of a worker that is gone does not count.
func (s *iasgdServer[F]) Leave(worker int) {
	s.leave(worker)
	s.drop(worker)
}

// Join implements Roster: one that is born anew has no gradient in the table.
func (s *iasgdServer[F]) Join(worker int, anew bool) {
	s.join(worker)
	switch {
	case anew:
		s.drop(worker)
		s.table.empty(worker)
	case !s.in[worker] && s.table.b[worker] > 0 && s.young(worker):
		s.take(worker)
	}
}

func iasgd[F vec.Float](c IASGD) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			return &iasgdServer[F]{IASGD: c, broadcast: newBroadcast(e), present: newPresent(e.Workers), table: newGradientTable(e),
				read: make([]int, e.Workers), sum: make([]F, len(e.X0)), in: make([]bool, e.Workers)}
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (IASGD) Facts() Facts {
	return Facts{Staleness: "lets rest what is older than `limit`", Up: "a gradient", Down: "x", Scales: []string{"limit"}}
}

func init() {
	Register("iasgd", "steps along a table of everybody's latest gradients", "Wang et al. 2025; Gurbuzbalaban et al. 2017, arXiv 1506.02081",
		IASGD{Rate: .1}, iasgd[float32], iasgd[float64])
}
