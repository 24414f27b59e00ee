package experiments

import (
	"math"
	"strings"
	"testing"

	"staleness/experiments/internal/cost"
)

// A run that comes to the end of model time fails with the time, once: trying again would change
// nothing.
func TestEndOfModelTime(t *testing.T) {
	for _, change := range [][2]string{
		{`compute = "10ms"`, `compute = "2562047h"`},
		{`compute = "10ms"`, "compute = \"10ms\"\nmessage = \"4TB\"\nup = {bandwidth = \"1bit/s\"}"},
	} {
		status, _, stderr, _ := command(t, strings.Replace(small, change[0], change[1], 1))
		if status != Failed || !strings.Contains(stderr, "model time ends at 2562047h47m16.854775807s") || strings.Contains(stderr, "tried again") {
			t.Errorf("exit status %d: %s", status, stderr)
		}
	}
}

// What is no whole number of nanoseconds is refused wherever a duration stands.
func TestFractionsOfNanoseconds(t *testing.T) {
	text := small + "time = \"1s\"\n[eval]\nevery = \"1s\"\n"
	for old, change := range map[string]string{
		`compute = "10ms"`: `compute = "1.9ns"`, `"10ms"`: `{law = "exponential", mean = "0.4ns"}`, `time = "1s"`: `time = "0.0000000000001h"`, `every = "1s"`: `every = "1.00001us"`,
	} {
		status, _, stderr, _ := command(t, strings.Replace(text, old, change, 1))
		if status != Usage || !strings.Contains(stderr, "is not a whole number of nanoseconds") || !strings.Contains(stderr, "exp.toml:") {
			t.Errorf("%s: exit status %d: %s", change, status, stderr)
		}
	}
	if status, _, stderr, _ := command(t, text, "-set", `stop.time="0.1ns"`); status != Usage || !strings.Contains(stderr, "is not a whole number of nanoseconds") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// A gradient of no time takes 1 ns, in a run and in the estimate of one.
func TestCostOfNoTime(t *testing.T) {
	text := strings.Replace(small, "updates = 6", `time = "1us"`, 1)
	for _, compute := range []string{"0s", "1ns"} {
		x, err := Load([]File{{"exp.toml", strings.Replace(text, "10ms", compute, 1)}}, Options{Out: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		w, err := cost.WorkOf(x.Runs[0].config, x.problems)
		if err != nil || math.Abs(w.Gradients-2000) > 1e-6 {
			t.Errorf("%s: %g gradients, %v", compute, w.Gradients, err)
		}
	}
	if g := runs(t, strings.Replace(text, "10ms", "0s", 1))[0].Summary.Gradients; g != 2000 {
		t.Errorf("%d gradients", g)
	}
}
