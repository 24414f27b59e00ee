package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/sim/record"
)

// trainable is a run that leaves its model.
const trainable = `seed = 3
[problem]
kind = "softmax"
data = "digits"
test = 0.2
validation = 0.1
[strategy]
kind = "asgd"
rate = 0.1
[cluster]
workers = 3
compute = "10ms"
[stop]
updates = 40
[eval]
updates = 20
[record]
model = true
`

func ask(args ...string) (status int, stdout, stderr string) {
	var o, e bytes.Buffer
	status = answer(args, &o, &e)
	return status, o.String(), e.String()
}

// field is the number behind a word of what predict says.
func field(t *testing.T, said, word string) float64 {
	t.Helper()
	_, rest, _ := strings.Cut(said, word+": ")
	x, err := strconv.ParseFloat(strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '\n' })[0], 64)
	if err != nil {
		t.Fatalf("%q says no %s", said, word)
	}
	return x
}

// A saved model predicts, to the bit, what the run measured last: one vector or an ensemble, in
// either precision.
func TestPredictSaysWhatTheRunSays(t *testing.T) {
	ensemble := `kind = "ensemble"` + "\nlocal = {kind = \"sgd\", rate = 0.2}\ncombine = "
	for _, c := range []struct{ name, old, new, point string }{
		{"center", "", "", "center"},
		{"double", "kind = \"softmax\"", "kind = \"mlp\"\nhidden = [7]\nprecision = \"float64\"", "center"},
		{"average", "updates = 20", "updates = 20\nof = \"average\"", "average"},
		{"workers", "updates = 20", "updates = 20\nof = \"workers-mean\"", "workers-mean"},
		{"mean", "kind = \"asgd\"\nrate = 0.1", ensemble + `"mean"`, "3 members, mean"},
		{"vote", "kind = \"asgd\"\nrate = 0.1", ensemble + `"vote"`, "3 members, which vote"},
		{"injected", "compute = \"10ms\"", "[staleness]\nlaw = \"constant\"\ntau = 2", "center"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(trainable, c.old, c.new, 1)
			if strings.Contains(text, "ensemble") { // its members never push
				text = strings.Replace(strings.Replace(text, "updates = 40", "gradients = 60", 1), "updates = 20", "gradients = 30", 1)
			}
			r := runs(t, text)[0]
			table := filepath.Join(t.TempDir(), "p.csv")
			status, said, stderr := ask(r.Dir, "-csv", table)
			if status != experiments.Done || stderr != "" {
				t.Fatalf("exit status %d: %s", status, stderr)
			}
			evals, err := r.Evals()
			if err != nil {
				t.Fatal(err)
			}
			last := evals[len(evals)-1]
			if got := field(t, said, "accuracy"); got != r.Summary.FinalTestAccuracy || got != last.TestAccuracy || !(got > .1) {
				t.Errorf("accuracy %v, the run says %v", got, r.Summary.FinalTestAccuracy)
			}
			if got := field(t, said, "loss"); got != r.Summary.FinalTestLoss {
				t.Errorf("loss %v, the run says %v", got, r.Summary.FinalTestLoss)
			}
			if !strings.Contains(said, c.point) {
				t.Errorf("%q does not say %q", said, c.point)
			}
			b, err := os.ReadFile(table)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(b)), "\n")
			if lines[0] != "index,label,prediction,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9" || len(lines) != 1+359 {
				t.Fatalf("%d lines, the first %q", len(lines), lines[0])
			}
			right := 0
			for _, l := range lines[1:] {
				row, sum := strings.Split(l, ","), 0.
				for _, p := range row[3:] {
					x, err := strconv.ParseFloat(p, 64)
					if err != nil {
						t.Fatal(err)
					}
					sum += x
				}
				if sum < 1-1e-5 || sum > 1+1e-5 {
					t.Fatalf("%s: the probabilities add up to %v", l, sum)
				}
				if row[1] == row[2] {
					right++
				}
			}
			if got := float64(right) / 359; got != r.Summary.FinalTestAccuracy {
				t.Errorf("the rows are right in %v, the run says %v", got, r.Summary.FinalTestAccuracy)
			}
			if _, said, _ := ask(filepath.Join(r.Dir, record.ModelFile), "-part", "validation"); field(t, said, "accuracy") != last.ValidationAccuracy {
				t.Errorf("on the validation part %s, the run says %v", said, last.ValidationAccuracy)
			}
		})
	}
}

