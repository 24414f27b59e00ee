package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"staleness/optimizers"
	"staleness/sim/delay"
	"staleness/sim/record"
)

func at(t time.Duration, worker int, do Deed) FaultEvent {
	return FaultEvent{At: t, Worker: worker, Do: do}
}

// A worker that crashes in any phase of a gradient's way, and again while it is born, is back, and
// nothing is counted twice or forgotten: it computes, its push is on the uplink, in the queue,
// served, held in a round, or its reply is on the way.
func TestCrashInEachPhase(t *testing.T) {
	for _, c := range []optimizers.Consistency{optimizers.Async(), optimizers.BSP(), optimizers.SSP(1), optimizers.KSync(2, true)} {
		for k := range 2 * 2 * 44 {
			when := time.Duration(k/4) * ms
			f := &Faults{Keep: k%2 == 1, Events: []FaultEvent{at(when, 0, DoCrash), at(when+7*ms, 0, DoRecover),
				at(when+9*ms, 0, DoCrash), at(when+14*ms, 0, DoRecover)}}
			if k%4 > 1 {
				f.Detect = Unnoticed
			}
			config := config(asgd(t), 3, 2)
			config.Consistency, config.Cluster.Faults = c, f
			config.Cluster.Up, config.Cluster.Down = each(3, Link{Latency: constant(3 * ms)}), each(3, Link{Latency: constant(5 * ms)})
			config.Cluster.Server.Service = constant(2 * ms)
			config.Record.Updates, config.Stop = true, Stop{Gradients: 40}
			r, rec := must(t, config, options{poison: true})
			last := 0
			for i, p := range rec.push {
				if p.Worker == 0 {
					last = i
				}
			}
			if r.Status != Completed || r.Crashes != 2 || last < len(rec.push)-6 {
				t.Errorf("%v, crash at %v: %s (%s), %d crashes, worker 0 pushed last in row %d of %d", c, when, r.Status, r.Reason, r.Crashes, last, len(rec.push))
			}
		}
	}
}

// Under a time-out far below the round trip most of what arrives has been there before. Every
// message is processed once: as many rows as messages that are not under way.
func TestDuplicatesCountOnce(t *testing.T) {
	for _, shards := range []int{1, 3} {
		c := config(asgd(t), 4, 3)
		c.Cluster.Up, c.Cluster.Down = each(4, Link{Latency: exponential(8 * ms)}), each(4, Link{Latency: exponential(8 * ms)})
		c.Cluster.Server.Shards, c.Cluster.Server.Service = shards, constant(ms)
		c.Cluster.Faults = &Faults{Loss: .2, Timeout: 2 * ms}
		s, err := newEngine(&c, nil, options{poison: true})
		if err != nil {
			t.Fatal(err)
		}
		done := s.begin(context.Background())
		s.open()
		s.loop()
		s.finish()
		done()
		distinct := int64(0)
		for i := range s.fleet {
			distinct += int64(s.fleet[i].N)
		}
		s.eachMessage(func(_ messageHandle, g *message) {
			if g.Open&openRequest != 0 {
				distinct--
			}
		})
		r := s.result()
		for _, v := range r.Invariants {
			if v.Err != nil {
				t.Error(v)
			}
		}
		if r.Pushes != distinct || r.Retransmissions < r.Pushes || r.LostMessages < r.Pushes/4 {
			t.Errorf("%d shards: %d rows of %d messages, %d retransmissions, %d lost", shards, r.Pushes, distinct, r.Retransmissions, r.LostMessages)
		}
	}
}

// The share of time up is the mean time up over that of a whole turn.
func TestShareOfTimeUp(t *testing.T) {
	c := config(asgd(t), 50, 0)
	c.Cluster.Compute = each(50, constant(time.Second))
	c.Cluster.Faults = &Faults{Crash: each(50, exponential(4*time.Second)), Repair: each(50, delay.Uniform{Mean: time.Second, Spread: 1}.ForWorker(0, 0))}
	c.Stop = Stop{Time: 2000 * time.Second}
	r, _ := must(t, c, options{})
	// 20,000 turns: the standard error of the share is below .002
	if math.Abs(r.Down-.2) > .006 || math.Abs(float64(r.Crashes)/20000-1) > .03 {
		t.Errorf("down for %.4f of the time, want .2; %d crashes, want 20,000", r.Down, r.Crashes)
	}
}

