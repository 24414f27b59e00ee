package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"staleness/internal/cputime"
	"staleness/optimizers"
	"staleness/sim"
)

// crowd prints what the engine takes for an update where only time passes, by the number of
// workers, over what it takes with 100, and how much memory each worker takes.
func crowd(out io.Writer, rounds int) error {
	fmt.Fprintf(out, "Simulator, only time passes, ASGD, exponential times, one core: updates over those with 100 workers\n\n")
	sizes := []int{100, 10_000, 100_000, 1_000_000}
	rates := make([]sample, len(sizes))
	ratios := make([]sample, len(sizes))
	memory := make([]sample, len(sizes))
	for range rounds {
		for i, workers := range sizes {
			rate, bytes, err := throng(workers)
			if err != nil {
				return err
			}
			rates[i] = append(rates[i], 1e-6*rate)
			ratios[i] = append(ratios[i], rate/rates[0][len(rates[0])-1]*1e-6)
			memory[i] = append(memory[i], bytes/float64(workers))
		}
	}
	for i, workers := range sizes {
		fmt.Fprintf(out, "%-10d workers %-26s million updates/s  %-24s bytes a worker %s\n", workers, rates[i].spread("%.2f"), ratios[i].spread("%.2f"), memory[i].spread("%.0f"))
	}
	return nil
}

// throng is updates per second of processor time among so many workers, once each has computed
// once, and the memory that the run takes then.
func throng(workers int) (rate, bytes float64, err error) {
	s, err := optimizers.New[float64](optimizers.Default[optimizers.ASGD]())
	if err != nil {
		return 0, 0, err
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := sim.Config[float64]{Strategy: s, Workers: workers, Parallel: 1}
	const counted = 400_000
	c.Stop.Updates = int64(workers) + counted + 10_000
	c.Cluster.Compute = laws(workers)
	const events = 4 * counted / 32
	asked, warm := 0, workers/8
	var from, to time.Duration
	c.Checkpoint = &sim.Checkpointing{Keep: func(func(io.Writer) error) error { return nil }, Due: func() bool {
		switch asked++; asked {
		case warm:
			runtime.GC()
			runtime.ReadMemStats(&during)
			from = cputime.Used()
		case warm + events:
			to = cputime.Used()
		}
		return false
	}}
	if _, err := sim.Run(context.Background(), c, nil); err != nil {
		return 0, 0, err
	}
	return counted / (to - from).Seconds(), float64(during.HeapAlloc) - float64(before.HeapAlloc), nil
}
