package sim

import (
	"fmt"
	"math"
	"testing"

	"staleness/internal/stream"
	"staleness/optimizers"
)

var plain = optimizers.PlainSGD{Rate: .1}

// oneStep are methods that, with windows of one step, take x <- x - .1 g.
func oneStep() []optimizers.Method {
	downpour := optimizers.Default[optimizers.Downpour]()
	downpour.Local = plain
	agn := optimizers.Default[optimizers.AGN]()
	agn.Window, agn.Local = 1, plain
	return []optimizers.Method{
		optimizers.Default[optimizers.ASGD](), downpour, agn, optimizers.DynSGD{Window: 1, Local: plain, ServerRate: 1},
		optimizers.SGD{Local: plain}, optimizers.Sync{Rate: .1, Reduce: "mean", Reduction: optimizers.ByServer()}, optimizers.LocalSGD{Window: 1, State: "keep", Local: plain, Reduction: optimizers.ByServer()},
	}
}

// One worker, a step to a tenth after two gradients: the same on every clock, whichever half takes
// the steps.
func TestScheduleOfOneWorker(t *testing.T) {
	want := []float64{.9, .81, .8019, .793881}
	for clock, at := range map[string]float64{"sample": .002, "local": 2, "update": 2, "time": .025} {
		for _, m := range append(oneStep(), optimizers.Default[optimizers.Ringmaster](), distBelief()) {
			for _, single := range []bool{false, true} {
				s := strategy(t, m)
				s.Schedule = optimizers.StepDecay{ByClock: optimizers.ByClock{By: clock}, Factor: .1, Points: []float64{at}}
				c := config(s, 1, 1)
				c.Record, c.Stop.Updates = Record{Updates: true, Center: true}, 4
				_, rec := must(t, c, options{single: single})
				for k, x := range want {
					if got := rec.centers[k][0]; math.Abs(got-x) > 1e-15 {
						t.Errorf("%T, clock %s: after update %d the center is %v, want %v", m, clock, k+1, got, x)
					}
				}
			}
		}
	}
}

func distBelief() optimizers.Method {
	m := optimizers.Default[optimizers.Downpour]()
	m.Form = "distbelief"
	return m
}

// Equal workers without delays are at one progress, on both sides: all the pushes of a round have
// one factor.
func TestScheduleOfEqualWorkers(t *testing.T) {
	const workers = 4
	for _, clock := range []optimizers.Clock{optimizers.SampleClock, optimizers.LocalClock, optimizers.TimeClock} {
		s := asgd(t)
		s.Schedule = identity(clock)
		var seen []float64
		server := s.Server
		s.Server = func(e optimizers.Env[float64]) optimizers.Server[float64] { return &hearer{server(e), &seen} }
		c := config(s, workers, 1)
		c.Stop.Updates = 5 * workers
		must(t, c, options{})
		for k, got := range seen {
			round := k / workers
			want := map[optimizers.Clock]float64{
				optimizers.SampleClock: float64(round*workers) / 1000,
				optimizers.LocalClock:  float64(round),
				optimizers.TimeClock:   float64(round+1) / 100,
			}[clock]
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("clock %d: push %d has the factor of %v, want %v", clock, k, got, want)
			}
		}
	}
}

type hearer struct {
	optimizers.Server[float64]
	seen *[]float64
}

func (h *hearer) Apply(m optimizers.Message[float64]) optimizers.Verdict {
	*h.seen = append(*h.seen, m.Sched)
	return h.Server.Apply(m)
}

// Methods that are equal stay equal, whatever the cluster, the consistency and the schedule.
func TestRandomEqualMethods(t *testing.T) {
	n := *runs / 4
	if testing.Short() || raceEnabled {
		n /= 10
	}
	compared := 0
	for seed := range n {
		d := &draws{stream.NewKey(seed, "equal methods").At(0, 0)}
		if m := 1 + d.n(6); equalMethods(t, d, m, seed) {
			compared++
		}
		if t.Failed() {
			return
		}
	}
	if compared < int(n)/2 {
		t.Errorf("only %d of %d pairs were compared", compared, n)
	}
}

// equalMethods runs two of the methods on one cluster, and compares each push.
func equalMethods(t *testing.T, d *draws, workers int, seed uint64) bool {
	methods := oneStep()[:3] // those that take any number of workers and any consistency
	one := d.n(3)
	a, b := strategy(t, methods[one]), strategy(t, methods[(one+1+d.n(2))%3])
	a.Schedule = randomSchedule(d, workers)
	b.Schedule = a.Schedule
	c := config(a, workers, 3)
	c.Consistency = randomConsistency(d, workers)
	if _, err := a.Resolve(c.Consistency, workers); err != nil {
		return false
	}
	randomTime(d, &c)
	c.Problem = bowl{d: 3, h: .5, noise: .1}
	c.Seeds = Seeds{seed, seed, seed}
	c.Record, c.Stop = Record{Updates: true, Center: true}, Stop{Updates: 80, Gradients: 1000}
	_, want := must(t, c, options{})
	c.Strategy = b
	_, got := must(t, c, options{})
	what := fmt.Sprintf("seed %d: %T and another, %d workers, %v, %+v", seed, methods[one], workers, c.Consistency, a.Schedule)
	if len(got.push) != len(want.push) {
		t.Errorf("%s: %d pushes and %d", what, len(want.push), len(got.push))
		return true
	}
	for k, x := range want.centers {
		for i := range x {
			if math.Abs(got.centers[k][i]-x[i]) > 1e-12 {
				t.Errorf("%s: after push %d the center is %v, and %v", what, k, x, got.centers[k])
				return true
			}
		}
	}
	return true
}

// randomSchedule changes while a run of some dozens of gradients a worker goes on.
func randomSchedule(d *draws, workers int) optimizers.Schedule {
	by := optimizers.ByClock{By: pick(d, "sample", "local", "update", "time")}
	unit := map[string]float64{"sample": float64(workers) / 1000, "local": 1, "update": float64(workers), "time": .01}[by.By]
	step := optimizers.StepDecay{ByClock: by, Factor: .1, Points: []float64{float64(1+d.n(5)) * unit}, Every: float64(d.n(2)*4) * unit}
	return pick[optimizers.Schedule](d, step, optimizers.InverseDecay{ByClock: by, Decay: .3 / unit, Power: 1},
		optimizers.CosineDecay{ByClock: by, Length: 9 * unit, Floor: float64(d.n(2)) / 2},
		optimizers.Warmup{ByClock: by, Length: 5 * unit, From: float64(d.n(2)) / 4, Then: step})
}
