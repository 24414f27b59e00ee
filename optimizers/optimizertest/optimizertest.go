// Package optimizertest checks that a method keeps the contract of package optimizers. A test of a
// method of one's own is one line: optimizertest.Test(t, "name").
package optimizertest

import (
	"testing"

	"staleness/internal/testspeed"
	"staleness/nets/vec"
	o "staleness/optimizers"
)

// Test checks the registered method of that name with its defaults, at both precisions:
//
//   - it converges on a quadratic;
//   - one worker without delay takes the steps of its serial rule, bit for bit, under every
//     schedule on every clock, where it says so (Strategy.Serial);
//   - it never writes a hyperparameter;
//   - it is pure: two instances that are fed alike are in the same state, and an instance keeps
//     nothing it was lent;
//   - its state goes through a checkpoint into an instance that has lived another life;
//   - it is the same with 1 and with 7 shards, if it says it is elementwise;
//   - nothing moves while the schedule is 0;
//   - staleness is conserved, and bounded as the consistency promises, under every consistency that
//     it takes;
//   - what it declares by Horizon, Uniform, ApplyTo, Borrow, Move, Trails, Overlaps and Jobs is
//     true.
func Test(t *testing.T, name string) {
	t.Helper()
	spec, err := o.DefaultSpec(name)
	if err != nil {
		t.Fatal(err)
	}
	TestSpec(t, spec)
}

// TestSpec is Test with settings of one's own.
func TestSpec(t *testing.T, spec o.Spec) {
	t.Helper()
	t.Run("float64", func(t *testing.T) { all[float64](t, spec) })
	if testspeed.Race {
		t.Log("float32 is checked without the race detector: the code is the same")
		return
	}
	t.Run("float32", func(t *testing.T) { all[float32](t, spec) })
}

func all[F vec.Float](t *testing.T, spec o.Spec) {
	s, err := o.Build[F](spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks[F](spec) {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(s); err != nil {
				t.Error(err)
			}
		})
	}
}

// A check is one clause of the contract.
type check[F vec.Float] struct {
	name string
	run  func(o.Strategy[F]) error
}

func checks[F vec.Float](spec o.Spec) []check[F] {
	return []check[F]{
		{"converges", converges[F]}, {"serial", serial[F]},
		{"hyperparameters", func(s o.Strategy[F]) error { return hyperparameters(spec, s) }},
		{"pure", pure[F]}, {"checkpoint", checkpoint[F]}, {"shards", shards[F]}, {"frozen", frozen[F]},
		{"consistencies", everyConsistency[F]}, {"borrow", borrow[F]}, {"move", move[F]}, {"versions", versions[F]},
		{"jobs", jobs[F]},
	}
}
