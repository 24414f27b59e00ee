package sim

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
)

// A Mistake is what is wrong with a Config, at a key of the manual such as "cluster.server.shards",
// and what to do about it.
type Mistake struct{ Key, Problem string }

func (m *Mistake) Error() string { return m.Key + ": " + m.Problem }

func mistake(key, format string, args ...any) error {
	return &Mistake{key, fmt.Sprintf(format, args...)}
}

// Check says what is wrong with a configuration: a *Mistake where the manual has a key for it. Run
// calls it.
func (c *Config[F]) Check() error {
	for _, check := range []func() error{c.checkMethod, c.checkProblem, c.checkStop, c.checkEval, c.checkPeers, c.checkClients, c.checkTime, c.checkClasses, c.checkFaults, c.checkRing} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config[F]) members() int {
	if c.Parallel > 0 {
		return c.Parallel
	}
	return runtime.GOMAXPROCS(0)
}

func (c *Config[F]) checkMethod() error {
	switch {
	case c.Strategy.Worker == nil || c.Strategy.Server == nil:
		return mistake("strategy", "a worker and a server half are needed")
	case c.Strategy.Width < 0:
		return mistake("strategy", "width %d: a message has at least one vector", c.Strategy.Width)
	case c.Workers < 1 && c.Inject == nil:
		return mistake("cluster.workers", "workers = %d: at least one is needed", c.Workers)
	case c.Workers < 0 || c.Workers >= maxWorkers:
		return mistake("cluster.workers", "workers = %d: 1 to %d can be simulated", c.Workers, maxWorkers-1)
	case c.Parallel < 0:
		return fmt.Errorf("parallel = %d: give the number of goroutines, or 0 for GOMAXPROCS", c.Parallel)
	}
	return nil
}

func (c *Config[F]) checkProblem() error {
	if c.Problem == nil {
		switch {
		case len(c.X0) != 0:
			return fmt.Errorf("a run without a problem has no initial point, but X0 has %d coordinates", len(c.X0))
		case c.Inject != nil:
			return mistake("staleness", "injected staleness needs a problem: without one there is nothing to see")
		}
		return nil
	}
	switch d := c.Problem.Dim(); {
	case d < 1:
		return fmt.Errorf("the problem has %d dimensions: at least one is needed", d)
	case len(c.X0) != d:
		return fmt.Errorf("X0 has %d coordinates, the problem has %d", len(c.X0), d)
	case !vec.Finite(c.X0):
		return fmt.Errorf("X0 is not finite")
	case c.Batches == nil:
		return fmt.Errorf("a problem needs Batches")
	}
	return nil
}

func (c *Config[F]) checkStop() error {
	s := &c.Stop
	target := s.TrainLoss != nil || s.TestAccuracy != nil
	none := s.Updates == 0 && s.Pushes == 0 && s.Gradients == 0 && s.Samples == 0 && s.Time == 0 && !target
	switch {
	case none:
		return mistake("stop", "no condition is set: give updates, pushes, gradients, epochs, time, or a target")
	case s.Updates < 0 || s.Pushes < 0 || s.Gradients < 0 || s.Samples < 0 || s.Time < 0:
		return mistake("stop", "updates = %d, pushes = %d, gradients = %d, samples = %d, time = %v: none may be negative",
			s.Updates, s.Pushes, s.Gradients, s.Samples, s.Time)
	case c.Strategy.Silent && s.Gradients == 0 && s.Samples == 0 && s.Time == 0 && (!target || c.Eval.Gradients == 0 && c.Eval.Every == 0):
		return mistake("stop", "workers of this method never push, so it makes no updates: stop by gradients, epochs or time")
	case s.Diverged < 0 || math.IsNaN(s.Diverged):
		return mistake("stop.diverged", "%g: give a factor above 0", s.Diverged)
	case c.Problem == nil && (target || s.Samples > 0):
		return mistake("stop", "a run without a problem has no loss, accuracy or epochs: give updates, pushes, gradients or time")
	case s.TrainLoss != nil && math.IsNaN(*s.TrainLoss), s.TestAccuracy != nil && math.IsNaN(*s.TestAccuracy):
		return mistake("stop", "a target is not a number")
	case s.TrainLoss != nil && !c.measures(nets.Train):
		return mistake("stop.train_loss", "%g: the problem has no train loss to be measured", *s.TrainLoss)
	case s.TestAccuracy != nil && !c.measures(nets.Test):
		return mistake("stop.test_accuracy", "%g: the problem has no test part, or no classes", *s.TestAccuracy)
	case target && c.Eval.Every == 0 && c.Eval.Updates == 0 && c.Eval.Gradients == 0:
		return mistake("stop", "a target needs evaluations: say how often in [eval]")
	}
	return nil
}

