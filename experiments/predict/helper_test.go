package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/sim/record"
)

// small is a run that takes no time.
const small = `[problem]
kind = "quadratic"
[strategy]
kind = "asgd"
rate = 0.1
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 6
`

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

// command runs experiments/run on TOML text and returns what it leaves.
func command(t *testing.T, text string, args ...string) (status int, stdout, stderr, out string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(dir, "results")
	var o, e bytes.Buffer
	status = experiments.Main(append([]string{file, "-out", out}, args...), &o, &e)
	return status, o.String(), strings.ReplaceAll(e.String(), dir+string(filepath.Separator), ""), out
}

// experimentFile puts an experiment and the folder of its results into a folder of the test.
func experimentFile(t *testing.T, text string) (file, out string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "results")
}

// session runs experiments/run in this process.
func session(args ...string) (status int, said string) {
	var o bytes.Buffer
	status = experiments.Main(args, &o, &o)
	return status, o.String()
}

// runs is command that must succeed, and loads what it left.
func runs(t *testing.T, text string, args ...string) []record.Run {
	t.Helper()
	status, _, stderr, out := command(t, text, args...)
	if status != experiments.Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	rs, err := record.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
