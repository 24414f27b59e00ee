package optimizers

import (
	"slices"

	"staleness/nets/vec"
)

// DelayAdaptive is asynchronous SGD whose step for each gradient depends on its delay:
//
//	x <- x - eta_k g(x_{k-tau})
//	mishchenko  eta_k = eta C/max(C, tau)
//	koloskova   eta_k = eta if tau <= C, else eta/tau
//	wu-1        eta_k = a max(eta - S, 0)
//	wu-2        eta_k = eta/(tau + 1) if S + eta/(tau + 1) <= eta, else 0
//
// where C is the number of workers, and S the sum of the steps eta_t since the read, t = k - tau to
// k - 1: by both rules of Wu et al. a gradient moves x only so far that the steps since its read
// and its own are at most the budget eta (their gamma'), or not at all. Displacement per gradient:
// rate times the factor.
//
// Mishchenko, Bach, Even & Woodworth 2022, Asynchronous SGD Beats Minibatch SGD Under Arbitrary
// Delays, NeurIPS, arXiv 2206.07638; Koloskova, Stich & Jaggi 2022, Sharper Convergence Guarantees
// for Asynchronous SGD, NeurIPS, arXiv 2206.08307; Wu, Magnusson, Feyzmahdavian & Johansson 2022,
// Delay-adaptive step-sizes for asynchronous learning, ICML, arXiv 2202.08550.
type DelayAdaptive struct {
	Rate      float64 `doc:"step size (eta); of wu-1 and wu-2 the budget (gamma'; theory: h/L with h < 1)" in:"(0,1e30]"`
	Rule      string  `doc:"whose rule: Mishchenko et al., Koloskova et al., the first or the second of Wu et al." in:"mishchenko|koloskova|wu-1|wu-2"`
	Threshold int     `doc:"largest delay of a full step (C; tau_C of Koloskova et al.); 0: the number of workers" in:"[0,1000000000]" when:"rule=mishchenko|koloskova"`
	Fraction  float64 `doc:"of what is left of the budget (a)" in:"[0.01,1)" when:"rule=wu-1"`
	Order     string  `doc:"commit-pull: a worker reads after its own gradient is applied; pull-commit: before (Mishchenko et al.)" in:"commit-pull|pull-commit"`
}

// delayFactor is 1 up to a delay of c, and c/tau beyond (Mishchenko et al. 2022).
func delayFactor(tau, c int) float64 { return float64(c) / float64(max(c, tau)) }

// budget is what the rules of Wu et al. know of the steps that were made, in units of eta.
type budget struct {
	k     int // steps so far
	spent []spent
}

// spent is a step that was not 0.
type spent struct {
	k   int
	eta float64
}

// since is S: the sum of eta_t, t = k - tau to k - 1.
func (b *budget) since(tau int) (sum float64) {
	for _, s := range slices.Backward(b.spent) {
		if s.k < b.k-tau {
			break
		}
		sum += s.eta
	}
	return sum
}

// spend notes eta_k, and forgets steps before the last ones whose sum is the whole budget: any read
// older than these finds nothing left.
func (b *budget) spend(eta float64) {
	if eta > 0 {
		b.spent = append(b.spent, spent{b.k, eta})
	}
	b.k++
	sum := 0.
	for i, s := range slices.Backward(b.spent) {
		if sum += s.eta; sum >= 1 {
			b.spent = slices.Delete(b.spent, 0, i)
			break
		}
	}
}

type adaptiveServer[F vec.Float] struct {
	renewingDescent[F] // x <- x - eta_k g
	DelayAdaptive
	c int
	budget
}

var (
	_ Versioner[float32] = (*adaptiveServer[float32])(nil)
	_ Linear             = (*adaptiveServer[float32])(nil)
)

// factor is eta_k/eta.
func (s *adaptiveServer[F]) factor(tau int) (f float64) {
	switch s.Rule {
	case "mishchenko":
		return delayFactor(tau, s.c) // C/max(C, tau)
	case "koloskova":
		if tau <= s.c {
			return 1
		}
		return 1 / float64(tau)
	}
	switch spent := s.since(tau); s.Rule {
	case "wu-1":
		f = float64(s.Fraction * max(1-spent, 0)) // a max(eta - S, 0)
	case "wu-2":
		// equal steps that fill the budget do so but for their rounding
		if f = 1 / float64(tau+1); spent+f > 1+1e-9 {
			f = 0
		}
	}
	s.spend(f)
	return f
}

func (s *adaptiveServer[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *adaptiveServer[F]) ApplyTo(next []F, m Message[F]) Verdict {
	m.Sched = float64(m.Sched * s.factor(m.Tau))
	return s.renewingDescent.ApplyTo(next, m)
}

func delayAdaptive[F vec.Float](c DelayAdaptive) Strategy[F] {
	s := asgd[F](ASGD{Rate: c.Rate, Order: c.Order, Serving: plainServing})
	s.Server = func(e Env[F]) Server[F] {
		a := &adaptiveServer[F]{renewingDescent: newPlainDescent(e, c.Rate), DelayAdaptive: c, c: c.Threshold}
		if a.c == 0 {
			a.c = e.Workers
		}
		return a
	}
	if c.Rule == "wu-1" {
		s.Serial = nil // steps are a eta even without delay
	}
	return s
}

// Facts implements Factual.
func (DelayAdaptive) Facts() Facts {
	return Facts{
		Staleness: "a smaller step beyond M (`wu-1`, `wu-2`: what the steps since the read have left of a budget)",
		Up:        "a gradient", Down: "x", Scales: []string{"threshold"},
	}
}

func init() {
	Register("delay-adaptive", "asynchronous SGD with a step that depends on the delay",
		"Mishchenko et al. 2022, arXiv 2206.07638; Koloskova et al. 2022, arXiv 2206.08307; Wu et al. 2022, arXiv 2202.08550",
		DelayAdaptive{Rate: .1, Rule: "mishchenko", Fraction: .9, Order: "commit-pull"}, delayAdaptive[float32], delayAdaptive[float64])
}
