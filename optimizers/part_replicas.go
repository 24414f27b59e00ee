package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// replicas is embedded by server halves that stand for peers: x_i and the optimizer of each.
type replicas[F vec.Float] struct {
	near    [][]int   `state:"-"` // by worker: its neighbours in the graph
	x       [][]F     // x_i
	rules   []Rule[F] // that make the steps of x_i
	partner []int     // whom worker i meets by the push that it has sent
	sent    []int     // pushes of worker i
	change  []int     // what Changed lists
	mean    []F
	seed    uint64
}

func newReplicas[F vec.Float](e Env[F], g GraphKind, local RuleConfig) replicas[F] {
	s := replicas[F]{near: mustGraph(g, e.Workers).Near, mean: vec.Clone(e.X0), seed: e.Seed,
		partner: make([]int, e.Workers), sent: make([]int, e.Workers)}
	for i := range e.Workers {
		s.x = append(s.x, vec.Clone(e.X0))
		s.rules = append(s.rules, NewRule[F](local, len(e.X0)))
		s.partner[i] = i
	}
	return s
}

// Center is the mean of all x_i, added in their order.
func (s *replicas[F]) Center() []F {
	copy(s.mean, s.x[0])
	for i, x := range s.x[1:] {
		vec.Lerp(s.mean, 1/F(i+2), x)
	}
	return s.mean
}

func (s *replicas[F]) Reply(dst []F, to int) { copy(dst, s.x[to]) }

// Replica implements Peering.
func (s *replicas[F]) Replica(i int) []F { return s.x[i] }

// Changed implements Peering.
func (s *replicas[F]) Changed() []int { return s.change }

// changes says which replicas an Apply or Hear has changed.
func (s *replicas[F]) changes(which ...int) { s.change = append(s.change[:0], which...) }

// meets draws the partner of a worker's next push from its neighbours: itself, if it has none.
func (s *replicas[F]) meets(i int) int {
	near := s.near[i]
	s.partner[i] = i
	if len(near) > 0 {
		s.partner[i] = near[Draw(s.seed, i, s.sent[i], len(near))]
	}
	s.sent[i]++
	return s.partner[i]
}

// atHome is Partner for methods whose pushes stay at their worker.
type atHome struct{}

// Partner implements Peering.
func (atHome) Partner(from int) int { return from }

// step is x_i <- x_i - eta g, or the local optimizer's own step.
func (s *replicas[F]) step(i int, m *Message[F]) { s.rules[i].Step(s.x[i], m.Vec, m.Sched) }

// average is x_i, x_j <- (x_i + x_j)/2.
func (s *replicas[F]) average(i, j int) {
	vec.Lerp(s.x[i], .5, s.x[j])
	copy(s.x[j], s.x[i])
}

// peers is what strategies of peers have in common.
func peers[F vec.Float](g GraphKind, server func(Env[F]) Server[F]) Strategy[F] {
	return Strategy[F]{Worker: newGradients[F](Exchange), Server: server, Peers: true, Fits: fits(g)}
}

// needPeers wants a graph and a local optimizer.
func needPeers(g GraphKind, local RuleConfig) error {
	if g == nil {
		return params.Errorf("graph", "is missing: give a graph, such as \"ring\"")
	}
	return needLocal(local)
}
