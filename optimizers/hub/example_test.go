package hub_test

import (
	"fmt"
	"log"

	"staleness/optimizers"
	"staleness/optimizers/hub"
)

// Two workers take turns at asynchronous SGD on x^2/2, without a simulator: the hub says how stale
// each gradient is.
func Example() {
	m := optimizers.Default[optimizers.ASGD]()
	m.Rate = .1
	s, err := optimizers.New[float64](m)
	if err != nil {
		log.Fatal(err)
	}
	env := optimizers.Env[float64]{Workers: 2, X0: []float64{1}}
	server, err := hub.New(s, optimizers.Async(), env)
	if err != nil {
		log.Fatal(err)
	}
	workers := []optimizers.Worker[float64]{s.Worker(env), s.Worker(env)}
	buf := make([]float64, 1)
	answer := func() {
		for _, d := range server.Due() {
			version, _ := server.Reply(buf, d.To)
			server.Delivered(d.To, version)
			workers[d.To].Receive(buf)
			server.Begin(d.To)
		}
	}
	answer() // the start
	for k := range 4 {
		i := k % 2
		buf[0] = workers[i].Point()[0] // the gradient of x^2/2
		if a := workers[i].Step(buf, 1); a&optimizers.Push != 0 {
			push := server.Send(i, 0)
			push.Sched = 1 // what the schedule says of its gradient
			out := server.Serve(push, a, buf)
			fmt.Printf("update %d by worker %d: staleness %d, x = %.2f\n", server.Version(), i, out.Tau, server.Center()[0])
		}
		answer()
	}
	// Output:
	// update 1 by worker 0: staleness 0, x = 0.90
	// update 2 by worker 1: staleness 1, x = 0.80
	// update 3 by worker 0: staleness 1, x = 0.71
	// update 4 by worker 1: staleness 1, x = 0.63
}
