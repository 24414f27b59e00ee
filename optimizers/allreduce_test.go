package optimizers_test

import (
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// All-reduce is minibatch SGD, to the bit; and decentralised SGD on the complete graph, models sent
// after the step, has its replicas where that is.
func TestAllReduceIsSync(t *testing.T) {
	b := []float64{3, -1, 4, 1}
	run := func(m o.Method) *optimizertest.Run[float64] {
		s, err := o.New[float64](m)
		if err != nil {
			t.Fatal(err)
		}
		grad := func(g, x []float64, worker, _, _, _ int) float64 { g[0] = x[0] - b[worker]; return 0 }
		r, err := optimizertest.New(optimizertest.Setup[float64]{Strategy: s, Workers: len(b), X0: []float64{0}, Grad: grad})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	ring, sync := run(o.AllReduce{Rate: .3}), run(o.Sync{Rate: .3, Reduce: "mean", Reduction: o.ByServer()})
	d, _ := replicasOf(t, o.DSGD{Graph: o.Complete{}, Local: o.PlainSGD{Rate: .3}, Order: "step-average"}, make([]float64, len(b)))
	for round := 1; round <= 30; round++ {
		for ring.Updates < round {
			ring.Step()
		}
		for sync.Updates < round {
			sync.Step()
		}
		pushAll(d, b)
		if !slices.Equal(ring.Center(), sync.Center()) {
			t.Fatalf("round %d: all-reduce is at %v, sync at %v", round, ring.Center(), sync.Center())
		}
		for i, x := range all(d, len(b)) {
			if diff := x - ring.Center()[0]; diff > 1e-12 || diff < -1e-12 {
				t.Fatalf("round %d: all-reduce is at %v, replica %d at %g", round, ring.Center(), i, x)
			}
		}
	}
}
