package optimizers_test

import (
	"math"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// The traces of variant = "dist-keras", worked out by walking through the loops of its worker
// classes: iteration counts from 1, and what w | iteration asks for comes before the iteration's
// own training. Two workers of equal speed, worker 0 first.
func distKerasLoop(window, n int, exchange, train func(i int), record func()) {
	done := 0
	for iteration := 1; done < n; iteration++ {
		for i := 0; i < 2 && done < n; i++ {
			// at iteration 1 there is nothing to exchange
			if iteration%window == 0 && iteration > 1 {
				exchange(i)
				record()
				done++
			}
			train(i)
		}
	}
}

func TestDownpourDistKerasTrace(t *testing.T) {
	for _, window := range []int{1, 2, 3} {
		center, w1, w := 1., []float64{1, 1}, []float64{1, 1}
		var want []float64
		distKerasLoop(window, commits, func(i int) {
			center += w[i] - w1[i]
			w[i], w1[i] = center, center
		}, func(i int) { w[i] -= eta * w[i] }, func() { want = append(want, center) })
		m := o.Default[o.Downpour]()
		m.Window, m.Local, m.Variant = window, plain, "dist-keras"
		same(t, "downpour", trace(t, m, optimizertest.Setup[float64]{}, commits), want)
		if window == 2 {
			same(t, "by hand", want[:4], []float64{.9, .8, .629, .477})
		}
	}
}

func TestElasticDistKerasTraces(t *testing.T) {
	// rho = 1 times learning_rate; learning_rate times the rate of Keras' sgd
	const alpha, delta, rate = .1, .9, .1 * .1
	for _, window := range []int{1, 2, 5} {
		center, w := 1., []float64{1, 1}
		var want []float64
		exchange := func(i int) {
			e := alpha * (w[i] - center)
			w[i] -= e
			center += e
		}
		record := func() { want = append(want, center) }
		distKerasLoop(window, commits, exchange, func(i int) { w[i] -= eta * w[i] }, record)
		m := o.Default[o.AEASGD]()
		m.Elastic, m.Window, m.Local, m.Variant = o.Elastic{Alpha: alpha}, window, plain, "dist-keras"
		same(t, "aeasgd", trace(t, m, optimizertest.Setup[float64]{}, commits), want)

		center, w, want = 1, []float64{1, 1}, nil
		r := []float64{0, 0}
		distKerasLoop(window, commits, exchange, func(i int) {
			ahead := w[i] + delta*r[i]
			r[i] = delta*r[i] + rate*ahead
			w[i] -= r[i]
		}, record)
		n := o.Default[o.EAMSGD]()
		n.Elastic, n.Window, n.Rate, n.Momentum, n.Variant = o.Elastic{Alpha: alpha}, window, rate, delta, "dist-keras"
		same(t, "eamsgd", trace(t, n, optimizertest.Setup[float64]{}, commits), want)
		if last := want[commits-1]; window == 2 && math.Abs(last-.9667) > 5e-5 {
			t.Errorf("eamsgd ends at %.5f, want .9667", last)
		}
	}
}

// The variants keep the contract like any method. That of averaging cannot: its workers go on from
// a center that each round makes 1 + 1/M times too large (TestAveragingVariant).
func TestDistKerasVariants(t *testing.T) {
	for kind, table := range map[string]map[string]any{
		"downpour": {"window": int64(3)}, "aeasgd": {"window": int64(3)}, "eamsgd": {"window": int64(3)},
	} {
		t.Run(kind, func(t *testing.T) {
			table["kind"], table["variant"] = kind, "dist-keras"
			spec, err := o.Decode("strategy", table)
			if err != nil {
				t.Fatal(err)
			}
			optimizertest.TestSpec(t, spec)
		})
	}
}
