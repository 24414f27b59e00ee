package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// ADPSGD is asynchronous decentralised parallel SGD: no server; worker i has x_i, and in a loop
//
//	g = g(y), y a copy of x_i;  draw a neighbour j
//	x_i, x_j <- (x_i + x_j)/2, at once;  x_i <- x_i - eta g
//
// Averaging conserves the sum of all x_i, and shrinks their distance by the second eigenvalue of
// the mean of its matrices.
//
// Lian, Zhang, Zhang & Liu 2018, Asynchronous Decentralized Parallel Stochastic Gradient Descent,
// arXiv 1710.06952.
type ADPSGD struct {
	Graph    GraphKind  `doc:"who may meet"`
	Local    RuleConfig `doc:"the optimizer of each x_i"`
	Order    string     `doc:"what comes first where two meet; some code does it the other way round" in:"average-step|step-average"`
	OneSided bool       `doc:"only x_i becomes the average, and x_j stays, as in KungFu; the sum is not conserved"`
}

var _ params.Validator = ADPSGD{}

// Validate wants a graph and a local optimizer.
func (c ADPSGD) Validate() error { return needPeers(c.Graph, c.Local) }

type adpsgdServer[F vec.Float] struct {
	replicas[F]
	stepFirst, oneSided bool
}

var _ Peering[float32] = (*adpsgdServer[float32])(nil)

// Partner implements Peering.
func (s *adpsgdServer[F]) Partner(from int) int { return s.meets(from) }

func (s *adpsgdServer[F]) Apply(m Message[F]) Verdict {
	i, j := m.From, s.partner[m.From]
	if s.stepFirst {
		s.step(i, &m)
	}
	switch s.changes(i); {
	case i == j:
	case s.oneSided:
		vec.Lerp(s.x[i], .5, s.x[j]) // x_i <- (x_i + x_j)/2
	default:
		s.average(i, j)
		s.changes(i, j)
	}
	if !s.stepFirst {
		s.step(i, &m)
	}
	return Applied
}

func adpsgd[F vec.Float](c ADPSGD) Strategy[F] {
	s := peers(c.Graph, func(e Env[F]) Server[F] {
		return &adpsgdServer[F]{newReplicas(e, c.Graph, c.Local), c.Order == "step-average", c.OneSided}
	})
	s.Serial = c.Local
	return s
}

// Facts implements Factual.
func (ADPSGD) Facts() Facts { return Facts{Up: "x_i, to a neighbour", Down: "its x_j"} }

func init() {
	Register("adpsgd", "asynchronous decentralised SGD: peers average in pairs", "Lian et al. 2018, arXiv 1710.06952",
		ADPSGD{Graph: Ring{}, Local: PlainSGD{Rate: .1}, Order: "average-step"}, adpsgd[float32], adpsgd[float64])
}