// A round waits for ever for a worker that is down for good if nobody notices; that is a result,
// the same however often it is looked at and whatever is sent again.
func TestStalledByFaults(t *testing.T) {
	for _, f := range []Faults{
		{Detect: Unnoticed, Events: []FaultEvent{at(35*ms, 3, DoCrash)}},
		{Detect: Unnoticed, Events: []FaultEvent{at(35*ms, 3, DoCrash)}, Loss: 1e-9, Timeout: 3 * ms},
		{Detect: Unnoticed, Crash: []delay.Law{constant(time.Hour), constant(time.Hour), constant(time.Hour), constant(35 * ms)}},
	} {
		for _, every := range []time.Duration{0, 7 * ms} {
			c := config(asgd(t), 4, 1)
			c.Consistency, c.Cluster.Faults, c.Eval.Every = optimizers.BSP(), &f, every
			r, _ := must(t, c, options{})
			if sum := r.Summary(); r.Status != Stalled || sum.Status != record.Stalled || !sum.Done() || r.VirtualTime != 40*ms || !strings.Contains(r.Reason, "worker 3") {
				t.Errorf("%+v: %s (%s) at %v", f, sum.Status, r.Reason, r.VirtualTime)
			}
			f.Detect = 0
			if r, _ := must(t, c, options{}); r.Status != Completed {
				t.Errorf("%+v: %s (%s)", f, r.Status, r.Reason)
			}
			f.Detect = Unnoticed
		}
	}
	c := config(asgd(t), 2, 1)
	c.Cluster.Faults = &Faults{Events: []FaultEvent{at(35*ms, 0, DoCrash), at(15*ms, 1, DoLeave)}}
	if r, _ := must(t, c, options{}); r.Status != Stalled || !strings.Contains(r.Reason, "nobody is left") || r.Updates != 4 {
		t.Errorf("%s (%s) after %d updates", r.Status, r.Reason, r.Updates)
	}
}

// Workers that crash again before anything they send arrives are told of, not waited for.
func TestCrashLoop(t *testing.T) {
	c := config(asgd(t), 3, 1)
	c.Cluster.Up = each(3, Link{Latency: constant(50 * ms)})
	c.Cluster.Faults = &Faults{Crash: each(3, constant(2*ms)), Repair: each(3, constant(ms))}
	_, err := run(context.Background(), c, nil, nil, options{quiet: 5000})
	if err == nil || !Lasting(err) || !strings.Contains(err.Error(), "crash again") {
		t.Errorf("%v", err)
	}
}

// Whoever has left is not waited for, and whoever joins late starts from the center of then.
func TestJoinAndLeave(t *testing.T) {
	c := config(asgd(t), 3, 1)
	c.Consistency = optimizers.BSP()
	c.Cluster.Faults = &Faults{Events: []FaultEvent{at(25*ms, 2, DoJoin), at(45*ms, 0, DoLeave), at(65*ms, 0, DoJoin)}}
	c.Record.Updates, c.Stop = true, Stop{Time: 100 * ms}
	r, rec := must(t, c, options{})
	got := ""
	for _, p := range rec.push {
		got += fmt.Sprintf("%.0f:%d ", p.TimeS*1e3, p.Worker)
	}
	// worker 2 is a member from 25 on, so the round that would end at 30 waits for it; worker 0
	// joins at 65 before the others push
	const want = "10:0 10:1 20:0 20:1 35:0 35:1 35:2 45:0 45:1 45:2 55:1 55:2 75:0 75:1 75:2 85:0 85:1 85:2 95:0 95:1 95:2 "
	if got != want || math.Abs(r.Down-.15) > 1e-9 {
		t.Errorf("rows %s\nwant %s\ndown %g", got, want, r.Down)
	}
}

// Where members are fewer than an update is made of, it is made of those there are.
func TestUpdatesOfThoseWhoAreLeft(t *testing.T) {
	for _, c := range []optimizers.Consistency{optimizers.KSync(3, false), optimizers.KSync(3, true), optimizers.KAsync(3)} {
		config := config(asgd(t), 3, 1)
		config.Consistency = c
		config.Cluster.Compute[2] = constant(30 * ms)
		config.Cluster.Faults = &Faults{Events: []FaultEvent{at(15*ms, 2, DoLeave)}}
		config.Stop = Stop{Updates: 4}
		// two pushes of 10 ms make an update when the third worker leaves, then every 10 ms
		if r, _ := must(t, config, options{}); r.Status != Completed || r.VirtualTime != 45*ms {
			t.Errorf("%v: %s (%s) after %d updates at %v", c, r.Status, r.Reason, r.Updates, r.VirtualTime)
		}
	}
}

