package optimizers

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"staleness/internal/params"
)

// A Graph says which workers are neighbours, without direction and without loops.
type Graph struct {
	Near [][]int // by worker: its neighbours, ascending
}

// A GraphKind is a plain struct that is registered as a graph: it says which graph it is over so
// many workers, or why it is none.
type GraphKind interface {
	Over(workers int) (*Graph, error)
}

// A GraphInFile is a GraphKind whose edges a file lists, which a driver reads for it.
type GraphInFile interface {
	GraphKind
	File() string
	// In is the graph with the edges in content, which is that of the file at path.
	In(path string, content io.Reader) (GraphKind, error)
}

var graphs = params.Serve[GraphKind](params.New("graph", "kind"))

// Graphs lists what is registered.
func Graphs() *params.Registry { return graphs }

// RegisterGraph adds a graph. Panics and timing are Register's.
func RegisterGraph(name, doc, source string, defaults GraphKind) {
	graphs.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

func init() {
	graphs.Shorthand(func(value any) (map[string]any, bool) {
		text, _ := value.(string)
		path, ok := strings.CutPrefix(text, "file:")
		return map[string]any{"kind": "file", "path": path}, ok
	})
}

// NewGraph is the graph of a list of edges, in which one may come twice and a loop counts nothing.
func NewGraph(workers int, edges [][2]int) *Graph {
	g := &Graph{Near: make([][]int, workers)}
	for _, e := range edges {
		if e[0] != e[1] {
			g.Near[e[0]] = append(g.Near[e[0]], e[1])
			g.Near[e[1]] = append(g.Near[e[1]], e[0])
		}
	}
	for i := range g.Near {
		slices.Sort(g.Near[i])
		g.Near[i] = slices.Compact(g.Near[i])
	}
	return g
}

// overGraph is the graph of a kind over so many workers, which is in one piece.
func overGraph(k GraphKind, workers int) (*Graph, error) {
	if k == nil {
		return nil, params.Errorf("", "there is no graph: give one, such as \"ring\"")
	}
	g, err := k.Over(workers)
	if err != nil {
		return nil, err
	}
	if lost, ok := g.unreached(); ok {
		return nil, params.Errorf("", "the graph is not connected: no path leads from worker 0 to worker %d, so the two could never agree; add an edge between their parts", lost)
	}
	return g, nil
}

// unreached is the first worker to whom no path leads from worker 0.
func (g *Graph) unreached() (worker int, ok bool) {
	seen, next := make([]bool, len(g.Near)), []int{0}
	seen[0] = true
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		for _, j := range g.Near[i] {
			if !seen[j] {
				seen[j] = true
				next = append(next, j)
			}
		}
	}
	worker = slices.Index(seen, false)
	return worker, worker >= 0
}

// fits says whether there is a graph of a kind over so many workers.
func fits(k GraphKind) func(workers int) error {
	return func(workers int) error {
		_, err := overGraph(k, workers)
		return params.At("graph", err)
	}
}

// mustGraph is overGraph where fits has found nothing wrong.
func mustGraph(k GraphKind, workers int) *Graph {
	g, err := overGraph(k, workers)
	if err != nil {
		panic(fmt.Sprintf("optimizers: %v", err))
	}
	return g
}

// Edges lists each pair of neighbours once, in order.
func (g *Graph) Edges() (edges [][2]int) {
	for i, near := range g.Near {
		for _, j := range near {
			if i < j {
				edges = append(edges, [2]int{i, j})
			}
		}
	}
	return edges
}

// Metropolis are the weights of the mixing matrix W: w_ij = 1/(1 + max(deg i, deg j)) for
// neighbours, in the order of Near, and what is left of 1 for i itself. W is symmetric, so doubly
// stochastic: it conserves the mean.
func (g *Graph) Metropolis() (w [][]float64) {
	w = make([][]float64, len(g.Near))
	for i, near := range g.Near {
		for _, j := range near {
			w[i] = append(w[i], 1/float64(1+max(len(near), len(g.Near[j]))))
		}
	}
	return w
}
