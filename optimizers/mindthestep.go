package optimizers

import "staleness/nets/vec"

// MindTheStep chooses the step for each staleness so that the updates have, in the mean, the
// momentum that is wanted:
//
//	x <- x - alpha(tau) g,  alpha(tau) = alpha (1 - mu) mu^tau/p(tau), at most cap alpha
//
// where p is the probability of a staleness, here its share of the pushes so far, this one
// included. In the mean over tau the update is alpha (1 - mu) sum_k mu^k g(x_{t-k}), which is heavy
// ball of momentum mu; the mean step is alpha. If p is geometric with mean M - 1 and mu = 1 - 1/M
// all steps are alpha, as in asgd. Displacement per gradient: alpha(tau), alpha in the mean.
//
// After Backstrom, Papatriantafilou & Tsigas 2019, MindTheStep-AsyncPSGD: Adaptive Asynchronous
// Parallel Stochastic Gradient Descent, IEEE Big Data, arXiv 1911.03444, as we read it.
type MindTheStep struct {
	Rate     float64 `doc:"mean step size (alpha)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum of the mean update (mu)" in:"[0,1)"`
	Cap      float64 `doc:"largest step, over rate" in:"[1,1e30]"`
}

type mindServer[F vec.Float] struct {
	renewingDescent[F] // x <- x - alpha(tau) g
	mu, most           float64
	seen               []int // pushes of each staleness
	n                  int   // of all
}

var (
	_ Versioner[float32] = (*mindServer[float32])(nil)
	_ Linear             = (*mindServer[float32])(nil)
)

// rare is a staleness from which on all are counted as one.
const rare = 1 << 16

// note counts a push.
func (s *mindServer[F]) note(tau int) {
	tau = min(tau, rare)
	for len(s.seen) <= tau {
		s.seen = append(s.seen, 0)
	}
	s.seen[tau]++
	s.n++
}

// factor is alpha(tau)/alpha for a staleness that has been seen.
func (s *mindServer[F]) factor(tau int) float64 {
	tau = min(tau, rare)
	p := float64(s.seen[tau]) / float64(s.n)
	return min(float64((1-s.mu)*vec.Pow(s.mu, float64(tau)))/p, s.most) // (1 - mu) mu^tau/p(tau)
}

func (s *mindServer[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *mindServer[F]) ApplyTo(next []F, m Message[F]) Verdict {
	s.note(m.Tau)
	m.Sched = float64(m.Sched * s.factor(m.Tau))
	return s.renewingDescent.ApplyTo(next, m)
}

func mindTheStep[F vec.Float](c MindTheStep) Strategy[F] {
	s := asgd[F](ASGD{Rate: c.Rate, Serving: plainServing})
	s.Serial = nil // without delay all steps are alpha (1 - mu)
	s.Server = func(e Env[F]) Server[F] {
		return &mindServer[F]{renewingDescent: newPlainDescent(e, c.Rate), mu: c.Momentum, most: c.Cap}
	}
	return s
}

// Facts implements Factual.
func (MindTheStep) Facts() Facts {
	return Facts{
		Staleness: "a step for each, by how often it occurs",
		Momentum:  "none is kept: the mean of the updates has it", Up: "a gradient", Down: "x",
		Memory: "a count of each staleness",
	}
}

func init() {
	Register("mindthestep", "a step for each staleness, by how often it occurs", "Backstrom et al. 2019, arXiv 1911.03444",
		MindTheStep{Rate: .1, Momentum: .9, Cap: 5}, mindTheStep[float32], mindTheStep[float64])
}
