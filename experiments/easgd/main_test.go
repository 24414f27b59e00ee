package main

import (
	"bytes"
	"strings"
	"testing"

	"staleness/experiments"
)

// The experiment in little: linear models for 60 ms of model time, all figures and the table.
func TestInLittle(t *testing.T) {
	p := experiments.Program{Name: "easgd", Files: files}
	args := []string{"-out", t.TempDir(), "-set", `problem={kind = "softmax", data = "digits", test = 0.2}`, "-set", `stop.time="60ms"`, "-set", `eval.every="30ms"`}
	var o, e bytes.Buffer
	if status := p.Main(append([]string{"-dry-run"}, args...), &o, &e); status != experiments.Done || !strings.Contains(o.String(), "easgd: 69 runs, 0 finished") {
		t.Fatalf("exit status %d\n%s%s", status, &o, &e)
	}
	o.Reset()
	if status := p.Main(args, &o, &e); status != experiments.Done {
		t.Fatalf("exit status %d\n%s%s", status, &o, &e)
	}
	for _, part := range []string{"windows-train-loss.png", "windows-test-accuracy.png", "windows-staleness.png", "workers-train-loss.png", "workers-test-accuracy.png", "easgd.tex", "EAMSGD", "MSGD"} {
		if !strings.Contains(o.String(), part) {
			t.Errorf("no word of %s in\n%s", part, &o)
		}
	}
}

// A program that carries its files takes no others.
func TestTakesNoFiles(t *testing.T) {
	p := experiments.Program{Name: "easgd", Files: files}
	var o, e bytes.Buffer
	if status := p.Main([]string{"mine.toml"}, &o, &e); status != experiments.Usage || !strings.Contains(e.String(), "carries its files with it") {
		t.Errorf("exit status %d: %s", status, &e)
	}
}
