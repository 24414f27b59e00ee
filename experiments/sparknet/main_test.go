package main

import (
	"bytes"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/sim/record"
)

// The experiment in little: linear models of one rate, nine steps.
func TestInLittle(t *testing.T) {
	p := experiments.Program{Name: "sparknet", Files: files, Report: report}
	args := []string{"-out", t.TempDir(), "-set", `problem={kind = "softmax", data = "digits", test = 0.2, validation = 0.2, partition = "shards", batch = 4}`,
		"-set", `stop.time="90ms"`, "-set", `tune.at={time = "10ms"}`, "-set", "tune.seeds=[101]", "-set", `tune.grid={"strategy.local.rate" = [0.1, 0.2, 0.3]}`, "-set", "repeat=1"}
	var o, e bytes.Buffer
	if status := p.Main(args, &o, &e); status != experiments.Done {
		t.Fatalf("exit status %d\n%s%s", status, &o, &e)
	}
	if !strings.Contains(e.String(), "sparknet: 38 runs, 38 computed") {
		t.Error(&e)
	}
	for _, part := range []string{"time-to-accuracy.png", "one-shot.png", "sparknet.tex", "no cost model: the serial runs do not reach 95 %"} {
		if !strings.Contains(o.String(), part) {
			t.Errorf("no word of %s in\n%s", part, &o)
		}
	}
}

// Three runs whose steps to 95 % are known give the figure; the model by hand at S = C.
func TestCostModel(t *testing.T) {
	run := func(label string, workers, window int64, gradients string) record.Run {
		dir := t.TempDir()
		rows := "time_s,updates,pushes,gradients,samples,epoch,bytes,point,test_accuracy\n0,0,0,0,0,0,0,center,0.1\n1,1,1," + gradients + ",0,0,0,center,0.95\n"
		if err := os.WriteFile(dir+"/"+record.EvalFile, []byte(rows), 0o644); err != nil {
			t.Fatal(err)
		}
		return record.Run{Dir: dir, Labels: map[string]string{"momentum": label}, Config: map[string]any{
			"cluster": map[string]any{"workers": workers}, "strategy": map[string]any{"window": window}}}
	}
	runs := []record.Run{run("serial", 1, 0, "100"), run("kept", 4, 10, "200"), run("reset", 4, 10, "8")}
	median, err := steps(runs)
	if err != nil || len(median) != 2 || median[setting{1, 0}] != 100 || median[setting{4, 10}] != 50 {
		t.Fatalf("%v, %v", median, err)
	}
	m := model{100}
	if a, b := m.split(4, 1), m.average(5, 10, 1); math.Abs(a-100/(100*1.25)) > 1e-15 || math.Abs(b-100.0/55) > 1e-15 {
		t.Errorf("speed-ups %v and %v", a, b)
	}
	if s := crossing(m, 4, 5, 10); math.Abs(m.split(4, s)-m.average(5, 10, s)) > 1e-12 {
		t.Errorf("at S = %v the two differ", s)
	}
	dir := t.TempDir()
	if err := report(t.Context(), io.Discard, dir, runs); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir + "/cost-model.png"); err != nil {
		t.Error(err)
	}
}
