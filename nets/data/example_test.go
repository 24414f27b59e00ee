package data_test

import (
	"fmt"
	"log"

	"staleness/nets/data"
)

// The digits, a fifth of them held out, as a problem loads them.
func ExampleLoad() {
	o := data.Defaults()
	o.Data, o.Test = data.Digits{}, data.TestPart{Share: .2}
	parts, err := data.Load[float32](o, data.Classify, data.Where{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	train := parts.Train
	fmt.Println(train.Len(), parts.Test.Len(), train.Shape, len(train.Classes))
	fmt.Println(train.Row(0)[:4], train.Labels[:8])
	// Output:
	// 1438 359 1 x 8 x 8 10
	// [0 0 0.3125 0.8125] [0 1 2 3 4 6 8 1]
}

// Samples are shared out to workers, who draw their minibatches from what is theirs.
func ExampleNewSampler() {
	shares, err := data.Split(data.Labels{Pieces: 1}, 6, 2, []int{0, 1, 0, 1, 0, 1}, 2, 1)
	if err != nil {
		log.Fatal(err)
	}
	s, err := data.NewSampler(shares, 2, "reshuffle", 1)
	if err != nil {
		log.Fatal(err)
	}
	for worker := range shares.Workers() {
		for i := range shares.Len(worker) {
			fmt.Print(shares.At(worker, i), " ")
		}
		fmt.Printf("are of worker %d, whose first batch is %v\n", worker, s.Batch(nil, worker, 0))
	}
	// Output:
	// 0 2 4 are of worker 0, whose first batch is [0 4]
	// 1 3 5 are of worker 1, whose first batch is [3 1]
}
