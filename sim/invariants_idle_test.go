package sim

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"staleness/optimizers"
	"staleness/sim/delay"
)

// Workers that fetch, then push, go on under a consistency that interrupts: the fetch is answered,
// though the gradient behind it can only be refused.
func TestInterruptsLeaveFetchesAnswered(t *testing.T) {
	m := optimizers.Default[optimizers.GEM]()
	for _, limit := range []int{2, 3, 8} {
		for _, link := range []time.Duration{0, ms, 20 * ms} {
			c := config(strategy(t, m), 4, 2)
			c.Consistency = optimizers.Bounded(limit, true)
			c.Cluster.Compute = each(4, exponential(10*ms))
			c.Cluster.Up, c.Cluster.Down = each(4, Link{Latency: constant(link)}), each(4, Link{Latency: constant(link)})
			c.Cluster.Server.Service = constant(ms / 2)
			c.Record.Updates, c.Stop = true, Stop{Updates: 2000}
			r, rec := must(t, c, options{})
			pushed := make([]int, 4)
			for _, p := range rec.push[len(rec.push)-200:] {
				pushed[p.Worker]++
			}
			for i, n := range pushed {
				if n == 0 {
					t.Errorf("limit %d, links %v: worker %d is not among the last 200 pushes, idle %.2f", limit, link, i, r.Idle)
				}
			}
		}
	}
}

// A method whose workers keep a variable of their own cannot be interrupted at all.
func TestNoInterruptsOfOwnVariables(t *testing.T) {
	for _, m := range []optimizers.Method{optimizers.Default[optimizers.ADMM](), optimizers.Default[optimizers.AEASGD](), optimizers.Default[optimizers.EAMSGD]()} {
		c := config(strategy(t, m), 4, 2)
		c.Consistency = optimizers.Bounded(2, true)
		if _, err := Run(context.Background(), c, new(rows)); err == nil || !strings.Contains(err.Error(), "stops = false") {
			t.Errorf("%T: %v", m, err)
		}
	}
}

// A worker is found that waits for what never comes: its reply is lost on the way.
func TestIdleIsNoticed(t *testing.T) {
	for _, shards := range []int{1, 2} {
		for _, c := range []optimizers.Consistency{optimizers.Async(), optimizers.BSP(), optimizers.SSP(1), optimizers.KAsync(2)} {
			config := config(asgd(t), 3, 2)
			config.Consistency = c
			config.Cluster.Compute = []delay.Law{constant(10 * ms), constant(12 * ms), constant(14 * ms)}
			config.Cluster.Down = each(3, Link{Latency: constant(ms)})
			config.Cluster.Server.Shards = shards
			config.Stop = Stop{Updates: 1e6, Time: 40 * ms}
			for _, lose := range []bool{false, true} {
				err := idleAfterLoss(t, config, lose)
				if (err != nil) != lose || lose && !strings.Contains(err.Error(), "1") {
					t.Errorf("%v, %d shards, a reply lost %v: %v", c, shards, lose, err)
				}
			}
		}
	}
}

// idleAfterLoss runs c, and may lose a reply to worker 1 on its way.
func idleAfterLoss(t *testing.T, c Config[float64], lose bool) error {
	s, err := newEngine(&c, nil, options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.begin(context.Background())()
	s.open()
	for !s.ended() && s.queue.len() > 0 {
		e := s.queue.pop()
		if lose && e.kind() == onDeliver && e.worker() == 1 {
			lose = false
			continue
		}
		if e.at > int64(c.Stop.Time) {
			s.queue.back(e)
			break
		}
		s.now = e.at
		s.handle(&e)
	}
	if lose {
		return errors.New("nothing was lost")
	}
	return s.checkIdle()
}

// Rennala that aborts: whoever was sent an older point is interrupted, also if it has not arrived
// yet. 8 workers, exponential 10 ms, batches of 4; the times of an update were worked out apart
// from this engine.
func TestInterruptsMeetRepliesUnderWay(t *testing.T) {
	m := optimizers.Default[optimizers.Rennala]()
	m.Batch, m.Late = 4, "abort"
	for _, c := range []struct {
		down time.Duration
		want float64 // ms
	}{{2 * ms, 7.76}, {5 * ms, 11.8}, {10 * ms, 18.6}} {
		config := config(strategy(t, m), 8, 0)
		config.Cluster.Compute = each(8, exponential(10*ms))
		config.Cluster.Down = each(8, Link{Latency: constant(c.down)})
		config.Stop = Stop{Updates: 20000}
		r, _ := must(t, config, options{})
		if got := r.VirtualTime.Seconds() * 1e3 / 20000; math.Abs(got/c.want-1) > .02 {
			t.Errorf("replies take %v: an update takes %.3f ms, want %.3g", c.down, got, c.want)
		}
	}
}
