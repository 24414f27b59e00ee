package plots

import (
	"math"
	"strings"
	"testing"

	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// contrasted are two methods of some seeds whose loss is scaled.
func contrasted(t *testing.T, rate string, scale float64, seeds ...uint64) []record.Run {
	var ms []mock.Run
	for _, method := range []string{"A", "B"} {
		for _, seed := range seeds {
			rows := training(seed, .1, .2, .1, 5)
			rows[len(rows)-1].TrainLoss *= scale
			ms = append(ms, mock.Run{Seed: seed, Rows: rows, Labels: map[string]string{"method": method}, Config: map[string]any{"strategy.kind": method, "strategy.rate": rate}})
		}
	}
	return mock.Store(t, ms)
}

// Partners have the same setting and seed: what all pairs share is found to the bit, though seeds
// differ by much more, and what has no partner is counted.
func TestContrast(t *testing.T) {
	c, err := Compare([2]string{"one", "two"}, [2][]record.Run{contrasted(t, "0.1", 1, 1, 2, 3, 4), contrasted(t, "0.2", 1.5, 2, 3, 4, 5)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Pairs != 6 || c.Alone != [2]int{2, 2} {
		t.Errorf("%d pairs, alone %v", c.Pairs, c.Alone)
	}
	if len(c.Keys) != 1 || c.Keys[0] != (KeyContrast{"strategy.rate", [2]string{"0.1", "0.2"}}) {
		t.Errorf("%+v", c.Keys)
	}
	n := 0
	for _, r := range c.Results {
		if r.Label != "train loss" {
			continue
		}
		if n++; r.Pairs != 3 || !r.Ratio || math.Abs(r.Mid-1.5) > 1e-12 || !math.IsNaN(r.P) || r.Holds {
			t.Errorf("%+v", r)
		}
	}
	if n != 2 {
		t.Errorf("%d rows of the loss", n)
	}
}

// With nothing in common there are no pairs, which is said; so is a key that one alone has.
func TestContrastOfStrangers(t *testing.T) {
	one, two := contrasted(t, "0.1", 1, 1), contrasted(t, "0.1", 1, 2)
	c, err := Compare([2]string{"one", "two"}, [2][]record.Run{one, two})
	if err != nil || c.Pairs != 0 || len(c.Keys) != 0 || !strings.Contains(c.Text(), "No run of one experiment has a partner") {
		t.Errorf("%v\n%s", err, c.Text())
	}
	for i := range two {
		two[i].Labels = map[string]string{"way": two[i].Labels["method"]}
		two[i].Summary.Seed = 1
		two[i].Config["strategy"].(map[string]any)["kind"] = "same"
	}
	c, err = Compare([2]string{"one", "two"}, [2][]record.Run{one, two})
	if err != nil || c.Pairs != 0 || !strings.Contains(c.Text(), "not paired by method, which one alone has") || !strings.Contains(c.Text(), "no one partner") {
		t.Errorf("%v\n%s", err, c.Text())
	}
	if _, err := Compare([2]string{"one", "two"}, [2][]record.Run{one, nil}); err == nil || !strings.Contains(err.Error(), "two has no finished run") {
		t.Error(err)
	}
}
