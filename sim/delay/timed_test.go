package delay_test

import (
	"math"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/sim/delay"
	"staleness/sim/delay/delaytest"
)

type table = map[string]any

// busy draws for a worker that is always at work until a time has passed, and returns how many
// tasks it began and when the last ends.
func busy(l delay.Law, worker uint64, until time.Duration) (tasks int, at time.Duration) {
	d := delaytest.NewDrawer(l, stream.NewKey(4, "compute"), worker)
	for at < until {
		at += d.Next(int64(at))
		tasks++
	}
	return tasks, at
}

// A worker that is always at work needs E[work] / E[speed] for a task, whether tasks are longer or
// shorter than sojourns.
func TestMarkovInTheLongRun(t *testing.T) {
	for _, work := range []string{"1ms", "300ms"} {
		l := law(t, table{"law": "markov", "of": table{"law": "exponential", "mean": work},
			"states": []any{table{"scale": 1., "stay": "100ms"}, table{"scale": 5., "stay": "30ms"}, table{"scale": 2., "stay": "20ms"}}})
		// speed is 1 for 10/15, .2 for 3/15 and .5 for 2/15 of the time
		w, _ := time.ParseDuration(work)
		want := w.Seconds() / (10./15 + .2*3/15 + .5*2/15)
		if math.Abs(l.Mean()-want) > 1e-12 {
			t.Errorf("work %s: Mean %v, want %v", work, l.Mean(), want)
		}
		tasks, at := 0, time.Duration(0)
		for worker := range uint64(8) {
			n, end := busy(l, worker, 400*time.Second)
			tasks, at = tasks+n, at+end
		}
		// 21,000 cycles of states: their spread is below 1 %; so is that of tasks
		if got := at.Seconds() / float64(tasks); math.Abs(got-want) > .02*want {
			t.Errorf("work %s: a task takes %v on average, want %v", work, got, want)
		}
	}
}

// Slowness goes by model time: the state at a time does not depend on what was drawn before it.
func TestMarkovGoesByTime(t *testing.T) {
	l := law(t, table{"law": "markov", "of": "1us", "states": []any{table{"scale": 1., "stay": "10ms"}, table{"scale": 5., "stay": "10ms"}}})
	key := stream.NewKey(4, "compute")
	often, seldom := delaytest.NewDrawer(l, key, 2), delaytest.NewDrawer(l, key, 2)
	slow := 0
	for k := range int64(4000) {
		now := k * int64(50*time.Microsecond)
		x := often.Next(now)
		if k%100 == 0 {
			if y := seldom.Next(now); x != y {
				t.Fatalf("at %v a task takes %v, and %v of whom has worked less", time.Duration(now), x, y)
			}
		}
		if x > 3*time.Microsecond {
			slow++
		}
	}
	if slow < 800 || slow > 3200 {
		t.Errorf("slow in %d of 4000", slow)
	}
}

// Speed is inverted exactly: the example of the manual, by hand.
func TestSpeedByHand(t *testing.T) {
	pieces := []any{[]any{"0s", 1.}, []any{"5s", 0.}, []any{"9s", 2.}}
	for _, c := range []struct {
		work   string
		period string
		at     float64
		want   float64 // s; -1: never
	}{
		{"3s", "", 0, 3}, {"5s", "", 0, 5}, {"7s", "", 0, 10}, {"1s", "", 4.5, 4.75}, {"1s", "", 5, 4.5}, {"0s", "", 6, 0}, {"100s", "", 9, 50},
		{"3s", "10s", 0, 3}, {"7s", "10s", 0, 10}, {"8s", "10s", 0, 11}, {"70s", "10s", 0, 100}, {"71s", "10s", 0, 101},
		{"700001s", "10s", 2e6, 1000001}, {"1s", "10s", 19.75, .75}, {"7s", "10s", 13, 10},
	} {
		tab := table{"law": "speed", "of": c.work, "pieces": pieces}
		if c.period != "" {
			tab["period"] = c.period
		}
		d := delaytest.NewDrawer(law(t, tab), 0, 0)
		if got := d.Next(int64(c.at * 1e9)); got != time.Duration(c.want*1e9) {
			t.Errorf("%s of work begun at %v s, period %q: %v, want %v s", c.work, c.at, c.period, got, c.want)
		}
	}
	ends := []any{[]any{"0s", 1.}, []any{"5s", 0.}}
	for _, tab := range []table{
		{"law": "speed", "of": "6s", "pieces": ends},
		{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", 0.}}, "period": "3s"},
		{"law": "speed", "of": "6s", "pieces": ends, "noise": table{"law": "uniform"}, "scale": 3., "shift": "1s"},
		{"law": "mixture", "of": []any{table{"law": "speed", "of": "6s", "pieces": ends}}},
	} {
		if got := delaytest.NewDrawer(law(t, tab), 0, 0).Next(0); got != delay.Never {
			t.Errorf("%v: %v, want never", tab, got)
		}
	}
	tab := table{"law": "speed", "of": "6s", "pieces": ends, "max": "20s"}
	if got := delaytest.NewDrawer(law(t, tab), 0, 0).Next(0); got != 20*time.Second {
		t.Errorf("%v: %v, want its max", tab, got)
	}
	if m := law(t, table{"law": "speed", "of": "3s", "pieces": pieces, "period": "10s"}).Mean(); math.Abs(m-3/.7) > 1e-12 {
		t.Errorf("the mean is %v, want %v", m, 3/.7)
	}
}

// Longer tasks are more work, not the same work for longer.
func TestScaledWork(t *testing.T) {
	l := law(t, table{"law": "speed", "of": "1s", "pieces": []any{[]any{"0s", 1.}, []any{"5s", 0.}, []any{"9s", 2.}}})
	if got := delaytest.NewDrawer(delay.Scaled(l, 7), 0, 0).Next(0); got != 10*time.Second {
		t.Errorf("7 s of work take %v", got)
	}
}

// Blocks keep what order there is in measured times, and draw each as often; in order, they are
// what was measured.
func TestResampling(t *testing.T) {
	var times []any
	for i := range 200 {
		times = append(times, float64(100+i))
	}
	cyclic := draws(law(t, table{"law": "empirical", "times": times, "unit": "us", "draw": "cyclic"}), 1, 0, 500)
	for k, x := range cyclic {
		if want := float64(100+k%200) / 1e6; math.Abs(x-want) > 1e-12 {
			t.Fatalf("draw %d is %v, want %v", k, x, want)
		}
	}
	const block = 20
	x := draws(law(t, table{"law": "empirical", "times": times, "mean": "10ms", "draw": "blocks", "block": int64(block)}), 1, 0, 60_000)
	mean, breaks := 0.0, 0
	for k := range x {
		mean += x[k] / float64(len(x))
		step := (x[max(k, 1)] - x[max(k, 1)-1]) * 199.5 / .01
		if follows := math.Abs(step-1) < 1e-3 || math.Abs(step+199) < 1e-3; !follows {
			if breaks++; k%block != 0 {
				t.Fatalf("draw %d does not follow the one before: %v after %v", k, x[k], x[k-1])
			}
		}
	}
	if math.Abs(mean-.01) > .0003 || breaks < len(x)/block*9/10 {
		t.Errorf("mean %v, %d blocks", mean, breaks)
	}
}
