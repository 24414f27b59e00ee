package nets_test

import (
	"fmt"
	"log"

	"staleness/nets"
)

// A problem is decoded from its table, then built; a gradient is asked for at a point, on a batch.
func Example() {
	config, err := nets.Decode("problem", map[string]any{"kind": "quadratic", "curvature": []any{1.0, 0.1}, "start": []any{1.0, 2.0}})
	if err != nil {
		log.Fatal(err)
	}
	p, err := nets.Build[float64](config, nets.Env{})
	if err != nil {
		log.Fatal(err)
	}
	x, g := make([]float64, p.Dim()), make([]float64, p.Dim())
	p.Init(x, nil) // where it starts is given
	loss := p.Grad(new(nets.Workspace[float64]), g, x, []int{0})
	fmt.Println(x, loss, g)

	minimum, least := p.(nets.Solved[float64]).Minimum()
	mu, l := p.(nets.Smooth).Curvature()
	fmt.Println(minimum, least, mu, l)
	// Output:
	// [1 2] 0.7 [1 0.2]
	// [0 0] 0 0.1 1
}

// Wrong keys are refused with their path, and what would do.
func ExampleDecode() {
	_, err := nets.Decode("problem", map[string]any{"kind": "mlp", "data": "digits", "hiden": []any{int64(8)}})
	fmt.Println(err)
	// Output:
	// problem.hiden: unknown key of "mlp"; did you mean "hidden"? known: data, test, validation, scale, partition, batch, sampling, precision, hidden, activation, l2
}
