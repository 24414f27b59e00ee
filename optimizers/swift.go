package optimizers

import (
	"slices"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// SWIFT is decentralised SGD in which nobody waits: worker i sends its model to its neighbours,
// computes, and averages with the last copies that it has received,
//
//	x_i <- (1 - sum_j w_ij) x_i + sum_j w_ij x^_j;  x_i <- x_i - eta g(x_i as it was)
//
// The average comes with every c-th step. The form that saves memory keeps no copies: a neighbour
// that has sent nothing since the last average leaves its weight to x_i.
//
// Bornstein, Rabbani, Wang, Bedi & Huang 2023, SWIFT, ICLR, arXiv 2210.14026.
type SWIFT struct {
	Graph GraphKind  `doc:"who are neighbours"`
	Every int        `doc:"steps from average to average (c)" in:"[1,1000000]"`
	Fresh bool       `doc:"average only with copies that have come since the last average, as the form that saves memory"`
	Local RuleConfig `doc:"the optimizer of each x_i"`
}

var _ params.Validator = SWIFT{}

// Validate wants a graph and a local optimizer.
func (c SWIFT) Validate() error { return needPeers(c.Graph, c.Local) }

type swiftServer[F vec.Float] struct {
	mixing[F]
	atHome
	every  int
	fresh  bool
	steps  []int    // of x_i
	copies [][][]F  // x^_j, by worker and neighbour
	came   [][]bool // since the last average
}

var _ Correspondent[float32] = (*swiftServer[float32])(nil)

func newSWIFT[F vec.Float](e Env[F], c SWIFT) *swiftServer[F] {
	s := &swiftServer[F]{mixing: newMixing(e, c.Graph, c.Local), every: c.Every, fresh: c.Fresh, steps: make([]int, e.Workers)}
	for _, near := range s.near {
		copies := make([][]F, len(near))
		for k := range copies {
			copies[k] = vec.Clone(e.X0)
		}
		s.copies, s.came = append(s.copies, copies), append(s.came, make([]bool, len(near)))
	}
	return s
}

func (s *swiftServer[F]) Apply(m Message[F]) Verdict {
	i := m.From
	if s.steps[i]++; s.steps[i]%s.every == 0 {
		s.begin(i)
		for k, x := range s.copies[i] {
			if s.came[i][k] || !s.fresh {
				s.add(i, k, x)
			}
			s.came[i][k] = false
		}
		s.end(i) // x_i <- (1 - sum_j w_ij) x_i + sum_j w_ij x^_j
	}
	s.step(i, &m) // x_i <- x_i - eta g
	s.changes(i)
	return Applied
}

// Letter implements Correspondent.
func (s *swiftServer[F]) Letter(dst []F, from int) { copy(dst, s.x[from]) }

// Hear implements Correspondent.
func (s *swiftServer[F]) Hear(to, from int, letter []F) {
	k := slices.Index(s.near[to], from)
	copy(s.copies[to][k], letter) // x^_j
	s.came[to][k] = true
	s.changes()
}

func swift[F vec.Float](c SWIFT) Strategy[F] {
	s := peers(c.Graph, func(e Env[F]) Server[F] { return newSWIFT(e, c) })
	s.Serial = c.Local
	return s
}

// Facts implements Factual.
func (SWIFT) Facts() Facts {
	return Facts{Up: "x_i, to every neighbour", Down: "their x_j, whenever they come", Scales: []string{"every"}}
}

func init() {
	Register("swift", "decentralised SGD with the last copies of neighbours: nobody waits", "Bornstein et al. 2023, arXiv 2210.14026",
		SWIFT{Graph: Ring{}, Every: 1, Local: PlainSGD{Rate: .1}}, swift[float32], swift[float64])
}
