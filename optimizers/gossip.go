package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// Gossip is randomised gossip averaging with steps between: every window steps worker i meets a
// neighbour j, drawn anew, and
//
//	x_i, x_j <- (x_i + x_j)/2
//
// The other steps are its own, x_i <- x_i - eta g(x_i). It is AD-PSGD with step-average and a
// window.
//
// Boyd, Ghosh, Prabhakar & Shah 2006, Randomized Gossip Algorithms, IEEE Trans. Inf. Theory 52.
type Gossip struct {
	Graph  GraphKind  `doc:"who may meet"`
	Window int        `doc:"steps from meeting to meeting (w)" in:"[1,1000000]"`
	Local  RuleConfig `doc:"the optimizer of each x_i"`
}

var _ params.Validator = Gossip{}

// Validate wants a graph and a local optimizer.
func (c Gossip) Validate() error { return needPeers(c.Graph, c.Local) }

type gossipServer[F vec.Float] struct {
	replicas[F]
	window int
	steps  []int // of x_i, pushes under way included
}

var _ Peering[float32] = (*gossipServer[float32])(nil)

// Partner implements Peering.
func (s *gossipServer[F]) Partner(from int) int {
	if s.steps[from]++; s.steps[from]%s.window != 0 {
		s.partner[from] = from
		return from
	}
	return s.meets(from)
}

func (s *gossipServer[F]) Apply(m Message[F]) Verdict {
	i, j := m.From, s.partner[m.From]
	s.step(i, &m)
	if s.changes(i); i != j {
		s.average(i, j)
		s.changes(i, j)
	}
	return Applied
}

func gossip[F vec.Float](c Gossip) Strategy[F] {
	s := peers(c.Graph, func(e Env[F]) Server[F] {
		return &gossipServer[F]{newReplicas(e, c.Graph, c.Local), c.Window, make([]int, e.Workers)}
	})
	s.Serial = c.Local
	return s
}

// Facts implements Factual.
func (Gossip) Facts() Facts { return Facts{Up: "x_i, to a neighbour, once a window", Down: "its x_j"} }

func init() {
	Register("gossip", "randomised gossip averaging between local steps", "Boyd et al. 2006, IEEE Trans. Inf. Theory 52",
		Gossip{Graph: Ring{}, Window: 1, Local: PlainSGD{Rate: .1}}, gossip[float32], gossip[float64])
}
