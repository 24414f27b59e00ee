package optimizers_test

import (
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

func TestEveryMethod(t *testing.T) {
	for _, name := range o.Strategies().Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			optimizertest.Test(t, name)
		})
	}
}

// TestEveryPart: local optimizers, schedules, weights, graphs and consistencies, by their names.
// What has no default is given here.
func TestEveryPart(t *testing.T) {
	for _, kind := range []struct {
		names []string
		test  func(t *testing.T, name string, table map[string]any)
		keys  map[string]map[string]any
	}{
		{o.Rules().Names(), optimizertest.Rule, nil},
		{o.Schedules().Names(), optimizertest.Schedule, map[string]map[string]any{
			"step": {"every": 2.}, "inverse": {"decay": .1}, "warmup": {"from": .1},
		}},
		{o.Weights().Names(), optimizertest.Weight, nil},
		{slices.DeleteFunc(o.Graphs().Names(), func(name string) bool { return name == "file" }), optimizertest.Graph, nil},
		{o.Consistencies().Names(), optimizertest.Consistency, map[string]map[string]any{"k-sync": {"extra": int64(1)}}},
	} {
		for _, name := range kind.names {
			t.Run(name, func(t *testing.T) { kind.test(t, name, kind.keys[name]) })
		}
	}
}

// TestVariants: settings far from the defaults.
func TestVariants(t *testing.T) {
	for name, table := range map[string]map[string]any{
		"pull-commit":     {"kind": "asgd", "order": "pull-commit"},
		"weighted":        {"kind": "asgd", "weight": "inverse-plus-one", "server_rate": .5},
		"clipped":         {"kind": "asgd", "clip": map[string]any{"gradient": .5, "push": .25}},
		"clipped windows": {"kind": "downpour", "window": int64(4), "clip": map[string]any{"gradient": .5}},
		"sum":             {"kind": "sync", "reduce": "sum"},
		"overlap":         {"kind": "downpour", "window": int64(3), "overlap": true},
		"distbelief":      {"kind": "downpour", "form": "distbelief", "n_push": int64(2), "n_fetch": int64(3)},
		"adagrad":         {"kind": "downpour", "form": "distbelief", "n_push": int64(1), "n_fetch": int64(4), "server": "adagrad", "overlap": true},
		"atomic":          {"kind": "aeasgd", "exchange": "atomic", "window": int64(3), "alpha": .3},
		"atomic momentum": {"kind": "eamsgd", "exchange": "atomic", "window": int64(1)},
		"koloskova":       {"kind": "delay-adaptive", "rule": "koloskova", "threshold": int64(1)},
		"wu-1":            {"kind": "delay-adaptive", "rule": "wu-1", "order": "pull-commit"},
		"wu-2":            {"kind": "delay-adaptive", "rule": "wu-2"},
		"ordered, da":     {"kind": "ormo", "form": "da"},
		"cycle of three":  {"kind": "smega2", "cycle": int64(3)},
		"elastic adam":    {"kind": "easgd", "window": int64(5), "local": "adam"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := o.Decode("strategy", table)
			if err != nil {
				t.Fatal(err)
			}
			optimizertest.TestSpec(t, spec)
		})
	}
}
