package record_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"staleness/sim/record"
)

// Load reads the runs of an experiment; here two that the example makes first, as the runner would.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "results")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for i, method := range []string{"asgd", "easgd"} {
		if err := run(filepath.Join(dir, "windows", fmt.Sprint("run", i)), method); err != nil {
			log.Fatal(err)
		}
	}

	runs, err := record.Load(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range runs {
		evals, err := r.Evals()
		if err != nil {
			log.Fatal(err)
		}
		last := evals[len(evals)-1]
		kind, _ := r.Value("strategy.kind")
		fmt.Printf("%s %s %v: %s after %v s, train loss %v\n", r.Name, r.ID, kind, r.Summary.Status, last.TimeS, last.TrainLoss)
	}
	// Output:
	// windows run0 asgd: completed after 2 s, train loss 0.25
	// windows run1 easgd: completed after 2 s, train loss 0.25
}

// run is a run that needs no training.
func run(dir, method string) error {
	w, err := record.Create(record.Plan{
		Dir:      dir,
		Config:   fmt.Appendf(nil, "name = \"windows\"\n\n[strategy]\nkind = %q\n", method),
		OmitEval: []string{"test_loss", "test_accuracy", "validation_loss", "validation_accuracy"},
	})
	if err != nil {
		return err
	}
	for k := range 3 {
		if err := w.Eval(&record.Evaluation{TimeS: float64(k), Point: "center", TrainLoss: 1 / float64(int(1)<<k)}); err != nil {
			return err
		}
	}
	s := record.NewSummary()
	s.Status = record.Completed
	return w.Finish(s, []byte("the machine\n"))
}
