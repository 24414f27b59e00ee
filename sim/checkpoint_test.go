package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// tripwire cancels when its count of calls runs out, at a gradient or in an evaluation.
type tripwire struct {
	bowl
	left   *atomic.Int64
	cancel *context.CancelFunc
}

func (w tripwire) trip() {
	if w.left.Add(-1) == 0 {
		(*w.cancel)()
		for range 100 { // the run hears of it from a goroutine
			runtime.Gosched()
		}
	}
}

func (w tripwire) Grad(ws *nets.Workspace[float64], g, x []float64, batch []int) float64 {
	w.trip()
	return w.bowl.Grad(ws, g, x, batch)
}

func (w tripwire) Value(ws *nets.Workspace[float64], x []float64) float64 {
	w.trip()
	return w.bowl.Value(ws, x)
}

// goOn runs c, which is cancelled after so many more calls of its tripwire each time, until it is
// done.
func goOn(t *testing.T, c *Config[float64], left *atomic.Int64, cancel *context.CancelFunc, step int64) (interrupts int, got string) {
	t.Helper()
	rec := new(rows)
	var kept []byte
	for {
		ctx, stop := context.WithCancel(context.Background())
		*cancel = stop
		left.Store(step)
		if step < 3 && interrupts > 40 { // that is enough
			left.Store(1 << 40)
		}
		var from io.Reader
		if kept != nil {
			from = bytes.NewReader(kept)
		}
		before := *rec
		var now bytes.Buffer
		c.Checkpoint = &Checkpointing{Keep: func(save func(io.Writer) error) error {
			before = rows{push: slices.Clone(rec.push), centers: slices.Clone(rec.centers), evals: slices.Clone(rec.evals)}
			return save(&now)
		}}
		r, err := run(ctx, *c, rec, from, options{poison: true})
		stop()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range r.Invariants {
			if v.Err != nil {
				t.Errorf("%s: %v", v.Name, v.Err)
			}
		}
		if r.Status != Interrupted {
			return interrupts, digest(r, rec)
		}
		interrupts++
		if now.Len() == 0 {
			t.Fatal("interrupted without a checkpoint")
		}
		kept, *rec = now.Bytes(), before
	}
}

// A run interrupted at any moment, again and again, becomes the run that was never interrupted: in
// both engines, with and without a target, in the first and in the last evaluation and within a
// window too.
func TestInterruptedRunGoesOn(t *testing.T) {
	target, interrupts := 1e-9, 0
	windows := optimizers.Default[optimizers.AGN]()
	windows.Window = 5
	for _, inject := range []int{-1, 0, 3} { // workers under injected staleness; -1: a cluster
		for _, c := range []struct {
			Stop
			method optimizers.Method
		}{{Stop{Updates: 80}, optimizers.Default[optimizers.ASGD]()}, {Stop{Updates: 80, TrainLoss: &target}, optimizers.Default[optimizers.ASGD]()}, {Stop{Updates: 40}, windows},
			{Stop{Updates: 60}, optimizers.Default[optimizers.DCASGD]()}} {
			stop := c.Stop
			c := config(strategy(t, c.method), 4, 3)
			c.Stop = stop
			c.Record = Record{Updates: true, Gap: true, Center: true, Model: true}
			c.Eval.Updates = 10
			if inject >= 0 {
				c.Inject, c.Cluster, c.Workers = &Injection{Tau: delay.GeometricCount{P: .2}.Counts()}, Cluster{}, inject
			} else {
				c.Cluster.Compute = each(4, exponential(10*ms))
			}
			var left atomic.Int64
			var cancel context.CancelFunc
			c.Problem = tripwire{bowl{3, .5, .2}, &left, &cancel}
			cancel = func() {}
			r, rec := must(t, c, options{})
			if len(rec.model) != 1 || !slices.Equal(rec.model[0], rec.centers[len(rec.centers)-1]) {
				t.Fatalf("the model is %v, the last center %v", rec.model, rec.centers[len(rec.centers)-1])
			}
			want := digest(r, rec)
			for _, step := range []int64{1, 3, 20} {
				for p := 1; p <= 2; p++ {
					c.Parallel = p
					n, got := goOn(t, &c, &left, &cancel, step)
					if interrupts += n; got != want {
						t.Errorf("injected %d, every %d calls, %d goroutines, %d sessions:\n%s\n%s", inject, step, p, n+1, got, want)
					}
				}
			}
		}
	}
	if interrupts < 20 {
		t.Errorf("only %d interrupts in 72 runs", interrupts)
	}
}

// A checkpoint that is damaged, cut short, or of another run is refused.
func TestResumeRefuses(t *testing.T) {
	c := config(asgd(t), 4, 3)
	var kept bytes.Buffer
	c.Checkpoint = &Checkpointing{
		Due:  func() bool { return kept.Len() == 0 },
		Keep: func(save func(io.Writer) error) error { return save(&kept) },
	}
	must(t, c, options{every: 100})
	c.Checkpoint = nil
	if _, err := Resume(context.Background(), c, nil, bytes.NewReader(kept.Bytes())); err != nil {
		t.Fatal(err)
	}
	short := bytes.NewReader(kept.Bytes()[:kept.Len()-9])
	flipped := slices.Clone(kept.Bytes())
	flipped[len(flipped)/2] ^= 4
	other := c
	other.Seeds.Delays++
	for want, f := range map[string]func() error{
		"cut short": func() error { _, err := Resume(context.Background(), c, nil, short); return err },
		"damaged":   func() error { _, err := Resume(context.Background(), c, nil, bytes.NewReader(flipped)); return err },
		"of another run": func() error {
			_, err := Resume(context.Background(), other, nil, bytes.NewReader(kept.Bytes()))
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	c.Checkpoint = &Checkpointing{Due: func() bool { return true }, Keep: func(func(io.Writer) error) error { return fmt.Errorf("disk full") }}
	if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a checkpoint that cannot be kept: %v", err)
	}
}

// Evaluations, whatever they look at, change nothing.
func TestEvaluationsChangeNothing(t *testing.T) {
	prints := map[string]bool{}
	for _, e := range []EvalPlan[float64]{{}, {Every: 7 * ms}, {Updates: 3, GradNorm: true}, {Gradients: 5, Of: OfMean}, {Updates: 1, Of: OfAverage}} {
		c := config(asgd(t), 4, 3)
		c.Problem = bowl{3, .5, .2}
		c.Cluster.Compute = each(4, exponential(10*ms))
		c.Eval = e
		c.Record = Record{Updates: true, Center: true}
		r, rec := must(t, c, options{poison: true})
		prints[fmt.Sprint(r.Fingerprint, r.VirtualTime, rec.centers)] = true
	}
	if len(prints) != 1 {
		t.Error("evaluations changed the run")
	}
}

// An interrupt is heard in the middle of an evaluation and of a window of gradients.
func TestInterruptIsHeard(t *testing.T) {
	for _, p := range []int{1, 2} {
		ctx, cancel := context.WithCancel(context.Background())
		var left atomic.Int64
		left.Store(30)
		c := config(asgd(t), 2, 2)
		c.Parallel = p
		c.Problem = tripwire{bowl{2, .5, 0}, &left, &cancel}
		c.Eval.Every, c.Eval.Of, c.Stop = 1, OfMean, Stop{Time: time.Hour} // evaluations for ever
		r, err := Run(ctx, c, nil)
		if err != nil || r.Status != Interrupted {
			t.Errorf("%d goroutines: %v, %s", p, err, r.Status)
		}
	}
}
