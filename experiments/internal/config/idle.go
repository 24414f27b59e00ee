package config

import (
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// An idleKey means nothing to a run because of what stands in another section. What a struct can
// say of its own keys, it says itself: by the tag `when`, or as a params.Idler.
type idleKey struct{ path, why string }

// findIdle lists the keys that mean nothing to the run. A method decides about its own parts and
// about the samples that it chooses itself; what cluster there is, and when to stop and to look, is
// never taken amiss, since methods are compared on it.
func (c *Config) findIdle(s optimizers.Strategy[float64]) (out []idleKey) {
	add := func(why string, paths ...string) {
		for _, p := range paths {
			out = append(out, idleKey{p, why})
		}
	}
	method := "strategy " + document.Literal(c.Strategy.Name())
	if s.Rateless {
		add(method+" has no rates for a schedule to act on", "strategy.schedule")
	}
	if s.Silent {
		add(method+" pushes nothing", "strategy.clip.push")
	}
	switch {
	case c.Problem == nil:
		add("without a problem there is nothing to evaluate", "eval")
		add("without a problem there are no gradients", "strategy.clip", "strategy.schedule", "strategy.local", "strategy.outer", "record.gap")
		add("without a problem there are no gradients", numbersOf(c.Strategy)...)
		add("without a problem nothing but times is drawn", "seeds.split", "seeds.start", "seeds.batches")
	case dispatches(s):
		add(method+" itself says which samples a worker computes on", "problem.batch", "problem.sampling", "problem.partition", "seeds.batches")
	case c.Problem.Settings().Batch == 0:
		add(`a batch that is "full" holds every sample`, "problem.sampling")
	}
	if c.Problem != nil {
		idle := nets.IdleKeys(c.Problem)
		for _, k := range prose.SortedKeys(idle) {
			add(idle[k], "problem."+k)
		}
	}
	if c.Staleness != nil {
		add("where staleness is injected there is no time to trace", "record.trace")
		add("where staleness is injected nothing takes time", "strategy.reduce_cost")
	}
	if c.Staleness == nil && !c.Cluster.Server.serves() {
		add("a server that takes no time for a message has no queue; give cluster.server.service or per_byte", "cluster.server.queue")
	}
	return out
}

// numbersOf are the keys of a method that scale or weigh vectors: those that may be fractions, laws
// for such, and what the method says does so. What else counts or names things says who sends what
// when, with or without a problem.
func numbersOf(s optimizers.Spec) (paths []string) {
	var scales []string
	if f, ok := s.Method.(optimizers.Factual); ok {
		scales = f.Facts().Scales
	}
	for _, k := range params.DescribeStruct(s.Method) {
		if k.Type == "a number" || k.Key == "weight" || slices.Contains(scales, k.Key) {
			paths = append(paths, document.Join("strategy", k.Key))
		}
	}
	return paths
}

// dispatches says whether the method chooses all that workers compute on.
func dispatches(s optimizers.Strategy[float64]) bool {
	if s.Server == nil || s.Peers { // those are of so many workers as their graph
		return false
	}
	d, ok := s.Server(optimizers.Env[float64]{Workers: 1, ID: -1, Speed: 1, Samples: 1, Batch: 1, X0: make([]float64, 1)}).(optimizers.Dispatcher)
	if !ok {
		return false
	}
	if s.Worker != nil {
		if _, batches := s.Worker(optimizers.Env[float64]{Workers: 1, Speed: 1, X0: make([]float64, 1)}).(optimizers.Pairer[float64]); batches {
			return false // between full gradients
		}
	}
	lo, hi, _ := d.Portion(0)
	return lo < hi
}

// isZero says whether a law takes no time at all.
func isZero(s delay.Spec) bool {
	law, constant := s.(delay.Constant)
	return s == nil || constant && law.Mean == 0
}

// refuseIdle refuses keys that were given and mean nothing.
func (c *Config) refuseIdle() error {
	for _, k := range c.idle {
		path, err := document.ParsePath(k.path)
		if err != nil {
			return err
		}
		if v, ok := document.Get(c.Doc.Table, path); ok {
			e := &params.Error{Path: k.path, Problem: "means nothing here: " + k.why, Allowed: "leave it out"}
			if _, isTable := v.(map[string]any); !isTable {
				e.Value = params.Literal(v)
			}
			return e
		}
	}
	return nil
}

// dropIdle takes keys that mean nothing out of the sections of a run.
func (c *Config) dropIdle(sections map[string]any) {
	for _, k := range c.idle {
		at := sections
		keys := strings.Split(k.path, ".")
		for _, key := range keys[:len(keys)-1] {
			at, _ = at[key].(map[string]any)
		}
		delete(at, keys[len(keys)-1])
	}
}
