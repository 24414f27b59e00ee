package sim

import (
	"context"
	"math"
	"strings"
	"testing"

	"staleness/optimizers"
	"staleness/sim/delay"
)

// A server is told how long gradients took, and how fast workers are: with nominal times of 10 and
// 30 ms a rescaled run goes the same way whether it looks at one or the other from the first push
// of everybody on.
func TestServersKnowTimes(t *testing.T) {
	at := func(times string) []float64 {
		m := optimizers.Default[optimizers.Rescaled]()
		m.Times = times
		c := config(strategy(t, m), 2, 1)
		c.Cluster.Compute = []delay.Law{constant(10 * ms), constant(30 * ms)}
		c.Cluster.Nominal = []float64{.01, .03}
		c.Stop.Updates = 4
		c.Record = Record{Updates: true, Center: true}
		_, rec := must(t, c, options{})
		x := []float64{1}
		for _, center := range rec.centers {
			x = append(x, center[0])
		}
		return x
	}
	nominal, measured := at("nominal"), at("measured")
	if got, want := (nominal[0]-nominal[1])/nominal[0], .1*.5; math.Abs(got-want) > 1e-12 {
		t.Errorf("the first step is %g times the gradient, want %g", got, want)
	}
	if got, want := (measured[0]-measured[1])/measured[0], .1; math.Abs(got-want) > 1e-12 {
		t.Errorf("the first step is %g times the gradient, want %g", got, want)
	}
	last := len(measured) - 1 // the slow worker's first
	if got, want := (measured[last-1]-measured[last])/measured[0], .1*1.5; math.Abs(got-want) > 1e-12 {
		t.Errorf("the slow worker's step is %g times its gradient, want %g", got, want)
	}
}

// A worker that gives up does so when it said.
func TestPatience(t *testing.T) {
	m := optimizers.Default[optimizers.MindFlayer]()
	m.Timeout, m.Trials, m.Chance = 15*ms, 2, .5
	c := config(strategy(t, m), 2, 1)
	c.Cluster.Compute = []delay.Law{constant(10 * ms), constant(40 * ms)}
	c.Stop.Updates = 3
	c.Record = Record{Updates: true}
	r, rec := must(t, c, options{})
	if want := 3 * 2 * 15 * ms; r.VirtualTime != want {
		t.Errorf("3 rounds of 2 trials took %v, want %v", r.VirtualTime, want)
	}
	for _, row := range rec.push {
		if want := []float64{.02, .03}[row.Worker]; math.Abs(row.ComputeS-want) > 1e-12 {
			t.Errorf("worker %d computed for %g s, want %g", row.Worker, row.ComputeS, want)
		}
	}
}

// What goes by time makes no sense where there is none.
func TestTimedIsNotInjected(t *testing.T) {
	for _, m := range []optimizers.Method{optimizers.Default[optimizers.Rescaled](), optimizers.Default[optimizers.ATA]()} {
		c := config(strategy(t, m), 2, 1)
		c.Cluster = Cluster{}
		c.Inject = &Injection{Tau: delay.ConstantCount{Tau: 2}.Counts()}
		if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "how long gradients take") {
			t.Errorf("%T: %v", m, err)
		}
	}
}
