package optimizers_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	o "staleness/optimizers"
)

func graph(t *testing.T, kind o.GraphKind, workers int) *o.Graph {
	t.Helper()
	g, err := kind.Over(workers)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Degrees, edges and the second eigenvalue are those of theory: 2 - 2 cos(2 pi/n) for a ring, the
// least of a row's and a column's for a torus, n for the complete graph.
func TestGraphs(t *testing.T) {
	ring := func(n int) float64 { return 2 - 2*math.Cos(2*math.Pi/float64(n)) }
	for _, c := range []struct {
		kind    o.GraphKind
		workers int
		edges   int
		lambda2 float64 // < 0: not asked
	}{
		{o.Ring{}, 1, 0, 0}, {o.Ring{}, 2, 1, 2}, {o.Ring{}, 3, 3, 3}, {o.Ring{}, 16, 16, ring(16)},
		{o.Torus{}, 4, 4, 2}, {o.Torus{}, 12, 24, ring(4)}, {o.Torus{}, 16, 32, ring(4)}, {o.Torus{}, 15, 30, ring(5)},
		{o.Complete{}, 1, 0, 0}, {o.Complete{}, 9, 36, 9},
		{o.ExponentialGraph{}, 1, 0, 0}, {o.ExponentialGraph{}, 8, 20, -1}, {o.ExponentialGraph{}, 6, 12, -1},
	} {
		g := graph(t, c.kind, c.workers)
		if n := len(g.Edges()); n != c.edges {
			t.Errorf("%T of %d: %d edges, want %d", c.kind, c.workers, n, c.edges)
		}
		got := g.Laplacian().Connectivity()
		if c.lambda2 >= 0 && math.Abs(got-c.lambda2) > 1e-12*float64(c.workers) {
			t.Errorf("%T of %d: lambda_2 = %.15g, want %.15g", c.kind, c.workers, got, c.lambda2)
		}
		for i, w := range g.Metropolis() {
			sum := 0.
			for k, x := range w {
				j := g.Near[i][k]
				sum += x
				for l, back := range g.Near[j] {
					if back == i && g.Metropolis()[j][l] != x {
						t.Errorf("%T of %d: w[%d][%d] differs from w[%d][%d]", c.kind, c.workers, i, j, j, i)
					}
				}
			}
			if sum > 1-1/float64(c.workers)+1e-12 {
				t.Errorf("%T of %d: worker %d keeps %g of itself", c.kind, c.workers, i, 1-sum)
			}
		}
	}
}

// Connectivity and resistance are those that gonum finds, also where edges differ.
func TestSpectrum(t *testing.T) {
	for _, c := range []struct {
		kind    o.GraphKind
		workers int
	}{{o.Ring{}, 9}, {o.Torus{}, 12}, {o.ExponentialGraph{}, 11}, {star(t, 7), 7}} {
		l := graph(t, c.kind, c.workers).Meetings()
		n := c.workers
		m := mat.NewSymDense(n, nil)
		for i := range n {
			for j := range n {
				m.SetSym(i, j, l.At(i, j))
			}
		}
		var e mat.EigenSym
		if !e.Factorize(m, true) {
			t.Fatal("gonum finds no eigenvalues")
		}
		values := e.Values(nil)
		var vectors mat.Dense
		e.VectorsTo(&vectors)
		most := 0.
		for i := range n {
			for j := range i {
				if l.At(i, j) == 0 {
					continue
				}
				r := 0.
				for k := 1; k < n; k++ {
					d := vectors.At(i, k) - vectors.At(j, k)
					r += d * d / values[k]
				}
				most = max(most, r)
			}
		}
		if got := l.Connectivity(); math.Abs(got-values[1]) > 1e-12 {
			t.Errorf("%T: lambda_2 = %.15g, gonum's %.15g", c.kind, got, values[1])
		}
		if got := l.Resistance(); math.Abs(got-most) > 1e-12 {
			t.Errorf("%T: resistance %.15g, gonum's %.15g", c.kind, got, most)
		}
	}
}

// star is a graph file: worker 0 beside all others.
func star(t *testing.T, workers int) o.GraphKind {
	var text strings.Builder
	text.WriteString("# a star\n\n")
	for i := 1; i < workers; i++ {
		text.WriteString("0," + strings.Repeat(" ", i) + string(rune('0'+i)) + "\n")
	}
	path := filepath.Join(t.TempDir(), "star.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return o.GraphFile{Path: path}
}

// What is no graph of the workers is refused, with the place and what to do.
func TestGraphsRefused(t *testing.T) {
	file := func(text string) map[string]any {
		path := filepath.Join(t.TempDir(), "g.txt")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"kind": "adpsgd", "graph": "file:" + path}
	}
	torus := map[string]any{"kind": "adpsgd", "graph": "torus"}
	for _, c := range []struct {
		table   map[string]any
		workers int
		want    []string
	}{
		{torus, 7, []string{"graph", "7 workers", "no prime"}},
		{torus, 1, []string{"graph", "1 workers", "4"}},
		{torus, 8, nil},
		{file("0 1\n1 2\n"), 3, nil},
		{file("0 1\n2 3\n"), 4, []string{"graph", "not connected", "worker 2", "add an edge"}},
		{file("0 1\n1 2\n"), 4, []string{"worker 3", "there are 4", "(3)"}},
		{file("0 1\n1 5\n"), 4, []string{"a worker 5", "there are 4", "workers = 6"}},
		{file("0 1\n1 x\n"), 3, []string{"g.txt:2", `"1 x"`, "two workers"}},
		{file("0 1 2\n"), 3, []string{"g.txt:1", "two workers"}},
		{file("0 1\n1 1\n"), 2, []string{"g.txt:2", "with itself", "take the line out"}},
		{file("# nothing\n"), 2, []string{"no edge in it"}},
		{map[string]any{"kind": "adpsgd", "graph": "file:/no/such/file"}, 2, []string{"graph.path", "no such file"}},
	} {
		spec, err := o.Decode("strategy", c.table)
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Build[float64](spec)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Resolve(o.Async(), c.workers)
		if (err != nil) != (len(c.want) > 0) {
			t.Errorf("%v over %d workers: %v", c.table["graph"], c.workers, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v over %d workers: %v, without %q", c.table["graph"], c.workers, err, w)
			}
		}
	}
	for graph, want := range map[any]string{"rnig": `did you mean "ring"`, "file:": "is empty", int64(3): "want a table"} {
		if _, err := o.Decode("strategy", map[string]any{"kind": "adpsgd", "graph": graph}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("graph = %v: %v, without %q", graph, err, want)
		}
	}
}
