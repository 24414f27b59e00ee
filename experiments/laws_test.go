package experiments

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staleness/sim/record"
)

const lawRun = `
name = "laws"
seed = 1
problem = {kind = "softmax", data = {kind = "gaussian", classes = 3, samples = 60, features = 2}, batch = 4, test = 0.2}
strategy = {kind = "asgd"}
stop = {updates = 40}
cluster = {workers = 4, compute = %s}
`

// inFolder writes files into a folder, and an experiment with a law, and loads it.
func inFolder(t *testing.T, law string, files map[string]string) (dir string, x *Experiment, err error) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	x, err = Load([]File{{filepath.Join(dir, "x.toml"), fmt.Sprintf(lawRun, law)}}, Options{Out: filepath.Join(dir, "out")})
	return dir, x, err
}

// A file of a law enters the run-id by its content, wherever it lies; what run.toml says of it can
// be run again; and what a run does is what is in it.
func TestLawsFromFiles(t *testing.T) {
	t.Parallel()
	logged := `{law = "empirical", file = "times.csv", column = "ms", worker_column = "who", unit = "ms", draw = "cyclic"}`
	times := "who,ms\na,10\nb,30\na,20\nb,30\n"
	_, x, err := inFolder(t, logged, map[string]string{"times.csv": times})
	if err != nil {
		t.Fatal(err)
	}
	_, moved, err := inFolder(t, logged, map[string]string{"times.csv": times})
	if err != nil || moved.Runs[0].ID != x.Runs[0].ID {
		t.Errorf("elsewhere the run is another: %v", err)
	}
	_, changed, err := inFolder(t, logged, map[string]string{"times.csv": strings.Replace(times, "20", "21", 1)})
	if err != nil || changed.Runs[0].ID == x.Runs[0].ID {
		t.Errorf("another file is the same run: %v", err)
	}
	dir := t.TempDir()
	again, err := Load([]File{{filepath.Join(dir, "run.toml"), x.Runs[0].config.TOML("laws", nil)}}, Options{Out: dir})
	if err != nil || again.Runs[0].ID != x.Runs[0].ID {
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
	// a worker of a takes 15 ms on average, one of b 30; 40 updates of two to four of a
	if at := run.Summary.VirtualTimeS; at < .15 || at > .25 {
		t.Errorf("40 updates take %v s", at)
	}
	speed := `{law = "speed", of = "10ms", period = "1s", file = "speeds.csv"}`
	if _, _, err := inFolder(t, speed, map[string]string{"speeds.csv": "time_s,worker,speed\n0,a,1\n0,b,2\n.5,a,0\n"}); err != nil {
		t.Error(err)
	}
}

// Every example of the page of laws is one.
func TestLawsOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/laws.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^ *compute = (\{.*\})$`).FindAllStringSubmatch(string(page), -1)
	for _, m := range examples {
		if _, _, err := inFolder(t, m[1], map[string]string{"times.csv": "worker,ms\n1,9\n1,12\n"}); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	if len(examples) < 9 {
		t.Errorf("only %d examples", len(examples))
	}
}

// What is wrong with a law, its file, or factors by class is said with its place.
func TestWrongLaws(t *testing.T) {
	t.Parallel()
	from := func(keys string) string {
		return `{law = "empirical", file = "f.csv", column = "ms", ` + keys + `}`
	}
	speed := `{law = "speed", of = "10ms", file = "f.csv"}`
	for _, c := range []struct{ law, file, want string }{
		{from(`unit = "ms"`), "ms\n3\n-1\n", `f.csv:3: ms is "-1"`},
		{from(`unit = "ms"`), "ms\n3\n\n4x\n", `f.csv:4: ms is "4x"`},
		{from(`unit = "ms"`), "ms,b\n3\n", "f.csv:2: "},
		{from(`unit = "ms"`), "s\n3\n", `f.csv:1: there is no column "ms"; there are s`},
		{from(`unit = "ms"`), "ms\n", "f.csv:1: there is nothing below"},
		{from(`unit = "ms"`), "", "f.csv:1: the file is empty"},
		{from(`mean = "1s"`), "ms\n0\n0\n", "all times of column ms are 0"},
		{from(`mean = "1s", unit = "ms"`), "ms\n1\n", "compute.unit = \"ms\": means nothing here"},
		{from(`mean = "1s", block = 3`), "ms\n1\n", "compute.block = 3: means nothing here"},
		{`{law = "empirical", file = "g.csv", column = "ms", unit = "ms"}`, "", "g.csv"},
		{`{law = "empirical", file = "f.csv", unit = "ms"}`, "", "compute.column: is missing"},
		{speed, "worker,time_s,speed\na,1,1\n", "f.csv:2: begins at 1s"},
		{speed, "worker,time_s,speed\na,0,1\nb,0,1\na,0,2\n", "f.csv:4: begins at 0s, not after"},
		{speed, "worker,time_s,speed\na,0,-1\n", `f.csv:2: speed is "-1"`},
		{speed, "worker,time_s,speed\na,-1,1\n", `f.csv:2: time_s is "-1"`},
		{`{law = "gamma", mean = "10ms", by_class = [1, 4]}`, "", "compute.by_class: 2 factors where the problem has classes 0 to 2"},
		{`{law = "gamma", mean = "10ms", by_class = [1, 4, 0]}`, "", "compute.by_class[2] = 0: is outside (0,1e9]"},
		{`{law = "gamma", mean = "10ms", by_class = 4}`, "", "compute.by_class = 4: want a list"},
		{`{law = "exponential", mean = "10ms", noise = {law = "gamma", cv = 0.3, mean = "2s"}}`, "", `compute.noise.mean = "2s": want a number`},
		{`"10ms", faults = {crash = {law = "exponential", mean = "1s", correlation = 0.5}}`, "", "faults.crash: is drawn by itself each time"},
		{`{law = "constant", mean = "10ms", correlation = 0.5}`, "", `compute.correlation: cannot act on "constant"`},
	} {
		_, _, err := inFolder(t, c.law, map[string]string{"f.csv": c.file})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.toml:7: ") {
			t.Errorf("%s of %q: %v\nwant %s", c.law, c.file, err, c.want)
		}
	}
}

// Blocks of measured mini-batch times keep the serial correlation of real jobs, which single draws
// lose.
func TestBlocksOfRealJobs(t *testing.T) {
	t.Parallel()
	for job := 1; job <= 4; job++ {
		name, err := filepath.Abs(filepath.Join("..", "..", "shared", "data", "mini-batch-time", fmt.Sprintf("job_%d.csv.gz", job)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(name); err != nil {
			t.Skip("the measured times of real jobs are not beside the repository: ", err)
		}
		lag := map[string]float64{}
		for _, draw := range []string{"cyclic", "blocks", "bootstrap"} {
			src := fmt.Sprintf(`
name = "job"
seed = 1
problem = {kind = "none"}
strategy = {kind = "asgd"}
cluster = {workers = 10, compute = {law = "empirical", file = %q, column = "batch_time_norm", worker_column = "worker", mean = "100ms", draw = %q}}
stop = {updates = 7000}
record = {updates = true}
`, name, draw)
			dir := t.TempDir()
			x, err := Load([]File{{"x.toml", src}}, Options{Out: dir})
			if err != nil {
				t.Fatal(err)
			}
			s := Session{Options: Options{Out: dir}, Stdout: io.Discard, Stderr: io.Discard}
			if outcomes, _ := s.Compute(context.Background(), x); outcomes[0].Err != nil {
				t.Fatal(outcomes[0].Err)
			}
			f, err := os.Open(filepath.Join(x.Runs[0].Dir, record.UpdatesFile))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := record.ReadUpdates(f)
			f.Close()
			if err != nil {
				t.Fatal(err)
			}
			series := make([][]float64, 10)
			for i := range rows {
				series[rows[i].Worker] = append(series[rows[i].Worker], rows[i].ComputeS)
			}
			var lags []float64
			for _, x := range series {
				lags = append(lags, lagOne(x))
			}
			slices.Sort(lags)
			lag[draw] = (lags[4] + lags[5]) / 2
		}
		// in order they are the job's own; at 1 of 50 draws a block begins anew
		if math.Abs(lag["blocks"]-lag["cyclic"]) > .15 || math.Abs(lag["bootstrap"]) > .08 || lag["cyclic"] < .5 {
			t.Errorf("job %d: median lag-1 correlations %v", job, lag)
		}
	}
}

// lagOne is the correlation of successive numbers.
func lagOne(x []float64) float64 {
	mean, top, bottom := 0., 0., 0.
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for i, v := range x {
		bottom += (v - mean) * (v - mean)
		if i > 0 {
			top += (v - mean) * (x[i-1] - mean)
		}
	}
	return top / bottom
}
