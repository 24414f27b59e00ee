package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"staleness/internal/cputime"
	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim"
	"staleness/sim/delay"
)

// crowd prints what an update takes where only time passes: by the number of workers, over what it
// takes with 100; and by the law of the work, over the exponential one.
func crowd(out io.Writer, rounds int) error {
	const few = 100
	sizes := []int{few, 10_000, 100_000, 1_000_000}
	rates, bytes := make([]sample, len(sizes)), make([]sample, len(sizes))
	laws, err := composed()
	if err != nil {
		return err
	}
	times := map[int][]sample{few: make([]sample, len(laws)), 10_000: make([]sample, len(laws))}
	for range rounds {
		for i, workers := range sizes {
			rate, memory, err := throng(workers, laws[0].spec)
			if err != nil {
				return err
			}
			rates[i], bytes[i] = append(rates[i], rate), append(bytes[i], memory/float64(workers))
			for k := 1; k < len(laws) && times[workers] != nil; k++ {
				composed, _, err := throng(workers, laws[k].spec)
				if err != nil {
					return err
				}
				times[workers][k] = append(times[workers][k], rate/composed)
			}
		}
	}
	fmt.Fprintf(out, "Simulator, only time passes, ASGD, exponential work, one core\n\n")
	fmt.Fprintf(out, "%-12s %-24s %-24s %s\n", "workers", "million updates/s", "over 100 workers", "bytes a worker")
	for i, workers := range sizes {
		fmt.Fprintf(out, "%-12d %-24s %-24s %s\n", workers, rates[i].times(1e-6).spread("%.2f"), rates[i].by(rates[0]).spread("%.2f"), bytes[i].spread("%.0f"))
	}
	fmt.Fprintf(out, "\nAn update with keys beside the law, over one without\n\n")
	fmt.Fprintf(out, "%-26s %-24s %s\n", "", "100 workers", "10,000 workers")
	for k, l := range laws[1:] {
		fmt.Fprintf(out, "%-26s %-24s %s\n", l.name, times[few][k+1].spread("%.2f"), times[10_000][k+1].spread("%.2f"))
	}
	return nil
}

// A lawSpec is a law that work may follow.
type lawSpec struct {
	name string
	spec delay.Spec
}

// composed is the exponential law, then what has keys beside it or is made of it.
func composed() (list []lawSpec, err error) {
	work := func(beside ...any) map[string]any {
		table := map[string]any{"law": "exponential", "mean": "10ms"}
		for i := 0; i < len(beside); i += 2 {
			table[beside[i].(string)] = beside[i+1]
		}
		return table
	}
	calm, busy := map[string]any{"scale": 1., "stay": "10s"}, map[string]any{"scale": 5., "stay": "1s"}
	pieces := []any{[]any{"0s", 1.}, []any{"5s", 0.}, []any{"9s", 2.}}
	for _, l := range []struct {
		name  string
		table map[string]any
	}{
		{"exponential", work()},
		{"shift, max", work("shift", "1ms", "max", "90ms")},
		{"noise, shift, max", work("noise", "exponential", "shift", "1ms", "max", "90ms")},
		{"correlation", work("correlation", .7)},
		{"correlation, common", work("correlation", .7, "common", .2)},
		{"markov", map[string]any{"law": "markov", "of": work(), "states": []any{calm, busy}}},
		{"speed", map[string]any{"law": "speed", "of": work(), "period": "20s", "pieces": pieces}},
	} {
		spec, err := delay.Laws().Decode("law", l.table)
		if err != nil {
			return nil, err
		}
		list = append(list, lawSpec{l.name, spec.(delay.Spec)})
	}
	return list, nil
}

// throng is updates per second of processor time among so many workers, once each has computed
// about once, and the memory that the run then takes, the laws included.
func throng(workers int, law delay.Spec) (rate, bytes float64, err error) {
	s, err := optimizers.New[float64](optimizers.Default[optimizers.ASGD]())
	if err != nil {
		return 0, 0, err
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const counted, events = 400_000, 4 // an update
	const asks = counted * events / 32 // of a checkpoint, one in 32 events
	c := sim.Config[float64]{Strategy: s, Workers: workers, Parallel: 1}
	c.Stop.Updates = int64(workers) + counted + 10_000
	for i := range workers {
		c.Cluster.Compute = append(c.Cluster.Compute, law.ForWorker(i, stream.NewKey(1, "bench")))
	}
	asked, warm := 0, workers*events/32
	var from, to time.Duration
	c.Checkpoint = &sim.Checkpointing{
		Keep: func(func(io.Writer) error) error { return nil },
		Due: func() bool {
			switch asked++; asked {
			case warm:
				from = cputime.Used()
			case warm + asks:
				to = cputime.Used()
				runtime.GC()
				runtime.ReadMemStats(&during)
			}
			return false
		},
	}
	if _, err := sim.Run(context.Background(), c, nil); err != nil {
		return 0, 0, err
	}
	return counted / (to - from).Seconds(), float64(during.HeapAlloc) - float64(before.HeapAlloc), nil
}
