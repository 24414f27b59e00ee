package config

import (
	"errors"
	"fmt"
	"strconv"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim"
	"staleness/sim/delay"
)

// A Config is a run with nothing left to defaults. It is never written after resolve.
type Config struct {
	Seed        int64
	Seeds       Seeds
	Problem     nets.Config // nil: timing only
	Strategy    optimizers.Spec
	Consistency optimizers.ConsistencyKind // nil: the strategy's own
	Cluster     Cluster
	Staleness   delay.CountSpec // nil: it emerges from the cluster
	Stop        Stop
	Eval        Eval
	Record      Record

	// what was written, by its path, where a number follows from it: strategy.rate = "0.5/L"
	written map[string]string

	Dir      string // what paths of the problem are relative to
	DataHash string // content of its data; "" without
	// content of the files that laws of the cluster name, by their absolute paths
	lawHashes map[string]string
	Doc       *document.Document
	idle      []idleKey // what means nothing to it, beside what its parts say themselves
}

// NoProblem is the kind of a run without one.
const NoProblem = "none"

// Resolve decodes and checks one run. Others are keys that an experiment has beside those of a run.
func Resolve(d *document.Document, others []string, problems *Problems) (*Config, error) {
	if err := checkSections(d, others); err != nil {
		return nil, err
	}
	tables := map[string]map[string]any{}
	given := map[string]bool{}
	for _, s := range sections {
		t, ok, err := d.Section(s)
		if err != nil {
			return nil, err
		}
		tables[s], given[s] = t, ok
	}
	c := &Config{Stop: DefaultStop(), Eval: DefaultEval(), Record: DefaultRecord(), Doc: d, Dir: d.Base("problem.data")}
	steps := []func() error{
		func() error { return c.readSeed(d.Table["seed"]) },
		func() error { return params.Decode("seeds", tables["seeds"], &c.Seeds) },
		func() error { return c.readProblem(tables["problem"]) },
		func() error { return c.readStrategy(tables["strategy"], problems) },
		func() (err error) {
			if given["consistency"] {
				c.Consistency, err = optimizers.DecodeConsistency("consistency", tables["consistency"])
			}
			return err
		},
		func() error { return c.readTime(tables, given) },
		func() error { return params.Decode("stop", tables["stop"], &c.Stop) },
		func() error { return params.Decode("eval", tables["eval"], &c.Eval) },
		func() error { return params.Decode("record", tables["record"], &c.Record) },
		c.check,
	}
	for _, step := range steps {
		if err := d.Fault("", step()); err != nil {
			return nil, err
		}
	}
	d.Table = nil // places are still needed, the rest is decoded
	return c, c.readData(problems)
}

func (c *Config) readSeed(v any) error {
	n, ok := v.(int64)
	if !ok || n < 0 {
		return fault.Bad("seed", v, "want a whole number, not negative")
	}
	c.Seed = n
	return nil
}

func (c *Config) readProblem(table map[string]any) (err error) {
	if table["kind"] == NoProblem {
		for _, k := range prose.SortedKeys(table) {
			if k != "kind" {
				return params.Errorf(document.Join("problem", k), "unknown key of %q: a run without a problem, for timing alone, takes none", NoProblem)
			}
		}
		return nil
	}
	c.Problem, err = nets.Decode("problem", table)
	return err
}

// readData hashes the content of the data, which finds what is wrong with it. The seed enters the
// run-id by itself, so one hash serves all seeds.
func (c *Config) readData(problems *Problems) (err error) {
	if c.Problem != nil {
		content, err := problems.content(c)
		if err != nil {
			return c.Doc.Fault("problem", params.At("problem", err))
		}
		if content != nil {
			c.DataHash = content.Hash
		}
	}
	if err := c.readLaws(problems); err != nil {
		return c.Doc.Fault("", err)
	}
	if err := c.readReplay(problems); err != nil {
		return c.Doc.Fault("", err)
	}
	if problems.try(c.alike()) {
		return nil
	}
	if c.Precision() == "float64" {
		err = rehearse[float64](c, problems)
	} else {
		err = rehearse[float32](c, problems)
	}
	return c.Doc.Fault("", err)
}

