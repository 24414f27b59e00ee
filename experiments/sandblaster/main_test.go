package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"staleness/experiments"
)

// The experiment in little: one seed, a few batches.
func TestInLittle(t *testing.T) {
	p := experiments.Program{Name: "sandblaster", Files: files, Report: report}
	var o, e bytes.Buffer
	if status := p.Main([]string{"-out", t.TempDir(), "-set", "repeat=1", "-set", "stop.updates=4"}, &o, &e); status != experiments.Done {
		t.Fatalf("exit status %d\n%s%s", status, &o, &e)
	}
	if !strings.Contains(e.String(), "sandblaster: 46 runs, 46 computed") {
		t.Error(&e)
	}
	for _, part := range []string{"portions.png", "time-to-loss.png", "model-parallel.png", "batches.tex", "methods.tex"} {
		if !strings.Contains(o.String(), part) {
			t.Errorf("no word of %s in\n%s", part, &o)
		}
	}
}

// The model of a partitioned net, by hand: two layers of 1000 units, 2e6 weights, .6 ms a sample.
// Two machines: .3 ms, and four times 500 words (16 us) and one latency (50 us).
func TestPartitioned(t *testing.T) {
	m := dense("", 2, 1000)
	if c, two := m.seconds(1), m.seconds(2); math.Abs(c-600e-6) > 1e-12 || math.Abs(two-(300e-6+4*(16e-6+50e-6))) > 1e-12 {
		t.Errorf("%v s and %v s", c, two)
	}
	// One layer of 10 x 10 pixels on four machines: tiles of 5 x 5, each sends 4 sides of 5 pixels,
	// 1 deep, to 3 others.
	l := local("", 1, 10, 1, 2)
	if got, want := l.seconds(4), 6*400/flops/4+2*(4*20/bandwidth+3*latency); math.Abs(got-want) > 1e-15 {
		t.Errorf("%v s, not %v", got, want)
	}
}