// measures says whether there is a train loss, or the accuracy on another part.
func (c *Config[F]) measures(part nets.Part) bool {
	if _, solved := problemAs[nets.Solved[F]](c.Problem); solved && part == nets.Train {
		return true
	}
	e, ok := problemAs[nets.Evaluator[F]](c.Problem)
	return ok && e.PartLen(part) > 0 && (part == nets.Train || e.Classifies())
}

func (c *Config[F]) checkEval() error {
	e := &c.Eval
	switch {
	case e.Every < 0 || e.Updates < 0 || e.Gradients < 0 || e.TrainSamples < 0:
		return mistake("eval", "every = %v, updates = %d, gradients = %d, train samples = %d: none may be negative", e.Every, e.Updates, e.Gradients, e.TrainSamples)
	case !(e.AverageRate >= 0 && e.AverageRate <= 1):
		return mistake("eval", "the rate of the moving average is %g: it must be in [0, 1]", e.AverageRate)
	case e.Of > OfEnsemble:
		return mistake("eval", "%d is no point to evaluate", e.Of)
	}
	if _, ok := problemAs[nets.Predictor[F]](c.Problem); e.Of == OfEnsemble && !ok {
		return mistake("eval.of", "an ensemble needs a problem that predicts classes: evaluate the center or the workers' mean")
	} else if e.Of == OfStrategy && c.Strategy.Models != nil && c.Problem != nil && c.Inject == nil && !ok {
		if n := len(c.Strategy.Models(c.X0, slices.Repeat([][]F{c.X0}, c.Workers))); n > 1 {
			return mistake("eval.of", "this method is measured by the mean of %d predictions, and the problem predicts nothing: evaluate the center or the workers' mean", n)
		}
	}
	return nil
}

