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

// All 620 runs: the growth changes its sign within 0.1 % of the closed form, for injected delays
// and for workers alike, and near there is that of the spectral radius.
func TestBoundary(t *testing.T) {
	p := experiments.Program{Name: "stability", Files: files}
	found := 0
	p.Report = func(ctx context.Context, w io.Writer, dir string, runs []record.Run) error {
		rows, err := crossings(runs)
		if err != nil {
			return err
		}
		for _, c := range rows {
			found++
			if !(c.off < 2e-5) {
				t.Errorf("%s, tau = %d: a growth is %v from the spectral radius", c.part, c.tau, c.off)
			}
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

// At the closed form nothing grows, below it everything shrinks.
func TestGrowth(t *testing.T) {
	for _, tau := range []int{0, 1, 2, 7, 32, 100} {
		law := 2 * math.Sin(math.Pi/float64(2*(2*tau+1)))
		for _, c := range []struct{ share, sign float64 }{{.9, -1}, {1, 0}, {1.1, 1}} {
			g, err := growth(c.share*law, tau)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(g) < 1e-12 != (c.sign == 0) || c.sign*g < 0 {
				t.Errorf("tau = %d, %v of the closed form: %v", tau, c.share, g)
			}
		}
	}
	if g, err := growth(.5, 0); err != nil || math.Abs(g-math.Log(.5)) > 1e-15 {
		t.Errorf("half of what is left at every step: %v, %v", g, err)
	}
}
