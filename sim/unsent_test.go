package sim

import (
	"testing"

	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// The fingerprint of a run that ends before its first push is of its gradients, whoever computed
// them: no two seeds have the same.
func TestFingerprintBeforeTheFirstPush(t *testing.T) {
	windows := optimizers.Default[optimizers.AGN]()
	windows.Window = 40
	nothing := func() string {
		var r recorder[float64]
		r.init(&Config[float64]{}, nil)
		return r.fingerprint()
	}()
	for name, m := range map[string]optimizers.Method{"window of one": optimizers.Default[optimizers.ASGD](), "window of 40": windows,
		"one-shot": optimizers.Default[optimizers.OneShot]()} {
		for _, after := range []int64{1, 5, 30} {
			if name == "window of one" && after > 1 { // then there are pushes
				continue
			}
			seen := map[string]uint64{}
			for seed := range uint64(6) {
				c := config(strategy(t, m), 4, 3)
				c.Problem, c.Batches = bowl{3, .5, .2}, ones{stream.NewKey(seed, "batch")}
				if after == 1 { // the start has one loss
					c.Cluster.Compute, c.Seeds.Delays = each(4, exponential(10*ms)), seed
				}
				c.Stop = Stop{Gradients: after}
				var print string
				for p := 1; p <= 4; p++ {
					c.Parallel = p
					r, _ := must(t, c, options{poison: true})
					if p == 1 {
						print = r.Fingerprint
					} else if r.Fingerprint != print {
						t.Errorf("%s, %d gradients: another fingerprint with %d goroutines", name, after, p)
					}
				}
				if was, ok := seen[print]; ok || print == nothing {
					t.Errorf("%s, %d gradients: seeds %d and %d have the same fingerprint %.8s", name, after, was, seed, print)
				}
				seen[print] = seed
			}
		}
	}
}

// A target that the start meets leaves the first evaluation to tell two runs apart.
func TestFingerprintOfAStart(t *testing.T) {
	for _, injected := range []bool{false, true} {
		prints := map[string]bool{}
		for _, far := range []float64{1, 2} {
			c := config(strategy(t, optimizers.Default[optimizers.ASGD]()), 2, 3)
			target := 1e9
			c.Eval.Updates = 10
			c.Stop, c.Problem = Stop{Updates: 80, TrainLoss: &target}, bowl{3, far, 0}
			if injected {
				c.Inject, c.Cluster = &Injection{Tau: delay.GeometricCount{P: .2}.Counts()}, Cluster{}
			}
			r, _ := must(t, c, options{})
			if prints[r.Fingerprint] = true; r.Updates != 0 {
				t.Fatal("the start was to meet the target")
			}
		}
		if len(prints) != 2 {
			t.Errorf("injected %t: one fingerprint of two starts", injected)
		}
	}
}
