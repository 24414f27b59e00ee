package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/experiments/internal/prose"
)

// written is the file of a study that the command wrote into a folder of the test.
func written(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "first.toml")
	var said strings.Builder
	if status := start([]string{file}, &said, &said); status != experiments.Done || !strings.Contains(said.String(), "first.toml -dry-run") {
		t.Fatalf("exit status %d: %s", status, &said)
	}
	return file
}

// What is written runs: here with less of everything, in CI as it stands.
func TestWhatIsWrittenRuns(t *testing.T) {
	file := written(t)
	out := filepath.Join(filepath.Dir(file), "results")
	var said, errors strings.Builder
	args := []string{file, "-out", out, "-set", "repeat=1", "-set", "stop.time=100ms", "-set", "eval.every=50ms", "-set", "tune.seeds=[101]", "-set", "problem.hidden=[4]"}
	if status := experiments.Main(args, &said, &errors); status != experiments.Done {
		t.Fatalf("exit status %d: %s%s", status, &said, &errors)
	}
	for _, want := range []string{"loss.png", "loss.svg", "loss.pdf", "accuracy.png", "staleness.png", "rates.png", "losses.tex", "accuracies.csv", "tuning.csv"} {
		if st, err := os.Stat(filepath.Join(out, "first", want)); err != nil || st.Size() == 0 {
			t.Errorf("%s is not there", want)
		}
	}
	for _, method := range []string{"ASGD", "sync", "AEASGD", "DANA"} {
		if !strings.Contains(said.String(), "method="+method) {
			t.Errorf("%s was not tuned: %s", method, &said)
		}
	}
}

// Whoever reads the file is told what stands there.
func TestWhatIsWrittenIsCommented(t *testing.T) {
	t.Chdir(t.TempDir())
	var said strings.Builder
	if status := start([]string{"first"}, &said, &said); status != experiments.Done {
		t.Fatalf("exit status %d: %s", status, &said)
	}
	text, err := os.ReadFile("first.toml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "{{") || strings.Contains(string(text), "<no value>") {
		t.Error("the text has gaps")
	}
	if comments := strings.Count(string(text), "#"); comments < 20 {
		t.Errorf("only %d comments", comments)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if len(line) > 110 {
			t.Errorf("line %d is long", i+1)
		}
	}
	for _, head := range []string{"[problem]", "[cluster]", "[stop]", "[sweep]", "[[axis.method]]", "[tune]", "[[figure]]", "[[table]]"} {
		if !strings.Contains(string(text), "\n"+head+"\n") {
			t.Errorf("%s is missing", head)
		}
	}
}

// What is there stays as it is; names that cannot be, and calls that mean nothing, are refused
// with the remedy, and leave nothing.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there.toml")
	if err := os.WriteFile(there, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder.toml")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "usage: "},
		{[]string{"a", "b"}, "want one name"},
		{[]string{"-nosuch", "a"}, "-nosuch"},
		{[]string{""}, "a name is a folder"},
		{[]string{dir + "/"}, "a name is a folder"},
		{[]string{dir + "/.toml"}, "a name is a folder"},
		{[]string{dir + "/a b"}, "a name is a folder"},
		{[]string{dir + "/.."}, "a name is a folder"},
		{[]string{dir + "/$(x)"}, "a name is a folder"},
		{[]string{there}, "give another name"},
		{[]string{strings.TrimSuffix(there, ".toml")}, "give another name"},
		{[]string{folder}, "give another name"},
		{[]string{dir + "/nosuch/a"}, "make it"},
		{[]string{there + "/a"}, "give another name"},
	} {
		var said, errors strings.Builder
		if status := start(c.args, &said, &errors); status != experiments.Usage || said.Len() > 0 || !strings.Contains(errors.String(), c.want) {
			t.Errorf("%q: exit status %d: %s%s", c.args, status, &said, &errors)
		}
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "mine" {
		t.Errorf("what was there is %q, %v", text, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v lie there", entries, err)
	}
	var said strings.Builder
	if status := start([]string{"-h"}, &said, &said); status != experiments.Done || !strings.Contains(said.String(), "NAME.toml") {
		t.Errorf("exit status %d: %s", status, &said)
	}
}

// The usage of a program that was built names that program, and what is written its neighbours.
func TestUsageOfABuiltProgram(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"new", "run", "report", "list"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	defer func(was string) { os.Args[0] = was }(os.Args[0])
	os.Args[0] = filepath.Join(dir, "new")
	var said strings.Builder
	if status := start(nil, &said, &said); status != experiments.Usage || strings.Contains(said.String(), "go run") || !strings.Contains(said.String(), os.Args[0]) {
		t.Errorf("%s", &said)
	}
	text, err := os.ReadFile(written(t))
	if err != nil || !strings.Contains(string(text), prose.Quote(filepath.Join(dir, "run"))+" ") || strings.Contains(string(text), "go run") {
		t.Errorf("%s, %v", text, err)
	}
}
