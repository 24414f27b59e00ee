package experiments

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"staleness/results"
)

// Where nothing was measured yet, a gradient is taken to cost so much: an overhead, and time per sample and coordinate (six
// operations at a few GFlop/s).
const (
	gradientOverhead = 5 * time.Microsecond
	nsPerCoordinate  = .6
)

// costs estimates how long runs take: from finished runs that are alike but for seed and stop, else from gradients times samples
// times dimension.
type costs struct {
	rates map[string]float64 // measured: gradients per second, by what makes a gradient cost
}

func newCosts() *costs { return &costs{map[string]float64{}} }

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

// measure takes the speed of a finished run from its env.txt, if it says one.
func (c *costs) measure(r *Run) {
	text, err := os.ReadFile(filepath.Join(r.Dir, results.EnvFile))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		var x float64
		if n, _ := fmt.Sscanf(line, "gradients per second: %g", &x); n == 1 && x > 0 {
			c.rates[kindOfWork(r.config.toml("", nil))] = x
		}
	}
}

// of is how long a run will take on one core; measured says whether that comes from finished runs.
func (c *costs) of(r *Run, ps *problems) (d time.Duration, measured bool, err error) {
	gradients, perGradient, perEval, err := r.config.work(ps)
	if err != nil {
		return 0, false, err
	}
	if rate := c.rates[kindOfWork(r.config.toml("", nil))]; rate > 0 {
		return time.Duration(gradients / rate * 1e9), true, nil
	}
	evals := 2.
	switch e := &r.config.Eval; {
	case e.Gradients != nil:
		evals += gradients / float64(*e.Gradients)
	case e.Updates != nil:
		evals += gradients / float64(*e.Updates)
	case e.Every != nil && r.config.Stop.Time != nil:
		evals += float64(*r.config.Stop.Time) / float64(*e.Every)
	}
	return time.Duration(min(gradients*perGradient+evals*perEval, 1e18)), false, nil
}

// work estimates the gradients of a run, and the ns of a gradient and of an evaluation.
func (c *config) work(ps *problems) (gradients, perGradient, perEval float64, err error) {
	dim, samples, err := ps.size(c)
	if err != nil {
		return 0, 0, 0, err
	}
	batch := 1
	if c.Problem != nil {
		batch = int(c.Problem.Settings().Batch)
		if batch <= 0 || batch > samples {
			batch = samples
		}
	}
	perGradient = float64(gradientOverhead) + nsPerCoordinate*float64(dim)*float64(batch)
	perEval = nsPerCoordinate * float64(dim) * float64(samples) / 3
	per := c.gradientsPerPush()
	for _, l := range []float64{
		times(c.Stop.Gradients, 1), times(c.Stop.Pushes, per), times(c.Stop.Updates, per*c.pushesPerUpdate()), c.inEpochs(samples, batch), c.inTime(batch),
	} {
		if l > 0 && (gradients == 0 || l < gradients) {
			gradients = l
		}
	}
	return gradients, perGradient, perEval, nil
}

func times(n *int64, x float64) float64 {
	if n == nil {
		return 0
	}
	return float64(*n) * x
}

// gradientsPerPush is the window, where the strategy has one.
func (c *config) gradientsPerPush() float64 {
	if w, ok := c.Strategy.Encode()["window"].(int64); ok && w > 0 {
		return float64(w)
	}
	return 1
}

// pushesPerUpdate is the number of workers where they go in rounds.
func (c *config) pushesPerUpdate() float64 {
	switch c.Strategy.Name() {
	case "sync", "easgd", "local-sgd", "one-shot", "averaging":
		return float64(c.Cluster.Workers)
	}
	return 1
}

func (c *config) inEpochs(samples, batch int) float64 {
	if c.Stop.Epochs == nil {
		return 0
	}
	return *c.Stop.Epochs * float64(samples) / float64(batch)
}

// inTime is how many gradients fit in the time, waits apart.
func (c *config) inTime(batch int) (n float64) {
	if c.Stop.Time == nil || c.Staleness != nil {
		return 0
	}
	cluster, err := c.Cluster.sim(batch, 0)
	if err != nil {
		return 0
	}
	for _, mean := range cluster.Nominal {
		if mean > 0 {
			n += c.Stop.Time.Seconds() / mean
		}
	}
	return n
}
