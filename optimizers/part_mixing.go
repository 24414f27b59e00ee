package optimizers

import "staleness/nets/vec"

// mixing is embedded by peers that average with all neighbours: sum_j w_ij x_j, with Metropolis
// weights, which are symmetric, so that the mean stays where it is.
type mixing[F vec.Float] struct {
	replicas[F]
	w       [][]float64 `state:"-"` // by worker: of its neighbours
	mixed   []F
	between []F
}

func newMixing[F vec.Float](e Env[F], g GraphKind, local RuleConfig) mixing[F] {
	return mixing[F]{newReplicas(e, g, local), mustGraph(g, e.Workers).Metropolis(), vec.Clone(e.X0), vec.Clone(e.X0)}
}

// begin starts an average of worker i's with its own x_i, add puts the k-th neighbour's into it,
// and end makes it x_i. In this form equals stay equal to the bit.
func (s *mixing[F]) begin(i int) { copy(s.mixed, s.x[i]) }

func (s *mixing[F]) add(i, k int, x []F) {
	vec.Sub(s.between, x, s.x[i])
	vec.Axpy(s.mixed, F(s.w[i][k]), s.between) // + w_ij (x_j - x_i)
}

func (s *mixing[F]) end(i int) { copy(s.x[i], s.mixed) }

// Letters implements Correspondent: to every neighbour.
func (s *mixing[F]) Letters(from int) []int { return s.near[from] }
