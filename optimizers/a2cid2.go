package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A2CiD2 is AD-PSGD with a continuous momentum of what is exchanged: worker i has x_i and x~_i, and
// between two of its events, a time D apart,
//
//	x_i, x~_i <- a x_i + (1-a) x~_i, (1-a) x_i + a x~_i,    a = (1 + e^(-2 eta D))/2
//
// A step moves both by -gamma g; where i and j meet, with d = x_j - x_i,
//
//	x~_i <- x~_i + alpha~ d;   x_i <- x_i + d/2;            x~_j, x_j with -d
//
// The rates follow from the graph: chi_1, the inverse of its algebraic connectivity, and chi_2,
// half its largest resistance between neighbours, both of how often they meet in the time of a
// gradient: eta = 1/(2 sqrt(chi_1 chi_2)), alpha~ = sqrt(chi_1/chi_2)/2.
//
// Nabli, Belilovsky & Oyallon 2023, A2CiD2: Accelerating Asynchronous Communication in
// Decentralized Deep Learning, arXiv 2306.08289.
type A2CiD2 struct {
	Graph GraphKind  `doc:"who may meet"`
	Local RuleConfig `doc:"the optimizer of each x_i; x~_i moves as x_i does"`
	Order string     `doc:"what comes first where two meet" in:"average-step|step-average"`
	Rates string     `doc:"where eta and alpha come from" in:"graph|given"`
	Eta   float64    `doc:"rate of mixing, in the time of a gradient; 0: AD-PSGD" in:"[0,1e30]" when:"rates=given"`
	Alpha float64    `doc:"of x~ where two meet (alpha~)" in:"[0,1e30]" when:"rates=given"`
}

var (
	_ params.Validator = A2CiD2{}
	_ params.Idler     = A2CiD2{}
)

// Validate wants a graph and a local optimizer.
func (c A2CiD2) Validate() error { return needPeers(c.Graph, c.Local) }

// Idle says that where x_i is never mixed with x~_i, the latter is nothing to anybody.
func (c A2CiD2) Idle() map[string]string {
	if c.Rates == "given" && c.Eta == 0 {
		return map[string]string{"alpha": "with eta = 0 nobody looks at x~"}
	}
	return nil
}

// rates are eta and alpha~ over so many workers.
func (c A2CiD2) rates(workers int) (eta, alpha float64) {
	if c.Rates == "given" || workers < 2 {
		return c.Eta, c.Alpha
	}
	l := mustGraph(c.Graph, workers).Meetings()
	chi1, chi2 := 1/l.Connectivity(), l.Resistance()/2
	return 1 / (2 * math.Sqrt(float64(chi1*chi2))), math.Sqrt(chi1/chi2) / 2
}

type a2cid2Server[F vec.Float] struct {
	replicas[F]
	stepFirst  bool
	eta, alpha float64
	tilde      [][]F // x~_i
	pushes     int   // of all workers
	last       []int // of them, when x_i and x~_i were mixed
	d          []F
}

var _ Peering[float32] = (*a2cid2Server[float32])(nil)

// Partner implements Peering.
func (s *a2cid2Server[F]) Partner(from int) int { return s.meets(from) }

func (s *a2cid2Server[F]) Apply(m Message[F]) Verdict {
	i, j := m.From, s.partner[m.From]
	s.pushes++
	s.mix(i)
	if s.stepFirst {
		s.stepBoth(i, &m)
	}
	if s.changes(i); i != j {
		s.mix(j)
		s.meet(i, j)
		s.changes(i, j)
	}
	if !s.stepFirst {
		s.stepBoth(i, &m)
	}
	return Applied
}

// mix lets x_i and x~_i flow together for the time since it last did. Time is the number of
// gradients of all workers, over how many they are.
func (s *a2cid2Server[F]) mix(i int) {
	time := float64(s.pushes-s.last[i]) / float64(len(s.x))
	s.last[i] = s.pushes
	if s.eta == 0 {
		return
	}
	rest := (1 - vec.Exp(-float64(2*s.eta*time))) / 2 // 1 - a
	vec.Sub(s.d, s.tilde[i], s.x[i])
	vec.Axpy(s.x[i], F(rest), s.d)
	vec.Axpy(s.tilde[i], -F(rest), s.d)
}

// meet is the exchange of i and j.
func (s *a2cid2Server[F]) meet(i, j int) {
	vec.Sub(s.d, s.x[j], s.x[i])
	vec.Axpy(s.tilde[i], F(s.alpha), s.d)
	vec.Axpy(s.tilde[j], -F(s.alpha), s.d)
	s.average(i, j)
}

// stepBoth moves x~_i by what x_i moves.
func (s *a2cid2Server[F]) stepBoth(i int, m *Message[F]) {
	copy(s.d, s.x[i])
	s.step(i, m)
	vec.Sub(s.d, s.x[i], s.d)
	vec.Add(s.tilde[i], s.tilde[i], s.d)
}

func a2cid2[F vec.Float](c A2CiD2) Strategy[F] {
	s := peers(c.Graph, func(e Env[F]) Server[F] {
		s := &a2cid2Server[F]{replicas: newReplicas(e, c.Graph, c.Local), stepFirst: c.Order == "step-average", last: make([]int, e.Workers), d: vec.Clone(e.X0)}
		s.eta, s.alpha = c.rates(e.Workers)
		for range e.Workers {
			s.tilde = append(s.tilde, vec.Clone(e.X0))
		}
		return s
	})
	return s
}

// Facts implements Factual.
func (A2CiD2) Facts() Facts {
	return Facts{Up: "x_i, to a neighbour", Down: "its x_j"}
}

func init() {
	Register("a2cid2", "AD-PSGD with a continuous momentum of what is exchanged", "Nabli, Belilovsky & Oyallon 2023, arXiv 2306.08289",
		A2CiD2{Graph: Ring{}, Local: PlainSGD{Rate: .1}, Order: "average-step", Rates: "graph", Alpha: .5}, a2cid2[float32], a2cid2[float64])
}
