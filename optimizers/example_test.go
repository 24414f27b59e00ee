package optimizers_test

import (
	"fmt"
	"log"

	"staleness/optimizers"
)

// A strategy table, as a TOML parser gives it.
func ExampleDecode() {
	s, err := optimizers.Decode("strategy", map[string]any{"kind": "aeasgd", "alpha": 0.05, "rate": 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Name(), s.Encode()["alpha"], s.Encode()["local"])

	_, err = optimizers.Decode("strategy", map[string]any{"kind": "aeasgd", "window": int64(0)})
	fmt.Println(err)
	// Output:
	// aeasgd 0.05 map[decay:0 kind:sgd rate:0.1]
	// strategy.window = 0: is outside [1,1000000]; local steps between exchanges (tau in the paper); Zhang, Choromanska & LeCun 2015, arXiv 1412.6651, algorithm 1
}
