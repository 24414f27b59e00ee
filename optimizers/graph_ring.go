package optimizers

// Ring is the graph in which each worker has the one before and the one after it.
type Ring struct{}

// Over implements GraphKind.
func (Ring) Over(workers int) (*Graph, error) {
	var edges [][2]int
	for i := range workers {
		edges = append(edges, [2]int{i, (i + 1) % workers})
	}
	return NewGraph(workers, edges), nil
}

func init() { RegisterGraph("ring", "worker i beside i - 1 and i + 1 (mod M)", "", Ring{}) }