// Every registered method comes through crashes, loss and a pause with its books in order.
func TestMethodsUnderFaults(t *testing.T) {
	for _, name := range optimizers.Strategies().Names() {
		e, _ := optimizers.Strategies().Lookup(name)
		spec, err := optimizers.Decode("strategy", optimizers.Strategies().Encode(e.Defaults))
		if err != nil {
			spec, err = optimizers.Decode("strategy", map[string]any{"kind": name})
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := optimizers.Build[float64](spec)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 4 {
			m := 4
			if s.MaxWorkers > 0 {
				m = min(m, s.MaxWorkers)
			}
			c := config(s, m, 3)
			c.Cluster.Compute = each(m, exponential(10*ms))
			c.Cluster.Up, c.Cluster.Down = each(m, Link{Latency: constant(ms)}), each(m, Link{Latency: exponential(ms)})
			c.Cluster.Faults = &Faults{Keep: k%2 == 1, Crash: each(m, exponential(150*ms)), Repair: each(m, exponential(20*ms)), Loss: .1, Timeout: 5 * ms,
				Events: []FaultEvent{{At: 70 * ms, Do: DoPause, Server: true, For: 9 * ms}, {At: 40 * ms, Do: DoPause, For: 9 * ms}}}
			if k > 1 {
				c.Cluster.Faults.Detect = 15 * ms
			}
			c.Stop = Stop{Gradients: 600}
			if s.Models != nil {
				c.Eval.Of = OfMean
			}
			if s.Peers {
				if _, err := run(context.Background(), c, nil, nil, options{}); err == nil || !strings.Contains(err.Error(), "cluster.faults: no server") {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if s.Ring {
				if _, err := run(context.Background(), c, nil, nil, options{}); err == nil || !strings.Contains(err.Error(), "cluster.faults.loss = 0.1") {
					t.Errorf("%s: %v", name, err)
				}
				c.Cluster.Faults.Loss, c.Cluster.Faults.Timeout = 0, 0
			}
			r, _ := must(t, c, options{poison: true})
			if r.Status != Completed && r.Status != Diverged || r.Crashes == 0 || r.LostMessages == 0 && r.Pushes > 0 && !s.Ring {
				t.Errorf("%s, %d: %s (%s), %d crashes, %d lost", name, k, r.Status, r.Reason, r.Crashes, r.LostMessages)
			}
		}
	}
}

// A portion of a batch that its worker took with it is computed by another.
func TestPortionsOfTheGone(t *testing.T) {
	m := optimizers.Default[optimizers.Sandblaster]()
	m.Duplicates, m.Samples, m.Portions = false, 12, 2
	for _, detect := range []time.Duration{0, 30 * ms, Unnoticed} {
		c := config(strategy(t, m), 3, 2)
		c.Cluster.Up = each(3, Link{Latency: constant(ms)})
		c.Cluster.Faults = &Faults{Detect: detect, Events: []FaultEvent{at(15*ms, 1, DoCrash)}}
		c.Stop = Stop{Updates: 5}
		want := Completed
		if detect == Unnoticed {
			want = Stalled
		}
		if r, _ := must(t, c, options{}); r.Status != want {
			t.Errorf("noticed after %v: %s (%s) after %d updates", detect, r.Status, r.Reason, r.Updates)
		}
	}
}

// The look-ahead of dana is that of those who are there.
func TestMomentumOfTheGone(t *testing.T) {
	s := strategy(t, optimizers.Default[optimizers.DANA]())
	server := s.Server(optimizers.Env[float64]{Workers: 2, ID: -1, Speed: 1, X0: []float64{1}})
	roster := server.(optimizers.Roster)
	push := func(from int) { server.Apply(optimizers.Message[float64]{From: from, Vec: []float64{1}, Sched: 1}) }
	ahead := func(want float64) {
		t.Helper()
		x := make([]float64, 1)
		if server.Reply(x, 0); math.Abs(x[0]-want) > 1e-12 {
			t.Errorf("sent %g, want %g", x[0], want)
		}
	}
	push(0)
	push(1)
	ahead(.8 - .1*.9*2)
	roster.Leave(1)
	ahead(.8 - .1*.9*1)
	push(1) // v_1 = 1.9, on its way when it left
	ahead(.61 - .1*.9*1)
	roster.Join(1, false)
	ahead(.61 - .1*.9*2.9)
	roster.Leave(1)
	roster.Join(1, true)
	ahead(.61 - .1*.9*1)
}

func TestFaultMistakes(t *testing.T) {
	for want, f := range map[string]Faults{
		"event[0].worker: worker = 99: there are 4 workers, 0 to 3":     {Events: []FaultEvent{at(0, 99, DoCrash)}},
		"event[0].worker: worker = -1":                                  {Events: []FaultEvent{at(0, -1, DoCrash)}},
		"event[0].at: at = -1ms":                                        {Events: []FaultEvent{at(-ms, 0, DoCrash)}},
		"event[0].do: do = \"recover\": at 1ms worker 1 is up: take":    {Events: []FaultEvent{at(ms, 1, DoRecover)}},
		"event[0].do: do = \"crash\": at 3ms worker 1 has crashed: let": {Events: []FaultEvent{at(3*ms, 1, DoCrash), at(2*ms, 1, DoCrash)}},
		"event[1].do: do = \"join\": at 1ms worker 1 has not left":      {Events: []FaultEvent{at(0, 1, DoJoin), at(ms, 1, DoJoin)}},
		"event[1].do: do = \"pause\": at 1ms worker 1 has left":         {Events: []FaultEvent{at(0, 1, DoLeave), {At: ms, Worker: 1, Do: DoPause, For: ms}}},
		"event[0].for: for = 0s":                                        {Events: []FaultEvent{at(0, 1, DoPause)}},
		"event[0].for: means nothing":                                   {Events: []FaultEvent{{Do: DoCrash, For: ms}}},
		"event[0].do: do = \"crash\": the server can only pause":        {Events: []FaultEvent{{Do: DoCrash, Server: true}}},
		"loss: loss = 1: ":                                              {Loss: 1, Timeout: ms},
		"timeout: timeout = 0s":                                         {Loss: .5},
		"detect: detect = -1ms":                                         {Detect: -ms},
		"crash: 1 laws for 4 workers":                                   {Crash: each(1, constant(ms))},
		"repair: 1 laws for 4 workers":                                  {Repair: each(1, constant(ms))},
	} {
		c := config(asgd(t), 4, 1)
		c.Cluster.Faults = &f
		if _, err := Run(context.Background(), c, nil); err == nil || !strings.HasPrefix(err.Error(), "cluster.faults."+want) {
			t.Errorf("want %s\n got %v", want, err)
		}
	}
}

// faultScenes are for TestEventTraces.
func faultScenes() map[string]scene {
	return map[string]scene{
		"crash_lost": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Consistency, c.Cluster.Up = optimizers.BSP(), each(2, Link{Latency: constant(2)})
			c.Cluster.Faults = &Faults{Events: []FaultEvent{at(15, 1, DoCrash), at(21, 1, DoRecover)}}
		}},
		"crash_kept": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Cluster.Down = each(2, Link{Latency: constant(4)})
			c.Cluster.Faults = &Faults{Keep: true, Events: []FaultEvent{at(12, 0, DoCrash), at(18, 1, DoCrash), at(20, 0, DoRecover), at(21, 1, DoRecover)}}
		}},
		"loss": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Cluster.Down = each(2, Link{Latency: constant(2)})
			c.Cluster.Faults = &Faults{Loss: .5, Timeout: 5}
		}},
		"pauses": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Cluster.Server.Service = constant(3)
			c.Cluster.Faults = &Faults{Events: []FaultEvent{{At: 4, Do: DoPause, For: 7}, {At: 11, Do: DoPause, Server: true, For: 8}}}
		}},
		"join_leave": {optimizers.Default[optimizers.ASGD](), 3, func(c *Config[float64]) {
			c.Consistency = optimizers.KSync(3, false)
			c.Cluster.Faults = &Faults{Events: []FaultEvent{at(5, 2, DoJoin), at(17, 1, DoLeave)}}
		}},
	}
}
