package delay_test

import (
	"fmt"
	"log"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// A law is decoded from its table; a draw is a function of the stream that it is given.
func Example() {
	spec, err := delay.Laws().Decode("compute", map[string]any{"law": "gamma", "mean": "10ms", "cv": 0.5})
	if err != nil {
		log.Fatal(err)
	}
	law := spec.(delay.Spec).ForWorker(0, stream.NewKey(1, "machine"))
	fmt.Println(law.Mean(), law.CV())
	key := stream.NewKey(1, "compute")
	for k := range uint64(3) {
		r := key.At(0, k) // computation k of worker 0
		fmt.Println(law.Draw(&r))
	}
	// Output:
	// 0.01 0.5
	// 12.480735ms
	// 15.568472ms
	// 6.11373ms
}

// Staleness itself has laws too.
func ExampleCounts() {
	spec, err := delay.CountLaws().Decode("staleness", map[string]any{"law": "geometric", "p": 0.25})
	if err != nil {
		log.Fatal(err)
	}
	tau := spec.(delay.CountSpec).Counts()
	key := stream.NewKey(1, "staleness")
	for k := range uint64(8) {
		r := key.At(0, k)
		fmt.Print(tau.DrawCount(&r), " ")
	}
	fmt.Println()
	// Output: 11 5 4 2 6 4 0 3
}
