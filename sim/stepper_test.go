package sim

import (
	"context"
	"sync/atomic"
	"testing"

	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
)

// stepping is a bowl that takes plain steps itself, and counts them.
type stepping struct {
	bowl
	steps *atomic.Int64
}

func (p stepping) Step(ws *nets.Workspace[float64], dst, x, base []float64, rate float64, batch []int) float64 {
	p.steps.Add(1)
	ws.Reset()
	g := ws.Vec(p.d)
	loss := p.Grad(ws, g, x, batch)
	if base == nil {
		vec.AxpyTo(dst, -rate, g, x)
	} else {
		vec.AxpySub(dst, -rate, g, x, base)
	}
	return loss
}

// A problem that takes plain steps itself leaves the record of one that does not; where gradients
// are looked at, it is not asked to.
func TestStepsOfTheProblem(t *testing.T) {
	rule := optimizers.PlainSGD{Rate: .05}
	downpour := optimizers.Default[optimizers.Downpour]()
	downpour.Window, downpour.Local = 4, rule
	single := downpour
	single.Window = 1
	long := downpour
	long.Window = maxSteps + 44 // two tasks
	average := optimizers.Default[optimizers.LocalSGD]()
	average.Window, average.Local = 3, rule
	decay := downpour
	decay.Local = optimizers.PlainSGD{Rate: .05, Decay: optimizers.Decay{Decay: .1}}
	for name, c := range map[string]struct {
		method optimizers.Method
		clip   float64
		gap    bool
		asked  bool
	}{
		"window": {downpour, 0, false, true}, "single": {single, 0, false, true}, "long": {long, 0, false, true}, "average": {average, 0, false, true},
		"decay": {decay, 0, false, false}, "clip": {downpour, 1, false, false}, "gap": {downpour, 0, true, false},
	} {
		for _, parallel := range []int{1, 2} {
			s := strategy(t, c.method)
			s.Clip.Gradient = c.clip
			run := func(p nets.Problem[float64]) string {
				conf := config(s, 5, 7)
				conf.Problem, conf.Parallel = p, parallel
				conf.Cluster.Compute = each(5, exponential(10*ms))
				conf.Record = Record{Updates: true, Gap: c.gap}
				var rec rows
				r, err := Run(context.Background(), conf, &rec)
				if err != nil {
					t.Fatal(err)
				}
				return r.Fingerprint
			}
			b := bowl{d: 7, h: 1, noise: .5}
			p := stepping{b, new(atomic.Int64)}
			want := run(b)
			if got := run(p); got != want {
				t.Errorf("%s: fingerprint %s, want %s", name, got, want)
			}
			if asked := p.steps.Load() > 0; asked != c.asked {
				t.Errorf("%s: the problem took steps: %v, want %v", name, asked, c.asked)
			}
		}
	}
}
