package experiments

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"staleness/sim/record"
)

// onFile is a run on a file, many times over.
const onFile = `repeat = 4
[problem]
kind = "softmax"
data = "csv:x.csv"
batch = 2
[strategy]
kind = "asgd"
rate = 0.1
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 6
[record]
model = true
`

// A file that is rewritten after the runs were planned, at any point, is refused by name; what was
// computed before stays, and nothing else is ever found under the old id.
func TestDataChangedAfterPlan(t *testing.T) {
	const was, now = "1,0\n2,1\n3,0\n4,1\n", "1,1\n2,0\n3,1\n4,0\n" // of one size
	for _, hold := range []string{"", "[sweep]\n\"problem.validation\" = [0.0, 0.25]\n"} {
		file, out := experimentFile(t, strings.Replace(onFile, "repeat = 4", "repeat = 2", 1)+hold)
		data := filepath.Join(filepath.Dir(file), "x.csv")
		write := func(text string) {
			t.Helper()
			if err := os.WriteFile(data, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write(was)
		sources, err := ReadFiles([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Out: out, Jobs: 1}
		x, err := Load(sources, o)
		if err != nil {
			t.Fatal(err)
		}
		write(now)
		// what was built for the plan is let go, as it is among many runs
		for _, r := range x.Runs {
			x.problems.Drop(r.config.ProblemKey())
		}
		runtime.GC() // or the data that were planned on would still be at hand, and be used rightly
		var said bytes.Buffer
		s := &Session{Options: o, Stdout: &said, Stderr: &said}
		outcomes, status := s.Compute(context.Background(), x)
		if status == Done || !strings.Contains(said.String(), "x.csv: has changed since it was first read") {
			t.Errorf("exit status %d: %s", status, said.String())
		}
		for i, o := range outcomes {
			if o.Err == nil && o.Summary != nil {
				t.Errorf("run %d was computed on other data than its id says", i)
			}
		}
		if models, _ := filepath.Glob(filepath.Join(out, "*", "*", record.ModelFile)); len(models) > 0 {
			t.Errorf("models of other data: %v", models)
		}
		write(was)
		if status, said := session(file, "-out", out); status != Done {
			t.Errorf("put back: exit status %d: %s", status, said)
		}
	}
}
