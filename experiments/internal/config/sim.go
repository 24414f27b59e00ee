package config

import (
	"math"
	"math/rand/v2"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim"
)

// Simulation is the run as the simulator wants it.
func Simulation[F vec.Float](c *Config, ps *Problems) (sim.Config[F], Facts, error) {
	f := Facts{Timed: c.Staleness == nil}
	sc := sim.Config[F]{
		Workers: c.Cluster.Workers, Population: c.Cluster.Clients(), Assignment: assignmentOf[c.Cluster.Assignment],
		Seeds:  sim.Seeds{Delays: c.seedOf(c.Seeds.Delays), Batches: c.seedOf(c.Seeds.Batches), Method: uint64(c.Seed)},
		Record: sim.Record{Updates: c.Record.Updates, Gap: c.Record.Gap && c.Record.Updates, Center: c.Record.Center, Model: c.Record.Model, Trace: c.Record.Trace},
		Eval:   evalPlan[F](&c.Eval),
	}
	if c.Staleness != nil {
		sc.Population = 0
	}
	var err error
	if sc.Strategy, err = optimizers.Build[F](c.Strategy); err != nil {
		return sc, f, params.At("strategy", err)
	}
	f.Replicas = c.Problem != nil && (sc.Strategy.Peers || sc.Eval.Of == sim.OfMean || sc.Eval.Of == sim.OfEnsemble || sc.Eval.Of == sim.OfStrategy && sc.Strategy.Models != nil)
	if c.Consistency != nil {
		if sc.Consistency, err = c.Consistency.Among(c.Cluster.Workers); err != nil {
			return sc, f, params.At("consistency", err)
		}
	}
	samples := 0
	if c.Problem != nil {
		if sc.Problem, err = ProblemOf[F](ps, c); err != nil {
			return sc, f, err
		}
		samples = sc.Problem.Len()
		sc.X0 = make([]F, sc.Problem.Dim())
		start := stream.NewKey(c.seedOf(c.Seeds.Start), "initial point").At(0, 0)
		sc.Problem.Init(sc.X0, rand.New(&start))
		b, err := nets.NewSampler(c.Problem, sc.Problem, c.Cluster.Clients(), c.Env(), sc.Seeds.Batches)
		if err != nil {
			return sc, f, params.At("problem", err)
		}
		sc.Batches = b
	}
	if sc.Stop, err = c.Stop.sim(samples); err != nil {
		return sc, f, err
	}
	if c.Staleness != nil {
		sc.Inject, err = injection(c.Staleness, sc.Problem)
		return sc, f, err
	}
	batch := 1
	if sc.Batches != nil {
		batch = sc.Batches.Size()
	}
	sc.Cluster, err = c.Cluster.Sim(batch, sc.Seeds.Delays)
	if sc.Strategy.Peers { // methods are compared on one cluster: they have no use for its server
		sc.Cluster.Server = sim.Server{}
	}
	if err == nil && sc.Cluster.Classes != nil {
		err = classify(&sc.Cluster, sc.Problem)
	}
	return sc, f, params.At("cluster", err)
}

// classify gives a cluster whose times depend on them the classes of samples.
func classify[F vec.Float](c *sim.Cluster, p nets.Problem[F]) error {
	k := c.Classes
	if p == nil {
		return params.Errorf("compute.by_class", "without a problem there are no samples, and no classes of them: leave it out")
	}
	var ok bool
	if k.Of, k.N, ok = nets.Labels(p); !ok {
		return params.Errorf("compute.by_class", "the samples of this problem have no classes: leave it out")
	}
	counts := make([]float64, k.N)
	for _, class := range k.Of {
		counts[class]++
	}
	for i, factors := range k.Factors {
		if factors == nil {
			continue
		}
		if len(factors) != k.N {
			return params.Errorf("compute.by_class", "%s where the problem has classes 0 to %d: give one for each", prose.Count(len(factors), "factor"), k.N-1)
		}
		mean := 0.0
		for class, f := range factors {
			mean += float64(f * counts[class] / float64(len(k.Of)))
		}
		c.Nominal[i] = float64(c.Nominal[i] * mean)
	}
	return nil
}

func evalPlan[F vec.Float](e *Eval) sim.EvalPlan[F] {
	p := sim.EvalPlan[F]{AverageRate: e.Average, TrainSamples: e.TrainSamples, GradNorm: e.GradNorm}
	p.Of = map[string]sim.Point{
		"paper": sim.OfStrategy, "center": sim.OfCenter, "average": sim.OfAverage, "workers-mean": sim.OfMean, "ensemble": sim.OfEnsemble,
	}[e.Of]
	if e.Every != nil {
		p.Every = *e.Every
	}
	if e.Updates != nil {
		p.Updates = *e.Updates
	}
	if e.Gradients != nil {
		p.Gradients = *e.Gradients
	}
	return p
}

// sim is the stop condition in samples of a training part of n.
func (s *Stop) sim(n int) (sim.Stop, error) {
	out := sim.Stop{TrainLoss: s.TrainLoss, TestAccuracy: s.TestAccuracy, Diverged: s.Diverged}
	for _, c := range []struct {
		from *int64
		to   *int64
	}{{s.Updates, &out.Updates}, {s.Pushes, &out.Pushes}, {s.Gradients, &out.Gradients}} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
	if s.Time != nil {
		out.Time = *s.Time
	}
	if s.Epochs != nil {
		if n == 0 {
			return out, params.Errorf("stop.epochs", "a run without a problem has no epochs: stop by updates, gradients or time")
		}
		x := math.Ceil(*s.Epochs * float64(n))
		if x >= 1<<62 {
			return out, fault.Bad("stop.epochs", *s.Epochs, "is more than can be counted")
		}
		out.Samples = int64(x)
	}
	return out, nil
}

// Facts of a run that decide which columns and keys apply.
type Facts struct {
	Timed    bool // there is model time
	Replicas bool // workers have variables of their own that are looked at
}
