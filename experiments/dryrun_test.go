package experiments

import (
	"math"
	"testing"
	"time"

	"staleness/experiments/internal/cost"
)

// An estimate says no more digits than it has.
func TestInTime(t *testing.T) {
	for _, c := range []struct{ d, want string }{
		{"20us", "<1ms"}, {"1.6ms", "2ms"}, {"999ms", "999ms"}, {"1.234s", "1.2s"}, {"59.6s", "1m"}, {"12.6s", "13s"}, {"2m3s", "2m"}, {"9m56s", "10m"},
		{"12m34s", "13m"}, {"1h34m", "1h30m"}, {"3h16m48s", "3h20m"}, {"10h56m50s", "11h"}, {"277777h46m40s", "277778h"},
	} {
		d, err := time.ParseDuration(c.d)
		if got := inTime(d); err != nil || got != c.want {
			t.Errorf("%s: %s, want %s, %v", c.d, got, c.want, err)
		}
	}
}

// A gradient of no time takes 1 ns in the run, and in what is said of the run before.
func TestWorkInNoTime(t *testing.T) {
	var gradients [2]float64
	for i, compute := range []string{"0s", "1ns"} {
		x, err := Load([]File{{"exp.toml", "name = \"z\"\n[problem]\nkind = \"quadratic\"\ncurvature = [1.0]\n[strategy]\nkind = \"asgd\"\n[cluster]\nworkers = 4\ncompute = \"" + compute + "\"\n[stop]\ntime = \"1s\"\n[eval]\nevery = \"500ms\"\n"}}, Options{Out: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		w, err := cost.WorkOf(x.Runs[0].config, x.problems)
		if err != nil {
			t.Fatal(err)
		}
		gradients[i] = w.Gradients
	}
	if gradients[0] != gradients[1] || math.Round(gradients[0]) != 4e9 {
		t.Errorf("%g gradients of 0s in a second, %g of 1ns", gradients[0], gradients[1])
	}
}
