package optimizers

import "staleness/nets/vec"

// Malenia is Rennala for workers that have data of their own. At x_k it gathers gradients of
// whomever until everybody's mean is good enough together,
//
//	(1/n sum_i 1/B_i)^-1 > S/n,
//
// where B_i is how many came of worker i, and steps along the mean of means, in which a fast worker
// counts no more than a slow one:
//
//	x_{k+1} = x_k - gamma 1/n sum_i 1/B_i sum_j g_ij
//
// Staleness is 0. Displacement per gradient of worker i: rate/(n B_i).
//
// Tyurin & Richtarik 2023, Optimal Time Complexities of Parallel Stochastic Optimization Methods
// Under a Fixed Computation Model, NeurIPS, arXiv 2305.12387.
type Malenia struct {
	Rate float64 `doc:"step size (gamma; theory: min(1/L, epsilon S/(2 L sigma^2)))" in:"(0,1e30]"`
	S    float64 `doc:"the harmonic mean of the B_i must be above S/n (theory: max(n, sigma^2/epsilon))" in:"[0,1e15]"`
	Late string  `doc:"workers at an old point finish and are ignored, or abort at once" in:"finish|abort"`
}

type maleniaServer[F vec.Float] struct {
	Malenia
	broadcast[F]
	present
	batch gradientTable[F]
}

var (
	_ Uniform = (*maleniaServer[float32])(nil)
	_ Roster  = (*maleniaServer[float32])(nil)
)

func (s *maleniaServer[F]) Apply(m Message[F]) Verdict {
	s.batch.add(m.From, m.Vec) // sum_j g_ij, B_i
	if !s.enough() {
		return Buffered
	}
	s.batch.step(s.x, s.Rate*m.Sched, &s.present) // x <- x - gamma 1/n sum_i 1/B_i sum_j g_ij
	s.batch.clear()
	return Applied
}

// enough: (1/n sum_i 1/B_i)^-1 > S/n, which no B_i = 0 satisfies.
func (s *maleniaServer[F]) enough() bool {
	if s.n == 0 || !s.batch.full(&s.present) {
		return false
	}
	var inverse float64
	for i, b := range s.batch.b {
		if !s.away[i] {
			inverse += 1 / float64(b)
		}
	}
	n := float64(s.n)
	return n/inverse > s.S/n
}

// Leave implements Roster: nobody waits for a worker that is gone, and its gradients do not count.
func (s *maleniaServer[F]) Leave(worker int) { s.leave(worker) }

// Join implements Roster.
func (s *maleniaServer[F]) Join(worker int, anew bool) {
	s.join(worker)
	if anew {
		s.batch.empty(worker)
	}
}

func malenia[F vec.Float](c Malenia) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			return &maleniaServer[F]{c, newBroadcast(e), newPresent(e.Workers), newGradientTable(e)}
		},
		Consistency: Bounded(1, c.Late == "abort"), // gradients taken at x_k alone
		Elementwise: true,
	}
}

// Facts implements Factual.
func (Malenia) Facts() Facts {
	return Facts{Staleness: "takes fresh gradients alone", Up: "a gradient", Down: "x"}
}

func init() {
	Register("malenia", "fresh gradients in batches, each worker's mean counts alike", "Tyurin & Richtarik 2023, arXiv 2305.12387",
		Malenia{.1, 8, "finish"}, malenia[float32], malenia[float64])
}