// alike is the same for runs of which one rehearsal serves all: whatever their seeds and rates.
func (c *Config) alike() string {
	key := fmt.Sprint(c.Precision(), c.DataHash, c.Cluster.Workers, fmt.Sprintf("%T %T", c.Problem, c.Consistency), c.Staleness != nil, c.Strategy.Name(),
		c.Stop.TrainLoss != nil, c.Stop.TestAccuracy != nil, c.Stop.Epochs != nil, c.Stop.Gradients != nil || c.Stop.Time != nil, c.Eval.Of, c.Eval.clocked())
	if p, ok := c.Problem.(nets.OnData); ok {
		key += params.Literal(params.Encode(p.DataOptions()))
	}
	// compared with the length of the vector
	if server := c.Cluster.Server; server.Shards > 1 || server.NIC > 0 {
		key += fmt.Sprint(server.Shards, server.NIC, server.Torn, c.Cluster.Message)
		if c.Problem != nil {
			key += params.Literal(nets.Kinds().Encode(c.Problem))
		}
	}
	for _, law := range c.Cluster.computes() {
		if law.ByClass != nil {
			key += fmt.Sprint("by class", len(law.ByClass))
			if p, ok := c.Problem.(nets.OnData); ok { // its classes
				key += params.Literal(params.Encode(p.DataOptions()))
			}
		}
	}
	if c.Staleness != nil {
		key += params.Literal(c.Strategy.Encode())
	}
	if c.Cluster.Assigned() {
		key += fmt.Sprint(c.Cluster.Clients(), c.Cluster.Assignment, c.Cluster.Replay != nil) + params.Literal(c.Strategy.Encode())
		if c.Consistency != nil {
			key += params.Literal(optimizers.Consistencies().Encode(c.Consistency))
		}
	}
	if c.Cluster.Faults != nil {
		key += params.Literal(params.Encode(*c.Cluster.Faults)) + params.Literal(c.Strategy.Encode())
		if c.Consistency != nil {
			key += params.Literal(optimizers.Consistencies().Encode(c.Consistency))
		}
	}
	return key
}

// rehearse does all that comes before a run's first event, so that what cannot be run is known
// before anything is computed.
func rehearse[F vec.Float](c *Config, problems *Problems) error {
	sc, _, err := Simulation[F](c, problems)
	if err != nil {
		return err
	}
	if c.Stop.TestAccuracy != nil {
		switch e, ok := sc.Problem.(nets.Evaluator[F]); {
		case !ok || !e.Classifies():
			return params.Errorf("stop.test_accuracy", "this problem has no classes; take train_loss")
		case e.PartLen(nets.Test) == 0:
			return params.Errorf("stop.test_accuracy", "this data set has no test part; give problem.test, a share or a data set")
		}
	}
	if sc.Strategy.Vote && !c.Record.Model {
		if e, ok := sc.Problem.(nets.Evaluator[F]); !ok || e.PartLen(nets.Test)+e.PartLen(nets.Validation) == 0 {
			return params.Errorf("strategy.combine", "a vote decides about accuracies, and none is measured; give problem.test or problem.validation, or leave it out")
		}
	}
	return Placed(sc.Check())
}

// Placed gives the simulator's objections the place of the key they are about.
func Placed(err error) error {
	if m := (*sim.Mistake)(nil); errors.As(err, &m) {
		return params.Errorf(m.Key, "%s", m.Problem)
	}
	return err
}

