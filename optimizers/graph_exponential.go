package optimizers

// ExponentialGraph has log2 M distances: few edges, and few steps between any two workers.
//
// Assran, Loizou, Ballas & Rabbat 2019, Stochastic Gradient Push, arXiv 1811.10792; Ying et al.
// 2021, Exponential Graph is Provably Efficient for Decentralized Deep Training, arXiv 2110.13363.
// Theirs is directed; here an edge goes both ways.
type ExponentialGraph struct{}

// Over implements GraphKind.
func (ExponentialGraph) Over(workers int) (*Graph, error) {
	var edges [][2]int
	for i := range workers {
		for hop := 1; hop < workers; hop *= 2 {
			edges = append(edges, [2]int{i, (i + hop) % workers})
		}
	}
	return NewGraph(workers, edges), nil
}

func init() {
	RegisterGraph("exponential", "worker i beside i + 1, i + 2, i + 4, ... (mod M)", "Assran et al. 2019, arXiv 1811.10792; Ying et al. 2021, arXiv 2110.13363", ExponentialGraph{})
}
