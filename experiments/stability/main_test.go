package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"testing"

	"staleness/experiments"
	"staleness/sim/record"
)

// All 620 runs: the growth changes its sign within 0.1 % of the closed form, for injected delays and for workers alike.
func TestBoundary(t *testing.T) {
	p := experiments.Program{Name: "stability", Files: files}
	found := 0
	p.Report = func(ctx context.Context, w io.Writer, dir string, runs []record.Run) error {
		for _, c := range crossings(runs) {
			found++
			if !(math.Abs(c.measured/c.law-1) < 1e-3) {
				t.Errorf("%s, tau = %d: %v, not %v", c.part, c.tau, c.measured, c.law)
			}
		}
		return report(ctx, w, dir, runs)
	}
	var o, e bytes.Buffer
	if status := p.Main([]string{"-out", t.TempDir()}, &o, &e); status != experiments.Done || found != 20 {
		t.Fatalf("exit status %d, %d rows\n%s%s", status, found, &o, &e)
	}
	for _, part := range []string{"injected.png", "workers.png", "boundary.txt"} {
		if !bytes.Contains(o.Bytes(), []byte(part)) {
			t.Errorf("no word of %s in\n%s", part, &o)
		}
	}
}