// readTime reads where staleness comes from: a cluster, or a law of its own.
func (c *Config) readTime(tables map[string]map[string]any, given map[string]bool) error {
	c.Cluster = DefaultCluster()
	if err := params.Decode("cluster", tables["cluster"], &c.Cluster); err != nil {
		return err
	}
	if err := c.Cluster.settleClients(); err != nil {
		return params.At("cluster", err)
	}
	if !given["staleness"] {
		if c.Cluster.wantsCompute() {
			return params.Errorf("cluster.compute", `is missing, and not every worker is in a group with a compute of its own: how long a gradient takes, such as {law = "exponential", mean = "10ms"}; or give [staleness] instead`)
		}
		return nil
	}
	for _, k := range prose.SortedKeys(tables["cluster"]) {
		if k != "workers" {
			return params.Errorf(document.Join("cluster", k), "means nothing where [staleness] is injected: there is no time; take one of them out")
		}
	}
	s, err := readStaleness(tables["staleness"])
	if err != nil {
		return err
	}
	c.Staleness = s
	return c.checkStaleness()
}

// check finds what is wrong between sections.
func (c *Config) check() error {
	among := optimizers.Consistency{}
	if c.Consistency != nil {
		var err error
		if among, err = c.Consistency.Among(c.Cluster.Workers); err != nil {
			return params.At("consistency", err)
		}
	}
	s, err := optimizers.Build[float64](c.Strategy)
	if err != nil {
		return params.At("strategy", err)
	}
	if most := s.MaxWorkers; most > 0 && c.Cluster.Workers > most {
		return fault.Bad("cluster.workers", int64(c.Cluster.Workers), "is more than strategy %q takes: %d", c.Strategy.Name(), most)
	}
	if s.Fits != nil {
		if err := s.Fits(c.Cluster.Workers); err != nil {
			return params.At("strategy", err)
		}
	}
	takes, err := s.Resolve(among, c.Cluster.Workers)
	if err == nil && c.Consistency != nil && takes != among {
		err = fmt.Errorf("this method prescribes its own consistency (%v), not %v: leave [consistency] out", takes, among)
	}
	if err != nil {
		return &params.Error{Path: c.either("consistency", "strategy") + ".kind", Value: strconv.Quote(c.kindOf(c.either("consistency", "strategy"))), Problem: fmt.Sprintf("does not go with strategy %q: %v", c.Strategy.Name(), err)}
	}
	if c.Staleness != nil {
		switch {
		case c.Stop.Time != nil:
			return params.Errorf("stop.time", "there is no model time where staleness is injected; stop by updates or gradients")
		case c.Eval.Every != nil:
			return params.Errorf("eval.every", "there is no model time where staleness is injected; give eval.updates or eval.gradients")
		}
	}
	if _, err := c.Cluster.sizes(); err != nil {
		return params.At("cluster", err)
	}
	if err := c.Cluster.checkRegions(); err != nil {
		return params.At("cluster", err)
	}
	c.idle = c.findIdle(s)
	if err := c.refuseIdle(); err != nil {
		return err
	}
	if c.Problem == nil {
		switch {
		case dispatches(s):
			return params.Errorf("strategy.kind", "strategy %q goes by the losses of samples that it chooses: without a problem there are none", c.Strategy.Name())
		case c.Stop.TrainLoss != nil || c.Stop.TestAccuracy != nil:
			return params.Errorf("stop", "a run without a problem has no loss: stop by updates, gradients or time")
		case c.Record.Center:
			return params.Errorf("record.center", "a run without a problem has no center")
		case c.Record.Model:
			return params.Errorf("record.model", "a run without a problem trains no model")
		}
	}
	return nil
}

// either is the first of two sections that was given.
func (c *Config) either(a, b string) string {
	if _, ok := c.Doc.Table[a]; ok {
		return a
	}
	return b
}

func (c *Config) kindOf(section string) string {
	t, _ := c.Doc.Table[section].(map[string]any)
	k, _ := t["kind"].(string)
	return k
}

// seedOf is a seed of its own, or the run's.
func (c *Config) seedOf(given *int64) uint64 {
	if given != nil {
		return uint64(*given)
	}
	return uint64(c.Seed)
}

// Precision of the vectors.
func (c *Config) Precision() string {
	if c.Problem == nil {
		return "float32"
	}
	return c.Problem.Settings().Precision
}
