package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/sim/record"
)

// Of synthetic data, which the seed draws, nothing has changed, whatever the seed; and what was
// held out is what it was.
func TestPredictSynthetic(t *testing.T) {
	for _, data := range []string{`"gaussian"`, `{kind = "uniform", noise = 0.5}`, `"patches"`} {
		text := strings.NewReplacer("\"csv:x.csv\"", data+"\ntest = 0.2", "repeat = 4", "seed = 11").Replace(onFile)
		r := runs(t, text)[0]
		status, said, stderr := ask(r.Dir)
		if status != experiments.Done || stderr != "" || field(t, said, "loss") != r.Summary.FinalTestLoss {
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
	if status, said := session(file, "-out", out); status != experiments.Done {
		t.Fatal(said)
	}
	models, _ := filepath.Glob(filepath.Join(out, "*", "*", record.ModelFile))
	t.Chdir(dir)
	rows := func(source string) (table, said string) {
		t.Helper()
		status, said, stderr := ask(models[0], "-data", source, "-csv", "p.csv")
		b, err := os.ReadFile("p.csv")
		if status != experiments.Done || err != nil {
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
	if status, _, stderr := ask(models[0], "-data", "csv:bare.csv"); status != experiments.Usage || !strings.Contains(stderr, "no labels") {
		t.Errorf("without -csv: exit status %d: %s", status, stderr)
	}
	if status, _, stderr := ask(models[0], "-data", "csv:none.csv"); status != experiments.Usage || !strings.Contains(stderr, "paths are relative to where the command runs") {
		t.Errorf("no file: exit status %d: %s", status, stderr)
	}
}
