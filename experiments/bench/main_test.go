package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/nets/vec"

	"staleness/internal/testspeed"
)

func TestWrongFlags(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-h"}, 0, "Usage"},
		{[]string{"-turns", "3"}, 2, "not defined"},
		{[]string{"fast"}, 2, "flags only"},
		{[]string{"-rounds", "0"}, 2, "at least one round"},
		{[]string{"-only", "everything"}, 1, "there are nets, narrow, simulator, crowd, sweep"},
		{[]string{"-peers", "no-such-python"}, 1, "no-such-python"},
	} {
		var log strings.Builder
		if status := run(c.args, io.Discard, &log); status != c.status || !strings.Contains(log.String(), c.says) {
			t.Errorf("%v: status %d, %q; want %d, %q", c.args, status, log.String(), c.status, c.says)
		}
	}
}

// The step on gonum is the same step.
func TestGonumTakesTheSameSteps(t *testing.T) {
	g, err := newOnGonum(mlp32)
	if err != nil {
		t.Fatal(err)
	}
	own, err := newTraining[float32](mlp32)
	if err != nil {
		t.Fatal(err)
	}
	before := vec.Clone(own.x)
	for range 3 {
		g.step()
		own.step()
	}
	moved, distance := vec.DistSq(own.x, before), vec.DistSq(own.x, g.x)
	if !(distance < 1e-8*moved) {
		t.Errorf("three steps lead %g far, and %g apart", math.Sqrt(moved), math.Sqrt(distance))
	}
}

// One round of everything that is printed.
func TestRows(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("a benchmark measures nothing under the race detector, and takes long without assembly")
	}
	for _, c := range []struct{ only, has string }{{"nets", "momentum, float32"}, {"narrow", "forced"}} {
		var out, log strings.Builder
		if status := run([]string{"-rounds", "1", "-only", c.only}, &out, &log); status != 0 || !strings.Contains(out.String(), c.has) || strings.Contains(out.String(), "+Inf") {
			t.Errorf("%s: status %d, %s\n%s", c.only, status, log.String(), out.String())
		}
	}
}

func TestQuantiles(t *testing.T) {
	s := sample{5, 1, 3, 2, 4}
	if s.median() != 3 || s.quantile(0) != 1 || s.quantile(1) != 5 || s.quantile(.25) != 2 {
		t.Errorf("%v: %v %v %v %v", s, s.median(), s.quantile(0), s.quantile(1), s.quantile(.25))
	}
	if got := s.times(2).by(s).spread("%.0f"); got != "2 [2 to 2]" {
		t.Errorf("ratios: %s", got)
	}
}

// The sweeps that are measured can be computed, and are found again; one that is not what it should
// be is an error.
func TestSweepIsComputed(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("a benchmark measures nothing under the race detector, and takes long without assembly")
	}
	t.Setenv("TMPDIR", t.TempDir())
	text := fmt.Sprintf(trivialText, 3)
	if s, err := computed(text, 3); err != nil || !(s.compute > 0) || !(s.found > 0) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := computed(text, 4); err == nil {
		t.Error("three runs pass for four")
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := computed(strings.Replace(sweepText, "gradients = ", "gradients = 17 # ", 1), sweepRuns); err != nil {
		t.Error(err)
	}
}