func (c *Config[F]) checkTime() error {
	if c.Inject != nil {
		return c.checkInjection()
	}
	k, workers := &c.Cluster, c.clients()
	if len(k.Compute) != workers {
		return mistake("cluster", "%d compute laws for %d workers", len(k.Compute), workers)
	}
	for i, l := range k.Compute {
		if l == nil {
			return mistake("cluster", "worker %d has no compute law", i)
		}
	}
	if n := len(k.Scales); n != 0 && n != workers {
		return mistake("cluster", "it is said of %d workers, not of %d, whether their time scales with samples", n, workers)
	}
	if n := len(k.Nominal); n != 0 && n != workers {
		return mistake("cluster", "%d nominal times for %d workers", n, workers)
	}
	for i, t := range k.Nominal {
		if !(t >= 0) {
			return mistake("cluster", "worker %d takes nominally %g s per gradient", i, t)
		}
	}
	for _, links := range [][]Link{k.Up, k.Down} {
		if n := len(links); n != 0 && n != workers {
			return mistake("cluster", "%d links for %d workers", n, workers)
		}
		for i, l := range links {
			if !(l.Bandwidth >= 0) {
				return mistake("cluster", "the link of worker %d carries %g bytes/s: give a number above 0, or 0 for no limit", i, l.Bandwidth)
			}
		}
	}
	v := &k.Server
	switch {
	case k.Message < 0:
		return mistake("cluster.message", "%d bytes: it may not be negative", k.Message)
	case k.Message > maxMessage/int64(max(1, c.Strategy.Width)):
		return mistake("cluster.message", "%d bytes: a message has at most %d", k.Message, int64(maxMessage)/int64(max(1, c.Strategy.Width)))
	case v.Shards < 0 || v.Shards > maxShards:
		return mistake("cluster.server.shards", "shards = %d: 1 to %d can be simulated", v.Shards, maxShards)
	case c.Problem != nil && v.Shards > len(c.X0):
		return mistake("cluster.server.shards", "shards = %d, but the problem has only %d coordinates", v.Shards, len(c.X0))
	case v.Queue > Fair:
		return mistake("cluster.server.queue", "%d is no order", v.Queue)
	case v.PerByte < 0:
		return mistake("cluster.server.per_byte", "%v: it may not be negative", duration(v.PerByte))
	case v.Torn && v.Shards < 2:
		return mistake("cluster.server.torn", "torn = true, but one shard is read and written at one instant: give shards = 2 or more, or leave it out")
	case v.Torn:
		takes, err := c.Strategy.Resolve(c.Consistency, c.Workers)
		if err == nil {
			err = c.Strategy.Shardable(takes)
		}
		if err != nil {
			return mistake("cluster.server.torn", "torn = true, but the shards of a message cannot be read and written apart: %v; leave it out", err)
		}
	case !(v.NIC >= 0):
		return mistake("cluster.server.nic", "%g bytes/s: give a number above 0, or 0 for unlimited", v.NIC)
	}
	if v.NIC > 0 {
		var f F
		bytes := max(k.Message, int64(len(c.X0))*sizeOf(f)) * int64(max(1, c.Strategy.Width))
		if t := transferTime(bytes, v.NIC); t > maxNICJob {
			return mistake("cluster.server.nic", "%g bytes/s: a message would take %v, more than %v", v.NIC, duration(t), duration(maxNICJob))
		}
	}
	return nil
}

func (c *Config[F]) checkInjection() error {
	consistency, err := c.Strategy.Resolve(c.Consistency, max(1, c.Workers))
	switch {
	case err != nil:
		return err
	case c.Inject.laws() != 1:
		return mistake("staleness", "%d laws are given: give one of Tau, Worker, Blocks and Private", c.Inject.laws())
	case c.Inject.Worker != nil && len(c.Inject.Worker) != max(1, c.Workers):
		return mistake("staleness.worker", "%d laws are given for %d workers: give one for each of cluster.workers", len(c.Inject.Worker), max(1, c.Workers))
	case c.Strategy.Timed:
		return mistake("staleness", "this method goes by how long gradients take, and under injected staleness they take no time: leave [staleness] out")
	case consistency != optimizers.Async():
		return mistake("staleness", "injected staleness leaves nothing for a consistency (%v) to decide: take async", consistency)
	case c.Cluster.Server.Shards > 1:
		return mistake("staleness", "shards exist in time, and injected staleness has none: set shards = 1")
	case c.Eval.Every > 0 || c.Stop.Time > 0:
		return mistake("staleness", "there is no model time under injected staleness: count updates or gradients in [eval] and [stop]")
	case c.Strategy.Schedule != nil && c.Strategy.Schedule.Clock() == optimizers.TimeClock:
		return mistake("strategy.schedule", "there is no model time under injected staleness: let it count samples or updates")
	case c.Strategy.Overlaps:
		return mistake("staleness", "this method reads and pushes at moments of its own, so no staleness can be injected into it")
	case c.Eval.Of == OfMean || c.Eval.Of == OfEnsemble || c.Eval.Of == OfStrategy && c.Strategy.Models != nil:
		return mistake("eval", "under injected staleness no worker has a point of its own: evaluate the center or its average")
	case c.Inject.Blocks != nil:
		return checkBlocks(c.Inject.Blocks, len(c.X0))
	}
	return nil
}
