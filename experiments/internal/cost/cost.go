// Package cost estimates how long runs will take, in time of one core: what they come to is counted
// by their events (count.go), and priced by computing the beginning of one (probe.go), by the speed
// of finished ones that are alike, or by arithmetic.
package cost

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"staleness/experiments/internal/config"
	"staleness/internal/files"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/sim/record"
)

// RunOverhead is what a run costs that computes nothing: its folder and files, and what the system
// does for them.
const RunOverhead = 3 * time.Millisecond

// A Basis is where an estimate comes from.
type Basis int

const (
	ShortProbe   Basis = iota // the beginning of a run that is alike but for seeds, rates and stop
	finishedRuns              // the speed of runs that are alike but for seed and stop
	// gradients times samples times dimension, at the speed of what was tried
	Arithmetic
)

// BasesOf says where estimates came from.
func BasesOf(how map[Basis]bool) string {
	var parts []string
	for s, text := range []string{"by computing the beginning of each kind of run", "by the speed of finished runs", "by batch and dimension, at the speed of what was tried"} {
		if how[Basis(s)] {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// Costs estimates how long runs take.
type Costs struct {
	// of finished runs: gradients per second, by what makes a gradient cost
	rates  map[string]float64
	Probes probes
	counts counter
}

func New() *Costs {
	return &Costs{map[string]float64{}, newProbes(), counter{tallies: map[string]*tally{}}}
}

// kindOfWork is what the speed of gradients depends on.
func kindOfWork(text string) string {
	var b strings.Builder
	section := ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(line)
		}
		if section == "[problem]" || section == "[strategy]" || section == "[cluster]" && strings.HasPrefix(line, "workers") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Measure takes the speed of a finished run from its env.txt, if it says one.
func (c *Costs) Measure(run *config.Config, dir string) {
	text, err := files.Read(filepath.Join(dir, record.EnvFile))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		var x float64
		if n, _ := fmt.Sscanf(line, "gradients per second: %g", &x); n == 1 && x > 0 {
			c.rates[kindOfWork(run.TOML("", nil))] = x
		}
	}
}

// Of is how long a run will take on one core, if no target ends it before, and where that comes
// from. A finished run says by the clock what others beside it left of the machine: a probe is
// asked first.
func (c *Costs) Of(run *config.Config, ps *config.Problems) (time.Duration, Basis, error) {
	w, err := WorkOf(run, ps)
	if err != nil {
		return 0, 0, err
	}
	if n := c.counts.of(run, &w, ps); n != nil {
		w.take(n, run)
	}
	p, from := c.Probes.price(run, w, ps)
	if from == Arithmetic {
		if rate := c.rates[kindOfWork(run.TOML("", nil))]; rate > 0 {
			return atMost(w.Gradients / rate * 1e9), finishedRuns, nil
		}
	}
	return atMost(float64(RunOverhead) + p.start + w.Gradients*p.gradient + w.evals*w.perEval*p.sample), from, nil
}

// atMost is a time in ns, kept within what a Duration can say.
func atMost(ns float64) time.Duration { return time.Duration(min(ns, 1e18)) }

// A workload is what a run will do.
type workload struct {
	Gradients  float64
	evals      float64
	perEval    float64 // samples that an evaluation looks at,
	other      float64 // of them not in the training part
	batch, dim int
	samples    int     // of the training part
	inFlight   float64 // gradients between the messages of all workers
}

// WorkOf counts what a run will do.
func WorkOf(c *config.Config, ps *config.Problems) (w workload, err error) {
	size, err := ps.Size(c)
	if err != nil {
		return w, err
	}
	w.dim, w.batch, w.samples = size.Dim, 1, max(1, size.Samples)
	if c.Problem != nil {
		w.batch = int(c.Problem.Settings().Batch)
		if w.batch <= 0 || w.batch > size.Samples {
			w.batch = size.Samples
		}
		train := size.Evaluated
		if n := c.Eval.TrainSamples; n > 0 {
			train = min(n, train)
		}
		w.other = float64(size.Other)
		w.perEval = w.other + float64(train)
		if c.Eval.GradNorm {
			w.perEval += 3 * float64(size.Evaluated)
		}
	}
	per := gradientsPerPush(c)
	perUpdate := per * pushesPerUpdate(c)
	w.inFlight = per * float64(c.Cluster.Workers)
	for _, l := range []float64{
		times(c.Stop.Gradients, 1), times(c.Stop.Pushes, per), times(c.Stop.Updates, perUpdate), withinEpochs(c, size.Samples, w.batch), withinTime(c, w.batch),
	} {
		if l > 0 && (w.Gradients == 0 || l < w.Gradients) {
			w.Gradients = l
		}
	}
	seconds := 0.
	if c.Stop.Time != nil {
		seconds = c.Stop.Time.Seconds()
	}
	w.take(&tally{w.Gradients, w.Gradients / perUpdate, seconds}, c)
	return w, nil
}

// take notes what a run comes to.
func (w *workload) take(n *tally, c *config.Config) {
	w.Gradients, w.evals = n.gradients, 2
	switch e := &c.Eval; {
	case e.Gradients != nil:
		w.evals += n.gradients / float64(*e.Gradients)
	case e.Updates != nil:
		w.evals += n.updates / float64(*e.Updates)
	case e.Every != nil:
		w.evals += n.seconds / e.Every.Seconds()
	}
}

func times(n *int64, x float64) float64 {
	if n == nil {
		return 0
	}
	return float64(*n) * x
}

// gradientsPerPush is the window, where the strategy has one.
func gradientsPerPush(c *config.Config) float64 {
	if w, ok := c.Strategy.Encode()["window"].(int64); ok && w > 0 {
		return float64(w)
	}
	return 1
}

// pushesPerUpdate is the number of workers where they go in rounds.
func pushesPerUpdate(c *config.Config) float64 {
	switch c.Strategy.Name() {
	case "sync", "easgd", "local-sgd", "one-shot", "averaging":
		return float64(c.Cluster.Workers)
	}
	return 1
}

func withinEpochs(c *config.Config, samples, batch int) float64 {
	if c.Stop.Epochs == nil {
		return 0
	}
	return *c.Stop.Epochs * float64(samples) / float64(batch)
}

// withinTime is how many gradients fit in the time, without waits.
func withinTime(c *config.Config, batch int) (n float64) {
	if c.Stop.Time == nil || c.Staleness != nil {
		return 0
	}
	cluster, err := c.Cluster.Sim(batch, 0)
	if err != nil {
		return 0
	}
	for _, mean := range cluster.Nominal {
		n += c.Stop.Time.Seconds() / max(mean, 1e-9) // a gradient takes 1 ns at least
	}
	return n * float64(c.Cluster.Workers) / float64(c.Cluster.Clients())
}

// kindOf is the same for runs whose gradients cost the same, up to what seeds, rates and times
// change.
func kindOf(c *config.Config) string {
	key := fmt.Sprintf("%s %v %v %s %g %d", c.Precision(), c.Staleness != nil, c.Record, c.Strategy.Name(), gradientsPerPush(c), c.Cluster.Clients())
	if c.Problem != nil {
		key += " " + c.Dir + " " + params.Literal(nets.Kinds().Encode(c.Problem))
	}
	return key
}
