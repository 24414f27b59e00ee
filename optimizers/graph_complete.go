package optimizers

// Complete is the graph in which all are neighbours.
type Complete struct{}

// Over implements GraphKind.
func (Complete) Over(workers int) (*Graph, error) {
	g := &Graph{Near: make([][]int, workers)}
	for i := range workers {
		for j := range workers {
			if j != i {
				g.Near[i] = append(g.Near[i], j)
			}
		}
	}
	return g, nil
}

func init() { RegisterGraph("complete", "every worker beside every other", "", Complete{}) }
