package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The table names every parameter of the problems of a file, once for all runs on one problem.
func TestParameters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mlp.toml")
	text := `
problem  = {kind = "mlp", data = "digits", test = 0.2, hidden = [8]}
strategy = {kind = "asgd"}
cluster  = {workers = 2, compute = {law = "constant", mean = "1ms"}}
stop     = {updates = 3}
[sweep]
"strategy.rate"  = [0.1, 0.2]
"problem.hidden" = [[8], [5, 4]]
`
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, said strings.Builder
	if status := list([]string{"-parameters", file}, &out, &said); status != 0 {
		t.Fatalf("status %d: %s", status, &said)
	}
	got := strings.Fields(out.String())
	for _, want := range []string{
		"layer1.weight 0 512 64 x 8", "layer1.bias 512 8 8", "layer2.weight 520 80 8 x 10", "layer2.bias 600 10 10", "all 610",
		"layer3.weight 349 40 4 x 10", "all 399",
	} {
		if n := strings.Count(strings.Join(got, " "), want); n != 1 {
			t.Errorf("%q is there %d times:\n%s", want, n, &out)
		}
	}
	said.Reset()
	if status := list([]string{"-parameters", file + "x"}, &out, &said); status != 2 || !strings.Contains(said.String(), "mlp.tomlx") {
		t.Errorf("of no file: status %d, %s", status, &said)
	}
	if status := list([]string{"-parameters"}, &out, &said); status != 2 {
		t.Errorf("without a file: status %d", status)
	}
}
