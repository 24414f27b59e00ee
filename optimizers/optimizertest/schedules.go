package optimizertest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// Schedules and clocks: which half of a method takes its steps must not matter.

// schedules are one of each shape on a clock, all of which change within the first gradients of a
// worker. unit is what the clock advances by with each.
func schedules(clock string, unit float64) []o.Schedule {
	by := o.ByClock{By: clock}
	step := o.StepDecay{ByClock: by, Factor: .1, Points: []float64{2 * unit, 9.5 * unit}}
	return []o.Schedule{
		step, o.StepDecay{ByClock: by, Factor: .7, Every: 3 * unit}, o.InverseDecay{ByClock: by, Decay: .2 / unit, Power: 1},
		o.CosineDecay{ByClock: by, Length: 20 * unit, Floor: .1}, o.Warmup{ByClock: by, Length: 5 * unit, From: .25, Then: step},
	}
}

// eachSchedule calls f with all of them.
func eachSchedule(workers int, f func(o.Schedule) error) error {
	for _, c := range []struct {
		clock string
		unit  float64
	}{{"sample", float64(workers) / epoch}, {"local", 1}, {"update", 1}, {"time", 1e-6}} {
		for _, s := range schedules(c.clock, c.unit) {
			if err := f(s); err != nil {
				return fmt.Errorf("%T by %s: %w", s, c.clock, err)
			}
		}
	}
	return nil
}

// serial: alone and without delay, the method is its serial rule, under every schedule on every
// clock.
func serial[F vec.Float](s o.Strategy[F]) error {
	if s.Serial == nil {
		return nil // it makes no such promise
	}
	return eachSchedule(1, func(schedule o.Schedule) error {
		s.Schedule = schedule
		return serially(s)
	})
}

// serially compares a strategy with its serial rule, step by step: gradient k counts k before it on
// every clock but time's, which is when it ends.
func serially[F vec.Float](s o.Strategy[F]) error {
	c := setup(s)
	c.Workers, c.Up, c.Down = 1, 0, 0
	r, err := New(c)
	if err != nil {
		return err
	}
	x, g := start[F](), make([]F, dim)
	rule := o.NewRule[F](s.Serial, dim)
	for k := range 100 {
		for i := 0; r.Updates <= k; i++ {
			if err := advance(r, 1); err != nil {
				return err
			}
			if i > 1000 {
				return fmt.Errorf("no update after update %d", k)
			}
		}
		c.Grad(g, x, 0, 0, 0, 0)
		at := o.Progress{Epochs: float64(k) / epoch, Gradients: k, Version: k, Seconds: float64(r.Now) / 1e9}
		rule.Step(x, g, at.Factor(s.Schedule))
		if !slices.Equal(x, r.Center()) {
			return fmt.Errorf("update %d: the center begins %v, serial descent is at %v", k+1, r.Center()[:3], x[:3])
		}
	}
	return nil
}

// TestEqual checks that methods take the same steps, but for rounding: alone and among several
// uneven workers with links, under every schedule on every clock, and under every consistency that
// is the same for both. The centers are compared after every push.
func TestEqual(t *testing.T, specs ...o.Spec) {
	t.Helper()
	for _, spec := range specs[1:] {
		t.Run(fmt.Sprintf("%T and %T", specs[0].Method, spec.Method), func(t *testing.T) {
			if err := equal(specs[0], spec); err != nil {
				t.Error(err)
			}
		})
	}
}

func equal(one, other o.Spec) error {
	a, err := o.Build[float64](one)
	if err != nil {
		return err
	}
	b, err := o.Build[float64](other)
	if err != nil {
		return err
	}
	taken := 0
	for _, workers := range []int{1, 4} {
		for _, c := range []o.Consistency{o.Async(), o.BSP(), o.SSP(1), o.Softsync(3), o.KAsync(2), o.Bounded(3, true)} {
			ofA, refusedA := a.Resolve(c, workers)
			ofB, refusedB := b.Resolve(c, workers)
			if refusedA != nil || refusedB != nil || ofA != ofB {
				continue
			}
			taken++
			err := eachSchedule(workers, func(s o.Schedule) error {
				a.Schedule, b.Schedule = s, s
				return together(a, b, c, workers)
			})
			if err != nil {
				return fmt.Errorf("%d workers, %v: %w", workers, c, err)
			}
		}
	}
	if taken == 0 {
		return fmt.Errorf("they have no consistency in common")
	}
	return nil
}

// together compares the centers of two methods after every push.
func together(a, b o.Strategy[float64], c o.Consistency, workers int) error {
	trace := func(s o.Strategy[float64]) (centers [][]float64, err error) {
		set := setup(s)
		set.Workers, set.Consistency = workers, c
		set.OnPush = func(_ int, _ hub.Outcome, center []float64) { centers = append(centers, vec.Clone(center)) }
		_, err = after(set, 300)
		return centers, err
	}
	want, err := trace(a)
	if err != nil {
		return err
	}
	got, err := trace(b)
	if err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d pushes and %d", len(want), len(got))
	}
	for k := range want {
		for i, x := range want[k] {
			if !(math.Abs(got[k][i]-x) <= 1e-12) {
				return fmt.Errorf("after push %d the center is %v, and %v", k+1, want[k][:3], got[k][:3])
			}
		}
	}
	return nil
}
