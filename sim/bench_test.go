package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// BenchmarkLoop is the engine itself: updates per second where the gradient costs nothing, on one
// core, nothing recorded.
func BenchmarkLoop(b *testing.B) {
	m := optimizers.Default[optimizers.ASGD]()
	m.Rate = 1e-6
	for _, links := range []bool{false, true} {
		for _, d := range []int{0, 1} {
			for _, workers := range []int{100, 10000} {
				b.Run(fmt.Sprintf("dim=%d/M=%d/links=%v", d, workers, links), func(b *testing.B) {
					c := config(strategy(b, m), workers, d)
					c.Cluster.Compute = each(workers, exponential(10*ms))
					if links {
						c.Cluster.Up, c.Cluster.Down = each(workers, Link{Latency: exponential(ms)}), each(workers, Link{Latency: exponential(ms)})
						c.Cluster.Server.Service = constant(time.Microsecond)
					}
					c.Stop.Updates = int64(b.N)
					b.ReportAllocs()
					r, err := Run(context.Background(), c, nil)
					if err != nil || r.Updates != int64(b.N) {
						b.Fatal(err, r.Updates)
					}
					b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mupdates/s")
				})
			}
		}
	}
}

// mlp is the net that docs/performance.md speaks of: 784-256-128-10 on fashion-mnist-5k, batch 32,
// float32: 235,146 parameters.
func mlp(b *testing.B, m optimizers.Method, workers int) Config[float32] {
	b.Helper()
	pc, err := nets.Decode("problem", map[string]any{"kind": "mlp", "data": "fashion-mnist-5k", "hidden": []any{int64(256), int64(128)}, "batch": int64(32)})
	if err != nil {
		b.Fatal(err)
	}
	p, err := nets.Build[float32](pc, nets.Env{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	batches, err := nets.NewSampler(pc, p, workers, nets.Env{Seed: 1}, 1)
	if err != nil {
		b.Fatal(err)
	}
	s, err := optimizers.New[float32](m)
	if err != nil {
		b.Fatal(err)
	}
	c := Config[float32]{Problem: gradOnly{p, p.(nets.Stepper[float32])}, X0: make([]float32, p.Dim()), Batches: batches, Strategy: s, Workers: workers, Parallel: 1}
	r := stream.NewKey(1, "init").At(0, 0)
	for i := range c.X0 { // any small random point does
		c.X0[i] = float32(r.Float64()-.5) / 10
	}
	c.Cluster.Compute = each(workers, exponential(10*ms))
	return c
}

// gradOnly hides what could be evaluated.
type gradOnly struct {
	nets.Problem[float32]
	nets.Stepper[float32]
}

func window(w int) optimizers.Method {
	m := optimizers.Default[optimizers.Downpour]()
	m.Window, m.Local = w, optimizers.PlainSGD{Rate: .01}
	return m
}

// BenchmarkOutsideGradients is the share of the time of one core that is not spent in gradients.
func BenchmarkOutsideGradients(b *testing.B) {
	asgd := optimizers.Default[optimizers.ASGD]()
	asgd.Rate = .01
	for _, v := range []struct {
		name   string
		method optimizers.Method
	}{{"window=16", window(16)}, {"window=1", window(1)}, {"asgd", asgd}} {
		for _, rows := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/rows=%v", v.name, rows), func(b *testing.B) {
				c := mlp(b, v.method, 16)
				c.Stop.Gradients = int64(max(b.N, 1024))
				c.Record = Record{Updates: rows, Gap: rows}
				var rec Recorder[float32]
				if rows {
					rec = sink{}
				}
				b.ResetTimer()
				r, err := Run(context.Background(), c, rec)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*(1-float64(r.Busy)/float64(r.Wall)), "%outside")
				b.ReportMetric(float64(r.Busy)/float64(r.Gradients)/1e3, "µs/gradient")
			})
		}
	}
}

type sink struct{}

func (sink) Push(*record.Row, []float32) error { return nil }
func (sink) Eval(*record.Evaluation) error     { return nil }

// BenchmarkTwoCores is the speed-up of two goroutines over one, and that of two goroutines that
// only compute gradients, which is what the machine has to give: medians of ratios of runs in turn.
func BenchmarkTwoCores(b *testing.B) {
	for _, v := range []struct {
		name        string
		method      optimizers.Method
		workers     int
		law         delay.Law
		consistency optimizers.Consistency
	}{
		{"asgd/M=16/exponential", nil, 16, exponential(10 * ms), optimizers.Async()},
		{"asgd/M=16/constant", nil, 16, constant(10 * ms), optimizers.Async()},
		{"downpour/w=16/M=16", window(16), 16, exponential(10 * ms), optimizers.Async()},
		{"bsp/M=16", nil, 16, exponential(10 * ms), optimizers.BSP()},
		{"asgd/M=4/exponential", nil, 4, exponential(10 * ms), optimizers.Async()},
	} {
		b.Run(v.name, func(b *testing.B) {
			if v.method == nil {
				m := optimizers.Default[optimizers.ASGD]()
				m.Rate = .01
				v.method = m
			}
			c := mlp(b, v.method, v.workers)
			c.Consistency = v.consistency
			c.Cluster.Compute = each(v.workers, v.law)
			c.Stop.Gradients = 400
			var engine, bare []float64
			for range max(3, b.N) {
				wall := func(parallel int) float64 {
					c.Parallel = parallel
					r, err := Run(context.Background(), c, nil)
					if err != nil {
						b.Fatal(err)
					}
					return r.Wall.Seconds()
				}
				engine = append(engine, wall(1)/wall(2))
				bare = append(bare, gradientsOnly(&c, 1, 400)/gradientsOnly(&c, 2, 400))
			}
			b.ReportMetric(median(engine), "speed-up")
			b.ReportMetric(median(bare), "bare")
		})
	}
}

// gradientsOnly is how many seconds n gradients take when so many goroutines do nothing else.
func gradientsOnly(c *Config[float32], goroutines, n int) float64 {
	start := time.Now()
	done := make(chan bool)
	for g := range goroutines {
		go func() {
			var d workspace[float32]
			grad := make([]float32, len(c.X0))
			for k := g; k < n; k += goroutines {
				d.batch = c.Batches.Batch(d.batch[:0], k%c.Workers, k/c.Workers)
				c.Problem.Grad(&d.ws, grad, c.X0, d.batch)
			}
			done <- true
		}()
	}
	for range goroutines {
		<-done
	}
	return time.Since(start).Seconds()
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
