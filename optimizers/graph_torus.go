package optimizers

import "staleness/internal/params"

// Torus is a grid whose opposite edges meet, as square as the number of workers lets it be.
type Torus struct{}

// Over implements GraphKind.
func (Torus) Over(workers int) (*Graph, error) {
	rows := 0 // the largest divisor up to the root
	for r := 2; r*r <= workers; r++ {
		if workers%r == 0 {
			rows = r
		}
	}
	if rows == 0 {
		return nil, params.Errorf("", "a torus has rows and columns, at least two of each, and %d workers make none: take a number of workers that is no prime (such as %d), or the graph \"ring\"", workers, max(4, workers+1))
	}
	columns := workers / rows
	var edges [][2]int
	for r := range rows {
		for c := range columns {
			i := r*columns + c
			edges = append(edges, [2]int{i, r*columns + (c+1)%columns}, [2]int{i, (r+1)%rows*columns + c})
		}
	}
	return NewGraph(workers, edges), nil
}

func init() {
	RegisterGraph("torus", "a grid whose opposite edges meet, as square as M lets it be; four neighbours", "", Torus{})
}