// The paths of a stored table are those of the TOML file, wherever predict runs; -data is relative
// to there. Classes keep the numbers of the data set.
func TestPredictOtherData(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("train.csv", "-1,0,5\n-2,1,5\n1,0,8\n2,1,8\n-1.5,2,5\n1.5,2,8\n")
	write("new.csv", "3,0,8\n-3,0,5\n4,0,5\n")
	write("wide.csv", "3,0,1,8\n")
	write("strange.csv", "3,0,9\n")
	text := strings.NewReplacer("\"digits\"", "\"csv:train.csv\"", "test = 0.2\nvalidation = 0.1", "batch = 2\nscale = \"standard\"").Replace(trainable)
	write("exp.toml", text)
	var e bytes.Buffer
	if status := experiments.Main([]string{filepath.Join(dir, "exp.toml"), "-out", filepath.Join(dir, "results")}, &e, &e); status != experiments.Done {
		t.Fatal(e.String())
	}
	models, _ := filepath.Glob(filepath.Join(dir, "results", "exp", "*", record.ModelFile))
	if len(models) != 1 {
		t.Fatalf("models: %v", models)
	}
	model := models[0]
	t.Chdir(dir) // for -data
	status, said, stderr := ask("-data", "csv:new.csv", "-csv", "p.csv", model)
	b, err := os.ReadFile("p.csv")
	if status != experiments.Done || stderr != "" || err != nil || field(t, said, "accuracy") != 2./3 {
		t.Fatalf("exit status %d, %v: %s%s", status, err, said, stderr)
	}
	for i, want := range []string{"index,label,prediction,p5,p8", "0,8,8,", "1,5,5,", "2,5,8,"} {
		if line := strings.Split(string(b), "\n")[i]; !strings.HasPrefix(line, want) {
			t.Errorf("line %d is %q, want %q", i+1, line, want)
		}
	}
	whole, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	write("damaged", string(whole[:len(whole)-40])+"x"+string(whole[len(whole)-39:]))
	for _, c := range []struct {
		status int
		args   []string
		want   string
	}{
		{experiments.Usage, nil, "want one run folder"},
		{experiments.Usage, []string{"nowhere"}, "nowhere: no such file"},
		{experiments.Usage, []string{dir}, "record.model = true"},
		{experiments.Failed, []string{"exp.toml"}, "exp.toml is no model"},
		{experiments.Failed, []string{"damaged"}, "damaged is damaged: its checksum is wrong"},
		{experiments.Usage, []string{model, "-part", "tset"}, "-part tset: unknown part; known: test, train, validation"},
		{experiments.Usage, []string{model}, "has no test part; give another -part, or -data"},
		{experiments.Usage, []string{model, "-data", "csv:wide.csv"}, "-data: wide.csv:1: the sample has 3 features, the training part 2"},
		{experiments.Usage, []string{model, "-data", "csv:strange.csv"}, "the label 9 is none of the 2 classes"},
		{experiments.Usage, []string{model, "-data", "csv:none.csv"}, "there is no such file"},
		{experiments.Usage, []string{model, "-data", "cvs:new.csv"}, `did you mean "csv"`},
		{experiments.Usage, []string{model, "-data", "csv:new.csv", "-part", "train"}, "takes the place of the test part"},
		{experiments.Usage, []string{model, "-part", "train", "-csv", filepath.Join("nowhere", "p.csv")}, "-csv nowhere"},
	} {
		status, _, stderr := ask(c.args...)
		if status != c.status || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit status %d, want %d and %q: %s", c.args, status, c.status, c.want, stderr)
		}
	}
	write("train.csv", "-1,0,5\n-2,1,5\n1,0,8\n2,1,8\n-1.5,2,5\n1.5,2.5,8\n")
	if status, _, stderr := ask(model, "-part", "train"); status != experiments.Done || !strings.Contains(stderr, "have changed since") {
		t.Errorf("other data: exit status %d: %s", status, stderr)
	}
	write("train.csv", "-1,0,0,5\n1,0,0,8\n")
	if status, _, stderr := ask(model, "-part", "train"); status != experiments.Usage || !strings.Contains(stderr, "another shape") {
		t.Errorf("data of another shape: exit status %d: %s", status, stderr)
	}
	os.Remove("train.csv")
	if status, _, stderr := ask(model, "-part", "train"); status != experiments.Usage || !strings.Contains(stderr, filepath.Join(dir, "train.csv")) || !strings.Contains(stderr, "put it back") {
		t.Errorf("no data: exit status %d: %s", status, stderr)
	}
}

func TestPredictWithoutClasses(t *testing.T) {
	r := runs(t, small+"[record]\nmodel = true\n")[0]
	if status, _, stderr := ask(r.Dir); status != experiments.Usage || !strings.Contains(stderr, "not on data") {
		t.Errorf("quadratic: exit status %d: %s", status, stderr)
	}
	if status, _, stderr, _ := command(t, strings.NewReplacer("quadratic", "none", "rate = 0.1\n", "").Replace(small)+"[record]\nmodel = true\n"); status != experiments.Usage || !strings.Contains(stderr, "exp.toml:11: record.model") {
		t.Errorf("none: exit status %d: %s", status, stderr)
	}
	text := strings.Replace(small, `kind = "quadratic"`, "kind = \"least-squares\"\ndata = \"gaussian\"\ntest = 0.2", 1)
	r = runs(t, strings.Replace(text, "rate = 0.1", "rate = 0.001", 1)+"[record]\nmodel = true\n")[0]
	status, said, stderr := ask(r.Dir)
	if status != experiments.Done || strings.Contains(said, "accuracy") || field(t, said, "loss") != r.Summary.FinalTestLoss {
		t.Errorf("least squares: exit status %d: %s%s, the run says %v", status, said, stderr, r.Summary.FinalTestLoss)
	}
	if status, _, stderr := ask(r.Dir, "-csv", filepath.Join(t.TempDir(), "p")); status != experiments.Usage || !strings.Contains(stderr, "no class probabilities") {
		t.Errorf("-csv: exit status %d: %s", status, stderr)
	}
}
