package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write leaves a small finished run.
func write(t testing.TB, dir, config string, seed uint64, updates bool) {
	t.Helper()
	w, err := Create(Plan{Dir: dir, Config: []byte(config), Updates: updates, OmitEval: []string{"validation_loss", "validation_accuracy", "grad_norm", "suboptimality", "consensus"}, Center: 1, disk: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		loss := 2.5 / float64(int(1)<<k) / float64(seed)
		if err := w.Eval(&Evaluation{TimeS: 0.5 * float64(k), Updates: int64(10 * k), Point: "center", TrainLoss: loss, TestLoss: loss, TestAccuracy: 0.5}); err != nil {
			t.Fatal(err)
		}
		if err := w.Update(&Row{Update: int64(k), Staleness: 1, Verdict: "applied", Loss: loss, Center: []float64{loss}}); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSummary()
	s.Status, s.Seed, s.Updates, s.FinalTrainLoss, s.Staleness = Completed, seed, 20, 0.625/float64(seed), StalenessOf([]int64{0, 20})
	if err := w.Finish(s, []byte("machine: x\n")); err != nil {
		t.Fatal(err)
	}
}

const config = `name = "windows"
seed = %d
[labels]
method = %q
window = 16
[strategy]
kind = "aeasgd"
window = %d
`

func TestLoad(t *testing.T) {
	top := t.TempDir()
	for i, m := range []string{"A", "B"} {
		for seed := range 2 {
			write(t, filepath.Join(top, "windows", fmt.Sprintf("%d%d", i, seed)), fmt.Sprintf(config, seed+1, m, 4*i+4), uint64(seed+1), true)
		}
	}
	write(t, filepath.Join(top, "deep", "deeper", "99"), "seed = 1\n", 1, false)
	// What else may lie there.
	w, err := Create(Plan{Dir: filepath.Join(top, "windows", "05"), Config: []byte("seed = 3\n")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.WriteFile(filepath.Join(top, "notes.txt"), []byte("hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	runs, err := Load(top)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 5 {
		t.Fatalf("%d runs", len(runs))
	}
	if r := runs[0]; r.Name != "deeper" || r.ID != "99" || len(r.Labels) != 0 {
		t.Errorf("%+v", r)
	}
	r := runs[4]
	if r.Name != "windows" || r.ID != "11" || r.Labels["method"] != "B" || r.Labels["window"] != "16" || r.Summary.Seed != 2 {
		t.Errorf("%+v", r)
	}
	if v, ok := r.Value("strategy.window"); !ok || v != int64(8) {
		t.Errorf("strategy.window is %v", v)
	}
	for _, key := range []string{"strategy.nothing", "nothing", "seed.below", ""} {
		if v, ok := r.Value(key); ok {
			t.Errorf("%q is %v", key, v)
		}
	}
	if evals, err := r.Evals(); err != nil || len(evals) != 3 {
		t.Errorf("%v, %v", evals, err)
	}
	if _, err := runs[0].Updates(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("updates that were not recorded: %v", err)
	}
	// One run alone, and none.
	if one, err := Load(runs[4].Dir); err != nil || len(one) != 1 || one[0].Name != "windows" {
		t.Errorf("%v, %v", one, err)
	}
	if none, err := Load(w.plan.Dir); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	if _, err := Load(filepath.Join(top, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A damaged run is named with file and place; the others are there.
func TestLoadDamaged(t *testing.T) {
	for _, c := range []struct{ file, content, want string }{
		{SummaryFile, "", "summary.json: unexpected end of JSON input"},
		{SummaryFile, `{"status": "completed"`, "summary.json: unexpected end"},
		{SummaryFile, `{"status": "completed"}`, `summary.json: key "seed" is missing`},
		{SummaryFile, `{"status": NaN}`, "summary.json: invalid character 'N'"},
		{ConfigFile, "a = 1\nb = \n", "run.toml:2: "},
		{ConfigFile, "a = 1\na = 2\n", "run.toml:2: "},
		{ConfigFile, "\x00", "run.toml:1: "},
		{EvalFile, "time_s\n1\n2", "eval.csv:3: the file is cut off"},
		{UpdatesFile, "", "updates.csv:1: the file is empty"},
	} {
		top := t.TempDir()
		for _, dir := range []string{"a", "b", "c"} {
			write(t, filepath.Join(top, "n", dir), "seed = 1\n", 1, true)
		}
		if err := os.WriteFile(filepath.Join(top, "n", "b", c.file), []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		runs, err := Load(top)
		want := 2
		if c.file == EvalFile || c.file == UpdatesFile { // tables are read when they are wanted
			want = 3
			if err != nil {
				t.Fatal(err)
			}
			if c.file == EvalFile {
				_, err = runs[1].Evals()
			} else {
				_, err = runs[1].Updates()
			}
		}
		if err == nil || !strings.Contains(err.Error(), filepath.Join("n", "b", c.want)) {
			t.Errorf("%s of %q: %v", c.file, c.content, err)
		}
		if len(runs) != want || runs[0].ID != "a" || runs[want-1].ID != "c" {
			t.Errorf("%s: %d runs", c.file, len(runs))
		}
	}
	// A missing run.toml.
	top := t.TempDir()
	write(t, filepath.Join(top, "n", "a"), "seed = 1\n", 1, true)
	if err := os.Remove(filepath.Join(top, "n", "a", ConfigFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(top); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), ConfigFile) {
		t.Errorf("%v", err)
	}
}

// ReadSummary tells a run that is not finished from a damaged one.
func TestReadSummary(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadSummary(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, SummaryFile), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSummary(dir); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run again") {
		t.Errorf("%v", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	top := b.TempDir()
	const n = 500
	for i := range n {
		write(b, filepath.Join(top, "n", fmt.Sprint(i)), fmt.Sprintf(config, i, "A", i), uint64(i+1), false)
	}
	for b.Loop() {
		if runs, err := Load(top); err != nil || len(runs) != n {
			b.Fatal(len(runs), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/run")
}
