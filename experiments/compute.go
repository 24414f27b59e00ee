package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/results"
	"staleness/sim"
)

// compute makes the run and writes its files into dir: all of them, or none. text is its run.toml; share is told how much
// is done.
func (c *config) compute(ctx context.Context, text, dir string, ps *problems, parallel int, share *gauge) (*results.Summary, error) {
	if c.precision() == "float64" {
		return compute[float64](ctx, c, text, dir, ps, parallel, share)
	}
	return compute[float32](ctx, c, text, dir, ps, parallel, share)
}

func compute[F vec.Float](ctx context.Context, c *config, text, dir string, ps *problems, parallel int, share *gauge) (*results.Summary, error) {
	sc, facts, err := simConfig[F](c, ps)
	if err != nil {
		return nil, c.doc.fault("", err)
	}
	sc.Parallel = parallel
	omitEval, omitUpdates := omitted(c, sc.Problem, facts)
	center := 0
	if c.Record.Center {
		center = sc.Problem.Dim()
	}
	w, err := results.Create(results.Plan{
		Dir: dir, Config: []byte(text), OmitEval: omitEval, Updates: c.Record.Updates, OmitUpdates: omitUpdates, Center: center,
	})
	if err != nil {
		return nil, err
	}
	train := 1.
	if sc.Problem != nil {
		train = float64(sc.Problem.Len())
	}
	began := time.Now()
	r, err := sim.Run(ctx, sc, &recorder[F]{w: w, train: train, seen: func(e *sim.Evaluation) { share.set(c.Stop.share(e, train)) }})
	if err == nil && r.Status == sim.Interrupted {
		err = context.Canceled
	}
	if err != nil {
		if undone := w.Discard(); undone != nil {
			err = fmt.Errorf("%w; and what it had written could not be removed: %v", err, undone)
		}
		return nil, err
	}
	sum := summarize(c.Seed, Build(), &r, facts)
	if err := w.Finish(sum, []byte(machine(&r, time.Since(began), parallel))); err != nil {
		return nil, err
	}
	if sum.Status == results.Failed {
		return sum, fmt.Errorf("%s", sum.Reason)
	}
	return sum, nil
}

// simConfig is the run as the simulator wants it.
func simConfig[F vec.Float](c *config, ps *problems) (sim.Config[F], facts, error) {
	f := facts{timed: c.Staleness == nil, aged: true}
	sc := sim.Config[F]{
		Workers: c.Cluster.Workers,
		Seeds:   sim.Seeds{Delays: c.seedOf(c.Seeds.Delays), Batches: c.seedOf(c.Seeds.Batches), Method: uint64(c.Seed)},
		Record:  sim.Record{Updates: c.Record.Updates, Gap: c.Record.Gap && c.Record.Updates, Center: c.Record.Center},
		Eval:    evalPlan[F](&c.Eval),
	}
	var err error
	if sc.Strategy, err = optimizers.Build[F](c.Strategy); err != nil {
		return sc, f, params.At("strategy", err)
	}
	f.aged = !sc.Strategy.Peers
	f.replicas = c.Problem != nil && (sc.Eval.Of == sim.OfMean || sc.Eval.Of == sim.OfEnsemble || sc.Eval.Of == sim.OfStrategy && sc.Strategy.Models != nil)
	if c.Consistency != nil {
		if sc.Consistency, err = c.Consistency.Among(c.Cluster.Workers); err != nil {
			return sc, f, params.At("consistency", err)
		}
	}
	samples := 0
	if c.Problem != nil {
		if sc.Problem, err = problemOf[F](ps, c); err != nil {
			return sc, f, err
		}
		samples = sc.Problem.Len()
		sc.X0 = make([]F, sc.Problem.Dim())
		start := stream.NewKey(c.seedOf(c.Seeds.Start), "initial point").At(0, 0)
		sc.Problem.Init(sc.X0, rand.New(&start))
		b, err := nets.NewSampler(c.Problem, sc.Problem, sc.Workers, c.env(), sc.Seeds.Batches)
		if err != nil {
			return sc, f, params.At("problem", err)
		}
		sc.Batches = b
	}
	if sc.Stop, err = c.Stop.sim(samples); err != nil {
		return sc, f, err
	}
	if c.Staleness != nil {
		sc.Inject = &sim.Injection{Tau: c.Staleness.Counts(), FIFO: c.Staleness.Monotone()}
		return sc, f, nil
	}
	batch := 1
	if sc.Batches != nil {
		batch = sc.Batches.Size()
	}
	sc.Cluster, err = c.Cluster.sim(batch, sc.Seeds.Delays)
	return sc, f, params.At("cluster", err)
}

func evalPlan[F vec.Float](e *evalConfig) sim.EvalPlan[F] {
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
func (s *stopConfig) sim(n int) (sim.Stop, error) {
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
			return out, bad("stop.epochs", *s.Epochs, "is more than can be counted")
		}
		out.Samples = int64(x)
	}
	return out, nil
}

// share estimates how much of a run is done: the nearest of its ends.
func (s *stopConfig) share(e *sim.Evaluation, n float64) (done float64) {
	for _, c := range []struct {
		limit *int64
		now   int64
	}{{s.Updates, e.Updates}, {s.Pushes, e.Pushes}, {s.Gradients, e.Gradients}} {
		if c.limit != nil {
			done = max(done, float64(c.now)/float64(*c.limit))
		}
	}
	if s.Time != nil {
		done = max(done, float64(e.At)/float64(*s.Time))
	}
	if s.Epochs != nil {
		done = max(done, float64(e.Samples)/(*s.Epochs*n))
	}
	return done
}

// machine is env.txt: what may differ between two runs of the same bits.
func machine(r *sim.Result, wall time.Duration, parallel int) string {
	s := wall.Seconds()
	return fmt.Sprintf("go: %s\nplatform: %s/%s\nkernels: %s\ncores: %d\ngoroutines per run: %d\nwall time: %.3f s\ngradients per second: %.4g\nupdates per second: %.4g\ntime in gradients: %.3f s\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, vec.Path(), runtime.NumCPU(), parallel, s, float64(r.Gradients)/s, float64(r.Updates)/s, r.Busy.Seconds())
}

func stack() string { return string(debug.Stack()) }
