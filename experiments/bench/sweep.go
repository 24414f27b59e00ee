package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"staleness/experiments"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim"
)

// sweepRuns and sweepGradients are the size of the sweep: the evaluations at the ends of a run
// weigh little (52 epochs lie between them), and a turn takes seconds. bareRounds times as many
// gradients as a row of the simulator takes are measured before and after.
const (
	sweepRuns      = 2
	sweepGradients = 8192
	bareRounds     = 4
)

// sweepText is the sweep: runs as a person would have them, with evaluations at both ends, on the
// net of the simulator's rows.
var sweepText = fmt.Sprintf(`
repeat = %d
[problem]
kind = "mlp"
data = "fashion-mnist-5k"
hidden = [256, 128]
batch = 32
[strategy]
kind = "downpour"
window = 16
local = {kind = "sgd", rate = %g}
[cluster]
workers = 16
compute = {law = "exponential", mean = "10ms"}
[stop]
gradients = %d
`, sweepRuns, learningRate, sweepGradients)

// trivialText is a sweep of runs that take no time.
const trivialText = `
repeat = %d
[problem]
kind = "quadratic"
[strategy]
kind = "asgd"
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 10
`

// sweep prints what sweeps by the local engine, files and all, add to gradients, and what they cost
// a run.
func sweep(out io.Writer, rounds int) error {
	bare, err := bareGradients()
	if err != nil {
		return err
	}
	var share [2]sample
	var speed, bareSpeed sample
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for range max(3, rounds/5) {
		var wall, gradient [2]float64
		for i := range wall {
			runtime.GOMAXPROCS(i + 1)
			before := bareTime(bare, i+1)
			s, err := computed(sweepText, sweepRuns)
			if err != nil {
				return err
			}
			wall[i] = s.compute
			gradient[i] = (before + bareTime(bare, i+1)) / 2
			share[i] = append(share[i], 100*gradient[i]*sweepRuns*sweepGradients/wall[i])
		}
		speed = append(speed, wall[0]/wall[1])
		bareSpeed = append(bareSpeed, gradient[0]/gradient[1])
	}
	fmt.Fprintf(out, "Sweep of %d runs, %v, downpour, window 16, %d gradients each: %% of the rate of gradients alone\n\n", sweepRuns, mlp32, sweepGradients)
	fmt.Fprintf(out, "%-26s %-18s %-18s %-24s %s\n", "", "one core", "two cores", "two cores over one", "and gradients alone")
	fmt.Fprintf(out, "%-26s %-18s %-18s %-24s %s\n", "", share[0].spread("%.0f"), share[1].spread("%.0f"), speed.spread("%.2f"), bareSpeed.spread("%.2f"))

	const trivial = 1000
	runtime.GOMAXPROCS(runtime.NumCPU())
	var fresh, found sample
	for range max(3, rounds/5) {
		s, err := computed(fmt.Sprintf(trivialText, trivial), trivial)
		if err != nil {
			return err
		}
		fresh, found = append(fresh, 1e3*s.compute/trivial), append(found, 1e6*s.found/trivial)
	}
	fmt.Fprintf(out, "\nSweep of %d runs that take no time, a run: %s ms to compute, %s us to find again\n", trivial, fresh.spread("%.2f"), found.spread("%.0f"))
	return nil
}

// bareTime is the time of a gradient, so many goroutines computing them.
func bareTime(c *sim.Config[float32], goroutines int) float64 {
	sum := 0.
	for range bareRounds {
		sum += gradients(c, goroutines)
	}
	return sum / (bareRounds * alone)
}

// spent is what a sweep took: to compute, and to be read from its file and found finished. In
// seconds.
type spent struct{ compute, found float64 }

// computed runs a sweep in a folder of its own, which does not stay.
func computed(text string, runs int) (s spent, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	for _, took := range []*float64{&s.compute, &s.found} {
		var said strings.Builder
		session := experiments.Session{Options: experiments.Options{Out: dir, Checkpoint: 30 * time.Second}, Stdout: io.Discard, Stderr: &said}
		start := time.Now()
		x, err := experiments.Load([]experiments.File{{Name: "sweep.toml", Text: text}}, session.Options)
		if err != nil {
			return s, err
		}
		if took == &s.compute {
			start = time.Now() // data are loaded once, however many runs there are
		}
		if _, status := session.Compute(context.Background(), x); status != experiments.Done || len(x.Runs) != runs {
			return s, fmt.Errorf("a sweep of %d runs ended with status %d: %s", runs, status, said.String())
		}
		*took = time.Since(start).Seconds()
	}
	return s, nil
}

// bareGradients is what the runs of the sweep compute, without the runs.
func bareGradients() (*sim.Config[float32], error) {
	t, err := newTraining[float32](mlp32)
	if err != nil {
		return nil, err
	}
	problem, err := nets.Decode("problem", mlpTable)
	if err != nil {
		return nil, err
	}
	const workers = 16
	batches, err := nets.NewSampler(problem, t.p, workers, nets.Env{Seed: 1}, 1)
	if err != nil {
		return nil, err
	}
	s, err := optimizers.New[float32](window(16))
	return &sim.Config[float32]{Problem: t.p, X0: t.x, Batches: batches, Strategy: s, Workers: workers}, err
}
