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

// A file that is rewritten after the runs were planned, at any point, is refused by name; what was computed before stays, and nothing else is
// ever found under the old id.
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
		sources, err := ReadSources([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Out: out, Jobs: 1}
		x, err := Load(sources, o)
		if err != nil {
			t.Fatal(err)
		}
		write(now)
		for _, r := range x.Runs { // what was built for the plan is let go, as it is among many runs
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

// Of synthetic data, which the seed draws, nothing has changed, whatever the seed; and what was held out is what it was.
func TestPredictSynthetic(t *testing.T) {
	for _, data := range []string{`"gaussian"`, `{kind = "uniform", noise = 0.5}`, `"patches"`} {
		text := strings.NewReplacer("\"csv:x.csv\"", data+"\ntest = 0.2", "repeat = 4", "seed = 11").Replace(onFile)
		r := runs(t, text)[0]
		status, said, stderr := ask(r.Dir)
		if status != Done || stderr != "" || field(t, said, "loss") != r.Summary.FinalTestLoss {
			t.Errorf("%s: exit status %d: %s%s, the run says %v", data, status, said, stderr, r.Summary.FinalTestLoss)
		}
	}
}

// Samples without labels are predicted as they are with labels, and no loss is made up.
func TestPredictUnlabelled(t *testing.T) {
	file, out := experimentFile(t, strings.Replace(onFile, "repeat = 4", "seed = 2", 1))
	dir := filepath.Dir(file)
	for name, text := range map[string]string{
		"x.csv": "a,b,y\n1,0,5\n0,1,8\n2,0,5\n0,2,8\n", "whole.csv": "y,b,a\n5,0,3\n8,3,0\n", "bare.csv": "b,a\n0,3\n3,0\n", "bare.svm": "1:3\n2:3\n", "plain.csv": "3,0\n0,3\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	models, _ := filepath.Glob(filepath.Join(out, "*", "*", record.ModelFile))
	t.Chdir(dir)
	rows := func(source string) (table, said string) {
		t.Helper()
		status, said, stderr := ask(models[0], "-data", source, "-csv", "p.csv")
		b, err := os.ReadFile("p.csv")
		if status != Done || err != nil {
			t.Fatalf("%s: exit status %d: %s%s", source, status, said, stderr)
		}
		return string(b), said
	}
	whole, _ := rows("csv:whole.csv")
	want := strings.NewReplacer("label,", "", "0,5,5,", "0,5,", "1,8,8,", "1,8,").Replace(whole)
	for _, source := range []string{"csv:bare.csv", "csv:plain.csv", "libsvm:bare.svm"} {
		if table, said := rows(source); table != want || strings.Contains(said, "loss") || strings.Contains(said, "accuracy") {
			t.Errorf("%s: %s\n%s\nwant\n%s", source, said, table, want)
		}
	}
	if status, _, stderr := ask(models[0], "-data", "csv:bare.csv"); status != Usage || !strings.Contains(stderr, "no labels") {
		t.Errorf("without -csv: exit status %d: %s", status, stderr)
	}
	if status, _, stderr := ask(models[0], "-data", "csv:none.csv"); status != Usage || !strings.Contains(stderr, "paths are relative to where the command runs") {
		t.Errorf("no file: exit status %d: %s", status, stderr)
	}
}
