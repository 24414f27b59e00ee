package sim_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/sim"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// Four workers descend on x^2/2 by asynchronous SGD. Each computation takes an exponential time;
// each gradient is computed at the point that its worker read.
func ExampleRun() {
	config, err := nets.Decode("problem", map[string]any{"kind": "quadratic"})
	if err != nil {
		log.Fatal(err)
	}
	problem, err := nets.Build[float64](config, nets.Env{})
	if err != nil {
		log.Fatal(err)
	}
	const workers = 4
	batches, err := data.NewSampler(data.Everything(problem.Len(), workers), 1, "replacement", 1)
	if err != nil {
		log.Fatal(err)
	}
	spec, err := optimizers.Decode("strategy", map[string]any{"kind": "asgd", "rate": 0.1})
	if err != nil {
		log.Fatal(err)
	}
	asgd, err := optimizers.Build[float64](spec)
	if err != nil {
		log.Fatal(err)
	}
	c := sim.Config[float64]{
		Problem: problem, X0: []float64{1}, Batches: batches, Strategy: asgd, Workers: workers,
		Seeds: sim.Seeds{Delays: 1}, Stop: sim.Stop{Updates: 100}, Eval: sim.EvalPlan[float64]{Updates: 50},
	}
	for i := range workers {
		law := delay.Exponential{Mean: 10 * time.Millisecond}.ForWorker(i, stream.NewKey(1, "machine"))
		c.Cluster.Compute = append(c.Cluster.Compute, law)
	}
	r, err := sim.Run(context.Background(), c, losses{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d updates in %v, staleness %.2f in the mean\n", r.Updates, r.VirtualTime.Round(time.Millisecond), r.Staleness[0].Mean)
	// Output:
	// after 0 updates: 0.5
	// after 50 updates: 1.57e-08
	// after 100 updates: 1.07e-12
	// 100 updates in 197ms, staleness 2.94 in the mean
}

// losses is a Recorder that prints evaluations.
type losses struct{}

func (losses) Push(*record.Row, []float64) error { return nil }
func (losses) Eval(e *record.Evaluation) error {
	fmt.Printf("after %d updates: %.3g\n", e.Updates, e.TrainLoss)
	return nil
}
