package optimizers

import (
	"slices"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// DSGD is decentralised parallel SGD, synchronous among neighbours. In round k worker i sends its
// model to its neighbours, waits for theirs, and
//
//	average-step:  x_i <- sum_j W_ij x_j - eta g_i(x_i)
//	step-average:  x_i <- sum_j W_ij (x_j - eta g_j(x_j))
//
// W has Metropolis weights, 1/(1 + the larger degree).
//
// Lian et al. 2017, Can Decentralized Algorithms Outperform Centralized Algorithms? (D-PSGD), arXiv
// 1705.09056; the second form is adapt-then-combine of Chen & Sayed 2012, arXiv 1111.0034.
type DSGD struct {
	Graph GraphKind  `doc:"who are neighbours"`
	Local RuleConfig `doc:"the optimizer of each x_i"`
	Order string     `doc:"what comes first: the paper's average, or the step, whose models are what is sent" in:"average-step|step-average"`
}

var _ params.Validator = DSGD{}

// Validate wants a graph and a local optimizer.
func (c DSGD) Validate() error { return needPeers(c.Graph, c.Local) }

type dsgdServer[F vec.Float] struct {
	mixing[F]
	atHome
	stepFirst bool
	round     []int    // of worker i: those it has begun to average
	out       [][2][]F // what it sent in the last two: a neighbour may be one behind
	heard     [][]int  // letters from each neighbour
	push      []Message[F]
	waits     []bool
}

var (
	_ Correspondent[float32] = (*dsgdServer[float32])(nil)
	_ Dispatcher             = (*dsgdServer[float32])(nil)
)

func newDSGD[F vec.Float](e Env[F], c DSGD) *dsgdServer[F] {
	n := e.Workers
	s := &dsgdServer[F]{mixing: newMixing(e, c.Graph, c.Local), stepFirst: c.Order == "step-average",
		round: make([]int, n), out: make([][2][]F, n), heard: make([][]int, n), push: make([]Message[F], n), waits: make([]bool, n)}
	for i := range n {
		s.out[i] = [2][]F{vec.Clone(e.X0), vec.Clone(e.X0)}
		s.heard[i] = make([]int, len(s.near[i]))
		s.push[i].Vec = vec.Clone(e.X0)
	}
	return s
}

func (s *dsgdServer[F]) Apply(m Message[F]) Verdict {
	i := m.From
	if s.changes(); s.stepFirst {
		s.step(i, &m)
		s.changes(i)
	} else {
		copy(s.push[i].Vec, m.Vec)
		s.push[i].Sched = m.Sched
	}
	copy(s.out[i][s.round[i]%2], s.x[i])
	s.round[i]++
	s.waits[i] = true
	s.average(i)
	return Applied
}

// Letter implements Correspondent.
func (s *dsgdServer[F]) Letter(dst []F, from int) { copy(dst, s.out[from][(s.round[from]-1)%2]) }

// Hear implements Correspondent. What is in the letter is in out as well, once for all who get it.
func (s *dsgdServer[F]) Hear(to, from int, _ []F) {
	s.changes()
	s.heard[to][slices.Index(s.near[to], from)]++
	s.average(to)
}

// average ends the round of worker i, if it has heard from all its neighbours.
func (s *dsgdServer[F]) average(i int) {
	if !s.waits[i] {
		return
	}
	for _, n := range s.heard[i] {
		if n < s.round[i] {
			return
		}
	}
	s.begin(i)
	for k, j := range s.near[i] {
		s.add(i, k, s.out[j][(s.round[i]-1)%2])
	}
	s.end(i) // x_i <- sum_j W_ij x_j
	if !s.stepFirst {
		s.step(i, &s.push[i]) // x_i <- x_i - eta g_i
	}
	s.waits[i] = false
	s.changes(i)
}

// Portion implements Dispatcher: whoever waits for a neighbour computes nothing.
func (s *dsgdServer[F]) Portion(to int) (lo, hi int, ok bool) { return 0, 0, !s.waits[to] }

func dsgd[F vec.Float](c DSGD) Strategy[F] {
	s := peers(c.Graph, func(e Env[F]) Server[F] { return newDSGD(e, c) })
	s.Serial = c.Local
	return s
}

// Facts implements Factual.
func (DSGD) Facts() Facts { return Facts{Up: "x_i, to every neighbour", Down: "their x_j"} }

func init() {
	Register("dsgd", "decentralised SGD, synchronous among neighbours", "Lian et al. 2017, arXiv 1705.09056; Chen & Sayed 2012, arXiv 1111.0034",
		DSGD{Graph: Ring{}, Local: PlainSGD{Rate: .1}, Order: "average-step"}, dsgd[float32], dsgd[float64])
}
