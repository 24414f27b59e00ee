package plots

import (
	"strings"
	"testing"
)

// Two methods that do the same are one line to the eye, which the caption says; nearly the same is
// not the same.
func TestCaptionNamesLinesThatCoincide(t *testing.T) {
	var ms []made
	for i, method := range []string{"Sync", "ASGD with one worker", "DANA"} {
		for seed := uint64(1); seed <= 2; seed++ {
			rows := training(seed, .1, .2, .1, 20)
			if i == 2 {
				for k := range rows {
					rows[k].TrainLoss *= 1.02
				}
			}
			ms = append(ms, made{seed: seed, labels: map[string]string{"method": method}, config: map[string]any{"strategy.kind": method}, rows: rows})
		}
	}
	for _, scale := range []string{"linear", "log"} {
		pic, err := Make(decode(t, map[string]any{"kind": "convergence", "group": "method", "y_scale": scale}), store(t, ms))
		if err != nil {
			t.Fatal(err)
		}
		if c := pic.Caption(); !strings.Contains(c, "Lines that coincide: ASGD with one worker and Sync.\n") {
			t.Errorf("%s: %s", scale, c)
		}
	}
	pic, err := Make(decode(t, map[string]any{"kind": "convergence", "group": "method", "where": map[string]any{"method": []any{"Sync", "DANA"}}}), store(t, ms))
	if err != nil || strings.Contains(pic.Caption(), "coincide") {
		t.Errorf("%v: two per cent of a loss are to be seen: %s", err, pic.Caption())
	}
}
