package cost

import (
	"context"
	"io"
	"time"

	"staleness/experiments/internal/config"
	"staleness/internal/cputime"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim"
	"staleness/sim/record"
)

// A probe runs the beginning of a run, nothing written, to see what its gradients cost with all
// that belongs to them here: kernels, the method, the engine. It is as short as a person does not
// mind.
const (
	probeTime  = 20 * time.Millisecond // of the longest probe of one kind of run
	ProbesTime = 2 * time.Second       // of all probes; what is left is estimated by arithmetic
)

// Where nothing could be tried, a gradient takes an overhead, and so many ns per sample and
// coordinate: six operations at 60 GFlop/s.
const (
	gradientOverhead = 500.
	nsPerCoordinate  = .1
	// passes through the net of a gradient, where an evaluation has one
	forwards = 3
	// samples that the simulator evaluates at once
	pieceSamples = 512
)

// A price is what a run costs, in ns.
type price struct {
	start    float64 // once
	gradient float64
	sample   float64 // that is evaluated
}

// probes keep the prices of kinds of runs.
type probes struct {
	Now    func() time.Duration
	Prices map[string]*price // nil: it could not be tried
	Spent  time.Duration

	tried, modelled float64 // ns of a gradient, summed over what was tried
}

func newProbes() probes {
	return probes{Now: cputime.Used, Prices: map[string]*price{}}
}

// price tries a run that is the first of its kind.
func (t *probes) price(c *config.Config, w workload, ps *config.Problems) (price, Basis) {
	kind := kindOf(c)
	p, known := t.Prices[kind]
	if !known {
		if t.Spent < ProbesTime {
			p = t.try(c, w, ps)
		}
		t.Prices[kind] = p
	}
	if p != nil {
		return *p, ShortProbe
	}
	scale := 1.
	if t.modelled > 0 {
		scale = t.tried / t.modelled
	}
	gradient := scale * w.model()
	return price{gradient: gradient, sample: gradient / (forwards * float64(w.batch))}, Arithmetic
}

// model is the time of a gradient by arithmetic.
func (w *workload) model() float64 {
	return gradientOverhead + nsPerCoordinate*float64(w.dim)*float64(w.batch)
}

// try computes more and more gradients of a run until the difference takes long enough to be
// measured; nil: it cannot be.
func (t *probes) try(c *config.Config, w workload, ps *config.Problems) *price {
	run := probe[float32]
	if c.Precision() == "float64" {
		run = probe[float64]
	}
	began := t.Now()
	defer func() { t.Spent += t.Now() - began }()
	var once, more probed
	for n := w.settled(); ; n *= 2 {
		start := t.Now()
		done, err := run(c, ps, int64(min(n, max(1, w.Gradients))))
		if err != nil || done == 0 {
			return nil
		}
		more = probed{float64(t.Now() - start), float64(done)}
		if once.gradients == 0 {
			once = more
		}
		if n >= w.Gradients || more.ns-once.ns >= float64(probeTime) {
			break
		}
	}
	p := &price{sample: t.sample(c, w, ps)}
	if p.sample == 0 { // it cannot be evaluated by itself
		p.sample = more.ns / (more.gradients*forwards*float64(w.batch) + 2*w.other)
	}
	ends := 2 * w.other * p.sample
	p.gradient = max(more.ns-ends, more.ns/10) / more.gradients
	if more.gradients > once.gradients && more.ns > once.ns { // what comes once is in both
		p.gradient = (more.ns - once.ns) / (more.gradients - once.gradients)
		p.start = max(0, once.ns-p.gradient*once.gradients-ends)
	}
	t.tried += p.gradient
	t.modelled += w.model()
	return p
}

// settled is a number of gradients after which as many are computed as are counted: by then workers
// have been through a window, and pushed. It is smaller where that would take long.
func (w *workload) settled() float64 {
	return max(1, min(2*w.inFlight, float64(10*probeTime)/w.model()))
}

// probed is how long so many gradients took.
type probed struct{ ns, gradients float64 }

// probe computes the first n gradients of a run and says how many these were. Whatever is wrong
// with the run is said when it is run.
func probe[F vec.Float](c *config.Config, ps *config.Problems, n int64) (done int64, err error) {
	defer func() {
		if recover() != nil { // a bug in a method is a failed run, when it is run
			done = 0
		}
	}()
	sc, _, err := config.Simulation[F](c, ps)
	if err != nil {
		return 0, err
	}
	var rec sim.Recorder[F]
	if sc.Record.Updates {
		rec = &discarded[F]{}
	}
	sc.Parallel, sc.Record = 1, sim.Record{Updates: sc.Record.Updates, Gap: sc.Record.Gap}
	// at both ends there are evaluations, which would take longer than the rest
	sc.Eval.TrainSamples, sc.Eval.GradNorm = 1, false
	sc.Stop = sim.Stop{Gradients: n}
	r, err := sim.Run(context.Background(), sc, rec)
	return r.Gradients, err
}

// discarded is a record whose rows are made, and written nowhere.
type discarded[F vec.Float] struct{ rows []record.Row }

func (d *discarded[F]) Push(r *record.Row, _ []F) error {
	if d.rows = append(d.rows, *r); len(d.rows) < 256 {
		return nil
	}
	err := record.WriteUpdates(io.Discard, d.rows)
	d.rows = d.rows[:0]
	return err
}

func (d *discarded[F]) Eval(*record.Evaluation) error { return nil }

// sample is what it takes to evaluate one, with all models of which the prediction is made; 0: not
// known.
func (t *probes) sample(c *config.Config, w workload, ps *config.Problems) float64 {
	if c.Problem == nil {
		return 0
	}
	if c.Precision() == "float64" {
		return evaluated[float64](c, w, ps, t.Now)
	}
	return evaluated[float32](c, w, ps, t.Now)
}

// evaluated measures more and more samples, as many at once as the simulator does.
func evaluated[F vec.Float](c *config.Config, w workload, ps *config.Problems, now func() time.Duration) (ns float64) {
	defer func() {
		if recover() != nil {
			ns = 0
		}
	}()
	sc, _, err := config.Simulation[F](c, ps)
	if err != nil {
		return 0
	}
	e, ok := sc.Problem.(nets.Evaluator[F])
	if !ok {
		return 0
	}
	models, at := 1, [][]F{sc.X0}
	switch {
	case sc.Eval.Of == sim.OfEnsemble:
		models = sc.Workers
	case sc.Eval.Of == sim.OfStrategy && sc.Strategy.Models != nil:
		for len(at) < sc.Workers {
			at = append(at, sc.X0)
		}
		models = len(sc.Strategy.Models(sc.X0, at))
	}
	var ws nets.Workspace[F]
	n := sc.Problem.Len()
	each := w.model() / (forwards * float64(w.batch))
	piece := min(n, pieceSamples, max(w.batch, int(float64(probeTime)/each)))
	e.Evaluate(&ws, sc.X0, nets.Train, 0, piece) // memory of its own
	began, lo := now(), 0
	for pieces := 1; ; pieces++ {
		e.Evaluate(&ws, sc.X0, nets.Train, lo, lo+piece)
		if took := now() - began; took >= probeTime/4 || pieces >= 1000 {
			return float64(models) * float64(took) / float64(pieces*piece)
		}
		if lo += piece; lo+piece > n {
			lo = 0
		}
	}
}
