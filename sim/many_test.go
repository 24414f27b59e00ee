package sim

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"staleness/optimizers"
	"staleness/sim/delay"
)

// crowd is a cluster whose events do not all fit into a heap, and where only time passes.
func crowd(t *testing.T) Config[float64] {
	const workers = manyEvents + 500
	c := config(asgd(t), workers, 0)
	c.Cluster.Compute = each(workers, exponential(10*ms))
	c.Cluster.Up = each(workers, Link{Latency: exponential(ms)})
	c.Cluster.Server.Service = constant(1000)
	c.Stop.Updates = 2 * workers
	return c
}

// apart is a law of one worker alone, to which no other is equal.
type apart struct {
	delay.Law
	worker int
}

// unlike hides of a half that one stands for all.
type unlike struct{ optimizers.Worker[float64] }

// Laws and halves that are the same for all workers are kept once, and nothing but memory depends
// on that.
func TestManyWorkersShare(t *testing.T) {
	c := crowd(t)
	shared, err := newEngine(&c, nil, options{})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := must(t, c, options{})
	c.Cluster.Compute = slices.Clone(c.Cluster.Compute)
	for i, l := range c.Cluster.Compute {
		c.Cluster.Compute[i] = apart{l, i}
	}
	made := c.Strategy.Worker
	c.Strategy.Worker = func(e optimizers.Env[float64]) optimizers.Worker[float64] { return unlike{made(e)} }
	several, err := newEngine(&c, nil, options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(shared.halves) != 1 || shared.law == nil || len(several.halves) != c.Workers || several.law != nil {
		t.Errorf("%d halves, law %v of all; %d, %v", len(shared.halves), shared.law, len(several.halves), several.law)
	}
	if got, _ := must(t, c, options{}); got.Fingerprint != want.Fingerprint || got.VirtualTime != want.VirtualTime {
		t.Errorf("each on its own: %v, %s; all as one: %v, %s", got.VirtualTime, got.Fingerprint, want.VirtualTime, want.Fingerprint)
	}
}

// Of every method, one half for all gives what halves of their own do.
func TestOneHalfForAll(t *testing.T) {
	one := 0
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
		if s.MaxWorkers > 0 && s.MaxWorkers < 4 {
			continue
		}
		c := config(s, 4, 0)
		c.Cluster.Compute = each(4, exponential(10*ms))
		c.Stop = Stop{Gradients: 200}
		if c.Check() != nil { // it needs a problem
			continue
		}
		engine, err := newEngine(&c, nil, options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(engine.halves) > 1 {
			continue
		}
		one++
		want, _ := must(t, c, options{})
		made := c.Strategy.Worker
		c.Strategy.Worker = func(e optimizers.Env[float64]) optimizers.Worker[float64] { return unlike{made(e)} }
		if got, _ := must(t, c, options{}); got.Fingerprint != want.Fingerprint || got.Updates != want.Updates {
			t.Errorf("%s: %s after %d updates, with one half for all %s after %d", name, got.Fingerprint, got.Updates, want.Fingerprint, want.Updates)
		}
	}
	if one == 0 {
		t.Error("no method has one half for all")
	}
}

// A run with many workers goes on from checkpoints to the bit, the queue being in whatever state.
func TestManyWorkersCheckpoint(t *testing.T) {
	c := crowd(t)
	want, _ := must(t, c, options{})
	var kept bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	asked, many := 0, false
	d := c
	d.Checkpoint = &Checkpointing{
		Due: func() bool { asked++; return asked%150 == 0 },
		Keep: func(save func(io.Writer) error) error {
			if asked < 150*4 {
				return save(io.Discard) // the queue is laid out, and the run goes on
			}
			many = true
			cancel()
			kept.Reset()
			return save(&kept)
		},
	}
	cut, err := Run(ctx, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cut.Status == Completed {
		return // the run was over before it heard of the end: what was laid out has changed nothing
	}
	got, err := Resume(context.Background(), c, nil, &kept)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint != want.Fingerprint || got.VirtualTime != want.VirtualTime || !many {
		t.Errorf("resumed %v, %s; in one go %v, %s", got.VirtualTime, got.Fingerprint, want.VirtualTime, want.Fingerprint)
	}
}

// A count of equal staleness may be beyond 32 bits.
func TestAgesBeyondWords(t *testing.T) {
	var a ages
	a.add(3)
	a.Counts[3] = math.MaxUint32
	for range 3 {
		a.add(3)
	}
	if h := a.histogram(); !slices.Equal(h, []int64{0, 0, 0, 1<<32 + 2}) {
		t.Errorf("%v", h)
	}
}
