package experiments

import (
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/optimizers"
)

// small data and a cluster on which everything takes a random time: little can be changed without a
// trace.
func probeBase() tree {
	return tree{
		"problem":  tree{"kind": "softmax", "data": tree{"kind": "gaussian", "samples": int64(48), "features": int64(2), "classes": int64(3), "noise": 2., "condition": 300.}, "precision": "float64", "l2": 1e-4, "test": .4},
		"strategy": tree{"kind": "asgd"},
		"cluster": tree{"workers": int64(4), "compute": tree{"law": "exponential", "mean": "10ms"},
			"up": tree{"latency": "1ms", "bandwidth": "1MB/s"}, "server": tree{"service": "100us"}},
		"stop":   tree{"gradients": int64(240)},
		"eval":   tree{"gradients": int64(60)},
		"record": tree{"updates": true, "center": true},
	}
}

// kindsOf lists ways to write each kind of a registry: what it requires is given.
func kindsOf(r *params.Registry, needs map[string]tree) (vs []any) {
	for _, d := range r.Describe() {
		t := tree(r.Example(d.Name))
		for k, v := range needs[d.Name] {
			t[k] = v
		}
		vs = append(vs, t)
	}
	return vs
}

// what some kinds require, or mean nothing without.
var (
	scheduleNeeds = map[string]tree{"step": {"every": .5}, "inverse": {"decay": .5}, "cosine": {"length": 20.}, "warmup": {"length": 20.}}
	weightNeeds   = map[string]tree{"table": {"values": []any{.5, .25}}, "hinge": {"b": int64(1)}}
	consistencies = map[string]tree{"ssp": {"slack": int64(1)}, "softsync": {"gather": int64(2)}, "k-sync": {"k": int64(3)}, "k-async": {"k": int64(2)},
		"k-batch-sync": {"k": int64(3)}, "bounded": {"limit": int64(3)}}
	lawNeeds = tree{"mean": "10ms", "times": []any{1., 2., 4.}}
	tauNeeds = tree{"tau": int64(3), "p": .3, "mean": 2., "hi": int64(4), "weights": []any{1., 2., 3.}}
)

// Every key of every method, with every word of its other keys: it changes the record or is
// refused.
func TestEveryKeyOfEveryMethod(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	special := map[string][]any{
		"local":    append(kindsOf(optimizers.Rules(), nil), tree{"kind": "sgd", "rate": .03}),
		"weight":   kindsOf(optimizers.Weights(), weightNeeds),
		"schedule": kindsOf(optimizers.Schedules(), scheduleNeeds),
		"gradient": {.01}, "push": {.01, 1e-4},
		"beta": {.5, .1}, "alpha": {.2},
		"max_staleness": {int64(1), int64(2)},
		"warm_start":    {int64(5)},
		"samples":       {int64(20)},
		"outer":         {tree{"kind": "sgd", "rate": .5}, tree{"kind": "momentum", "rate": .5}},
		"early":         {.1, .2},
		"armijo":        {.45, .8, .89},
	}
	further := map[string][]tree{ // bases beside the defaults, where these leave too little to see
		"downpour":         {{"window": int64(3)}, {"form": "distbelief", "server": "adagrad"}},
		"local-sgd":        {{"local": tree{"kind": "momentum", "momentum": .5}}},
		"fedbuff":          {{"buffer": int64(2), "window": int64(2)}},
		"streaming-diloco": {{"window": int64(6), "overlap": int64(1)}},
		"a2cid2":           {{"rates": "given", "eta": .5, "alpha": .5}},
		"sandblaster":      {{"portions": int64(1), "samples": int64(12), "search": int64(3)}},
	}
	for _, d := range optimizers.Strategies().Describe() {
		if slices.Contains(ofTests, d.Name) {
			continue
		}
		base := with(probeBase(), "strategy", tree{"kind": d.Name})
		s, err := optimizers.Build[float64](mustSpec(t, d.Name))
		if err != nil {
			t.Fatal(err)
		}
		if s.MaxWorkers > 0 {
			base = with(base, "cluster.workers", int64(s.MaxWorkers))
		}
		if d.Name == "sandblaster" {
			base = with(base, "stop.gradients", int64(1500))
		}
		if d.Name == "ensemble" { // members that disagree
			base = with(with(base, "problem.partition", "labels"), "strategy.local", tree{"kind": "sgd", "rate": 2.})
		}
		uneven := with(base, "cluster.compute", tree{"law": "heterogeneous", "power": .5, "mean": "10ms", "noise": tree{"law": "exponential", "mean": 1.}})
		switch d.Name {
		case "async-diloco": // slower workers take fewer steps
			base = uneven
		case "mindflayer": // workers that differ, and give up
			base = with(uneven, "strategy", tree{"kind": d.Name, "timeout": "8ms", "chance": .5})
		case "fadas": // changes that are stale, and a rate that lateness lowers
			base = with(base, "strategy", tree{"kind": d.Name, "buffer": int64(1), "rate": .9})
		}
		keys := slices.Concat(d.Keys, params.DescribeStruct(optimizers.Parts{}))
		p.table("strategy "+d.Name, base, "strategy", keys, special)
		for _, f := range further[d.Name] {
			f["kind"] = d.Name
			p.table("strategy "+d.Name, with(base, "strategy", f), "strategy", keys, special)
		}
	}
	// they do not push, push what is no gradient, and have no rates
	p.end("strategy ensemble clip push", "strategy one-shot clip push", "strategy adaptive-revision clip push", "strategy sandblaster schedule")
}

func mustSpec(t *testing.T, name string) optimizers.Spec {
	t.Helper()
	spec, err := optimizers.DefaultSpec(name)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}
