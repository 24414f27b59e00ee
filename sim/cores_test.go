package sim

import (
	"context"
	"sync"
	"testing"
)

// counted notes how often it was told.
type counted struct{ woken int }

func (c *counted) wake() { c.woken++ }

// TestCores: loops count whatever others do, the rest is handed out and back, and who was refused
// is told once when one is free.
func TestCores(t *testing.T) {
	c := NewCores(2)
	a, b := new(counted), new(counted)
	c.enter()
	if !c.take(a) {
		t.Fatal("one of two cores is free, and was refused")
	}
	if c.take(a) || c.take(b) || c.take(b) {
		t.Fatal("more cores were given than there are")
	}
	c.enter() // a second loop: three at two cores
	c.give()
	if a.woken+b.woken > 0 {
		t.Fatal("told of a core where there is none to spare")
	}
	c.give()
	if a.woken != 1 || b.woken != 1 {
		t.Fatalf("told %d and %d times, not once each", a.woken, b.woken)
	}
	if !c.take(b) || c.take(a) {
		t.Fatal("the core that was given back is not there for one")
	}
}

// TestRunsShareCores: runs side by side on fewer cores than they have goroutines end as they do
// alone, and give back what they took.
func TestRunsShareCores(t *testing.T) {
	run := func(parallel int, cores *Cores) string {
		c := config(asgd(t), 8, 14)
		c.Problem, c.Parallel, c.Cores = bowl{14, 1, .3}, parallel, cores
		c.Cluster.Compute = each(8, exponential(10*ms))
		c.Stop.Updates = 2000
		r, err := Run(context.Background(), c, nil)
		if err != nil {
			t.Error(err)
			return ""
		}
		return r.Fingerprint
	}
	alone, cores := run(1, nil), NewCores(2)
	var runs sync.WaitGroup
	for range 5 {
		runs.Go(func() {
			if got := run(3, cores); got != alone {
				t.Errorf("beside others the run has fingerprint %s, alone %s", got, alone)
			}
		})
	}
	runs.Wait()
	if cores.free != 2 {
		t.Errorf("%d of 2 cores are free when all runs have ended", cores.free)
	}
}
