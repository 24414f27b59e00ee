package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"staleness/internal/cputime"
	"staleness/internal/stream"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim"
	"staleness/sim/delay"
)

// simulator prints what the engine adds to gradients, nothing recorded.
func simulator(out io.Writer, rounds int) error {
	fmt.Fprintf(out, "Simulator, 100 workers, gradients that cost nothing, one core\n\n")
	for _, dim := range []int{0, 1} {
		var r sample
		for range rounds {
			updates, err := idle(dim)
			if err != nil {
				return err
			}
			r = append(r, 1e-6*updates)
		}
		fmt.Fprintf(out, "%-42s %s million updates/s\n", fmt.Sprintf("%d parameters", dim), r.spread("%.2f"))
	}
	fmt.Fprintf(out, "\nSimulator, %v, 16 workers, float32: %% of the cores' time in gradient kernels\n\n", mlp32)
	fmt.Fprintf(out, "%-26s %-18s %-18s %-24s %s\n", "", "one core", "two cores", "two cores over one", "and gradients alone")
	asgd := optimizers.Default[optimizers.ASGD]()
	asgd.Rate = learningRate
	for _, v := range []struct {
		name   string
		method optimizers.Method
	}{{"downpour, window 16", window(16)}, {"downpour, window 1", window(1)}, {"asgd", asgd}} {
		if err := shares(out, v.name, v.method, rounds); err != nil {
			return err
		}
	}
	return nil
}

func window(w int) optimizers.Method {
	m := optimizers.Default[optimizers.Downpour]()
	m.Window, m.Local = w, optimizers.PlainSGD{Rate: learningRate}
	return m
}

// still is the problem f = 0: with one parameter; with none, only time passes.
type still struct{}

func (still) Dim() int                   { return 1 }
func (still) Len() int                   { return 1 }
func (still) Init([]float64, *rand.Rand) {}
func (still) Grad(_ *nets.Workspace[float64], g, _ []float64, _ []int) float64 {
	g[0] = 0
	return 0
}

// first are batches of the first sample.
type first struct{}

func (first) Size() int                            { return 1 }
func (first) Batch(dst []int, worker, k int) []int { return append(dst, 0) }

// idle is updates per second of processor time where gradients cost nothing.
func idle(dim int) (float64, error) {
	m := optimizers.Default[optimizers.ASGD]()
	s, err := optimizers.New[float64](m)
	if err != nil {
		return 0, err
	}
	c := sim.Config[float64]{Strategy: s, Workers: 100, Parallel: 1, Stop: sim.Stop{Updates: 200_000}}
	c.Cluster.Compute = laws(c.Workers)
	if dim > 0 {
		c.Problem, c.Batches, c.X0 = still{}, first{}, []float64{1}
	}
	from := cputime.Used()
	r, err := sim.Run(context.Background(), c, nil)
	return float64(r.Updates) / (cputime.Used() - from).Seconds(), err
}

// laws are exponential times of 10 ms.
func laws(workers int) (l []delay.Law) {
	for i := range workers {
		l = append(l, delay.Exponential{Mean: 10 * time.Millisecond}.ForWorker(i, stream.NewKey(1, "bench")))
	}
	return l
}

// unevaluated hides of a problem all but its gradients.
type unevaluated struct {
	nets.Problem[float32]
	nets.Stepper[float32]
}

// shares prints one method's row: runs on one and on two cores by turns.
func shares(out io.Writer, name string, m optimizers.Method, rounds int) error {
	t, err := newTraining[float32](mlp32)
	if err != nil {
		return err
	}
	s, err := optimizers.New[float32](m)
	if err != nil {
		return err
	}
	problem, err := nets.Decode("problem", mlpTable)
	if err != nil {
		return err
	}
	const workers = 16
	batches, err := nets.NewSampler(problem, t.p, workers, nets.Env{Seed: 1}, 1)
	if err != nil {
		return err
	}
	c := sim.Config[float32]{Problem: unevaluated{t.p, t.p.(nets.Stepper[float32])}, X0: t.x, Batches: batches, Strategy: s, Workers: workers}
	c.Cluster.Compute = laws(workers)
	c.Stop.Gradients = 2048
	var busy [2]sample
	var speed, bare sample
	for range rounds {
		var wall [2]float64
		for i := range wall {
			c.Parallel = i + 1
			r, err := sim.Run(context.Background(), c, nil)
			if err != nil {
				return err
			}
			wall[i] = r.Wall.Seconds()
			busy[i] = append(busy[i], 100*r.Busy.Seconds()/(wall[i]*float64(c.Parallel)))
		}
		speed = append(speed, wall[0]/wall[1])
		bare = append(bare, gradients(&c, 1)/gradients(&c, 2))
	}
	fmt.Fprintf(out, "%-26s %-18s %-18s %-24s %s\n", name, busy[0].spread("%.0f"), busy[1].spread("%.0f"), speed.spread("%.2f"), bare.spread("%.2f"))
	return nil
}

// alone is how many gradients are measured without a run.
const alone = 512

// gradients is how many seconds so many gradients take goroutines that do nothing else: what the
// machine has to give.
func gradients(c *sim.Config[float32], goroutines int) float64 {
	start := time.Now()
	done := make(chan bool)
	for g := range goroutines {
		go func() {
			var ws nets.Workspace[float32]
			var batch []int
			grad := make([]float32, len(c.X0))
			for k := g; k < alone; k += goroutines {
				batch = c.Batches.Batch(batch[:0], k%c.Workers, k/c.Workers)
				c.Problem.Grad(&ws, grad, c.X0, batch)
			}
			done <- true
		}()
	}
	for range goroutines {
		<-done
	}
	return time.Since(start).Seconds()
}
