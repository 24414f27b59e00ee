package nets

import (
	"context"
	"errors"
	"testing"

	"staleness/nets/data"
)

// A countdown is a context that ends when it has been asked so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// The minimum may be interrupted at every point where its context is asked: nothing is kept, and
// what is computed later has the same bits.
func TestInterruptedMinimum(t *testing.T) {
	on := onData("float64")
	on.Data = data.Gaussian{Design: data.Design{Samples: 300, Features: 12, Classes: 2, Noise: 1, Condition: 10}}
	for name, c := range map[string]Config{"logistic": Logistic{WithData: on}, "with intercept": Logistic{WithData: on, Intercept: true, L2: .1}, "least squares": LeastSquares{WithData: on}} {
		build := func() Problem[float64] {
			p, err := Build[float64](c, Env{Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		x, f := build().(Solved[float64]).Minimum()
		p := build()
		times := 0
		for ; ; times++ {
			err := p.(Preparer).Prepare(&countdown{t.Context(), times})
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if times < 40 {
			t.Errorf("%s: the context was asked %d times; a factorization alone has 12 rows", name, times)
		}
		y, g := p.(Solved[float64]).Minimum()
		if f != g || len(x) != len(y) {
			t.Fatalf("%s: minimum %v after interruptions, %v without", name, g, f)
		}
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%s: coordinate %d is %v after interruptions, %v without", name, i, y[i], x[i])
			}
		}
		if what, operations := p.(Preparer).Preparation(); what == "" || operations < 300*12*12 {
			t.Errorf("%s: %q, %v operations", name, what, operations)
		}
	}
}
