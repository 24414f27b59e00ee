package extending

import "staleness/optimizers"

// Star is the graph in which worker 0 is beside all others.
type Star struct{}

// Over says which graph it is over so many workers, or why it is none.
func (Star) Over(workers int) (*optimizers.Graph, error) {
	var edges [][2]int
	for i := 1; i < workers; i++ {
		edges = append(edges, [2]int{0, i})
	}
	return optimizers.NewGraph(workers, edges), nil
}

func init() {
	optimizers.RegisterGraph("star", "worker 0 beside all others", "", Star{})
}
