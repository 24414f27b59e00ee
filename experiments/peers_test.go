package experiments

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

const peersRun = `
name = "peers"
seed = 1
problem = {kind = "softmax", data = {kind = "gaussian", classes = 3, samples = 60, features = 2}, batch = 4, test = 0.2}
strategy = {kind = "adpsgd", graph = %s}
stop = {updates = 40}
record = {updates = true}
cluster = {workers = %d, compute = "10ms", server = {service = "1h", shards = 2}, regions = {names = ["a", "b"], share = [0.5, 0.5], server = "a", latency = [["1ms", "4ms"], ["4ms", "1ms"]]}}
`

func peersIn(t *testing.T, graph string, workers int, file string) (*Experiment, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "g.txt"), []byte(file), 0o666); err != nil {
		t.Fatal(err)
	}
	return Load([]File{{filepath.Join(dir, "x.toml"), fmt.Sprintf(peersRun, graph, workers)}}, Options{Out: filepath.Join(dir, "out")})
}

// A graph's file enters the run-id by its content, wherever it lies; run.toml can be run again. The
// record has the distance of replicas from their mean; a server and its service, on which other
// methods are compared, cost peers nothing, and regions hold between them.
func TestPeersFromAFile(t *testing.T) {
	t.Parallel()
	const path = "0 1\n1 2\n2 3\n"
	x, err := peersIn(t, `"file:g.txt"`, 4, path)
	if err != nil {
		t.Fatal(err)
	}
	if moved, err := peersIn(t, `{kind = "file", path = "g.txt"}`, 4, path); err != nil || moved.Runs[0].ID != x.Runs[0].ID {
		t.Errorf("elsewhere the run is another: %v", err)
	}
	if changed, err := peersIn(t, `"file:g.txt"`, 4, path+"3 0\n"); err != nil || changed.Runs[0].ID == x.Runs[0].ID {
		t.Errorf("another graph is the same run: %v", err)
	}
	dir := t.TempDir()
	if again, err := Load([]File{{filepath.Join(dir, "run.toml"), x.Runs[0].config.TOML("peers", nil)}}, Options{Out: dir}); err != nil || again.Runs[0].ID != x.Runs[0].ID {
		t.Errorf("run.toml is another run: %v", err)
	}
	s := Session{Options: Options{Out: filepath.Dir(filepath.Dir(x.Runs[0].Dir))}, Stdout: io.Discard, Stderr: io.Discard}
	if outcomes, _ := s.Compute(context.Background(), x); outcomes[0].Err != nil {
		t.Fatal(outcomes[0].Err)
	}
	run, err := record.LoadRun(x.Runs[0].Dir)
	if err != nil {
		t.Fatal(err)
	}
	// 40 pushes of 4 workers, each 10 ms and two ways of 1 or 4 ms: 12 to 18 ms
	if at := run.Summary.VirtualTimeS; at < .11 || at > .19 || !math.IsNaN(run.Summary.Utilization) {
		t.Errorf("40 updates take %v s, the server is busy %v", at, run.Summary.Utilization)
	}
	evals, err := os.ReadFile(filepath.Join(x.Runs[0].Dir, "eval.csv"))
	if err != nil || !strings.Contains(string(evals), "consensus") {
		t.Errorf("eval.csv has no consensus: %v", err)
	}
}

// What is wrong with a graph is said with its place, what it is and what to do.
func TestWrongGraphs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		graph, file string
		workers     int
		want        []string
	}{
		{`"torus"`, "", 7, []string{"x.toml:5", "strategy.graph", "7 workers", "no prime"}},
		{`"file:g.txt"`, "0 1\n2 3\n", 4, []string{"x.toml:5", "strategy.graph", "not connected", "worker 2", "add an edge"}},
		{`"file:g.txt"`, "0 1\n1 2\n", 4, []string{"x.toml:5", "no edge of worker 3", "(3)"}},
		{`"file:g.txt"`, "0 1\n1 one\n", 2, []string{"x.toml:5", "g.txt:2", `"1 one"`, "two workers"}},
		{`"file:none.txt"`, "", 2, []string{"x.toml:5", "strategy.graph", "none.txt", "no such file"}},
		{`"rings"`, "", 2, []string{"x.toml:5", "strategy.graph", "ring"}},
	} {
		_, err := peersIn(t, c.graph, c.workers, c.file)
		if err == nil {
			t.Errorf("%s over %d workers is taken", c.graph, c.workers)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s over %d workers: %v, without %q", c.graph, c.workers, err, w)
			}
		}
	}
}
